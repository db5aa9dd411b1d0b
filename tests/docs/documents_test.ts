import assert from "node:assert/strict";
import { type Command, COMMANDS } from "../../core/option/commands.ts";
import { FLAGS, MISSING_FLAGS } from "../../core/option/flags.ts";
import { parseArguments, splitWords } from "../../core/option/mod.ts";
import { STATUSES } from "../../core/path/status.ts";
import { blocksOf, placesOf, readDocument, rowsOf } from "./markdown.ts";
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

Deno.test("README.md names every document, and every link within the documents leads to a heading", () => {
  const slugOf = (heading: string): string =>
    heading.toLowerCase().replaceAll(/[^\p{L}\p{N}_ -]/gu, "").replaceAll(" ", "-");
  const headings = new Map(DOCUMENTS.map((document) => {
    const titles = [...readDocument(document).matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) => slugOf(title));
    return [document, new Set(titles)];
  }));
  const linked = new Set<string>();
  for (const document of DOCUMENTS) {
    for (const [link, path = "", anchor] of readDocument(document).matchAll(/\]\(([\w./-]*\.md)?(?:#([\w-]+))?\)/g)) {
      const to = path === "" ? document : new URL(path, `file:///${document}`).pathname.slice(1);
      if (document === "README.md") linked.add(to);
      if (anchor !== undefined) assert.ok(headings.get(to)?.has(anchor), `${document}: ${link}`);
    }
  }
  assert.deepEqual(DOCUMENTS.filter((document) => document !== "README.md" && !linked.has(document)), []);
});

Deno.test("every option that a document names is one", () => {
  const names = new Set([...FLAGS, ...MISSING_FLAGS].map(({ long }) => long));
  for (const { options } of Object.values<Command>(COMMANDS)) {
    for (const name of Object.keys(options ?? {})) names.add(name.slice(2));
  }
  for (const document of DOCUMENTS) {
    // What other programs take stands in blocks of code; here are the sentences and tables.
    const sentences = readDocument(document).replaceAll(/^```[\s\S]*?^```$/gm, "");
    for (const [, name = ""] of sentences.matchAll(/`--([a-z][a-z0-9_-]+)/g)) {
      assert.ok(names.has(name), `${document}: --${name}`);
    }
  }
});

Deno.test("every command line of the documents is one that the program takes", () => {
  const lines = DOCUMENTS.flatMap((document) => blocksOf(readDocument(document)))
    .filter(({ language }) => ["sh", "cron"].includes(language)).flatMap((block) => block.lines);
  // Up to a comment, a pipe or a redirection that stands in no quotes.
  const command =
    /(?:^|[ =])(?:sudo )?(?:\/[\w/]+\/)?mtr-deno ((?:'[^']*'|"[^"]*"|[^|>#'"])*?)(?: +#.*| \d?>.*| \|.*)?$/;
  const taken = lines.flatMap((line) => command.exec(line)?.[1] ?? []);
  assert.ok(taken.length > 30, `${taken.length} lines`);
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
