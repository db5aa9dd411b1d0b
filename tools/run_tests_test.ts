import assert from "node:assert/strict";
import { type Counts, parseSummary, summaryLine } from "./run_tests.ts";

function check(output: string, expected: Counts | undefined): void {
  assert.deepEqual(parseSummary(output), expected);
}

Deno.test("counts are those of Deno's summary", () => {
  check("ok | 12 passed | 0 failed (3s)\n", { passed: 12, failed: 0, skipped: 0 });
  check("\nFAILED | 3 passed | 2 failed | 1 ignored (3ms)\n\n", { passed: 3, failed: 2, skipped: 1 });
});

Deno.test("steps are not counted beside their test", () => {
  check("ok | 2 passed (5 steps) | 0 failed (1s)", { passed: 2, failed: 0, skipped: 0 });
  check("FAILED | 1 passed (2 steps) | 1 failed (3 steps) (1s)", { passed: 1, failed: 1, skipped: 0 });
});

Deno.test("colours do not hide the summary", () => {
  check("\x1b[0m\x1b[32mok\x1b[0m | 47 passed | 0 failed \x1b[0m\x1b[38;5;245m(827ms)\x1b[0m", {
    passed: 47,
    failed: 0,
    skipped: 0,
  });
});

Deno.test("the last summary counts, and without one there are no counts", () => {
  check("ok | 1 passed | 0 failed\nok | 9 passed | 0 failed", { passed: 9, failed: 0, skipped: 0 });
  check("error: Module not found", undefined);
});

Deno.test("the line names skipped tests only if there are some", () => {
  assert.equal(summaryLine({ passed: 3, failed: 1, skipped: 0 }), "3 passed, 1 failed");
  assert.equal(summaryLine({ passed: 3, failed: 1, skipped: 2 }), "3 passed, 1 failed, 2 skipped");
});
