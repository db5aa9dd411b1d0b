import assert from "node:assert/strict";
import { STATUSES } from "../../core/path/status.ts";
import { placesOf, readDocument, rowsOf } from "./markdown.ts";
import { tableOf } from "./schema_tables.ts";

const DOCUMENT = readDocument("docs/formats.md");

for (const [place, content] of placesOf(DOCUMENT)) {
  Deno.test(`docs/formats.md has the table of the schema: ${place}`, async () => {
    const { titles, rows } = await tableOf(place);
    assert.deepEqual(rowsOf(content), [titles, ...rows], "deno run -RW tests/docs/accept.ts writes it");
    assert.ok(rows.length > 0);
  });
}

Deno.test("docs/formats.md says of each status whether the record is complete", () => {
  const rows = rowsOf(DOCUMENT).filter(([record = ""]) => ["complete", "partial", "failed"].includes(record));
  const words = rows.flatMap(([, text = ""]) => [...text.matchAll(/`([A-Z_]+)`/g)].map(([, word = ""]) => word));
  assert.deepEqual(words.toSorted(), Object.keys(STATUSES).toSorted());
});

Deno.test("docs/formats.md names every attribute that XML has", async () => {
  const source = await Deno.readTextFile(new URL("../../core/output/xml.ts", import.meta.url));
  const names = [...source.matchAll(/^ +([A-Z]{2,}): /gm)].map(([, name = ""]) => name);
  assert.ok(names.length > 30, `${names}`);
  for (const name of names) assert.match(DOCUMENT, new RegExp(`[\`< ]${name}[\` >]`), name);
});
