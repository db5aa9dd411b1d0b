import assert from "node:assert/strict";
import { ArchiveError, CutOffError } from "./archive_error.ts";
import { LONGEST_LINE_BYTES } from "./line.ts";
import { textLines } from "./text_lines.ts";

async function* chunksOf(text: string, size: number, then?: Error): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
  if (then !== undefined) throw then;
}

async function linesOf(text: string, size: number): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const batch of textLines("f", chunksOf(text, size))) {
    for (const line of batch) lines.push(`${line.number}${line.isLast ? "!" : ""}:${line.text}`);
  }
  return lines;
}

Deno.test("lines are the same in whatever pieces they come", async () => {
  for (const size of [1, 2, 3, 100]) assert.deepEqual(await linesOf("äö\n\n€x\n", size), ["1:äö", "2:", "3:€x"]);
  for (const size of [1, 100]) assert.deepEqual(await linesOf("a\nb", size), ["1:a", "2!:b"]);
  assert.deepEqual(await linesOf("", 7), []);
});

Deno.test("a line may be as long as the limit, and no longer, whether it ends or not", async () => {
  const longest = "x".repeat(LONGEST_LINE_BYTES);
  assert.equal((await linesOf(`${longest}\n`, 65_536)).length, 1);
  for (const text of [`a\n${longest}x\n`, `a\n${longest}xyz`]) {
    await assert.rejects(
      linesOf(text, 65_536),
      (error) =>
        error instanceof ArchiveError && error.message === "Cannot read f: line 2: it is longer than 1048576 bytes",
    );
  }
});

Deno.test("where a content is cut off, what came before is given first", async () => {
  const seen: string[] = [];
  const reading = (async () => {
    for await (const batch of textLines("f", chunksOf("a\nbc", 3, new CutOffError("cut")))) {
      seen.push(...batch.map(({ text }) => text));
    }
  })();
  await assert.rejects(reading, CutOffError);
  assert.deepEqual(seen, ["a", "bc"]);
});
