/**
 * A host on the way that answers every echo request with lies: messages that look like answers and belong to none of the
 * probes, since one thing in each is wrong. Run inside a world at r1: `deno run --allow-ffi forger.ts LINK`.
 */
import { parseIcmp } from "./capture.ts";
import { addressBytes, ICMP, packetOf, put16 } from "./build_packet.ts";
import { Frames } from "./system.ts";

const ETHERNET_BYTES = 14;
/** Nobody has these. */
export const STRANGER = { 4: "10.201.77.77", 6: "fd00:201:77::77" } as const;

function main(link: string): void {
  const frames = Frames.of(link);
  console.log("listening");
  for (;;) {
    const frame = frames.next(-1);
    if (frame === undefined) continue;
    const ip = frame.slice(ETHERNET_BYTES);
    for (const forged of liesAbout(ip)) {
      // Back to the sender: the two hardware addresses change places, the protocol stays.
      frames.send(Uint8Array.of(...frame.slice(6, 12), ...frame.slice(0, 6), ...frame.slice(12, 14), ...forged));
    }
  }
}

/** The forged packets for an echo request; none for anything else, so that no lie begets another. */
function liesAbout(ip: Uint8Array<ArrayBuffer>): readonly Uint8Array<ArrayBuffer>[] {
  const seen = parseIcmp(ip, 0);
  if (seen === undefined || seen.kind !== "echoRequest") return [];
  // The client asks targets behind this link only; what others ask the client is not to be answered.
  const { family, from: client, to: target, identifier, sequence, payload } = seen;
  if (client === STRANGER[family] || !isClient(client)) return [];
  const type = ICMP[family];
  const stranger = STRANGER[family];
  const headerBytes = family === 4 ? 20 : 40;
  const echo = (id: number, seq: number): Uint8Array => Uint8Array.of(id >> 8, id & 255, seq >> 8, seq & 255);
  const exceeded = (quoted: Uint8Array): Uint8Array<ArrayBuffer> =>
    packetOf({ family, from: stranger, to: client, type: type.timeExceeded, body: quoted });
  const quote = (change: (copy: Uint8Array) => void): Uint8Array => {
    const copy = ip.slice(0, headerBytes + 8);
    change(copy);
    return copy;
  };
  return [
    // Echo replies with a wrong identifier, and with a sequence that was never sent.
    packetOf({
      family,
      from: target,
      to: client,
      type: type.echoReply,
      rest: echo(identifier ^ 1, sequence),
      body: payload,
    }),
    packetOf({
      family,
      from: target,
      to: client,
      type: type.echoReply,
      rest: echo(identifier, sequence ^ 0x5a5a),
      body: payload,
    }),
    // Errors that quote another target, another identifier, another sequence, another protocol.
    exceeded(quote((copy) => copy.set(addressBytes(stranger), headerBytes === 20 ? 16 : 24))),
    exceeded(quote((copy) => put16(copy, headerBytes + 4, identifier ^ 1))),
    exceeded(quote((copy) => put16(copy, headerBytes + 6, sequence ^ 0x5a5a))),
    exceeded(quote((copy) => (copy[headerBytes === 20 ? 9 : 6] = 17))),
    // An error that quotes an answer, not a request.
    exceeded(quote((copy) => (copy[headerBytes] = type.echoReply))),
    // Errors that quote too little.
    exceeded(ip.slice(0, headerBytes + 4)),
    exceeded(ip.slice(0, 6)),
    exceeded(new Uint8Array(0)),
    // Somebody else's error: a port that our probes do not have.
    packetOf({
      family,
      from: target,
      to: client,
      type: type.unreachable,
      code: family === 4 ? 3 : 4,
      body: quote((copy) => (copy[headerBytes === 20 ? 9 : 6] = 17)),
    }),
    // The right words, damaged on the way.
    packetOf({
      family,
      from: stranger,
      to: client,
      type: type.timeExceeded,
      body: quote(() => {}),
      checksumError: 0x1111,
    }),
    // A request of the other side with our identifier and sequence: raw sockets hear it, too.
    packetOf({
      family,
      from: target,
      to: client,
      type: type.echoRequest,
      rest: echo(identifier, sequence),
      body: payload,
    }),
  ];
}

function isClient(address: string): boolean {
  return address === "10.201.1.1" || address === "fd00:201:1::1";
}

if (import.meta.main) main(Deno.args[0] ?? "");
