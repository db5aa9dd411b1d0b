/** Writes MaxMind databases (format 2.0) for tests: a few networks, small values, text that repeats behind pointers. */
import { parseAddress } from "../packet/address.ts";

export type MmdbValue = string | number | boolean | readonly MmdbValue[] | { readonly [key: string]: MmdbValue };

export interface MmdbContent {
  readonly ipVersion?: 4 | 6;
  readonly recordBits?: 24 | 28 | 32;
  /** By prefix, the shorter ones first; IPv4 prefixes lie in ::/96 of an IPv6 tree. */
  readonly networks: Readonly<Record<string, MmdbValue>>;
  /** In place of, or beside, what the format asks for. */
  readonly metadata?: Readonly<Record<string, MmdbValue>>;
}

interface Branch {
  readonly children: [Node, Node];
}
/** A branch, the offset of a record in the data, or nothing. */
type Node = Branch | number | undefined;

const SEPARATOR = new Uint8Array(16);
const MARKER = [0xab, 0xcd, 0xef, ...new TextEncoder().encode("MaxMind.com")];

export function writeMmdb(
  { ipVersion = 6, recordBits = 24, networks, metadata }: MmdbContent,
): Uint8Array<ArrayBuffer> {
  const data: number[] = [];
  const texts = new Map<string, number>();
  const root: Branch = { children: [undefined, undefined] };
  for (const [prefix, value] of Object.entries(networks)) {
    const offset = data.length;
    // A text of the record itself may be repeated later on: its place is known only once the record is written.
    write(value, data, texts);
    plant(root, bitsOf(prefix, ipVersion), offset);
  }
  const tree = treeOf(root, recordBits);
  const facts = write({
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1_795_278_496,
    database_type: "Test",
    description: { en: "for tests" },
    ip_version: ipVersion,
    languages: ["en"],
    node_count: tree.nodes,
    record_size: recordBits,
    ...metadata,
  }, []);
  return Uint8Array.from([...tree.bytes, ...SEPARATOR, ...data, ...MARKER, ...facts]);
}

/** `true` for a bit that is set. */
function bitsOf(prefix: string, ipVersion: 4 | 6): readonly boolean[] {
  const [address = "", length] = prefix.split("/");
  const parsed = parseAddress(address);
  if (parsed === undefined) throw new RangeError(`${prefix} is no prefix`);
  const lead = ipVersion === 6 && parsed.length === 4 ? 12 : 0;
  const bytes = Uint8Array.of(...new Uint8Array(lead), ...parsed);
  return Array.from({ length: lead * 8 + Number(length) }, (_, bit) => (bytes[bit >> 3]! >> (7 - bit % 8) & 1) === 1);
}

function plant(root: Branch, bits: readonly boolean[], leaf: number): void {
  let branch = root;
  for (const bit of bits.slice(0, -1)) {
    const child = branch.children[bit ? 1 : 0];
    // What a shorter prefix says holds beside the longer one.
    const next: Branch = typeof child === "object" ? child : { children: [child, child] };
    branch.children[bit ? 1 : 0] = next;
    branch = next;
  }
  branch.children[bits.at(-1) ? 1 : 0] = leaf;
}

function treeOf(root: Branch, recordBits: 24 | 28 | 32): { readonly nodes: number; readonly bytes: readonly number[] } {
  const branches = [root];
  const numbers = new Map<Branch, number>();
  for (let at = 0; at < branches.length; at++) {
    numbers.set(branches[at]!, at);
    for (const child of branches[at]!.children) if (typeof child === "object") branches.push(child);
  }
  const recordOf = (node: Node): number => {
    if (node === undefined) return branches.length;
    return typeof node === "number" ? branches.length + SEPARATOR.length + node : numbers.get(node)!;
  };
  const bytes = branches.flatMap(({ children: [left, right] }) => pair(recordOf(left), recordOf(right), recordBits));
  return { nodes: branches.length, bytes };
}

function pair(left: number, right: number, recordBits: 24 | 28 | 32): readonly number[] {
  if (recordBits === 32) return [...bytesOf(left, 4), ...bytesOf(right, 4)];
  const middle = recordBits === 28 ? [(left >>> 24) << 4 | right >>> 24] : [];
  return [...bytesOf(left, 4).slice(1), ...middle, ...bytesOf(right, 4).slice(1)];
}

/** Appends a value to `to`; with `texts`, a text that stands there already becomes a pointer. */
function write(value: MmdbValue, to: number[], texts?: Map<string, number>): number[] {
  if (typeof value === "string") writeText(value, to, texts);
  else if (typeof value === "boolean") to.push(value ? 1 : 0, 14 - 7);
  else if (typeof value === "number") {
    const bytes = bytesOf(value, 4);
    const zeros = bytes.findIndex((byte) => byte !== 0);
    const short = zeros < 0 ? [] : bytes.slice(zeros);
    to.push(6 << 5 | short.length, ...short);
  } else if (Array.isArray(value)) {
    to.push(value.length, 11 - 7);
    for (const item of value) write(item, to, texts);
  } else {
    const entries = Object.entries(value);
    to.push(7 << 5 | entries.length);
    for (const [key, item] of entries) {
      writeText(key, to, texts);
      write(item, to, texts);
    }
  }
  return to;
}

function writeText(text: string, to: number[], texts?: Map<string, number>): void {
  const known = texts?.get(text);
  if (known !== undefined && known < 2048) {
    to.push(1 << 5 | known >> 8, known & 0xff);
    return;
  }
  if (known !== undefined) {
    to.push(1 << 5 | 3 << 3, ...bytesOf(known, 4));
    return;
  }
  texts?.set(text, to.length);
  const bytes = new TextEncoder().encode(text);
  const long = bytes.length - 29;
  if (long < 0) to.push(2 << 5 | bytes.length);
  else if (long < 256) to.push(2 << 5 | 29, long);
  else to.push(2 << 5 | 30, ...bytesOf(bytes.length - 285, 2));
  to.push(...bytes);
}

function bytesOf(number: number, length: number): readonly number[] {
  return Array.from({ length }, (_, index) => Math.floor(number / 2 ** (8 * (length - 1 - index))) & 0xff);
}
