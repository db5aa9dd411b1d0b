/**
 * Files of AS information: MaxMind databases, and tables as of iptoasn.com, plain or compressed with gzip. What a file is
 * shows in its content, not in its name.
 *
 * Everything in a file is checked before anything of it is used, so that a damaged one is refused while nothing has been
 * measured yet. Opening files is not done here.
 */
import { type Chunks, joined, unpacked, withHead } from "../content/content.ts";
import { IpInfoFileError } from "./file_error.ts";
import type { IpInfoTable } from "./ip_info.ts";
import { RangeTableReader } from "./range_table.ts";

// Four times the largest tables of the whole Internet; more is a mistake, or a small file that unpacks without end.
const MOST_MIB = 256;

/** Reads the file of this name to its end. Throws `IpInfoFileError` for what it holds, and what `content` throws. */
export async function readIpInfoFile(file: string, content: Chunks): Promise<IpInfoTable> {
  const damage = (bytes: number): Error =>
    new IpInfoFileError(file, `behind ${bytes} unpacked bytes`, "its gzip data are damaged");
  const [head, whole] = await withHead(await unpacked(content, damage));
  return await readPlain(file, head, whole);
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

async function* limited(file: string, chunks: Chunks): Chunks {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > MOST_MIB << 20) throw new IpInfoFileError(file, "", `it holds more than ${MOST_MIB} MiB`);
    yield chunk;
  }
}
