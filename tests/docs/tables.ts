/** The tables of the documents, from the schemas and the tables of the program. */
import { COMMAND_ROWS } from "../../core/option/commands.ts";
import type { Flag } from "../../core/option/flag.ts";
import { FLAGS } from "../../core/option/flags.ts";
import { flagHelp } from "../../core/option/help.ts";
import { EXIT_STATUSES, VARIABLES } from "../../core/option/help.ts";
import { KEY_HELP } from "../../core/output/tui/bindings.ts";
import { FIELDS } from "../../core/path/fields.ts";
import { STATUSES } from "../../core/path/status.ts";
import { VERDICTS } from "../../core/path/verdict.ts";
import { type SchemaName, schemaText } from "../../core/schema/mod.ts";

/** As much of JSON Schema as ours use. */
interface Schema {
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
}

export interface Table {
  readonly titles: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** All that are for users; some have places for tables. */
export const DOCUMENTS: readonly string[] = [
  "README.md",
  ...[...Deno.readDirSync(new URL("../../docs", import.meta.url))].map(({ name }) => `docs/${name}`).toSorted(),
];

/** Places whose table is none of a schema. */
const OWN: Readonly<Record<string, () => Table>> = {
  options: () => ({ titles: ["option", "meaning"], rows: FLAGS.map((flag) => [namesOf(flag), plain(flagHelp(flag))]) }),
  commands: () => ({
    titles: ["command", "meaning"],
    rows: COMMAND_ROWS.map(([word, { usage, help }]) => [code(`mtr-deno ${word} ${usage}`.trim()), plain(help)]),
  }),
  keys: () => ({
    titles: ["keys", "what they do"],
    rows: KEY_HELP.filter(({ keys }) => keys !== "").map((
      { keys, help },
    ) => [keys.split(" ").map(keyCode).join(" "), help]),
  }),
  "exit statuses": () => ({ titles: ["status", "meaning"], rows: EXIT_STATUSES }),
  variables: () => ({
    titles: ["variable", "what it does"],
    rows: VARIABLES.map(([name, text]) => [code(name), text]),
  }),
  verdicts: () => ({
    titles: ["word", "meaning"],
    rows: Object.entries(VERDICTS).map(([word, { meaning }]) => [code(word), meaning]),
  }),
  columns: () => ({
    titles: ["letter", "title", "meaning"],
    rows: Object.entries(FIELDS).map(([letter, { title, help }]) => [
      letter === " " ? "blank" : code(letter),
      title.trim(),
      letter === " " ? "A gap in the report, an empty column in CSV" : help,
    ]),
  }),
  statuses: () => ({
    titles: ["word", "meaning", "exit"],
    rows: Object.entries(STATUSES).map((
      [word, { meaning, exit }],
    ) => [code(word), meaning, EXIT_OF_PARTIAL[word] ?? `${exit}`]),
  }),
};

/** A key is code, what is said of several is none. */
function keyCode(word: string): string {
  return word === "to" ? word : code(word.replace("^", "Ctrl-"));
}

/** What ends a run early decides over the status. */
const EXIT_OF_PARTIAL: Readonly<Record<string, string>> = { PARTIAL: "5, 129 to 143" };

/** The table of a place: `csv`, `json run`, `jsonl`, `exit statuses`. */
export async function tableOf(place: string): Promise<Table> {
  const own = OWN[place];
  return own === undefined ? await schemaTable(place) : own();
}

async function schemaTable(place: string): Promise<Table> {
  const [name = "", part] = place.split(" ");
  const schema: Schema = JSON.parse(await schemaText(name as SchemaName));
  const defs = schema.$defs ?? {};
  if (name === "csv") {
    return {
      titles: ["column", "value"],
      rows: propertyRows(schema, defs).map(([key = "", , text = ""]) => [key, text]),
    };
  }
  if (part !== undefined) return { titles: ["key", "type", "value"], rows: propertyRows(wanted(defs, part), defs) };
  const lines = Object.entries(defs).filter(([key]) => key.endsWith("Line"));
  return {
    titles: ["kind", "tells", "keys"],
    rows: lines.map(([key, line]) => [
      code(key.slice(0, -"Line".length)),
      line.title ?? "",
      Object.keys(line.properties ?? {}).filter((name) => name !== "kind").map(code).join(" "),
    ]),
  };
}

function wanted(defs: Readonly<Record<string, Schema>>, part: string): Schema {
  const found = defs[part];
  if (found === undefined) throw new RangeError(`The schema has no ${part}`);
  return found.items ?? found;
}

function propertyRows(schema: Schema, defs: Readonly<Record<string, Schema>>): readonly (readonly string[])[] {
  return Object.entries(schema.properties ?? {}).map(([key, property]) => {
    const target = property.$ref === undefined ? property : defs[property.$ref.replace("#/$defs/", "")] ?? property;
    const isOptional = schema.required !== undefined && !schema.required.includes(key);
    const name = key === "" ? "(blank)" : code(key);
    return [
      isOptional ? `${name}*` : name,
      typeText(target),
      property.description ?? target.description ?? target.title ?? "",
    ];
  });
}

function typeText(schema: Schema): string {
  if (schema.const !== undefined) return code(JSON.stringify(schema.const));
  if (schema.enum !== undefined) return schema.enum.map((value) => code(JSON.stringify(value))).join(" ");
  if (schema.anyOf !== undefined) return "object, null";
  return [schema.type ?? "object"].flat().join(", ");
}

function namesOf(flag: Flag): string {
  const long = `--${flag.long}${flag.kind === "flag" ? "" : ` ${flag.value}`}`;
  return [...(flag.short === undefined ? [] : [code(`-${flag.short}`)]), code(long)].join(" ");
}

/** Words that Markdown would take for something else, as code. */
function plain(text: string): string {
  return text.replaceAll(/[\w-]*_[\w-]*/g, code);
}

function code(text: string): string {
  return `\`${text}\``;
}
