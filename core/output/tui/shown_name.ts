/**
 * Names of the DNS in their own letters (IDNA), where those can be told from others: a name is chosen by whoever owns an
 * address on the path. In doubt it stays as the DNS has it, `xn--…`.
 *
 * A label is shown in its letters if they are all of Latin as Europe and Vietnam write it, or of Japanese, Chinese or
 * Korean; if all are Cyrillic or Greek, which have Latin's shapes, only below a top level of the same script. Not so
 * scripts that run from right to left, or whose letters take no fixed columns, nor marks that combine with a letter
 * (see Unicode TS 39, "highly restrictive", which allows more).
 */
import { domainToASCII, domainToUnicode } from "node:url";

const ENCODED = /xn--/i;
const ASCII = /^[\0-\x7f]*$/;
/** Longer than any name; nothing longer is decoded. */
const MOST_CHARACTERS = 253;

/** Without those that look like others: ı, ĸ, ŀ, ŉ, ſ, þ. */
const LATIN = /^[-0-9a-zß-öø-ýÿā-İĲ-ķĹ-ľŁ-ňŊ-žƠơƯưȘ-țẠ-ỹ]+$/u;
const EAST_ASIAN = [
  /^[\-0-9[[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}]&&\p{L}]]+$/v,
  /^[\-0-9[[\p{scx=Han}\p{scx=Hangul}]&&\p{L}]]+$/v,
  /^[\-0-9[[\p{scx=Han}\p{scx=Bopomofo}]&&\p{L}]]+$/v,
] as const;
const OWN_TOP = [/^[\-0-9[\p{sc=Cyrillic}&&\p{L}]]+$/v, /^[\-0-9[\p{sc=Greek}&&\p{L}]]+$/v] as const;

/** The name as it is shown on a terminal that has more than ASCII. */
export function decodedName(name: string): string {
  if (!ENCODED.test(name) || name.length > MOST_CHARACTERS) return name;
  const labels = name.split(".");
  const decoded = labels.map(decodedLabel);
  const top = decoded.findLast((label) => label !== "") ?? "";
  return decoded.map((label, at) => isClear(label, top) ? label : labels[at]).join(".");
}

/** What was typed, with or without a port, as it is shown. */
export function shownHost(typed: string, { isUnicode }: { readonly isUnicode: boolean }): string {
  return typed.replace(/[^[\]:]+/g, (host) => {
    const name = ASCII.test(host) ? host : domainToASCII(host) || host;
    return isUnicode ? decodedName(name) : name;
  });
}

function decodedLabel(label: string): string {
  if (!ENCODED.test(label)) return label;
  const decoded = domainToUnicode(label);
  // What another spelling would stand for, too, is none of it.
  return domainToASCII(decoded) === label.toLowerCase() ? decoded : label;
}

function isClear(label: string, top: string): boolean {
  return LATIN.test(label) || EAST_ASIAN.some((pattern) => pattern.test(label)) ||
    OWN_TOP.some((pattern) => pattern.test(label) && pattern.test(top));
}
