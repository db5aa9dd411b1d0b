import assert from "node:assert/strict";
import type { Family, MessageSettings } from "../core/network.ts";
import { LINUX } from "./constant/linux.ts";
import { SendMessage } from "./send_message.ts";

const NONE: MessageSettings = {
  trafficClass: 0,
  mark: 0,
  device: undefined,
  sourceAddress: undefined,
  ipv4Header: "kernel",
};
const ADDRESS = new Uint8Array(16);
const HEADER = { controllen: 40, control: 32 } as const;

interface Control {
  readonly level: number;
  readonly type: number;
  readonly data: readonly number[];
}

/** The control messages that the kernel would read. */
function controlsOf(
  family: Family,
  settings: Partial<MessageSettings>,
  { ttl, interfaceIndex = 0 }: { ttl: number | undefined; interfaceIndex?: number } = { ttl: 7 },
): readonly Control[] {
  const message = new SendMessage(LINUX);
  message.set(ADDRESS, Uint8Array.of(1, 2), { family, ttl, settings: { ...NONE, ...settings }, interfaceIndex });
  return toldBy(message);
}

function toldBy(message: SendMessage): readonly Control[] {
  const header = new DataView(message.header.buffer);
  const length = header.getUint32(HEADER.controllen, true);
  const at = Deno.UnsafePointer.create(header.getBigUint64(HEADER.control, true));
  if (length === 0 || at === null) return [];
  const view = new DataView(Deno.UnsafePointerView.getArrayBuffer(at, length));
  const controls: Control[] = [];
  for (let start = 0; start < length;) {
    const bytes = view.getUint32(start, true);
    controls.push({
      level: view.getInt32(start + 8, true),
      type: view.getInt32(start + 12, true),
      data: [...new Uint8Array(view.buffer, start + 16, bytes - 16)],
    });
    start += Math.ceil(bytes / 8) * 8;
  }
  return controls;
}

Deno.test("TTL and traffic class are said with each message", () => {
  assert.deepEqual(controlsOf(4, { trafficClass: 8 }), [
    { level: 0, type: 2, data: [7, 0, 0, 0] },
    { level: 0, type: 1, data: [8, 0, 0, 0] },
  ]);
  assert.deepEqual(controlsOf(6, { trafficClass: 8 }), [
    { level: 41, type: 52, data: [7, 0, 0, 0] },
    { level: 41, type: 67, data: [8, 0, 0, 0] },
  ]);
});

Deno.test("a mark is said only if there is one, since it needs a right", () => {
  assert.deepEqual(controlsOf(4, { mark: 0x0102_0304 })[2], { level: 1, type: 36, data: [4, 3, 2, 1] });
  assert.deepEqual(controlsOf(4, { mark: -1 })[2]?.data, [255, 255, 255, 255]);
});

Deno.test("interface and source address are one message", () => {
  assert.deepEqual(controlsOf(4, { sourceAddress: "192.0.2.9" }, { ttl: 7, interfaceIndex: 3 })[2], {
    level: 0,
    type: 8,
    data: [3, 0, 0, 0, 192, 0, 2, 9, 0, 0, 0, 0],
  });
  assert.deepEqual(controlsOf(6, { sourceAddress: "2001:db8::9" })[2], {
    level: 41,
    type: 50,
    data: [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0],
  });
});

Deno.test("what a header of our own has already is not said again", () => {
  assert.deepEqual(controlsOf(4, { trafficClass: 8, sourceAddress: "192.0.2.9" }, { ttl: undefined }), []);
});

Deno.test("nothing of one message stays for the next", () => {
  const message = new SendMessage(LINUX);
  const controls = { family: 4, ttl: 1, interfaceIndex: 0 } as const;
  const nothing = new Uint8Array(0);
  const settings = { ...NONE, mark: 5, sourceAddress: "192.0.2.9" };
  message.set(ADDRESS, nothing, { ...controls, settings });
  message.set(ADDRESS, nothing, { ...controls, ttl: undefined, settings: NONE });
  assert.equal(new DataView(message.header.buffer).getUint32(HEADER.controllen, true), 0);
  for (
    const [family, ttl, data] of [[4, 9, { level: 0, type: 2 }], [4, 255, { level: 0, type: 2 }], [6, 1, {
      level: 41,
      type: 52,
    }]] as const
  ) {
    message.setPlain(ADDRESS, nothing, family, ttl);
    assert.deepEqual(toldBy(message), [{ ...data, data: [ttl, 0, 0, 0] }]);
  }
  message.set(ADDRESS, nothing, { ...controls, settings });
  assert.equal(toldBy(message).length, 4);
  message.setPlain(ADDRESS, nothing, 6, 3);
  assert.deepEqual(toldBy(message), [{ level: 41, type: 52, data: [3, 0, 0, 0] }]);
});
