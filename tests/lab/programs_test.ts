import assert from "node:assert/strict";
import { PROGRAMS } from "./programs.ts";

Deno.test("what the lab needs, continuous integration installs", () => {
  const script = Deno.readTextFileSync(new URL("../../.ci/run", import.meta.url));
  const installed = new Set([...script.matchAll(/^ {2}\S+:(\S+)$/gm)].map(([, name]) => name));
  // No Debian system is without it.
  installed.add("bash");
  for (const [name, wanted] of Object.entries(PROGRAMS)) assert.ok(installed.has(wanted), `${name} of ${wanted}`);
});
