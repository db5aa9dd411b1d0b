import assert from "node:assert/strict";
import { schemaInvocation } from "./invocation.ts";
import { SCHEMA_NAMES, schemaText } from "./mod.ts";

Deno.test("schema and a name print that schema", () => {
  for (const name of SCHEMA_NAMES) assert.deepEqual(schemaInvocation(["schema", name]), { action: "print", name });
});

Deno.test("a host called schema, and any other word, is none of this", () => {
  for (const argv of [[], ["--", "schema", "json"], ["-n", "schema"], ["schemas"], ["json"]]) {
    assert.equal(schemaInvocation(argv), undefined);
  }
});

Deno.test("help is due wherever it is asked for", () => {
  for (const argv of [["--help"], ["-h"], ["json", "--help"], ["nonsense", "-h"]]) {
    assert.deepEqual(schemaInvocation(["schema", ...argv]), { action: "help" });
  }
});

Deno.test("what is no schema is refused by its name, with those that there are", () => {
  const REFUSED: readonly (readonly [args: readonly string[], ...says: RegExp[]])[] = [
    [[], /without its name/, /json, csv, jsonl/],
    [["yaml"], /"yaml"/, /json, csv, jsonl/],
    [["JSON"], /"JSON"/],
    [["\x1b[2J"], /"\\u001b\[2J"/],
    [["json", "csv"], /leave out "csv"/],
  ];
  for (const [args, ...says] of REFUSED) {
    const invocation = schemaInvocation(["schema", ...args]);
    if (invocation?.action !== "refuse") return assert.fail(`${args} is refused`);
    for (const pattern of says) assert.match(invocation.message, pattern);
  }
});

Deno.test("each schema names its draft and its own number", async () => {
  for (const name of SCHEMA_NAMES) {
    const schema = JSON.parse(await schemaText(name));
    assert.equal(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert.match(schema["$id"], new RegExp(`^urn:mtr-deno:schema:${name}:[1-9][0-9]*$`));
  }
});
