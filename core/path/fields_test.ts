import assert from "node:assert/strict";
import { columnsOf, FIELDS } from "./fields.ts";
import { script, TARGET } from "./_script.ts";

Deno.test("the default order has mtr's default columns", () =>
  assert.deepEqual(columnsOf("LS NABWV").map((field) => field.title), [
    "Loss%",
    "Snt",
    " ",
    "Last",
    "Avg",
    "Best",
    "Wrst",
    "StDev",
  ]));

Deno.test("an underscore is no column", () => assert.equal(columnsOf("L_S").length, 2));

Deno.test("capital letters are mtr's, small ones are ours", () =>
  assert.equal(Object.keys(FIELDS).filter((letter) => /[A-Z]/.test(letter)).sort().join(""), "ABDGIJLMNRSVWX"));

Deno.test("titles and keys are unique, and every column has a line of help", () => {
  const fields = Object.values(FIELDS);
  assert.equal(new Set(fields.map(({ title }) => title)).size, fields.length);
  assert.equal(new Set(fields.map(({ key }) => key)).size, fields.length);
  for (const { help, title } of fields) assert.match(help, /^[A-Z].*[^.]$/, title);
});

Deno.test("every column reads its own figure", () => {
  const [hop] = script().reply(1, TARGET, 10).reply(1, TARGET, 40).reply(1, TARGET, 20).lost(1).path().hops();
  assert.ok(hop);
  const values = Object.entries(FIELDS).map(([letter, field]) => [letter, Math.round(1000 * (field.value(hop) ?? -1))]);
  assert.deepEqual(Object.fromEntries(values), {
    " ": -1000,
    L: 25_000,
    D: 1000,
    R: 3000,
    S: 4000,
    N: 20_000,
    B: 10_000,
    A: 23_333,
    W: 40_000,
    V: 15_275,
    G: 20_000,
    J: 20_000,
    M: 25_000,
    X: 30_000,
    I: 3008,
    m: 20_000,
    n: 40_000,
    p: 40_000,
    q: 40_000,
    l: 4559,
    h: 69_936,
    i: 0,
    f: 0,
    a: 0,
    d: 0,
    o: 0,
    k: 0,
    c: 1000,
    b: 1000,
    t: 0,
    r: 45_793,
    s: 2356,
    v: -1000,
  });
});
