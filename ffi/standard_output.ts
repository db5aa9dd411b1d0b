/** The standard output: one text after the other, to the last byte. A reader that has gone away is no error. */

export class StandardOutput {
  readonly #onClosed: () => void;
  #writing: Promise<void> = Promise.resolve();
  #isClosed = false;
  #problem: Error | undefined;

  readonly #gzip: GzipWriter | undefined;

  /** `onClosed` is told once that nobody reads any more, or that writing fails. */
  constructor(onClosed: () => void = () => {}, { gzip = false } = {}) {
    this.#onClosed = onClosed;
    this.#gzip = gzip ? new GzipWriter((bytes) => this.#writeAll(bytes)) : undefined;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  print(text: string | undefined): void {
    if (text === undefined || text === "") return;
    this.#writing = this.#writing.then(() => this.#write(new TextEncoder().encode(text)));
  }

  /** Fulfilled when all until now is written, or never will be. */
  async written(): Promise<void> {
    await this.#writing;
  }

  /** Fulfilled when all is written, with what kept it from being so, if anything did. */
  async done(): Promise<Error | undefined> {
    await this.#writing;
    await this.#gzip?.end();
    return this.#problem;
  }

  async #write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    if (this.#isClosed) return;
    await (this.#gzip?.write(bytes) ?? this.#writeAll(bytes));
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    if (this.#isClosed) return;
    try {
      while (bytes.length > 0) bytes = bytes.subarray(await Deno.stdout.write(bytes));
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      this.#isClosed = true;
      if (!(error instanceof Deno.errors.BrokenPipe)) this.#problem = error;
      this.#onClosed();
    }
  }
}

/** Compresses. What one `write` takes can be read back, even if nothing follows: the runtime flushes each. */
class GzipWriter {
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #pumping: Promise<void>;

  constructor(write: (bytes: Uint8Array) => Promise<void>) {
    const { readable, writable } = new CompressionStream("gzip");
    this.#writer = writable.getWriter();
    this.#pumping = (async () => {
      for await (const bytes of readable) await write(bytes);
    })();
  }

  async write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.#writer.write(bytes);
  }

  async end(): Promise<void> {
    await this.#writer.close();
    await this.#pumping;
  }
}
