import assert from "node:assert/strict";
import { OUTPUT_NAMES, STREAMED } from "../view.ts";
import { type OutputFormat, OUTPUTS } from "./mod.ts";

Deno.test("who begins a run knows which outputs are printed while it goes on", () => {
  const streams = OUTPUT_NAMES.filter((name) => {
    const format: OutputFormat = OUTPUTS[name];
    return format.stream !== undefined;
  });
  assert.deepEqual(streams, STREAMED);
});
