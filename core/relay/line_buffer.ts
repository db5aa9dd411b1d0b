/** Bytes to lines, however they come in pieces. What has no end within the buffer is dropped, and that is told. */

export type Piece =
  /** A line without its newline, each byte a character. */
  | { readonly kind: "line"; readonly text: string }
  /** So many bytes without a newline as the buffer holds were dropped. */
  | { readonly kind: "overflow" };

// mtr-packet's buffer, and with it the longest line: one byte less.
const BUFFER_BYTES = 4_095;
const NEWLINE = 0x0a;

export class LineBuffer {
  readonly #bytes = new Uint8Array(BUFFER_BYTES);
  #length = 0;

  /** What these bytes complete. A line that never ends is never told. */
  add(bytes: Uint8Array): readonly Piece[] {
    const pieces: Piece[] = [];
    for (const byte of bytes) {
      if (byte === NEWLINE) {
        pieces.push({ kind: "line", text: String.fromCharCode(...this.#bytes.subarray(0, this.#length)) });
        this.#length = 0;
        continue;
      }
      this.#bytes[this.#length++] = byte;
      if (this.#length < BUFFER_BYTES) continue;
      pieces.push({ kind: "overflow" });
      this.#length = 0;
    }
    return pieces;
  }
}
