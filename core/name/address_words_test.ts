import assert from "node:assert/strict";
import { Random } from "../packet/_random.ts";
import { formatAddress, parseAddress } from "../packet/address.ts";
import { readAddress } from "./address_words.ts";

/** The address as the words say it; `undefined` if they say none. */
function read(text: string): string | undefined {
  const bytes = new TextEncoder().encode(`x${text}y`);
  const words = new Uint32Array(4);
  const count = readAddress(bytes, 1, bytes.length - 1, words);
  if (count === undefined) return undefined;
  const view = new DataView(new ArrayBuffer(count * 4));
  for (let word = 0; word < count; word++) view.setUint32(word * 4, words[word]!);
  return formatAddress(new Uint8Array(view.buffer));
}

function check(text: string): void {
  const parsed = parseAddress(text);
  const expected = text.includes(":") && text.includes(".") ? undefined : parsed && formatAddress(parsed);
  assert.equal(read(text), expected, JSON.stringify(text));
}

Deno.test("texts are addresses here that are addresses elsewhere", () => {
  const texts = ["0.0.0.0", "255.255.255.255", "256.0.0.0", "1.2.3", "1.2.3.4.", ".1.2.3.4", "01.2.3.4", "1..2.3", ""];
  texts.push(
    "::",
    ":",
    ":::",
    "::1",
    "1::",
    "1::2",
    "1::2::3",
    "1:2:3:4:5:6:7:8",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
  );
  texts.push(
    "1:2:3:4:5:6:7::",
    "::2:3:4:5:6:7:8",
    "1:2:3:4::5:6:7:8",
    "12345::",
    "g::",
    "ABCD:ef01::",
    "1:",
    ":1",
    "::ffff:1.2.3.4",
  );
  for (const text of texts) check(text);
});

Deno.test("any address and any text of their characters is read as elsewhere", () => {
  const random = new Random(11);
  for (let run = 0; run < 20_000; run++) {
    check(random.text("0123456789abcF:.", 20));
    const bytes = random.bytes(random.flip() ? 4 : 16).map((byte) => random.below(3) === 0 ? 0 : byte);
    check(formatAddress(bytes) ?? "");
  }
});
