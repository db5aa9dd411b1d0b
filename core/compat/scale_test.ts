import { deepEqual } from "node:assert/strict";
import { NumberReader } from "./c_number.ts";
import { readScale } from "./scale.ts";

function check(text: string, thresholdsMs: readonly number[]): void {
  deepEqual(readScale(text, new NumberReader("0.96")), { ok: true, thresholdsMs });
}

function checkProblem(problem: string, texts: readonly string[]): void {
  for (const text of texts) {
    deepEqual(readScale(text, new NumberReader("0.96")), { ok: false, message: `${problem}: ${text}` });
  }
}

Deno.test("a scale has a name", () => {
  check("fast", [1, 2, 3, 4, 5, 10, 20, 40, 80]);
  check("average", [5, 15, 25, 35, 45, 55, 101, 200, 400]);
  check("slow", [50, 100, 150, 200, 300, 500, 750, 1000, 2000]);
});

Deno.test("a scale is nine growing decimal numbers, with white space and signs as C has them", () => {
  check("0:2:3:4:5:6:7:8:2147483", [0, 2, 3, 4, 5, 6, 7, 8, 2_147_483]);
  check("-0: +1:02:\t08:9:10:11:12:13", [0, 1, 2, 8, 9, 10, 11, 12, 13]);
});

Deno.test("a threshold must be a number that fits", () => {
  checkProblem("invalid scale threshold", [
    "",
    ":",
    "turbo",
    "Fast",
    "-1:2",
    "1:2:x:0",
    "1::3",
    "2147484",
    "1:2147484",
  ]);
});

Deno.test("thresholds must grow", () => {
  checkProblem("scale thresholds must be strictly increasing", ["1:1", "0:0", "2:1:x", "1:2:3:4:5:6:7:9:9", "1:1.5"]);
});

Deno.test("nine thresholds with colons between, and nothing behind", () => {
  checkProblem("scale expects 9 colon-separated thresholds", ["1", "1:2:3:4:5:6:7:8", "1.5:2", "1 :2", "0x1:2", "1,2"]);
  checkProblem("scale expects 9 thresholds", [
    "1:2:3:4:5:6:7:8:9:10",
    "1:2:3:4:5:6:7:8:9:",
    "1:2:3:4:5:6:7:8:9 ",
    "1:2:3:4:5:6:7:8:9x",
  ]);
});
