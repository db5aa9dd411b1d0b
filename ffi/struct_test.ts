/** The bytes of C structures, for the Linux and the macOS layouts alike: the tables are plain data. */
import assert from "node:assert/strict";
import { hex, Random } from "../core/packet/_random.ts";
import type { Endpoint } from "../core/network.ts";
import { DARWIN } from "./constant/darwin.ts";
import { LINUX } from "./constant/linux.ts";
import type { Constants } from "./constant/mod.ts";
import {
  addressOf,
  anyAddress,
  ControlMessage,
  cString,
  int,
  readSockaddr,
  ReceiveMessage,
  setFlowLabel,
  SOCKADDR_MOST_BYTES,
  Timespec,
  writeSockaddr,
} from "./struct.ts";

const V4: Endpoint = { family: 4, address: "192.0.2.33", scopeId: 0 };
const V6: Endpoint = { family: 6, address: "fe80::1:2", scopeId: 0x01020304 };
const SYSTEMS = { Linux: LINUX, macOS: DARWIN } as const;

/** The socket address as the system wants it, there and back. */
function checkSockaddr(constants: Constants, endpoint: Endpoint, port: number, expected: string): void {
  const bytes = writeSockaddr(endpoint, port, constants);
  assert.deepEqual(bytes, new Uint8Array(hex(expected)));
  assert.deepEqual(readSockaddr(bytes, 0, constants), { ...endpoint, port });
}

Deno.test("sockaddr_in of Linux begins with the family, least byte first; port and address in network order", () => {
  checkSockaddr(LINUX, V4, 0x1234, "0200 1234 c0000221 0000000000000000");
});

Deno.test("sockaddr_in of macOS begins with its length and the family", () => {
  checkSockaddr(DARWIN, V4, 0x1234, "1002 1234 c0000221 0000000000000000");
});

Deno.test("sockaddr_in6 of Linux has family 10, no flow label, and the scope least byte first", () => {
  checkSockaddr(LINUX, V6, 0x1234, "0a00 1234 00000000 fe800000000000000000000000010002 04030201");
});

Deno.test("a flow label takes the last one's place, in network order, and nothing else", () => {
  const bytes = writeSockaddr(V6, 0x1234, LINUX);
  for (const [label, word] of [[0xabcde, "000abcde"], [0x1, "00000001"], [0, "00000000"]] as const) {
    setFlowLabel(bytes, label);
    assert.deepEqual(
      bytes,
      new Uint8Array(hex(`0a00 1234 ${word} fe800000000000000000000000010002 04030201`)),
    );
  }
});

Deno.test("sockaddr_in6 of macOS has length 28 and family 30", () => {
  checkSockaddr(DARWIN, V6, 0x1234, "1c1e 1234 00000000 fe800000000000000000000000010002 04030201");
});

Deno.test("an address of the other family, or none, is refused with its text", () => {
  const cases: readonly Endpoint[] = [
    { family: 4, address: "::1", scopeId: 0 },
    { family: 6, address: "127.0.0.1", scopeId: 0 },
    { family: 6, address: "fe80::1%lo", scopeId: 1 },
    { family: 4, address: "", scopeId: 0 },
  ];
  for (const endpoint of cases) {
    for (const constants of [LINUX, DARWIN]) {
      assert.throws(
        () => writeSockaddr(endpoint, 0, constants),
        {
          name: "RangeError",
          message: `Cannot use "${endpoint.address}" as an address: it must be IPv${endpoint.family}`,
        },
      );
    }
  }
});

Deno.test("any address has only zeros behind the family", () => {
  checkSockaddr(LINUX, anyAddress(4), 0, "0200 0000 00000000 0000000000000000");
  checkSockaddr(LINUX, anyAddress(6), 0, "0a00 0000 00000000 00000000000000000000000000000000 00000000");
});

for (const [system, constants] of Object.entries(SYSTEMS)) {
  Deno.test(`a socket address of ${system} is read where it stands, in a buffer within a buffer, too`, () => {
    for (const endpoint of [V4, V6]) {
      const around = new Uint8Array(100).fill(0xee);
      around.set(writeSockaddr(endpoint, 7, constants), 30);
      assert.deepEqual(readSockaddr(around, 30, constants), { ...endpoint, port: 7 });
      assert.deepEqual(readSockaddr(around.subarray(10), 20, constants), { ...endpoint, port: 7 });
    }
  });

  Deno.test(`a socket address of ${system} that is cut short, or of another family, is none`, () => {
    for (const endpoint of [V4, V6]) {
      const bytes = writeSockaddr(endpoint, 7, constants);
      for (let length = 0; length < bytes.length; length++) {
        assert.equal(readSockaddr(bytes.subarray(0, length), 0, constants), undefined, `${length} bytes`);
      }
      assert.equal(readSockaddr(bytes, 1_000, constants), undefined);
    }
    for (const family of [0, 1, 17]) {
      const bytes = writeSockaddr(V6, 7, constants);
      bytes[constants.layouts.sockaddrHasLength ? 1 : 0] = family;
      assert.equal(readSockaddr(bytes, 0, constants), undefined, `family ${family}`);
    }
  });
}

Deno.test("the families of the two systems are not mistaken for each other", () => {
  assert.equal(readSockaddr(writeSockaddr(V6, 7, LINUX), 0, DARWIN), undefined);
  assert.equal(readSockaddr(writeSockaddr(V4, 7, DARWIN), 0, LINUX), undefined);
});

/** What a `timespec` of these numbers is, in µs since `baseSeconds`. */
function checkTimespec(seconds: number, nanoseconds: number, baseSeconds: number, expectedUs: number): void {
  const time = new Timespec();
  const view = new DataView(time.bytes.buffer);
  view.setBigInt64(0, BigInt(seconds), true);
  view.setBigInt64(8, BigInt(nanoseconds), true);
  assert.equal(time.seconds, seconds);
  assert.equal(time.us(baseSeconds), expectedUs);
}

Deno.test("a timespec is µs since its base, to the nanosecond", () => {
  checkTimespec(1_000, 0, 1_000, 0);
  checkTimespec(1_000, 1, 1_000, 0.001);
  checkTimespec(1_003, 999_999_999, 1_000, 3_999_999.999);
  checkTimespec(999, 500_000_000, 1_000, -500_000);
});

Deno.test("a timespec after 2038 is one of the future", () => {
  checkTimespec(2 ** 31, 0, 2 ** 31 - 1, 1e6);
  checkTimespec(2 ** 32 - 1, 7_000, 2 ** 32 - 1, 7);
});

Deno.test("a length of time is written as whole seconds and nanoseconds, never longer than asked", () => {
  const cases = [
    [0, 0n, 0n],
    [1, 0n, 1_000n],
    [1.9, 0n, 1_000n],
    [999_999.5, 0n, 999_999_000n],
    [1e6, 1n, 0n],
    [3_600e6 + 1, 3_600n, 1_000n],
  ] as const;
  const time = new Timespec();
  for (const [us, seconds, nanoseconds] of cases) {
    time.setUs(us);
    const view = new DataView(time.bytes.buffer);
    assert.deepEqual([view.getBigInt64(0, true), view.getBigInt64(8, true)], [seconds, nanoseconds], `${us} µs`);
  }
});

Deno.test("a length of time is set less than a microsecond too short (seed 7)", () => {
  const random = new Random(7);
  const time = new Timespec();
  for (let round = 0; round < 10_000; round++) {
    const us = random.below(2 ** 31) / 64;
    time.setUs(us);
    const offUs = us - time.us(0);
    assert.ok(offUs >= 0 && offUs < 1, `${us} µs is set ${offUs} too short`);
  }
});

/** The header of `recvmsg` as bytes, with its pointers as numbers. */
function checkHeader(constants: Constants, { size, wide }: { size: number; wide: boolean }): void {
  const message = new ReceiveMessage(constants);
  message.reset();
  assert.equal(message.header.length, size);
  const view = new DataView(message.header.buffer);
  assert.equal(view.getBigUint64(0, true), addressOf(message.name));
  assert.equal(view.getUint32(8, true), SOCKADDR_MOST_BYTES);
  const iov = Deno.UnsafePointer.create(view.getBigUint64(16, true));
  assert.ok(iov !== null);
  const vector = new Deno.UnsafePointerView(iov);
  assert.equal(vector.getBigUint64(0), addressOf(message.data));
  assert.equal(vector.getBigUint64(8), BigInt(message.data.length));
  assert.equal(view.getBigUint64(32, true), addressOf(message.control));
  if (wide) {
    assert.equal(view.getBigUint64(24, true), 1n);
    assert.equal(view.getBigUint64(40, true), BigInt(message.control.length));
    assert.equal(view.getInt32(48, true), 0);
  } else {
    assert.equal(view.getInt32(24, true), 1);
    assert.equal(view.getUint32(40, true), message.control.length);
    assert.equal(view.getInt32(44, true), 0);
  }
}

Deno.test("msghdr of Linux: 56 bytes, lengths of 64 bits, flags at 48", () => {
  checkHeader(LINUX, { size: 56, wide: true });
});

Deno.test("msghdr of macOS: 48 bytes, lengths of 32 bits, flags at 44", () => {
  checkHeader(DARWIN, { size: 48, wide: false });
});

/** Writes control messages as the kernel does: each begins on the alignment, `length` is what its header claims. */
function written(
  message: ReceiveMessage,
  constants: Constants,
  entries: readonly { level: number; type: number; data: number[]; length?: number }[],
): void {
  const { cmsghdr, msghdr } = constants.layouts;
  message.reset();
  let at = 0;
  let end = 0;
  for (const { level, type, data, length = cmsghdr.data + data.length } of entries) {
    message.controlView.setUint32(at, length, true);
    if (cmsghdr.level === 8) message.controlView.setUint32(at + 4, 0, true);
    message.controlView.setInt32(at + cmsghdr.level, level, true);
    message.controlView.setInt32(at + cmsghdr.type, type, true);
    message.control.set(data, at + cmsghdr.data);
    end = at + cmsghdr.data + data.length;
    at += Math.ceil((cmsghdr.data + data.length) / cmsghdr.align) * cmsghdr.align;
  }
  new DataView(message.header.buffer).setUint32(msghdr.controllen, end, true);
}

/** What `next` goes to, with the data of each. */
function controlsOf(message: ReceiveMessage): { level: number; type: number; data: number[] }[] {
  const controls = [];
  const control = new ControlMessage();
  while (message.next(control)) {
    const { level, type, at, bytes } = control;
    controls.push({ level, type, data: [...message.control.subarray(at, at + bytes)] });
  }
  return controls;
}

for (const [system, constants] of Object.entries(SYSTEMS)) {
  const message = new ReceiveMessage(constants);
  const one = { level: 41, type: -7, data: [1, 2, 3, 4] };
  const two = { level: constants.SOL_SOCKET, type: 37, data: [9] };
  const three = { level: 0, type: 2, data: [] };
  const { data } = constants.layouts.cmsghdr;

  Deno.test(`control messages of ${system} are found one behind the other, whatever their length`, () => {
    for (const entries of [[], [one], [two], [three], [one, two, three], [two, one], [three, three, one]]) {
      written(message, constants, entries);
      assert.deepEqual(controlsOf(message), entries);
    }
  });

  Deno.test(`a control message of ${system} that is longer than its room, or shorter than its header, ends the list`, () => {
    for (const length of [0, 1, data - 1, data + 5, 513, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff]) {
      written(message, constants, [one, { ...one, length }]);
      assert.deepEqual(controlsOf(message), [one], `length ${length}`);
      written(message, constants, [{ ...one, length }, one].slice(0, 1));
      assert.deepEqual(controlsOf(message), [], `length ${length}`);
    }
  });

  Deno.test(`control messages of ${system} that are cut short end the list`, () => {
    const view = new DataView(message.header.buffer);
    const end = data + one.data.length;
    for (let cut = 0; cut < end; cut++) {
      written(message, constants, [one]);
      view.setUint32(constants.layouts.msghdr.controllen, cut, true);
      assert.deepEqual(controlsOf(message), [], `${cut} bytes`);
    }
  });

  Deno.test(`a control length of ${system} beyond the buffer is none`, () => {
    written(message, constants, [one]);
    message.control.fill(0, data + one.data.length);
    new DataView(message.header.buffer).setUint32(constants.layouts.msghdr.controllen, 0xffff_ffff, true);
    assert.deepEqual(controlsOf(message), [one]);
  });

  Deno.test(`whatever the control buffer of ${system} holds, the list ends and stays inside (seed 1)`, () => {
    const random = new Random(1);
    const view = new DataView(message.header.buffer);
    for (let round = 0; round < 2_000; round++) {
      message.control.set(random.bytes(message.control.length).map((byte) => random.flip() ? byte : 0));
      view.setUint32(constants.layouts.msghdr.controllen, random.below(random.pick([64, 600, 2 ** 32])), true);
      // Lengths that are small enough to be believed.
      for (let at = 0; at + 4 <= 512; at += constants.layouts.cmsghdr.align) {
        if (random.flip()) message.controlView.setUint32(at, random.below(64), true);
      }
      const end = Math.min(view.getUint32(constants.layouts.msghdr.controllen, true), message.control.length);
      let last = 0;
      const control = new ControlMessage();
      while (message.next(control)) {
        const { at, bytes } = control;
        assert.ok(at >= last + data && bytes >= 0 && at + bytes <= end, `round ${round}: ${at} + ${bytes} of ${end}`);
        last = at + bytes;
      }
    }
  });

  Deno.test(`the sender of a message of ${system} is the address that the kernel wrote`, () => {
    for (const endpoint of [V4, V6]) {
      const bytes = writeSockaddr(endpoint, 9, constants);
      message.reset();
      message.name.set(bytes);
      new DataView(message.header.buffer).setUint32(constants.layouts.msghdr.namelen, bytes.length, true);
      assert.deepEqual(message.sender(), { ...endpoint, port: 9 });
    }
  });
}

Deno.test("an integer for an option has 4 bytes, least first, whatever its sign", () => {
  assert.deepEqual(int(1), Uint8Array.of(1, 0, 0, 0));
  assert.deepEqual(int(-2), Uint8Array.of(0xfe, 0xff, 0xff, 0xff));
  assert.deepEqual(int(0xffff_fffe), int(-2));
});

Deno.test("a C string ends in a zero byte and is UTF-8", () => {
  assert.deepEqual(cString(""), Uint8Array.of(0));
  assert.deepEqual(cString("lo"), Uint8Array.of(0x6c, 0x6f, 0));
  assert.deepEqual(cString("é"), Uint8Array.of(0xc3, 0xa9, 0));
});
