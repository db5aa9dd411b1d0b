/** `mtr-deno schema NAME`: when a schema is to be printed, and which. */
import { quoted } from "../option/problem.ts";
import { SCHEMA_HELP, SCHEMA_NAMES, type SchemaName } from "./mod.ts";

export type SchemaInvocation =
  | { readonly action: "print"; readonly name: SchemaName }
  | { readonly action: "help" }
  | { readonly action: "refuse"; readonly message: string };

const WORD = "schema";

export const SCHEMA_USAGE = `Usage: mtr-deno ${WORD} NAME

Prints the JSON Schema (draft 2020-12) of an output, for programs that read it:

${SCHEMA_NAMES.map((name) => `  ${name.padEnd(7)}${SCHEMA_HELP[name]}`).join("\n")}
`;

/** How, and `undefined` if something else is wanted: a host of that name is `-- schema`. */
export function schemaInvocation(argv: readonly string[]): SchemaInvocation | undefined {
  const [word, ...args] = argv;
  if (word !== WORD) return undefined;
  if (args.includes("-h") || args.includes("--help")) return { action: "help" };
  const [text, ...others] = args;
  const name = SCHEMA_NAMES.find((known) => known === text);
  const choice = `it must be one of ${SCHEMA_NAMES.join(", ")}`;
  if (text === undefined) return { action: "refuse", message: `Cannot print a schema without its name: ${choice}` };
  if (name === undefined) return { action: "refuse", message: `Cannot print the schema ${quoted(text)}: ${choice}` };
  if (others.length > 0) {
    return { action: "refuse", message: `Cannot print more than one schema: leave out ${quoted(others.join(" "))}` };
  }
  return { action: "print", name };
}
