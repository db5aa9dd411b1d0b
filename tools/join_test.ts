import assert from "node:assert/strict";
import { joinFiles } from "./join.ts";

/** As the bundler leaves them: `counter.js` is what all others share. */
const FILES = {
  "entry.js": `import{a as t}from"./counter.js";t();export const later=()=>import("./main.js");`,
  "main.js": `import{a as e}from"./counter.js";import{b as n}from"./shared.js";export const run=()=>[e(),n()];` +
    `export const further=()=>import("./lazy.js");`,
  "shared.js": `var o=()=>"shared";export{o as b};\n`,
  "lazy.js":
    `import{a as e,c as r}from"./counter.js";import{b as n}from"./shared.js";export const seen=()=>[r.of,e(),n()];`,
  "counter.js": `var n=0,c={of:"counter"},x=()=>++n;export{x as a,c};\n`,
} as const;

async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "mtr-deno-join-" });
  try {
    for (const [name, text] of Object.entries(FILES)) await Deno.writeTextFile(`${folder}/${name}`, text);
    await joinFiles(folder, "entry.js");
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("joined files do what they did before, and what they share is there once", () =>
  inFolder(async (folder) => {
    const main = await (await import(`file://${folder}/entry.js`)).later();
    assert.deepEqual(main.run(), [2, "shared"]);
    assert.deepEqual((await main.further()).seen(), ["counter", 3, "shared"]);
  }));

Deno.test("an entry, and what it imports later, load no file but each other", () =>
  inFolder(async (folder) => {
    const read = (name: string): Promise<string> => Deno.readTextFile(`${folder}/${name}`);
    assert.doesNotMatch(await read("entry.js"), /from"/);
    assert.deepEqual((await read("main.js")).match(/from"[^"]*"/g), ['from"./entry.js"']);
  }));
