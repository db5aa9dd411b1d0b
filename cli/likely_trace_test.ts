import assert from "node:assert/strict";
import { COMMANDS } from "../core/option/commands.ts";
import { isLikelyTrace } from "./likely_trace.ts";

const NO_VARIABLES = { MTR_OPTIONS: undefined, MTR_DENO_CONFIG: undefined };

for (const args of [["192.0.2.1"], ["-n", "-r", "example.org"], ["--csv", "-F", "hosts"], ["--", "packet"]]) {
  Deno.test(`a worker is started before it is known what is meant by ${args.join(" ")}`, () => {
    assert.equal(isLikelyTrace(args, NO_VARIABLES), true);
    assert.equal(isLikelyTrace(args, { ...NO_VARIABLES, MTR_OPTIONS: "-n -c 3" }), true);
  });
}

for (const word of Object.keys(COMMANDS)) {
  Deno.test(`no worker is started for the command ${word}`, () => {
    assert.equal(isLikelyTrace([word, "--json"], NO_VARIABLES), false);
  });
}

for (const args of [[], ["-h"], ["--version"], ["--dry-run", "h"], ["--config", "f", "h"], ["h", "--from-jsonl"]]) {
  Deno.test(`no worker is started for "${args.join(" ")}"`, () => {
    assert.equal(isLikelyTrace(args, NO_VARIABLES), false);
  });
}

Deno.test("no worker is started where a variable asks for a configuration, or for what sends nothing", () => {
  assert.equal(isLikelyTrace(["h"], { ...NO_VARIABLES, MTR_DENO_CONFIG: "f" }), false);
  assert.equal(isLikelyTrace(["h"], { ...NO_VARIABLES, MTR_OPTIONS: "-n --dry-run" }), false);
});
