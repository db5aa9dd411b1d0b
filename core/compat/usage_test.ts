import { deepEqual, equal, ok } from "node:assert/strict";
import { DIALECT_NAMES } from "./dialect.ts";
import { OPTIONS } from "./option_table.ts";
import { usageText, versionText } from "./usage.ts";

Deno.test("the usage text begins with an empty line, and has one line for each option", () => {
  for (const dialect of DIALECT_NAMES) {
    const lines = usageText(dialect).split("\n");
    equal(lines[0], "");
    equal(lines.at(-1), "");
    for (const { long, value } of OPTIONS[dialect]) {
      const name = value === undefined ? `--${long}` : `--${long} ${value}`;
      equal(lines.filter((line) => line.includes(` ${name}  `)).length, 1, name);
    }
    ok(lines.every((line) => line === line.trimEnd()));
  }
});

Deno.test("names are unique, and short ones are a character", () => {
  for (const dialect of DIALECT_NAMES) {
    const longs = OPTIONS[dialect].map(({ long }) => long);
    const shorts = OPTIONS[dialect].flatMap(({ short }) => short ?? []);
    equal(new Set(longs).size, longs.length);
    equal(new Set(shorts).size, shorts.length);
    ok(shorts.every((short) => short.length === 1));
  }
});

Deno.test("the version is a line, and 0.96's features follow when it is asked for twice", () => {
  equal(versionText("0.95", 1), "mtr 0.95\n");
  equal(versionText("0.96", 1), "mtr 0.96\n");
  const [version, features, ...lines] = versionText("0.96", 2).trimEnd().split("\n");
  deepEqual([version, features], ["mtr 0.96", "features:"]);
  const names = ["ipv6", "curses", "cursesw", "braille", "gtk", "json", "ipinfo", "mark"];
  deepEqual(lines.map((line) => line.replace(/(yes|no)$/, "")), names.map((name) => `  ${name.padEnd(8)} `));
});
