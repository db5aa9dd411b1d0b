/** The filter's program, run by a small interpreter of classic BPF over packets as raw sockets are shown them. */
import assert from "node:assert/strict";
import type { Family } from "../core/network.ts";
import { portFilter, type PortRange } from "./port_filter.ts";
import { addressOf } from "./struct.ts";

const FAMILIES = [4, 6] as const;
const ANY: PortRange = { first: 33_434, last: 65_535, opensOrResetsOnly: false };
const FLAG = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32 } as const;

/**
 * How many bytes of `packet` a program lets through: 0 is none. It knows the instructions of <linux/filter.h> that such a
 * filter may be made of; a load beyond the packet ends with 0, as in the kernel.
 */
function interpret(program: Uint8Array, packet: Uint8Array): number {
  const view = new DataView(program.buffer, program.byteOffset, program.byteLength);
  let [a, x] = [0, 0];
  for (let at = 0; at < program.length / 8; at++) {
    const [code, yes, no] = [view.getUint16(8 * at, true), view.getUint8(8 * at + 2), view.getUint8(8 * at + 3)];
    const k = view.getUint32(8 * at + 4, true);
    const load = (from: number, bytes: number): number | undefined =>
      from + bytes > packet.length
        ? undefined
        : packet.subarray(from, from + bytes).reduce((sum, byte) => sum * 256 + byte, 0);
    const jumps: Readonly<Record<number, () => boolean>> = {
      0x15: () => a === k,
      0x25: () => a > k,
      0x35: () => a >= k,
      0x45: () => (a & k) !== 0,
    };
    const loads: Readonly<Record<number, () => number | undefined>> = {
      0x28: () => load(k, 2),
      0x30: () => load(k, 1),
      0x48: () => load(x + k, 2),
      0x50: () => load(x + k, 1),
    };
    if (code === 0x06) return k;
    const [jump, loaded] = [jumps[code], loads[code]];
    if (jump !== undefined) at += jump() ? yes : no;
    else if (loaded !== undefined) {
      const value = loaded();
      if (value === undefined) return 0;
      a = value;
    } else if (code === 0x01) x = k;
    else if (code === 0xb1) {
      const first = load(k, 1);
      if (first === undefined) return 0;
      x = (first & 15) * 4;
    } else assert.fail(`an instruction that this test does not know: 0x${code.toString(16)}`);
  }
  return assert.fail("the program runs over its end, which the kernel refuses");
}

interface Shown {
  readonly destinationPort: number;
  readonly sourcePort?: number;
  readonly flags?: number;
  /** Bytes of IPv4 options. */
  readonly optionBytes?: number;
  /** Of the transport message. */
  readonly bytes?: number;
}

/** A message as a raw socket is shown it: IPv4 with its header, IPv6 without. All that is not named is 0xff. */
function shown(
  family: Family,
  { destinationPort, sourcePort = 0xffff, flags = 0xff, optionBytes = 0, bytes = 20 }: Shown,
): Uint8Array {
  const headerBytes = family === 4 ? 20 + optionBytes : 0;
  const whole = new Uint8Array(headerBytes + 20).fill(0xff);
  if (family === 4) whole[0] = 0x40 | headerBytes / 4;
  const view = new DataView(whole.buffer, headerBytes);
  view.setUint16(0, sourcePort);
  view.setUint16(2, destinationPort);
  view.setUint8(13, flags);
  return whole.subarray(0, headerBytes + bytes);
}

function passes(family: Family, range: PortRange, message: Shown): boolean {
  const length = interpret(portFilter(family, range).program, shown(family, message));
  // Whatever passes is to be seen as a whole.
  assert.ok(length === 0 || length >= 65_535, `${length} bytes of it`);
  return length > 0;
}

Deno.test("exactly the ports of the range pass", () => {
  const ranges = [[33_434, 65_535], [1_024, 65_535], [20_000, 20_000], [0, 65_535], [65_535, 65_535], [1, 2]] as const;
  for (const family of FAMILIES) {
    for (const [first, last] of ranges) {
      for (const opensOrResetsOnly of [false, true]) {
        const range = { first, last, opensOrResetsOnly };
        for (const port of [0, 1, 2, 80, first - 1, first, first + 1, last - 1, last, last + 1, 65_535]) {
          if (port < 0 || port > 65_535) continue;
          const message = { destinationPort: port };
          assert.equal(passes(family, range, message), port >= first && port <= last, `${port} of ${first}-${last}`);
        }
      }
    }
  }
});

Deno.test("every single port is judged rightly", () => {
  for (const family of FAMILIES) {
    const { program } = portFilter(family, ANY);
    for (let port = 0; port <= 65_535; port++) {
      const length = interpret(program, shown(family, { destinationPort: port }));
      assert.equal(length > 0, port >= 33_434, `${port}`);
    }
  }
});

Deno.test("the source port does not matter", () => {
  for (const family of FAMILIES) {
    for (const sourcePort of [0, 80, 40_000]) {
      assert.ok(passes(family, ANY, { destinationPort: 40_000, sourcePort }));
      assert.ok(!passes(family, ANY, { destinationPort: 80, sourcePort }));
    }
  }
});

Deno.test("IPv4 options are passed over, whatever their length", () => {
  for (let optionBytes = 0; optionBytes <= 40; optionBytes += 4) {
    for (const opensOrResetsOnly of [false, true]) {
      const range = { ...ANY, opensOrResetsOnly };
      assert.ok(passes(4, range, { destinationPort: 40_000, optionBytes, flags: FLAG.syn | FLAG.ack }));
      assert.ok(!passes(4, range, { destinationPort: 33_433, optionBytes, flags: FLAG.syn | FLAG.ack }));
      const isHeard = passes(4, range, { destinationPort: 40_000, optionBytes, flags: FLAG.ack });
      assert.equal(isHeard, !opensOrResetsOnly);
    }
  }
});

Deno.test("of TCP, exactly the segments with SYN or RST pass, whatever else they say", () => {
  for (const family of FAMILIES) {
    for (let flags = 0; flags <= 0xff; flags++) {
      const message = { destinationPort: 50_000, flags };
      assert.equal(passes(family, { ...ANY, opensOrResetsOnly: true }, message), (flags & (FLAG.syn | FLAG.rst)) !== 0);
      assert.ok(passes(family, ANY, message), "without the rule all pass");
    }
  }
});

Deno.test("what is cut short before its ports or flags does not pass", () => {
  for (const family of FAMILIES) {
    for (let bytes = 0; bytes <= 20; bytes++) {
      const message = { destinationPort: 50_000, flags: FLAG.rst, bytes };
      assert.equal(passes(family, ANY, message), bytes >= 4, `${bytes} bytes`);
      assert.equal(passes(family, { ...ANY, opensOrResetsOnly: true }, message), bytes >= 14, `${bytes} bytes`);
    }
    assert.equal(interpret(portFilter(family, ANY).program, new Uint8Array(0)), 0);
  }
});

Deno.test("the kernel is told how long the program is, and where", () => {
  for (const opensOrResetsOnly of [false, true]) {
    const { program, fprog } = portFilter(4, { ...ANY, opensOrResetsOnly });
    const view = new DataView(fprog.buffer);
    assert.equal(view.getUint16(0, true), program.length / 8);
    assert.equal(view.getBigUint64(8, true), addressOf(program));
  }
});
