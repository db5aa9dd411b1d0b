import { deepEqual } from "node:assert/strict";
import { invalidArgument, NumberReader } from "./c_number.ts";
import type { DialectName } from "./dialect.ts";

type Kind = "int" | "unsigned" | "float";

const RANGE = ": Numerical result out of range";

/** `expected` is the value, or what follows the argument in the message. */
function check(dialect: DialectName, kind: Kind, cases: Readonly<Record<string, number | string>>): void {
  for (const [text, expected] of Object.entries(cases)) {
    const reading = new NumberReader(dialect)[kind](text);
    deepEqual(
      reading,
      typeof expected === "number" ? { ok: true, value: expected } : { ok: false, errno: expected },
      JSON.stringify(text),
    );
  }
}

function checkBoth(kind: Kind, cases: Readonly<Record<string, number | string>>): void {
  check("0.95", kind, cases);
  check("0.96", kind, cases);
}

Deno.test("the message names the argument, then what errno says", () => {
  deepEqual(invalidArgument("5x", { errno: "" }), "invalid argument: '5x'");
  deepEqual(invalidArgument("9", { errno: RANGE }), "invalid argument: '9': Numerical result out of range");
});

Deno.test("an integer is the whole text, but for white space before it", () => {
  checkBoth("int", { "5": 5, " \t\n\v\f\r5": 5, "+5": 5, "-0": 0, "0": 0 });
  checkBoth("int", { "5 ": "", "5x": "", x: "", "+": "", "-": "", " ": "", "- 5": "", "1.5": "", "0x": "", "0xg": "" });
});

Deno.test("0.95 reads decimal numbers only", () => {
  check("0.95", "int", { "010": 10, "08": 8, "0x10": "", "0x2": "", [`${"0".repeat(99)}5`]: 5 });
});

Deno.test("0.96 reads C's notations", () => {
  check("0.96", "int", { "010": 8, "0x10": 16, "0X1f": 31, "-0x10": -16, "08": "", "0b11": "", "00": 0 });
  check("0.96", "int", { [`0${"0".repeat(99)}7`]: 7, [`0x${"0".repeat(99)}7`]: 7 });
});

Deno.test("a 0.95 integer must be below 2^31-1, and a sign makes it huge", () => {
  check("0.95", "int", { "2147483646": 2_147_483_646, "2147483647": "", "2147483648": "", "-1": "" });
  check("0.95", "int", { "18446744073709551615": "", "-18446744073709551615": 1 });
});

Deno.test("what 64 bits do not hold is out of range in 0.95", () => {
  check("0.95", "int", {
    "18446744073709551616": RANGE,
    "-18446744073709551616": RANGE,
    "99999999999999999999x": RANGE,
    ["9".repeat(100_000)]: RANGE,
  });
});

Deno.test("0.96 stores 32 bits of an integer and looks at nothing", () => {
  check("0.96", "int", {
    "2147483647": 2_147_483_647,
    "2147483648": -2_147_483_648,
    "4294967297": 1,
    "-1": -1,
    "9223372036854775807": -1,
    "-9223372036854775808": 0,
  });
});

Deno.test("what 64 bits with sign do not hold is out of range in 0.96", () => {
  check("0.96", "int", {
    "9223372036854775808": RANGE,
    "-9223372036854775809": RANGE,
    "99999999999999999999x": RANGE,
    [`0x${"f".repeat(17)}`]: RANGE,
  });
});

Deno.test("an unsigned number of 0.95 must be below 2^32-1", () => {
  check("0.95", "unsigned", { "4294967294": 4_294_967_294, "4294967295": "", "-1": "", "0x10": "" });
  check("0.95", "unsigned", { "-18446744073709551615": 1, "99999999999": "", "99999999999999999999": RANGE });
});

Deno.test("an unsigned number of 0.96 is cut to 32 bits", () => {
  check("0.96", "unsigned", { "4294967295": 4_294_967_295, "4294967296": 0, "-1": 4_294_967_295, "0x10": 16 });
  check("0.96", "unsigned", { "18446744073709551615": 4_294_967_295, "18446744073709551616": RANGE });
});

Deno.test("a float has C's notations", () => {
  checkBoth("float", { "1": 1, "1.": 1, ".5": 0.5, "1e-1": Math.fround(0.1), "1.5E+1": 15, " +1": 1, "-0.5": -0.5 });
  checkBoth("float", {
    "0x1p-3": 0.125,
    "0x.8": 0.5,
    "0X1.8P1": 3,
    "0xA": 10,
    "-0x10": -16,
    "0x0p99": 0,
    "0x100p-4": 16,
  });
  checkBoth("float", { inf: Infinity, "-INFINITY": -Infinity, nan: NaN, "-NaN": NaN, "nan(a_1)": NaN, "nan()": NaN });
  checkBoth("float", {
    "1 ": "",
    "1,5": "",
    ".": "",
    "1e": "",
    "0x": "",
    "0x1p": "",
    "0x.": "",
    infin: "",
    "nan(a-b)": "",
  });
});

Deno.test("a float is stored in 32 bits", () => {
  checkBoth("float", { "0.1": 0.10000000149011612, "1e300": Infinity, "1e-46": 0, "1e-45": 2 ** -149 });
  checkBoth("float", { "16777217": 16_777_216, "0.99999999999": 1, [`0x1.${"0".repeat(99)}1`]: 1 });
});

Deno.test("a float that 64 bits do not hold is out of range", () => {
  checkBoth("float", { "1e400": RANGE, "-1e400": RANGE, "1e-400": RANGE, "1e-310": RANGE, "1e400x": RANGE });
  checkBoth("float", { "1.7976931348623159e308": RANGE, "0x1p1024": RANGE, "0x1p99999999999999999999": RANGE });
  checkBoth("float", { "0x1p-1074": 0, "0x1p-1075": RANGE, "0x1.8p-1074": RANGE, "0x1p-99999999999": RANGE });
  checkBoth("float", { "2.2250738585072014e-308": 0, "2.2250738585072011e-308": RANGE, "0e999": 0, "0.0e-999": 0 });
  checkBoth("float", { "0x1.fffffffffffff7p1023": Infinity, "0x1.fffffffffffff8p1023": RANGE });
});

Deno.test("an empty argument has the errno that was there: none in 0.95", () => {
  checkEmpty("0.95", () => undefined, "");
});

Deno.test("an empty argument of 0.96 tells that a file was missing, until a number has been read", () => {
  const missing = ": No such file or directory";
  checkEmpty("0.96", () => undefined, missing);
  checkEmpty("0.96", (numbers) => numbers.int(""), missing);
  checkEmpty("0.96", (numbers) => numbers.int("5"), "");
  checkEmpty("0.96", (numbers) => numbers.float("1"), "");
  checkEmpty("0.96", (numbers) => numbers.decimalPrefix("1:2"), "");
});

function checkEmpty(dialect: DialectName, before: (numbers: NumberReader) => unknown, errno: string): void {
  for (const kind of ["int", "unsigned", "float"] as const) {
    const numbers = new NumberReader(dialect);
    before(numbers);
    deepEqual(numbers[kind](""), { ok: false, errno });
  }
}

Deno.test("a text may start with a decimal number", () => {
  const numbers = new NumberReader("0.96");
  deepEqual(numbers.decimalPrefix(" 010:2"), { value: 10, rest: ":2" });
  deepEqual(numbers.decimalPrefix("-5x"), { value: -5, rest: "x" });
  deepEqual(numbers.decimalPrefix("x"), undefined);
  deepEqual(numbers.decimalPrefix(""), undefined);
});
