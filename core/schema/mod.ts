/**
 * JSON Schemas (draft 2020-12) of what this program writes for others to read. They are data: nothing here validates, and
 * a plain run loads none of them.
 */

/** The file of each, by the name that a user asks for it with. */
const SCHEMAS = {
  json: async () => (await import("./json.json", { with: { type: "json" } })).default,
  csv: async () => (await import("./csv.json", { with: { type: "json" } })).default,
  jsonl: async () => (await import("./jsonl.json", { with: { type: "json" } })).default,
} as const satisfies Record<string, () => Promise<unknown>>;

export type SchemaName = keyof typeof SCHEMAS;

export const SCHEMA_NAMES = ["json", "csv", "jsonl"] as const satisfies readonly SchemaName[];

/** What each describes, for the help. */
export const SCHEMA_HELP: Readonly<Record<SchemaName, string>> = {
  json: "the document of --json",
  csv: "a row of --csv, as an object by the names of its header",
  jsonl: "a line of --jsonl",
};

/** A schema as a JSON document of many lines. */
export async function schemaText(name: SchemaName): Promise<string> {
  return `${JSON.stringify(await SCHEMAS[name](), undefined, 2)}\n`;
}
