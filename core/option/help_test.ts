import { deepEqual, equal, match, ok } from "node:assert/strict";
import { FIELDS } from "../path/fields.ts";
import { COMMAND_ROWS } from "./commands.ts";
import { EXIT_STATUSES, helpText, versionText } from "./help.ts";
import { FLAGS } from "./flags.ts";

const WIDE = await helpText(400);

Deno.test("help has every flag with its names, its value and its text", () => {
  for (const flag of FLAGS) {
    const value = flag.kind === "flag" ? "" : ` ${flag.value}`;
    const short = flag.short === undefined ? "    " : `-${flag.short}, `;
    const line = WIDE.split("\n").find((line) => line.startsWith(`  ${short}--${flag.long}${value} `));
    ok(line?.includes(flag.help), flag.long);
  }
});

Deno.test("help says the range and what holds without the flag", () => {
  match(WIDE, /--report-cycles COUNT .*\(from 1 to 2147483647; else 10\)/);
  match(WIDE, /--interval SECONDS .*\(from 0.001 to 86400; else 1\)/);
  match(WIDE, /--bitpattern BYTE .*\(from 0 to 255, or -1 for a random one; else 0\)/);
  match(WIDE, /--order LETTERS .*else "LS NABWV"/);
});

Deno.test("help lists every column with its letter and its title", () => {
  for (const [letter, { title, help }] of Object.entries(FIELDS)) {
    const name = letter === " " ? "blank" : `${letter}  ${title}`;
    ok(WIDE.split("\n").some((line) => line.startsWith(`  ${name} `) && line.endsWith(help)), letter);
  }
});

Deno.test("help lists every command", () => {
  for (const [word, { usage, help }] of COMMAND_ROWS) {
    const name = `  ${word}${usage === "" ? "" : ` ${usage}`} `;
    ok(WIDE.split("\n").some((line) => line.startsWith(name) && line.endsWith(help)), word);
  }
});

Deno.test("help lists every exit status", () => {
  for (const [status] of EXIT_STATUSES) match(WIDE, new RegExp(`^  ${status} `, "m"));
});

Deno.test("no line of help is longer than the width, and none ends with a blank", async () => {
  for (const width of [40, 60, 80, 100, 132]) {
    for (const line of (await helpText(width)).split("\n")) {
      ok(line.length <= width, `${width}: ${line}`);
      ok(!line.endsWith(" "), line);
    }
  }
});

Deno.test("help has the same words at every width", async () => {
  const words = async (width: number): Promise<string[]> => (await helpText(width)).split(/\s+/);
  const usual = await words(80);
  for (const width of [0, 20, 50, 79, 81, 1000]) deepEqual(await words(width), usual);
});

Deno.test("what is quoted in help stays on one line", async () => {
  for (let width = 36; width < 120; width++) match(await helpText(width), /"LS NABWV"/);
});

Deno.test("texts stand beside the names, or below them where there is no room", async () => {
  const beside = "\n  -n, --no-dns                  show addresses only and look up no names\n  -b, --show-ips  ";
  const below = "\n  -n, --no-dns\n      show addresses only and look up no\n      names\n  -b, --show-ips\n";
  ok((await helpText(80)).includes(beside));
  ok((await helpText(40)).includes(below));
});

Deno.test("help ends with one line feed", () => match(WIDE, /[^\n]\n$/));

Deno.test("version names the program and its version", () => equal(versionText("1.2.3"), "mtr-deno 1.2.3\n"));
