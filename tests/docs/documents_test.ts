import assert from "node:assert/strict";
import { type Command, COMMANDS } from "../../core/option/commands.ts";
import { FLAGS, MISSING_FLAGS } from "../../core/option/flags.ts";
import { EXIT_STATUSES } from "../../core/option/help.ts";
import { parseArguments, splitWords } from "../../core/option/mod.ts";
import { STATUSES } from "../../core/path/status.ts";
import { blocksOf, placesOf, readDocument, rowsBelow, rowsOf } from "./markdown.ts";
import { DOCUMENTS, tableOf } from "./tables.ts";

const FORMATS = readDocument("docs/formats.md");

for (const document of DOCUMENTS) {
  for (const [place, content] of placesOf(readDocument(document))) {
    Deno.test(`${document} has the program's own table: ${place}`, async () => {
      const { titles, rows } = await tableOf(place);
      assert.deepEqual(rowsOf(content), [titles, ...rows], "deno run -RW tests/docs/accept.ts writes it");
      assert.ok(rows.length > 0);
    });
  }
}

Deno.test("docs/formats.md says of each status whether the record is complete", () => {
  const rows = rowsOf(FORMATS).filter(([record = ""]) => ["complete", "partial", "failed"].includes(record));
  const words = rows.flatMap(([, text = ""]) => [...text.matchAll(/`([A-Z_]+)`/g)].map(([, word = ""]) => word));
  assert.deepEqual(words.toSorted(), Object.keys(STATUSES).toSorted());
});

Deno.test("docs/formats.md names every attribute that XML has", async () => {
  const source = await Deno.readTextFile(new URL("../../core/output/xml.ts", import.meta.url));
  const names = [...source.matchAll(/^ +([A-Z]{2,}): /gm)].map(([, name = ""]) => name);
  assert.ok(names.length > 30, `${names}`);
  for (const name of names) assert.match(FORMATS, new RegExp(`[\`< ]${name}[\` >]`), name);
});

Deno.test("README.md has the program's statuses", () => {
  const readme = readDocument("README.md");
  const codesOf = (cells: readonly string[]): readonly string[] => cells.flatMap((cell) => cell.split(/, /)).toSorted();
  assert.deepEqual(
    codesOf(rowsBelow(readme, "Exit status").map(([status = ""]) => status)),
    codesOf(EXIT_STATUSES.map(([status]) => status)),
  );
  const statuses = rowsBelow(readme, "Status of a target");
  assert.deepEqual(
    statuses.map(([word = ""]) => word.replaceAll("`", "")).toSorted(),
    Object.keys(STATUSES).toSorted(),
  );
  for (const [word = "", , exit] of statuses) {
    const name = word.replaceAll("`", "");
    const { exit: own } = Object.entries(STATUSES).find(([known]) => known === name)?.[1] ?? { exit: undefined };
    if (name !== "PARTIAL") assert.equal(exit, String(own), word);
  }
});

Deno.test("every option that a document names is one", () => {
  const names = new Set([...FLAGS, ...MISSING_FLAGS].map(({ long }) => long));
  for (const { options } of Object.values<Command>(COMMANDS)) {
    for (const name of Object.keys(options ?? {})) names.add(name.slice(2));
  }
  for (const document of [...DOCUMENTS, "docs/cookbook.md"]) {
    // What other programs take stands in blocks of code; here are the sentences and tables.
    const sentences = readDocument(document).replaceAll(/^```[\s\S]*?^```$/gm, "");
    for (const [, name = ""] of sentences.matchAll(/`--([a-z][a-z0-9_-]+)/g)) {
      assert.ok(names.has(name), `${document}: --${name}`);
    }
  }
});

Deno.test("every command line of README.md is one that the program takes", () => {
  const lines = blocksOf(readDocument("README.md")).filter(({ language }) => ["sh", "cron"].includes(language))
    .flatMap((block) => block.lines);
  // Up to a comment, a pipe or a redirection that stands in no quotes.
  const command = /(?:^|[ =])(?:sudo )?(?:\.\/)?mtr-deno ((?:'[^']*'|"[^"]*"|[^|>#'"])*?)(?: +#.*| \d?>.*| \|.*)?$/;
  const taken = lines.flatMap((line) => command.exec(line)?.[1] ?? []);
  assert.ok(taken.length > 20, `${taken.length} lines`);
  for (const text of taken) {
    const split = splitWords(text);
    assert.ok(split.ok, text);
    const [first = ""] = split.words;
    // Commands and --compat read the rest their own way.
    if (Object.hasOwn(COMMANDS, first) || first === "--compat" || text === "…") continue;
    const parsed = parseArguments(split.words, {});
    assert.ok(parsed.ok, `${text}: ${parsed.ok || parsed.problem.message}`);
  }
});
