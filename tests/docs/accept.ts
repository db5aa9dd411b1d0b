/** Writes the tables of docs/formats.md anew: `deno run --allow-read --allow-write tests/docs/accept.ts`, then `deno task fmt`. */
import { filled, placesOf, readDocument, tableText } from "./markdown.ts";
import { tableOf } from "./schema_tables.ts";

const DOCUMENT = "docs/formats.md";

const text = readDocument(DOCUMENT);
const tables = new Map<string, string>();
for (const place of placesOf(text).keys()) {
  const { titles, rows } = await tableOf(place);
  tables.set(place, tableText(titles, rows));
}
Deno.writeTextFileSync(new URL(`../../${DOCUMENT}`, import.meta.url), filled(text, (place) => tables.get(place) ?? ""));
