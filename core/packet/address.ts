/**
 * IP addresses: text <-> bytes in network order.
 *
 * Text is canonical: dotted quad without leading zeros, or RFC 5952 without a zone. Reading is strict, so that one
 * address has few spellings and no guess is made about octal octets.
 */

const IPV4_BYTES = 4;
const IPV6_BYTES = 16;
const IPV6_GROUPS = 8;
/** The prefix of an IPv4-mapped address, ::ffff:0:0/96 (RFC 4291 section 2.5.5.2). */
const MAPPED_MARK = 0xffff;

// Those of paths come again with each answer, so the latest texts are kept: an address's in the place that its hash
// names, of so many that the addresses of a thousand targets mostly have one each.
const KEPT_BITS = 12;
const KEPT_TEXTS = 1 << KEPT_BITS;
/** 2^32 divided by the golden ratio: what differs in any bits differs in the highest ones of the product (Knuth). */
const HASH_FACTOR = 0x9e37_79b1;
const KEPT_NUMBERS = new Int32Array(KEPT_TEXTS);
const TEXTS = new Array<string>(KEPT_TEXTS).fill("0.0.0.0");
const KEPT_IPV6 = new Uint8Array(KEPT_TEXTS * IPV6_BYTES);
const IPV6_TEXTS = new Array<string>(KEPT_TEXTS).fill("::");

/** Canonical text of the 4 bytes from `at` on, which must be there. */
export function formatIpv4(bytes: Uint8Array, at = 0): string {
  const a = bytes[at]!;
  const b = bytes[at + 1]!;
  const c = bytes[at + 2]!;
  const d = bytes[at + 3]!;
  const number = a << 24 | b << 16 | c << 8 | d;
  const place = Math.imul(number, HASH_FACTOR) >>> 32 - KEPT_BITS;
  if (KEPT_NUMBERS[place] === number) return TEXTS[place]!;
  KEPT_NUMBERS[place] = number;
  return TEXTS[place] = `${a}.${b}.${c}.${d}`;
}

/** Canonical text (RFC 5952) of the 16 bytes from `at` on, which must be there. IPv4-mapped as `::ffff:192.0.2.1`. */
export function formatIpv6(bytes: Uint8Array, at = 0): string {
  let hash = 0;
  for (let byte = 0; byte < IPV6_BYTES; byte++) hash = Math.imul(hash ^ bytes[at + byte]!, HASH_FACTOR);
  const place = hash >>> 32 - KEPT_BITS;
  const keptAt = place * IPV6_BYTES;
  let same = 0;
  while (same < IPV6_BYTES && KEPT_IPV6[keptAt + same] === bytes[at + same]) same++;
  if (same === IPV6_BYTES) return IPV6_TEXTS[place]!;
  for (let byte = same; byte < IPV6_BYTES; byte++) KEPT_IPV6[keptAt + byte] = bytes[at + byte]!;
  return IPV6_TEXTS[place] = ipv6Text(bytes, at);
}

function ipv6Text(bytes: Uint8Array, at: number): string {
  // The longest run of zero groups, the first of equals; a single group is not shortened (RFC 5952 section 4.2).
  let longestStart = -1;
  let longest = 1;
  let run = 0;
  for (let group = 0; group < IPV6_GROUPS; group++) {
    run = groupAt(bytes, at, group) === 0 ? run + 1 : 0;
    if (run > longest) {
      longest = run;
      longestStart = group - run + 1;
    }
  }
  if (longestStart === 0 && longest === 5 && groupAt(bytes, at, 5) === MAPPED_MARK) {
    return `::ffff:${formatIpv4(bytes, at + 12)}`;
  }
  let text = "";
  for (let group = 0; group < IPV6_GROUPS; group++) {
    if (group === longestStart) {
      text += "::";
      group += longest - 1;
      continue;
    }
    if (text !== "" && group !== longestStart + longest) text += ":";
    text += groupAt(bytes, at, group).toString(16);
  }
  return text;
}

/** Canonical text of 4 or 16 bytes; `undefined` for any other length. */
export function formatAddress(bytes: Uint8Array): string | undefined {
  if (bytes.length === IPV4_BYTES) return formatIpv4(bytes);
  if (bytes.length === IPV6_BYTES) return formatIpv6(bytes);
  return undefined;
}

/** This network (RFC 1122 section 3.2.1.3), nobody (RFC 4291 section 2.5.2), groups, and everybody. */
const NO_SENDER = /^(?:0\.|22[4-9]\.|23\d\.|255\.255\.255\.255$|::$|ff[0-9a-f]{2}:)/;

/** Whether a packet may come from an address, which is canonical. */
export function maySend(address: string): boolean {
  return !NO_SENDER.test(address);
}

/** The 4 or 16 bytes of an address in text; `undefined` if it is none. */
export function parseAddress(text: string): Uint8Array | undefined {
  return text.includes(":") ? parseIpv6Address(text) : parseIpv4Address(text);
}

/** The one spelling of an address; `undefined` if `text` is none. */
export function canonicalAddress(text: string): string | undefined {
  const bytes = parseAddress(text);
  return bytes && formatAddress(bytes);
}

/** Four bytes of a dotted quad; `undefined` for anything else, and for octets with a leading zero. */
export function parseIpv4Address(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(IPV4_BYTES);
  return readQuad(text, bytes, 0) ? bytes : undefined;
}

/** Sixteen bytes of an IPv6 address as RFC 4291 section 2.2 writes it, without zone; `undefined` for anything else. */
export function parseIpv6Address(text: string): Uint8Array | undefined {
  const halves = text.split("::");
  if (text.length > 45 || halves.length > 2) return undefined;
  const bytes = new Uint8Array(IPV6_BYTES);
  const head = readGroups(halves[0]!, bytes, halves.length === 1);
  if (head === undefined) return undefined;
  if (halves.length === 1) return head === IPV6_BYTES ? bytes : undefined;
  const rest = new Uint8Array(IPV6_BYTES);
  const tail = readGroups(halves[1]!, rest, true);
  // "::" stands for at least one group.
  if (tail === undefined || head + tail > IPV6_BYTES - 2) return undefined;
  bytes.set(rest.subarray(0, tail), IPV6_BYTES - tail);
  return bytes;
}

/** Reads groups between colons into `into`, the last one possibly a dotted quad; gives the number of bytes. */
function readGroups(text: string, into: Uint8Array, mayEndInQuad: boolean): number | undefined {
  if (text === "") return 0;
  const groups = text.split(":");
  let at = 0;
  for (const [index, group] of groups.entries()) {
    if (mayEndInQuad && index === groups.length - 1 && group.includes(".")) {
      if (at + IPV4_BYTES > IPV6_BYTES || !readQuad(group, into, at)) return undefined;
      return at + IPV4_BYTES;
    }
    if (at === IPV6_BYTES || !/^[0-9a-fA-F]{1,4}$/.test(group)) return undefined;
    const value = parseInt(group, 16);
    into[at++] = value >> 8;
    into[at++] = value & 0xff;
  }
  return at;
}

function readQuad(text: string, into: Uint8Array, at: number): boolean {
  const octets = text.split(".");
  if (octets.length !== IPV4_BYTES) return false;
  for (const [index, octet] of octets.entries()) {
    if (!/^(0|[1-9][0-9]{0,2})$/.test(octet)) return false;
    const value = Number(octet);
    if (value > 255) return false;
    into[at + index] = value;
  }
  return true;
}

function groupAt(bytes: Uint8Array, at: number, group: number): number {
  return (bytes[at + 2 * group]! << 8) | bytes[at + 2 * group + 1]!;
}
