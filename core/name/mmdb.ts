/**
 * MaxMind databases (format 2.0, GeoLite2-ASN and others with its fields): a tree of the bits of addresses, whose leaves
 * name records. The package reads them, once tree and records have been checked.
 */
import { Reader } from "mmdb-lib";
import { formatAddress, parseAddress } from "../packet/address.ts";
import { IpInfoFileError } from "./file_error.ts";
import { type IpInfo, type IpInfoTable, routedBytes } from "./ip_info.ts";
import { Damage, ValueCheck } from "./mmdb_check.ts";
import { prefixText } from "./prefix.ts";
import { printable } from "./text.ts";

type Records = Reader<never>;

/** Stands before the metadata, which are the end of the file. */
const MARKER = Uint8Array.of(0xab, 0xcd, 0xef, ...new TextEncoder().encode("MaxMind.com"));
const MOST_METADATA_BYTES = 128 << 10;
/** Zeros between the tree and the data. */
const SEPARATOR_BYTES = 16;
const FORMAT = 2;

/** Throws `IpInfoFileError`. What it gives throws nothing. */
export function readMmdb(file: string, bytes: Uint8Array): IpInfoTable {
  try {
    const metadataAt = findMetadata(bytes);
    const records = openReader(bytes, metadataAt);
    checkRecords(bytes, records, metadataAt - MARKER.length);
    return new MmdbTable(records);
  } catch (error) {
    if (!(error instanceof Damage)) throw error;
    throw new IpInfoFileError(file, `offset ${error.offset}`, error.message);
  }
}

class MmdbTable implements IpInfoTable {
  readonly #records: Records;

  constructor(records: Records) {
    this.#records = records;
  }

  find(address: string): IpInfo | undefined {
    const parsed = parseAddress(address);
    if (parsed === undefined) return undefined;
    const bytes = routedBytes(parsed);
    if (bytes.length > 4 && this.#records.metadata.ipVersion === 4) return undefined;
    const [record, length] = this.#records.getWithPrefixLength(formatAddress(bytes)!);
    if (record === null) return undefined;
    const number = field(record, "autonomous_system_number");
    const organization = field(record, "autonomous_system_organization");
    const country = field(field(record, "registered_country"), "iso_code") ??
      field(field(record, "country"), "iso_code");
    return {
      prefix: prefixText(bytes, length),
      ...(typeof number === "number" && { asn: String(number) }),
      ...(typeof country === "string" && { country }),
      ...(typeof organization === "string" && { organization }),
    };
  }
}

function field(record: unknown, name: string): unknown {
  if (typeof record !== "object" || record === null || !Object.hasOwn(record, name)) return undefined;
  return Object.getOwnPropertyDescriptor(record, name)?.value;
}

/** Where the metadata begin, as the last marker tells. They are a map without pointers. */
function findMetadata(bytes: Uint8Array): number {
  const least = Math.max(0, bytes.length - MOST_METADATA_BYTES - MARKER.length);
  for (let at = bytes.length - MARKER.length; at >= least; at--) {
    if (!MARKER.every((byte, index) => bytes[at + index] === byte)) continue;
    const start = at + MARKER.length;
    new ValueCheck({ bytes, start, end: bytes.length, hasPointers: false }).checkMap(start);
    return start;
  }
  throw new Damage(
    bytes.length,
    "it is neither a MaxMind database, which would end with its metadata, nor a table in text",
  );
}

function openReader(bytes: Uint8Array, metadataAt: number): Records {
  let records: Records;
  try {
    records = new Reader<never>(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch (error) {
    // The package refuses metadata by errors of every class.
    if (!(error instanceof Error)) throw error;
    throw new Damage(metadataAt, `its metadata are wrong: ${printable(error.message)}`);
  }
  const { binaryFormatMajorVersion, ipVersion, nodeCount, searchTreeSize } = records.metadata;
  const isUsable = binaryFormatMajorVersion === FORMAT && (ipVersion === 4 || ipVersion === 6) &&
    Number.isSafeInteger(nodeCount) && nodeCount > 0 &&
    searchTreeSize + SEPARATOR_BYTES <= metadataAt - MARKER.length;
  if (!isUsable) throw new Damage(metadataAt, "its metadata are of another format, or do not fit the file");
  return records;
}

/** The two records of a node by their size in bits: as numbers. */
const RECORDS: Readonly<Record<number, (bytes: Uint8Array, at: number) => readonly [left: number, right: number]>> = {
  24: (bytes, at) => [number24(bytes, at), number24(bytes, at + 3)],
  28: (bytes, at) => {
    const middle = bytes[at + 3]!;
    return [(middle >> 4) * 2 ** 24 + number24(bytes, at), (middle & 15) * 2 ** 24 + number24(bytes, at + 4)];
  },
  32: (bytes, at) => [
    bytes[at]! * 2 ** 24 + number24(bytes, at + 1),
    bytes[at + 4]! * 2 ** 24 + number24(bytes, at + 5),
  ],
};

function number24(bytes: Uint8Array, at: number): number {
  return bytes[at]! << 16 | bytes[at + 1]! << 8 | bytes[at + 2]!;
}

/** Checks every record that a leaf of the tree names, once. */
function checkRecords(bytes: Uint8Array, { metadata }: Records, end: number): void {
  const { nodeByteSize, nodeCount, recordSize, searchTreeSize } = metadata;
  const start = searchTreeSize + SEPARATOR_BYTES;
  const check = new ValueCheck({ bytes, start, end, hasPointers: true });
  const isChecked = new Uint8Array(Math.ceil((end - start) / 8));
  const recordsAt = RECORDS[recordSize]!;
  for (let node = 0; node < nodeCount; node++) {
    for (const record of recordsAt(bytes, node * nodeByteSize)) {
      // A smaller number is a node's, the number of nodes means that nothing is known.
      if (record <= nodeCount) continue;
      const at = record - nodeCount - SEPARATOR_BYTES;
      if (at < 0 || start + at >= end) throw new Damage(node * nodeByteSize, "the tree leads out of the data");
      if ((isChecked[at >> 3]! >> (at & 7) & 1) !== 0) continue;
      isChecked[at >> 3]! |= 1 << (at & 7);
      check.checkMap(start + at);
    }
  }
}
