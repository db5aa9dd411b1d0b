/** Writes the tables of the documents anew: `deno run --allow-read --allow-write tests/docs/accept.ts`, then `deno task fmt`. */
import { filled, placesOf, readDocument, tableText } from "./markdown.ts";
import { DOCUMENTS, tableOf } from "./tables.ts";

for (const document of DOCUMENTS) {
  const text = readDocument(document);
  const tables = new Map<string, string>();
  for (const place of placesOf(text).keys()) {
    const { titles, rows } = await tableOf(place);
    tables.set(place, tableText(titles, rows));
  }
  Deno.writeTextFileSync(
    new URL(`../../${document}`, import.meta.url),
    filled(text, (place) => tables.get(place) ?? ""),
  );
}
