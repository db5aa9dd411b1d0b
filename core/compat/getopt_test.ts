import { deepEqual } from "node:assert/strict";
import { getopt, type OptionNames } from "./getopt.ts";

const TABLE: readonly OptionNames[] = [
  { long: "report", short: "r" },
  { long: "report-wide", short: "w" },
  { long: "raw", short: "l" },
  { long: "report-cycles", short: "c", value: "COUNT" },
  { long: "size", short: "s", value: "BYTES" },
  { long: "scale", value: "SCALE" },
];

/** `options` are names with their values, as "report" and "size=5". */
function check(
  words: readonly string[],
  options: readonly string[],
  operands: readonly string[] = [],
  optionsFirst = false,
): void {
  deepEqual(seen(words, optionsFirst), { options, operands });
}

function checkMistake(words: readonly string[], mistake: string, options: readonly string[] = []): void {
  deepEqual(seen(words, false), { options, operands: [], mistake });
}

function seen(words: readonly string[], optionsFirst: boolean): object {
  const found = getopt(words, TABLE, { optionsFirst });
  return {
    ...found,
    options: found.options.map(({ option, value }) =>
      option.value === undefined ? option.long : `${option.long}=${value}`
    ),
  };
}

Deno.test("options and operands may be mixed", () => {
  check(["a", "-r", "b", "--size", "5", "c"], ["report", "size=5"], ["a", "b", "c"]);
});

Deno.test("with POSIXLY_CORRECT the first operand ends the options", () => {
  check(["-r", "a", "-q"], ["report"], ["a", "-q"], true);
  check(["", "-q"], [], ["", "-q"], true);
  check(["a", "--", "b"], [], ["a", "--", "b"], true);
});

Deno.test("-- ends the options and is none of the operands", () => {
  check(["a", "--", "-q", "--", "b"], [], ["a", "-q", "--", "b"]);
  check(["-s", "--", "-r"], ["size=--", "report"]);
});

Deno.test("a lone - and an empty word are operands", () => check(["-", ""], [], ["-", ""]));

Deno.test("short options can be bundled, and the last one's value glued", () => {
  check(["-rwc3"], ["report", "report-wide", "report-cycles=3"]);
  check(["-rc", "3"], ["report", "report-cycles=3"]);
  check(["-cr"], ["report-cycles=r"]);
  check(["-c-r"], ["report-cycles=-r"]);
  check(["-c", "-r"], ["report-cycles=-r"]);
  check(["-c="], ["report-cycles=="]);
});

Deno.test("the value of a long option follows = or is the next word", () => {
  check(["--size=5", "--size", "6", "--size=", "--size=a=b"], ["size=5", "size=6", "size=", "size=a=b"]);
  check(["--size", ""], ["size="]);
  check(["--size=a\nb"], ["size=a\nb"]);
});

Deno.test("a long name may be cut while it is the only one", () => {
  check(["--si", "5", "--ra", "--report-c=2"], ["size=5", "raw", "report-cycles=2"]);
});

Deno.test("a name that is complete is not ambiguous", () => check(["--report"], ["report"]));

Deno.test("an ambiguous name is told with the possibilities, in the order of the table", () => {
  checkMistake(
    ["--re"],
    "option '--re' is ambiguous; possibilities: '--report' '--report-wide' '--report-cycles'",
  );
  checkMistake(["--s=5"], "option '--s=5' is ambiguous; possibilities: '--size' '--scale'");
  checkMistake(
    ["--=5"],
    "option '--=5' is ambiguous; possibilities: '--report' '--report-wide' '--raw' '--report-cycles' '--size' '--scale'",
  );
});

Deno.test("an unknown option is told as it was typed", () => {
  checkMistake(["--bogus"], "unrecognized option '--bogus'");
  checkMistake(["--bogus=5"], "unrecognized option '--bogus=5'");
  checkMistake(["---"], "unrecognized option '---'");
  checkMistake(["-q"], "invalid option -- 'q'");
  checkMistake(["-rq5"], "invalid option -- 'q'", ["report"]);
  checkMistake(["-:"], "invalid option -- ':'");
  checkMistake(["-r-"], "invalid option -- '-'", ["report"]);
});

Deno.test("a missing value is told with the whole name", () => {
  checkMistake(["-r", "--si"], "option '--size' requires an argument", ["report"]);
  checkMistake(["-rc"], "option requires an argument -- 'c'", ["report"]);
});

Deno.test("a value too many is told with the whole name", () => {
  checkMistake(["--ra=5"], "option '--raw' doesn't allow an argument");
  checkMistake(["--report="], "option '--report' doesn't allow an argument");
});
