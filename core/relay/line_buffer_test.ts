import assert from "node:assert/strict";
import { LineBuffer, type Piece } from "./line_buffer.ts";

const BUFFER = 4_095;

/** What comes of a text that arrives in pieces of `size` bytes: lines, and `undefined` for what overflowed. */
function read(text: string, size = text.length): readonly (string | undefined)[] {
  const buffer = new LineBuffer();
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  const pieces: Piece[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(...buffer.add(bytes.subarray(at, at + size)));
  return pieces.map((piece) => piece.kind === "line" ? piece.text : undefined);
}

Deno.test("lines are what newlines end, however the bytes come", () => {
  for (const size of [1, 2, 3, 5, 100]) assert.deepEqual(read("one\n\n two\nthree", size), ["one", "", " two"]);
});

Deno.test("the longest line has one byte less than the buffer", () => {
  assert.deepEqual(read(`${"x".repeat(BUFFER - 1)}\n`).map((line) => line?.length), [BUFFER - 1]);
});

Deno.test("what fills the buffer without an end is dropped, and the rest begins a new line", () => {
  for (const size of [1, 7, 4_096, 100_000]) {
    assert.deepEqual(read(`${"x".repeat(BUFFER)}\n5\n`, size), [undefined, "", "5"]);
    assert.deepEqual(read(`${"x".repeat(2 * BUFFER)}yy\n`, size), [undefined, undefined, "yy"]);
  }
});

Deno.test("a byte is a character, whatever it is", () => {
  const all = Uint8Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => byte !== 0x0a);
  assert.deepEqual(read(`${String.fromCharCode(...all)}\n`), [String.fromCharCode(...all)]);
});
