/** What the text values of flags must be: each gives the requirement in words if `text` does not meet it. */
import { parseAddress } from "../packet/address.ts";
import { FIELDS, isFieldLetter } from "../path/fields.ts";
import { IP_INFO_FIELDS, type IpInfoField, SCALES_MS, TARGET_ORDERS } from "../view.ts";
import { DIALECT_NAMES } from "../compat/dialect.ts";
import { parseLimit } from "../limit/mod.ts";
import { LIMITS } from "../plan.ts";
import { quoted } from "./problem.ts";
import { splitWords } from "./words.ts";

/** As in mtr. */
const MOST_COLUMNS = 20;

/** Letters of the table of fields, a blank for a gap among them, and `_`, which mtr accepts and skips. */
export function columnsRequirement(text: string): string | undefined {
  const unknown = [...text].find((letter) => !isFieldLetter(letter) && letter !== "_");
  if (unknown !== undefined) {
    const known = Object.keys(FIELDS).filter((letter) => letter !== " ");
    return `it must be made of ${known.join(" ")}, blank and _, and ${quoted(unknown)} is none of them`;
  }
  if (text.length > MOST_COLUMNS) return `it must have at most ${MOST_COLUMNS} letters, and has ${text.length}`;
  return undefined;
}

/** Numbers of fields with commas between, at most one for each field. */
export function ipInfoRequirement(text: string): string | undefined {
  const numbers = text.split(",");
  const rule =
    "it must be numbers from 0 to 4 with commas between (0 AS number, 1 prefix, 2 country, 3 registry, 4 date)";
  const unknown = numbers.find((number) => !/^[0-4]$/.test(number));
  if (unknown !== undefined) return `${rule}, and ${quoted(unknown)} is none of them`;
  return numbers.length > IP_INFO_FIELDS.length
    ? `it must have at most ${IP_INFO_FIELDS.length} numbers, and has ${numbers.length}`
    : undefined;
}

/** The fields of a text that meets the requirement; one that is named twice stands where it was named first. */
export function ipInfoFields(text: string): readonly IpInfoField[] {
  const named = text.split(",").map(Number);
  return [...new Set(named)].flatMap((number) => IP_INFO_FIELDS[number] ?? []);
}

/** Longest name of the DNS (RFC 1035 section 2.3.4) less the nibbles of an IPv6 address before it. */
const LONGEST_ZONE = 253 - 32;
const LABEL = "[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?";
const DOMAIN = new RegExp(`^${LABEL}(?:\\.${LABEL})*\\.?$`);

/** A domain, with or without the dot of the root behind it. */
export function zoneRequirement(text: string): string | undefined {
  return DOMAIN.test(text) && text.length <= LONGEST_ZONE
    ? undefined
    : `it must be a domain such as "origin.example": labels of 1 to 63 letters, digits, - and _, ${LONGEST_ZONE} ` +
      "characters in all";
}

/** A program and its arguments, as a shell would split them. */
export function commandRequirement(text: string): string | undefined {
  const split = splitWords(text);
  if (!split.ok) return split.mistake.because;
  return split.words.length === 0 || split.words[0] === "" ? "it must name a program" : undefined;
}

/** What a limit must be, and from which character on it is not. */
export function limitRequirement(text: string): string | undefined {
  const parsed = parseLimit(text);
  if (parsed.ok) return undefined;
  const { expected, column, found } = parsed.mistake;
  return `it must have ${expected} at character ${column}, and ${
    found === undefined ? "ends" : `has ${quoted(found)}`
  } there`;
}

const RATE_UNITS: Readonly<Record<string, number>> = { "": 1, k: 1e3, M: 1e6, G: 1e9 };

/** Bits a second; `undefined` if it is no rate, of whatever size. */
export function parseRate(text: string): number | undefined {
  const [, amount, unit = ""] = /^([0-9]{1,12}(?:\.[0-9]{1,9})?)([kMG]?)$/.exec(text) ?? [];
  return amount === undefined ? undefined : Math.round(Number(amount) * (RATE_UNITS[unit] ?? NaN));
}

/** `1.5M` */
export function rateText(bps: number): string {
  const [unit, size] = Object.entries(RATE_UNITS).findLast(([, size]) => bps >= size) ?? ["", 1];
  return `${Number((bps / size).toFixed(3))}${unit}`;
}

export function rateRequirement(text: string): string | undefined {
  const { least, most } = LIMITS.loadBps;
  const bps = parseRate(text);
  return bps !== undefined && bps >= least && bps <= most
    ? undefined
    : `it must be bits a second, with k, M or G behind thousands, millions or billions, from ${rateText(least)} to ` +
      rateText(most);
}

export function releaseRequirement(text: string): string | undefined {
  return DIALECT_NAMES.some((name) => name === text) ? undefined : `it must be ${DIALECT_NAMES.join(" or ")}`;
}

export const SCALES = Object.keys(SCALES_MS);
const SCALE_LIMITS = 9;

/** Names of scales, or their own limits. */
export function scaleRequirement(text: string): string | undefined {
  const limits = text.split(":");
  const isRow = limits.length === SCALE_LIMITS && limits.every((limit) => /^[0-9]{1,7}$/.test(limit)) &&
    limits.every((limit, at) => at === 0 || Number(limit) > Number(limits[at - 1]));
  return SCALES.includes(text) || isRow
    ? undefined
    : `it must be ${SCALES.join(", ")}, or ${SCALE_LIMITS} growing numbers of ms with colons between`;
}

export function targetOrderRequirement(text: string): string | undefined {
  return TARGET_ORDERS.some((name) => name === text) ? undefined : `it must be ${TARGET_ORDERS.join(" or ")}`;
}

/** A literal: a name could resolve to any family. Only a link-local IPv6 address has a zone. */
export function addressRequirement(text: string): string | undefined {
  return addressFamily(text) === undefined
    ? "it must be an IPv4 or IPv6 address; only one of fe80::/10 may have a zone (fe80::1%eth0)"
    : undefined;
}

/** The family of an address with or without zone; `undefined` if `text` is none. */
export function addressFamily(text: string): 4 | 6 | undefined {
  const percent = text.indexOf("%");
  const bytes = parseAddress(percent < 0 ? text : text.slice(0, percent));
  if (bytes === undefined) return undefined;
  if (percent >= 0 && (!isLinkLocal(bytes) || deviceRequirement(text.slice(percent + 1)) !== undefined)) {
    return undefined;
  }
  return bytes.length === 4 ? 4 : 6;
}

/** RFC 4291 section 2.5.6. */
function isLinkLocal(bytes: Uint8Array): boolean {
  const [first = 0, second = 0] = bytes;
  return bytes.length === 16 && first === 0xfe && (second & 0xc0) === 0x80;
}

/** The kernel's names of interfaces fill at most 16 bytes with their end (IFNAMSIZ), on Linux and macOS. */
const LONGEST_DEVICE_NAME = 15;

export function deviceRequirement(text: string): string | undefined {
  const possible = /^[^\s/\p{Cc}]+$/u.test(text) && new TextEncoder().encode(text).length <= LONGEST_DEVICE_NAME;
  return possible
    ? undefined
    : `it must be the name of an interface, 1 to ${LONGEST_DEVICE_NAME} bytes without blank or /`;
}

export function fileRequirement(text: string): string | undefined {
  return text === "" ? "it must have a name" : undefined;
}
