import assert from "node:assert/strict";
import { hex } from "./_random.ts";
import { checksum } from "./checksum.ts";
import { isMessageRight, sumBetween } from "./pseudo_header.ts";

const BETWEEN_4 = { source: "192.0.2.1", destination: "198.51.100.7" };
const BETWEEN_6 = { source: "2001:db8::1", destination: "2001:db8:5::2" };

Deno.test("the sum has the words of both addresses, the protocol and the length", () => {
  // Sums of 16 bits are equal when they differ by carries.
  assert.equal(sumBetween(BETWEEN_4, 17, 12) % 0xffff, (0xc000 + 0x0201 + 0xc633 + 0x6407 + 17 + 12) % 0xffff);
  assert.equal(sumBetween(BETWEEN_6, 6, 20), 0x2001 + 0x0db8 + 1 + 0x2001 + 0x0db8 + 5 + 2 + 6 + 20);
});

Deno.test("the pseudo header completes the checksum of a message", () => {
  // An echo request from ::1 to ::1, as a kernel sent it.
  const message = hex("8000 0000 0001 0001");
  const sum = sumBetween({ source: "::1", destination: "::1" }, 58, message.length);
  assert.equal(sum, 1 + 1 + 58 + 8);
  assert.equal(checksum(message, sum), 0xffff - (0x8000 + 2 + 68));
});

Deno.test("addresses of two families, and what is no address, are refused", () => {
  const wrong = [
    { source: BETWEEN_4.source, destination: BETWEEN_6.destination },
    { source: BETWEEN_6.source, destination: BETWEEN_4.destination },
    { source: "", destination: BETWEEN_4.destination },
    { source: "fe80::1%eth0", destination: BETWEEN_6.destination },
  ];
  for (const between of wrong) assert.throws(() => sumBetween(between, 17, 8), RangeError);
});

Deno.test("a message is right with its checksum, or with one that was left to the device", () => {
  // As a loopback device carries it, from a datagram socket: the field has the sum of the pseudo header.
  const between = { source: "127.0.0.1", destination: "127.0.0.1" };
  const partial = hex("8ff1 270f 000a fe1d 6162");
  assert.equal(isMessageRight(partial, 0xfe1d, 17, between), true);
  const whole = hex("8ff1 270f 000a e974 6162");
  assert.equal(isMessageRight(whole, 0xe974, 17, between), true);
  const damaged = hex("8ff1 270f 000a e975 6162");
  assert.equal(isMessageRight(damaged, 0xe975, 17, between), false);
});
