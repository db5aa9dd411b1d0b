/** Writes the golden files anew: `deno run --allow-read --allow-write tests/golden/accept.ts`. Read the diff before you keep it. */
import { CASES, render } from "./cases.ts";

for (const [name, golden] of Object.entries(CASES)) {
  for (const file of Object.keys(golden.views)) {
    Deno.writeTextFileSync(new URL(`own/${name}.${file}`, import.meta.url), render(golden, file));
  }
}
