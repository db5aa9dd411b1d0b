/** Options from the environment, before those of the command line. */
import { deepEqual, match } from "node:assert/strict";
import { parseArguments } from "./parse.ts";
import { check, checkProblem, problemOf } from "./_parse_fixture.ts";

Deno.test("help is due even where MTR_OPTIONS is broken", () => {
  deepEqual(parseArguments(["-h"], { MTR_OPTIONS: "'" }), { ok: true, invocation: { action: "help" } });
});

Deno.test("MTR_OPTIONS comes before the command line, which overrides it", () => {
  const environment = { MTR_OPTIONS: "-c 5 --csv -n -4 -F a" };
  check(["host"], {
    hosts: ["host"],
    files: ["a"],
    family: 4,
    plan: { rounds: 5 },
    view: { output: "csv", names: false },
  }, environment);
  check(["host", "-c7", "-j6", "-F", "b"], {
    hosts: ["host"],
    files: ["a", "b"],
    family: 6,
    plan: { rounds: 7 },
    view: { output: "json", names: false },
  }, environment);
});

Deno.test("hosts in MTR_OPTIONS do not count", () => check(["a"], { hosts: ["a"] }, { MTR_OPTIONS: "b -- -c" }));

Deno.test("quotes in MTR_OPTIONS keep blanks", () => {
  check([], { view: { order: "LS A" } }, { MTR_OPTIONS: "-o 'LS A'" });
  check([], { view: { order: "" } }, { MTR_OPTIONS: '--order ""' });
});

Deno.test("a mistake in MTR_OPTIONS says that it is there", () => {
  const inOptions = (MTR_OPTIONS: string, message: string): void => checkProblem(["host"], message, { MTR_OPTIONS });
  inOptions(
    "-c x",
    'Cannot use "x" as the number of cycles (-c) in MTR_OPTIONS: it must be a whole number from 1 to 2147483647',
  );
  inOptions("-q", "Cannot use -q in MTR_OPTIONS: there is no such option");
  inOptions("-rq", 'Cannot use -q of "-rq" in MTR_OPTIONS: there is no such option');
  inOptions("-o 'LS", "Cannot split the words in MTR_OPTIONS: a ' is not closed");
  inOptions("a ".repeat(128), "Cannot split the words in MTR_OPTIONS: it has 128 words, and must have at most 127");
});

Deno.test("options that do not go together say that MTR_OPTIONS counts", () => {
  match(problemOf(["-m", "3"], { MTR_OPTIONS: "-f 5" }), /\(MTR_OPTIONS counts, too\)$/);
});

Deno.test("what MTR_OPTIONS sets may become right by the command line", () => {
  check(["-m", "50"], { plan: { firstTtl: 40, maxTtl: 50 } }, { MTR_OPTIONS: "-f 40" });
});

Deno.test("with POSIXLY_CORRECT options end at the first host", () => {
  const environment = { POSIXLY_CORRECT: "" };
  check(["-n", "host", "-r", "--"], { view: { names: false }, hosts: ["host", "-r", "--"] }, environment);
});
