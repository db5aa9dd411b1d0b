import { equal } from "node:assert/strict";
import { type LogEnds, logText } from "./log_text.ts";

const HEADER = "a,b\n";
const FULL: LogEnds = { isEmpty: false, hasHeader: true, isLineEnded: true };

function check(log: Partial<LogEnds>, expected: string, { header = HEADER, text = "a,b\n1,2\n" } = {}): void {
  equal(logText(text, header, { ...FULL, ...log }), expected);
}

Deno.test("an empty log gets the header", () => {
  check({ isEmpty: true, hasHeader: false, isLineEnded: false }, "a,b\n1,2\n");
});

Deno.test("a log that has the header gets the rows", () => check({}, "1,2\n"));

Deno.test("a log with another header gets this one before the rows", () => check({ hasHeader: false }, "a,b\n1,2\n"));

Deno.test("behind a torn line of somebody else a run begins on a line of its own", () => {
  check({ isLineEnded: false }, "\n1,2\n");
});

Deno.test("a format without a header is added as it is", () => equal(logText("{}\n", undefined, FULL), "{}\n"));

Deno.test("a text that is no beginning of a run keeps its first line", () => check({}, "3,4\n", { text: "3,4\n" }));

Deno.test("of several runs only the first one brings the header, and only where there is none", () => {
  const text = "a,b\n1,2\na,b\na,b\n3,4\na,b,c\n";
  check({}, "1,2\n3,4\na,b,c\n", { text });
  check({ isEmpty: true, hasHeader: false }, "a,b\n1,2\n3,4\na,b,c\n", { text });
  equal(logText(text, undefined, FULL), text);
});

Deno.test("nothing stays nothing", () => check({ isLineEnded: false }, "", { text: "" }));
