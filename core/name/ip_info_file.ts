/**
 * Files of AS information: MaxMind databases, and tables as of iptoasn.com, plain or compressed with gzip. What a file is
 * shows in its content, not in its name.
 *
 * Everything in a file is checked before anything of it is used, so that a damaged one is refused while nothing has been
 * measured yet. Opening files is not done here.
 */
import { IpInfoFileError } from "./file_error.ts";
import type { IpInfoTable } from "./ip_info.ts";
import { RangeTableReader } from "./range_table.ts";

// Four times the largest tables of the whole Internet; more is a mistake, or a small file that unpacks without end.
const MOST_MIB = 256;
const GZIP_MAGIC = [0x1f, 0x8b] as const;
/** As much of the beginning as decides what a file is. */
const HEAD_BYTES = 512;

/** A content as it comes. */
export type Chunks = AsyncIterable<Bytes>;
type Bytes = Uint8Array<ArrayBuffer>;

/** Reads the file of this name to its end. Throws `IpInfoFileError` for what it holds, and what `content` throws. */
export async function readIpInfoFile(file: string, content: Chunks): Promise<IpInfoTable> {
  const [head, whole] = await withHead(content);
  if (!GZIP_MAGIC.every((byte, at) => head[at] === byte)) return await readPlain(file, head, whole);
  const [unpackedHead, unpacked] = await withHead(unpack(file, whole));
  return await readPlain(file, unpackedHead, unpacked);
}

async function readPlain(file: string, head: Uint8Array, whole: Chunks): Promise<IpInfoTable> {
  const chunks = limited(file, whole);
  if (!isBinary(head)) return await readTable(file, chunks);
  const bytes = joined(await Array.fromAsync(chunks));
  // Only here: no other run needs the reader of databases.
  const { readMmdb } = await import("./mmdb.ts");
  return readMmdb(file, bytes);
}

/** Control characters other than white space: a search tree is full of zeros, and no text has any. */
function isBinary(head: Uint8Array): boolean {
  return head.some((byte) => byte < 0x09);
}

async function readTable(file: string, chunks: Chunks): Promise<IpInfoTable> {
  const reader = new RangeTableReader(file);
  for await (const chunk of chunks) reader.take(chunk);
  return reader.end();
}

function joined(chunks: readonly Bytes[]): Bytes {
  const bytes = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

async function* limited(file: string, chunks: Chunks): Chunks {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > MOST_MIB << 20) throw new IpInfoFileError(file, "", `it holds more than ${MOST_MIB} MiB`);
    yield chunk;
  }
}

/** The first bytes, fewer only of a shorter content, and the content with them. */
async function withHead(content: Chunks): Promise<[head: Bytes, whole: Chunks]> {
  const iterator = content[Symbol.asyncIterator]();
  const first: Bytes[] = [];
  for (let length = 0; length < HEAD_BYTES;) {
    const { done, value } = await iterator.next();
    if (done) break;
    first.push(value);
    length += value.length;
  }
  return [joined(first).subarray(0, HEAD_BYTES), followedBy(first, iterator)];
}

async function* followedBy(first: readonly Bytes[], rest: AsyncIterator<Bytes>): Chunks {
  try {
    yield* first;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

async function* unpack(file: string, chunks: Chunks): Chunks {
  let bytes = 0;
  try {
    for await (const chunk of ReadableStream.from(chunks).pipeThrough(new DecompressionStream("gzip"))) {
      bytes += chunk.length;
      yield chunk;
    }
  } catch (error) {
    // That is how the platform tells of damage; what goes wrong while reading is an error of another class.
    if (!(error instanceof TypeError)) throw error;
    throw new IpInfoFileError(file, `behind ${bytes} unpacked bytes`, "its gzip data are damaged");
  }
}
