/**
 * Addresses in text, read from bytes into 32-bit words without making a string: a table of the Internet has a million.
 * The same texts are addresses here as for `parseAddress`, but for IPv6 with a dotted quad at its end, which is none.
 */

/** 32-bit words of an address, the most significant first: IPv4 or IPv6. */
export type Words = 1 | 4;

const DOT = 0x2e;
const COLON = 0x3a;
const ZERO = 0x30;
const GROUPS = 8;
const LONGEST_GROUP = 4;

/** Reads the text from `from` to `to` into `words`, and gives how many they are; `undefined` if it is no address. */
export function readAddress(text: Uint8Array, from: number, to: number, words: Uint32Array): Words | undefined {
  return readQuad(text, from, to, words) ? 1 : readGroups(text, from, to, words) ? 4 : undefined;
}

/** Four octets without leading zeros. */
function readQuad(text: Uint8Array, from: number, to: number, words: Uint32Array): boolean {
  let number = 0;
  let octet = -1;
  let dots = 0;
  for (let at = from; at < to; at++) {
    const byte = text[at]!;
    if (byte === DOT && octet >= 0) {
      number = number * 256 + octet;
      octet = -1;
      dots++;
      continue;
    }
    const digit = byte - ZERO;
    if (digit < 0 || digit > 9 || octet === 0) return false;
    octet = octet < 0 ? digit : octet * 10 + digit;
    if (octet > 255) return false;
  }
  if (dots !== 3 || octet < 0) return false;
  words[0] = number * 256 + octet;
  return true;
}

const groups = new Uint16Array(GROUPS);

/** Eight groups of one to four digits, or fewer with one `::` in place of zeros. */
function readGroups(text: Uint8Array, from: number, to: number, words: Uint32Array): boolean {
  let count = 0;
  // How many groups stand before the gap.
  let gap = -1;
  let at = from;
  if (text[at] === COLON && text[at + 1] === COLON && to - from >= 2) {
    gap = 0;
    at += 2;
  }
  while (at < to) {
    let group = 0;
    let digits = 0;
    for (; at < to; at++, digits++) {
      const digit = hexDigit(text[at]!);
      if (digit < 0) break;
      group = group << 4 | digit;
    }
    if (digits === 0 || digits > LONGEST_GROUP || count === GROUPS) return false;
    groups[count++] = group;
    if (at === to) break;
    if (text[at++] !== COLON || at === to) return false;
    if (text[at] !== COLON) continue;
    if (gap >= 0) return false;
    gap = count;
    at++;
  }
  if (gap < 0 ? count !== GROUPS : count === GROUPS) return false;
  groups.copyWithin(GROUPS - (count - Math.max(0, gap)), Math.max(0, gap), count);
  if (gap >= 0) groups.fill(0, gap, GROUPS - (count - gap));
  for (let word = 0; word < 4; word++) words[word] = groups[word * 2]! << 16 | groups[word * 2 + 1]!;
  return true;
}

/** Negative for what is none. */
function hexDigit(byte: number): number {
  if (byte >= ZERO && byte <= 0x39) return byte - ZERO;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
