/** The standard output: one text after the other, to the last byte. A reader that has gone away is no error. */

export class StandardOutput {
  readonly #onClosed: () => void;
  #writing: Promise<void> = Promise.resolve();
  #isClosed = false;
  #problem: Error | undefined;

  /** `onClosed` is told once that nobody reads any more, or that writing fails. */
  constructor(onClosed: () => void = () => {}) {
    this.#onClosed = onClosed;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  print(text: string | undefined): void {
    if (text === undefined || text === "") return;
    this.#writing = this.#writing.then(() => this.#write(new TextEncoder().encode(text)));
  }

  /** Fulfilled when all is written, with what kept it from being so, if anything did. */
  async done(): Promise<Error | undefined> {
    await this.#writing;
    return this.#problem;
  }

  async #write(bytes: Uint8Array): Promise<void> {
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
