/** Which datagram an error is about, by as much of its payload as was quoted. */
import assert from "node:assert/strict";
import { writeUdpWithChecksum } from "../core/packet/udp.ts";
import { PORT_SEQUENCES } from "../core/plan.ts";
import { SentDatagrams } from "./sent_datagrams.ts";

const HERE = "192.0.2.1";
const TARGET = "192.0.2.9";
const PORT = 53;
const FROM = 4_711;
const TIMEOUT_US = 1_000;

function datagram(
  checksum: number,
  { destination = TARGET, from = FROM, port = PORT, fill = 0 } = {},
): Uint8Array {
  const bytes = new Uint8Array(44);
  const ports = { sourcePort: from, destinationPort: port };
  writeUdpWithChecksum(bytes, { ...ports, fill, checksum }, { source: HERE, destination });
  return bytes;
}

function payloadOf(checksum: number, quotedBytes: number): Uint8Array {
  return datagram(checksum).subarray(8, 8 + quotedBytes);
}

/** What is remembered of datagrams with these checksums, one each 10 µs. */
function after(checksums: readonly number[]): SentDatagrams {
  const sent = new SentDatagrams(TIMEOUT_US);
  for (const [index, checksum] of checksums.entries()) sent.note(TARGET, datagram(checksum), 10 * index);
  return sent;
}

const TO = to(TARGET);

/** The way from this host's one port to a place. */
function to(address: string, port = PORT): Parameters<SentDatagrams["find"]>[0] {
  return { from: FROM, to: { address, port } };
}

Deno.test("two bytes of payload name the datagram, and more do as well, however often it is quoted", () => {
  const checksums = [40_000, 40_001, 40_002, 65_535];
  const sent = after(checksums);
  for (const bytes of [2, 3, 8, 36, 2]) {
    for (const checksum of checksums) assert.equal(sent.find(TO, payloadOf(checksum, bytes), 50), checksum);
  }
});

Deno.test("every number of a probe is found again", () => {
  const all = Array.from(
    { length: PORT_SEQUENCES.last - PORT_SEQUENCES.first + 1 },
    (_, at) => PORT_SEQUENCES.first + at,
  );
  const sent = after(all);
  for (const checksum of all) assert.equal(sent.find(TO, payloadOf(checksum, 2), 0), checksum);
});

Deno.test("a datagram to another place, or that was never sent, is not found", () => {
  const sent = after([40_000]);
  assert.equal(sent.find(TO, payloadOf(40_001, 2), 0), undefined);
  assert.equal(sent.find(to("192.0.2.10"), payloadOf(40_000, 2), 0), undefined);
  assert.equal(sent.find(to(TARGET, 54), payloadOf(40_000, 2), 0), undefined);
  assert.equal(sent.find(to("192.0.2.10"), new Uint8Array(0), 0), undefined);
  assert.equal(sent.find({ ...TO, from: FROM + 1 }, payloadOf(40_000, 2), 0), undefined);
});

Deno.test("without payload, the only datagram under way to that place is meant, once", () => {
  const sent = after([40_000]);
  sent.note("192.0.2.10", datagram(40_001, { destination: "192.0.2.10" }), 0);
  for (const bytes of [0, 1]) {
    assert.equal(sent.find(TO, payloadOf(40_000, bytes), 5), bytes === 0 ? 40_000 : undefined);
  }
});

Deno.test("zeros that fill up a quote to 128 bytes are no payload", () => {
  const padding = new Uint8Array(100);
  assert.equal(after([40_000]).find(TO, padding, 5), 40_000);
  const sent = after([40_000, 40_001]);
  assert.equal(sent.find(TO, padding, 30), undefined);
  assert.equal(sent.find(TO, payloadOf(40_000, 36), 30), 40_000);
  assert.equal(sent.find(TO, padding, 30), 40_001);
  assert.equal(sent.find(TO, padding, 30), undefined);
});

Deno.test("without payload and with several under way, nobody can know; when all others are answered, it is the last", () => {
  const sent = after([40_000, 40_001, 40_002]);
  assert.equal(sent.find(TO, new Uint8Array(0), 30), undefined);
  assert.equal(sent.find(TO, payloadOf(40_001, 2), 30), 40_001);
  assert.equal(sent.find(TO, new Uint8Array(0), 30), undefined);
  assert.equal(sent.find(TO, payloadOf(40_000, 36), 30), 40_000);
  assert.equal(sent.find(TO, new Uint8Array(0), 30), 40_002);
});

Deno.test("what can be answered no more is not under way, but a quote of its payload still names it", () => {
  const sent = after([40_000, 40_001]);
  assert.equal(sent.find(TO, new Uint8Array(0), TIMEOUT_US), 40_001);
  assert.equal(sent.find(TO, payloadOf(40_000, 2), TIMEOUT_US), 40_000);
});

Deno.test("of two with the same first bytes the later is meant", () => {
  const sent = after([40_000]);
  // As the balance completes the sum, another fill with another checksum may come to the same.
  const other = datagram(40_000);
  new DataView(other.buffer).setUint16(6, 50_000);
  sent.note(TARGET, other, 20);
  assert.equal(sent.find(TO, payloadOf(40_000, 2), 30), 50_000);
  assert.equal(sent.find(TO, new Uint8Array(0), 30), undefined);
});

/** Flows differ in the port that they come from: three of them, each with two datagrams under way. */
const FLOWS = [0, 1, 2].map((flow) => ({ from: FROM + flow, checksums: [40_000 + 2 * flow, 40_001 + 2 * flow] }));

function afterFlows(): SentDatagrams {
  const sent = new SentDatagrams(TIMEOUT_US);
  for (const { from, checksums } of FLOWS) {
    for (const checksum of checksums) sent.note(TARGET, datagram(checksum, { from }), 0);
  }
  return sent;
}

Deno.test("of several flows, payload names a datagram of the flow whose port the error came to, and of a port without flow none", () => {
  const sent = afterFlows();
  for (const { from, checksums } of FLOWS) {
    for (const checksum of checksums) {
      const payload = datagram(checksum, { from }).subarray(8, 10);
      assert.equal(sent.find({ ...TO, from }, payload, 1), checksum);
      assert.equal(sent.find({ ...TO, from: FROM + FLOWS.length }, payload, 1), undefined);
    }
  }
});

Deno.test("without payload, a flow with one datagram under way is known, however many the others have", () => {
  const sent = afterFlows();
  const [first, second] = FLOWS;
  assert.ok(first !== undefined && second !== undefined);
  assert.equal(sent.find({ ...TO, from: first.from }, new Uint8Array(0), 1), undefined);
  sent.find({ ...TO, from: first.from }, datagram(first.checksums[0]!, { from: first.from }).subarray(8, 10), 1);
  assert.equal(sent.find({ ...TO, from: first.from }, new Uint8Array(0), 1), first.checksums[1]);
  assert.equal(sent.find({ ...TO, from: second.from }, new Uint8Array(0), 1), undefined);
});

Deno.test("two flows whose datagrams begin with the same bytes are two", () => {
  const sent = new SentDatagrams(TIMEOUT_US);
  // A port higher by one and a checksum lower by one have the same balance.
  sent.note(TARGET, datagram(40_001, { from: FROM }), 0);
  sent.note(TARGET, datagram(40_000, { from: FROM + 1 }), 0);
  const payload = datagram(40_001).subarray(8, 10);
  assert.deepEqual(payload, datagram(40_000, { from: FROM + 1 }).subarray(8, 10));
  assert.deepEqual([FROM, FROM + 1].map((from) => sent.find({ ...TO, from }, payload, 1)), [40_001, 40_000]);
});

Deno.test("the oldest are forgotten, and no more is remembered than there are numbers", () => {
  const sent = new SentDatagrams(Infinity);
  for (let number = 1; number <= 40_000; number++) sent.note(TARGET, datagram(number), number);
  assert.equal(sent.find(TO, payloadOf(40_000, 2), 40_000), 40_000);
  assert.equal(sent.find(TO, payloadOf(40_000 - 32_767, 2), 40_000), 40_000 - 32_767);
  assert.equal(sent.find(TO, payloadOf(40_000 - 32_768, 2), 40_000), undefined);
  assert.equal(sent.find(TO, payloadOf(1, 2), 40_000), undefined);
});

Deno.test("a datagram is forgotten a minute after its time was up", () => {
  const sent = after([40_000, 40_001]);
  const foundAfter = (atUs: number): readonly unknown[] => {
    sent.note(TARGET, datagram(50_000), atUs);
    return [40_000, 40_001].map((checksum) => sent.find(TO, payloadOf(checksum, 2), atUs));
  };
  assert.deepEqual(foundAfter(60_000_000 + TIMEOUT_US), [40_000, 40_001]);
  assert.deepEqual(foundAfter(60_000_000 + TIMEOUT_US + 1), [undefined, 40_001]);
});
