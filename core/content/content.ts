/** Contents as they come, in pieces: what they begin with, and gzip around them. Opening files is not done here. */

export type Bytes = Uint8Array<ArrayBuffer>;
export type Chunks = AsyncIterable<Bytes>;

const GZIP_MAGIC = [0x1f, 0x8b] as const;
/** As much of the beginning as decides what a file is. */
const HEAD_BYTES = 512;

/** The first bytes, fewer only of a shorter content, and the content with them. */
export async function withHead(content: Chunks): Promise<[head: Bytes, whole: Chunks]> {
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

export function joined(chunks: readonly Bytes[]): Bytes {
  const bytes = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/**
 * The same content unpacked, if it is compressed with gzip. Where its data are damaged or end too early, everything
 * before is given, and then `damage` is thrown, which is told how many bytes that was.
 */
export async function unpacked(content: Chunks, damage: (bytes: number) => Error): Promise<Chunks> {
  const [head, whole] = await withHead(content);
  return GZIP_MAGIC.every((byte, at) => head[at] === byte) ? unpack(whole, damage) : whole;
}

async function* unpack(chunks: Chunks, damage: (bytes: number) => Error): Chunks {
  let bytes = 0;
  try {
    const stream = ReadableStream.from(drained(chunks)).pipeThrough(new DecompressionStream("gzip"));
    for await (const chunk of stream) {
      bytes += chunk.length;
      yield chunk;
    }
  } catch (error) {
    // That is how the platform tells of damage; what goes wrong while reading is an error of another class.
    if (!(error instanceof TypeError)) throw error;
    throw damage(bytes);
  }
}

/** An error at the end would discard what has not been read yet; one more chunk is taken only when all of it has been. */
async function* drained(chunks: Chunks): Chunks {
  yield* chunks;
  yield new Uint8Array(0);
}
