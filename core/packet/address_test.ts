import assert from "node:assert/strict";
import { Random } from "./_random.ts";
import { canonicalAddress, formatAddress, formatIpv4, formatIpv6, maySend, parseAddress } from "./address.ts";

/** `text` in, `canonical` out: by way of the bytes. */
function check(text: string, canonical: string | undefined): void {
  assert.equal(canonicalAddress(text), canonical, text);
}

Deno.test("a dotted quad is its own canonical text", () => {
  for (const text of ["0.0.0.0", "127.0.0.1", "255.255.255.255", "192.0.2.10", "10.201.1.2"]) check(text, text);
});

Deno.test("a dotted quad with any other spelling is no address", () => {
  const wrong = ["", "1", "1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.04", "1.2.3.00", "256.1.1.1", "1.2.3.1000"];
  for (
    const text of [...wrong, "1.2.3.", ".1.2.3", "1..2.3", " 1.2.3.4", "1.2.3.4 ", "0x1.2.3.4", "+1.2.3.4", "1.2.3.4\n"]
  ) {
    check(text, undefined);
  }
});

Deno.test("IPv6 text becomes canonical as RFC 5952 section 4 and 5 say", () => {
  check("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1");
  check("2001:0db8::0001", "2001:db8::1");
  check("2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1");
  check("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1");
  check("2001:0:0:1:0:0:0:1", "2001:0:0:1::1");
  check("2001:DB8::AbCd", "2001:db8::abcd");
  check("0:0:0:0:0:0:0:0", "::");
  check("::", "::");
  check("::1", "::1");
  check("1::", "1::");
  check("0:0:1::", "0:0:1::");
  check("1:0:0:0:0:0:0:8", "1::8");
  check("fe80:0:0:0:1:2:3:4", "fe80::1:2:3:4");
  check("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8");
  check("1:2:3:4:5:6::", "1:2:3:4:5:6::");
  check("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0");
  check("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8");
});

Deno.test("an embedded IPv4 address is printed as such only in IPv4-mapped addresses", () => {
  check("::ffff:192.0.2.1", "::ffff:192.0.2.1");
  check("::ffff:c000:201", "::ffff:192.0.2.1");
  check("0:0:0:0:0:ffff:0.0.0.0", "::ffff:0.0.0.0");
  check("64:ff9b::192.0.2.33", "64:ff9b::c000:221");
  check("::192.0.2.1", "::c000:201");
  check("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304");
  check("::1:ffff:192.0.2.1", "::1:ffff:c000:201");
});

Deno.test("wrong IPv6 text is no address", () => {
  const wrong = [
    ":",
    ":::",
    "1",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1::2::3",
    "::1:2:3:4:5:6:7:8",
    "1:2:3:4::5:6:7:8",
  ];
  for (
    const text of [
      ...wrong,
      "12345::",
      "g::",
      "fe80::1%eth0",
      "fe80::1%1",
      "[::1]",
      "::1/64",
      ":1::",
      "1::2:",
      "1:2:3:4:5:6:7:",
    ]
  ) {
    check(text, undefined);
  }
  for (
    const text of [
      "::1.2.3",
      "::1.2.3.4.5",
      "::01.2.3.4",
      "1.2.3.4::",
      "::1.2.3.4:5",
      "1:2:3:4:5:6:7:1.2.3.4",
      " ::1",
      "::-1",
    ]
  ) {
    check(text, undefined);
  }
});

Deno.test("bytes to text to bytes changes nothing", () => {
  const random = new Random(7);
  for (let round = 0; round < 5_000; round++) {
    const bytes = random.bytes(random.pick([4, 16]));
    // Zero groups are the hard part of the text.
    for (let at = 0; at + 1 < bytes.length; at += 2) if (random.below(3) > 0) bytes.fill(0, at, at + 2);
    const text = formatAddress(bytes)!;
    assert.deepEqual(parseAddress(text), bytes, text);
    assert.equal(canonicalAddress(text), text);
  }
});

Deno.test("IPv6 text is what a URL host makes of it", () => {
  const random = new Random(8);
  for (let round = 0; round < 2_000; round++) {
    const bytes = random.bytes(16);
    for (let at = 0; at < 16; at += 2) if (random.flip()) bytes.fill(0, at, at + 2);
    const text = formatIpv6(bytes);
    // The URL standard shortens as RFC 5952 does, but knows no dotted quads.
    if (!text.includes(".")) assert.equal(new URL(`http://[${text}]`).hostname, `[${text}]`);
  }
});

Deno.test("an address is read from anywhere within a packet", () => {
  const bytes = Uint8Array.of(9, 9, 192, 0, 2, 1, 9);
  assert.equal(formatIpv4(bytes, 2), "192.0.2.1");
  const longer = new Uint8Array(20);
  longer[19] = 1;
  assert.equal(formatIpv6(longer, 4), "::1");
});

Deno.test("no address takes the text of another that was written before it", () => {
  const random = new Random(10);
  for (const length of [4, 16]) {
    // More than there are places for texts, each asked for again when others have been there.
    const addresses = Array.from({ length: 10_000 }, () => random.bytes(length));
    const texts = addresses.map((bytes) => formatAddress(bytes)!);
    for (const [index, bytes] of addresses.entries()) {
      assert.equal(formatAddress(bytes), texts[index]);
      assert.deepEqual(parseAddress(texts[index]!), bytes);
    }
  }
});

Deno.test("no text makes the parser throw", () => {
  const random = new Random(9);
  for (let round = 0; round < 20_000; round++) {
    parseAddress(
      Array.from({ length: random.below(50) }, () => random.pick([..."0123456789abcdef::::....%g- "])).join(""),
    );
  }
});

Deno.test("packets come from hosts, not from nobody, groups or everybody", () => {
  const from = (addresses: readonly string[]): readonly boolean[] => addresses.map(maySend);
  const hosts = ["10.0.0.1", "127.0.0.1", "192.0.2.224", "223.255.255.255", "240.0.0.1", "255.255.255.254"];
  assert.ok(from([...hosts, "::1", "2001:db8::", "fe80::1", "ff::1", "::ffff:192.0.2.1"]).every((may) => may));
  const others = ["0.0.0.0", "0.255.0.1", "224.0.0.1", "239.1.2.3", "255.255.255.255", "::", "ff02::1", "ff00::"];
  assert.ok(!from(others).includes(true));
});

Deno.test("bytes of any other length have no text", () => {
  for (const length of [0, 3, 5, 8, 15, 17]) assert.equal(formatAddress(new Uint8Array(length)), undefined);
});
