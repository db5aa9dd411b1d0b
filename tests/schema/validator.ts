/** Ajv, set to be as strict as it can be: a schema with a mistake in it is refused, too. */
import assert from "node:assert/strict";
import { Ajv2020, type ValidateFunction } from "ajv/2020";
import { type SchemaName, schemaText } from "../../core/schema/mod.ts";

/** Checks values by one schema, and tells the first that does not fit. */
export type Check = (value: unknown, message?: string) => void;

export async function validate(name: SchemaName): Promise<ValidateFunction> {
  const ajv = new Ajv2020({
    strict: true,
    allowUnionTypes: true,
    allErrors: false,
    strictTypes: true,
    strictRequired: false,
  });
  return ajv.compile(JSON.parse(await schemaText(name)));
}

export async function checkOf(name: SchemaName): Promise<Check> {
  const fits = await validate(name);
  return (value, message = "") => {
    if (fits(value)) return;
    assert.fail(`${message} ${JSON.stringify(fits.errors?.[0])} in ${JSON.stringify(value).slice(0, 400)}`);
  };
}
