import assert from "node:assert/strict";
import { exactFixed } from "./_exact_decimal.ts";
import { DIALECT_NAMES } from "./dialect.ts";
import { fieldsOf, type MtrField } from "./mtr_fields.ts";

function field(letter: string, dialect: (typeof DIALECT_NAMES)[number] = "0.95"): MtrField {
  const [found] = fieldsOf(letter, dialect);
  assert.ok(found);
  return found;
}

/** Whole numbers of 0 to 10 digits, every last digit, and a few thousand in between. */
function* values(): Generator<number> {
  for (let value = 0; value < 20_000; value++) yield value;
  let state = 1;
  for (let count = 0; count < 20_000; count++) {
    state = (state * 48_271) % 0x7fffffff;
    yield state % 10 ** (1 + count % 10);
    yield 125 * (state % 10_000_000);
  }
}

Deno.test("exact arithmetic agrees with what C prints", () => {
  assert.equal(exactFixed(0.25, 1), "0.2");
  assert.equal(exactFixed(0.35, 1), "0.3");
  assert.equal(exactFixed(100.125, 2), "100.12");
  assert.equal(exactFixed(-2.5, 0), "-2");
  assert.equal(exactFixed(0, 2), "0.00");
});

Deno.test("times and losses are rounded as C's printf does", () => {
  const [time, loss95, loss96] = [field("N"), field("L", "0.95"), field("L", "0.96")];
  for (const value of values()) {
    assert.equal(time.format(value), ` ${exactFixed(value / 1000, 1).padStart(5)}`);
    assert.equal(loss95.format(value), ` ${exactFixed(value / 1000, 1).padStart(4)}%`);
    assert.equal(loss96.format(value), ` ${exactFixed(value / 1000, 2).padStart(6)}%`);
  }
});

Deno.test("a value that fits fills its column", () => {
  for (const dialect of DIALECT_NAMES) {
    for (const { format, width, title } of fieldsOf(" LDRSNBAWVGJMXI", dialect)) {
      assert.equal(format(0).length, width, title);
    }
  }
});

Deno.test("letters without a column are passed over", () => {
  assert.deepEqual(fieldsOf("_L_?S", "0.95").map(({ title }) => title), ["Loss%", "Snt"]);
});
