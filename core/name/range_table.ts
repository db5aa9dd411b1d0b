/**
 * Tables of ranges as of iptoasn.com: `FIRST \t LAST \t AS NUMBER \t COUNTRY \t DESCRIPTION`, a line each, IPv4 and IPv6,
 * either family in the order of its addresses. Empty lines and lines that start with `#` do not count; AS number 0 means
 * that nobody announces the range.
 */
import { parseAddress } from "../packet/address.ts";
import { readAddress, type Words } from "./address_words.ts";
import { IpInfoFileError } from "./file_error.ts";
import { type IpInfo, type IpInfoTable, routedBytes } from "./ip_info.ts";
import { prefixText } from "./prefix.ts";
import { Ranges } from "./ranges.ts";
import { printable } from "./text.ts";

// The whole Internet has a quarter of it, of either.
const MOST_RANGES = 1 << 22;
const MOST_OWNERS = 1 << 20;
/** In bytes; descriptions have at most a hundred or so. */
const LONGEST_LINE = 4096;
const LONGEST_QUOTE = 60;
const LONGEST_DESCRIPTION = 256;
const GREATEST_AS = 4_294_967_295;

const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const HASH = 0x23;
const ZERO = 0x30;
/** Number of the owner of a range that nobody announces. */
const NOBODY = 0;
/** FIRST, LAST, AS NUMBER and COUNTRY end with a tab each. */
const TABS = 4;

/** Takes a table chunk by chunk. Throws `IpInfoFileError` with the number of the line. */
export class RangeTableReader {
  readonly #file: string;
  readonly #tables = { 1: new Ranges(1), 4: new Ranges(4) } as const;
  readonly #owners: IpInfo[] = [];
  /** By AS number and country. */
  readonly #ownerNumbers = new Map<number, number>();
  readonly #text = new TextDecoder();
  /** The beginning of a line whose end is still to come. */
  #begun: Uint8Array = new Uint8Array();
  #line = 0;
  /** Scratch of the line at hand. */
  readonly #tabs = new Uint32Array(TABS);
  readonly #first = new Uint32Array(4);
  readonly #last = new Uint32Array(4);

  /** `file` is for messages. */
  constructor(file: string) {
    this.#file = file;
  }

  take(chunk: Uint8Array): void {
    const bytes = this.#begun.length === 0 ? chunk : joined(this.#begun, chunk);
    let from = 0;
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, from)) {
      this.#takeLine(bytes, from, end);
      from = end + 1;
    }
    this.#begun = bytes.slice(from);
    if (this.#begun.length > LONGEST_LINE) this.#takeLine(this.#begun, 0, this.#begun.length);
  }

  end(): IpInfoTable {
    if (this.#begun.length > 0) this.#takeLine(this.#begun, 0, this.#begun.length);
    if (this.#tables[1].length + this.#tables[4].length === 0) {
      throw new IpInfoFileError(this.#file, "", "it holds no range of addresses");
    }
    return new RangeTable(this.#tables, this.#owners);
  }

  #takeLine(bytes: Uint8Array, from: number, lineEnd: number): void {
    this.#line++;
    const end = bytes[lineEnd - 1] === CARRIAGE_RETURN && lineEnd > from ? lineEnd - 1 : lineEnd;
    if (end - from > LONGEST_LINE) this.#refuse(`it is longer than ${LONGEST_LINE} bytes`);
    if (end === from || bytes[from] === HASH) return;

    this.#findTabs(bytes, from, end);
    const [firstEnd, lastEnd, asEnd] = [this.#tabs[0]!, this.#tabs[1]!, this.#tabs[2]!];
    const words = this.#readAddress(bytes, from, firstEnd, this.#first);
    if (this.#readAddress(bytes, firstEnd + 1, lastEnd, this.#last) !== words) {
      this.#refuse("its two addresses must be of one family");
    }
    if (compare(this.#first, this.#last, words) > 0) this.#refuse("its first address stands behind its last one");
    const ranges = this.#tables[words];
    if (!ranges.isBehind(this.#first)) {
      this.#refuse("it begins before the range above it ends; the ranges must be in order, and none within another");
    }
    if (ranges.length >= MOST_RANGES) this.#refuse(`more than ${MOST_RANGES} ranges of a family are too many`);
    const asNumber = this.#readAsNumber(bytes, lastEnd + 1, asEnd);
    ranges.add(this.#first, this.#last, asNumber === 0 ? NOBODY : this.#ownerOf(asNumber, bytes, end));
  }

  #findTabs(bytes: Uint8Array, from: number, end: number): void {
    let tab = 0;
    for (let at = from; at < end && tab < TABS; at++) if (bytes[at] === TAB) this.#tabs[tab++] = at;
    if (tab < TABS) {
      this.#refuse("it must have five columns with tabs between: first, last, AS number, country, description");
    }
  }

  #readAddress(bytes: Uint8Array, from: number, to: number, words: Uint32Array): Words {
    return readAddress(bytes, from, to, words) ?? this.#refuse(`${this.#quoted(bytes, from, to)} is no address`);
  }

  #readAsNumber(bytes: Uint8Array, from: number, to: number): number {
    let number = from === to ? Infinity : 0;
    for (let at = from; at < to; at++) {
      const digit = bytes[at]! - ZERO;
      number = digit >= 0 && digit <= 9 ? number * 10 + digit : Infinity;
    }
    if (number > GREATEST_AS) {
      this.#refuse(`its AS number is ${this.#quoted(bytes, from, to)}; it must be 0 to ${GREATEST_AS}`);
    }
    return number;
  }

  /** The number of the owner whom the rest of the line names. */
  #ownerOf(asNumber: number, bytes: Uint8Array, end: number): number {
    const from = this.#tabs[2]! + 1;
    const to = this.#tabs[3]!;
    const country = to - from === 2 ? bytes[from]! << 8 | bytes[from + 1]! : 0;
    const key = asNumber * 0x1_0000 + country;
    const known = this.#ownerNumbers.get(key);
    if (known !== undefined) return known;
    if (this.#owners.length >= MOST_OWNERS) this.#refuse(`more than ${MOST_OWNERS} owners are too many`);
    const code = this.#textOf(bytes, from, to);
    const organization = this.#textOf(bytes, to + 1, Math.min(end, to + 1 + LONGEST_DESCRIPTION)).trim();
    this.#owners.push({
      asn: String(asNumber),
      // "None" and "Unknown" are none.
      ...(/^[A-Za-z]{2}$/.test(code) && { country: code }),
      ...(organization !== "" && { organization }),
    });
    this.#ownerNumbers.set(key, this.#owners.length);
    return this.#owners.length;
  }

  #textOf(bytes: Uint8Array, from: number, to: number): string {
    return this.#text.decode(bytes.subarray(from, to));
  }

  #quoted(bytes: Uint8Array, from: number, to: number): string {
    return `"${printable(this.#textOf(bytes, from, Math.min(to, from + LONGEST_QUOTE)))}"`;
  }

  #refuse(why: string): never {
    throw new IpInfoFileError(this.#file, `line ${this.#line}`, why);
  }
}

class RangeTable implements IpInfoTable {
  readonly #tables: Readonly<Record<Words, Ranges>>;
  /** The first one has number 1. */
  readonly #owners: readonly IpInfo[];

  constructor(tables: Readonly<Record<Words, Ranges>>, owners: readonly IpInfo[]) {
    this.#tables = tables;
    this.#owners = owners;
  }

  find(address: string): IpInfo | undefined {
    const parsed = parseAddress(address);
    if (parsed === undefined) return undefined;
    const bytes = routedBytes(parsed);
    const words = new Uint32Array(4);
    toWords(bytes, words);
    const found = this.#tables[bytes.length === 4 ? 1 : 4].find(words);
    const owner = found && this.#owners[found.owner - 1];
    return owner && { ...owner, prefix: prefixText(bytes, found.prefixLength) };
  }
}

function toWords(bytes: Uint8Array, words: Uint32Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; at += 4) words[at / 4] = view.getUint32(at);
}

function compare(a: Uint32Array, b: Uint32Array, words: Words): number {
  for (let word = 0; word < words; word++) {
    const difference = a[word]! - b[word]!;
    if (difference !== 0) return difference;
  }
  return 0;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
