/**
 * ICMP echo as a probe (RFC 792, RFC 4443): the sequence number tells which, the identifier whose.
 *
 * Routers that balance flows look at the first four bytes of an echo request, the checksum among them. Where flows are
 * constant, two bytes of payload balance the sequence number so that all requests of a flow have one checksum. A packet
 * that is too short for them does without: its checksum changes from probe to probe.
 */
import type { Answer } from "../messages.ts";
import type { Family, Network } from "../network.ts";
import { ECHO_BALANCE_BYTES } from "../packet/icmp.ts";
import {
  ICMP4_HEADER_BYTES,
  parseIcmp4,
  parseIcmp4EchoRequest,
  quotedIcmp4Checksum,
  writeIcmp4EchoRequest,
} from "../packet/icmp4.ts";
import { parseIcmp6, parseIcmp6EchoRequest, writeIcmp6EchoRequest } from "../packet/icmp6.ts";
import { PORT_SEQUENCES, type TracePlan } from "../plan.ts";
import { ICMP_PROTOCOLS, readIcmpError } from "./icmp_error.ts";
import type { Arrival, Heard, Marks, ProbeProtocol, ProbeText, Shape } from "./protocol.ts";

/** How each family's bytes are read and written. ICMPv6 checksums are the kernel's, in both directions. */
const CODECS = {
  4: { write: writeIcmp4EchoRequest, parse: parseIcmp4, parseRequest: parseIcmp4EchoRequest },
  6: { write: writeIcmp6EchoRequest, parse: parseIcmp6, parseRequest: parseIcmp6EchoRequest },
} as const;

const MARKS: Readonly<Record<Family, (message: Uint8Array) => Marks>> = {
  4: (message) => ({ checksum: quotedIcmp4Checksum(message), identifier: parseIcmp4EchoRequest(message)?.identifier }),
  // The kernel's, with addresses that only it knows for certain.
  6: () => ({}),
};

const NO_PORT = 0;
/** The checksum of the first flow, for the same way in every run; any other would do. */
const FIRST_CHECKSUM = PORT_SEQUENCES.first;

/** The number of all requests that are load and no probes; where there is load, no probe has it. */
export const LOAD_SEQUENCE = 65_535;

export const SHAPE: Shape = { headerBytes: ICMP4_HEADER_BYTES, leastPayloadBytes: 0, hasPayload: true };

export function icmp(network: Network, { flow: flowing, randomPacketBytes, loadBps }: TracePlan): ProbeProtocol {
  const isConstant = flowing === "constant";
  return {
    transport: "icmp",
    sequences: { first: 0, last: loadBps === undefined ? 65_535 : LOAD_SEQUENCE - 1 },
    ...SHAPE,
    // Lengths that nobody chose are long enough.
    leastPayloadBytes: isConstant && randomPacketBytes ? ECHO_BALANCE_BYTES : 0,
    needsSource: false,
    ...(isConstant && {
      constant: {
        showsNumber: true,
        isIdentified: false,
        balanceAt: ICMP4_HEADER_BYTES,
        marksOf: (message, family) => MARKS[family](message),
      },
    }),
    portOf: () => NO_PORT,

    write({ family, sequence, flow, payloadBytes, fill }: ProbeText, buffer: Uint8Array): Uint8Array {
      const bytes = buffer.subarray(0, ICMP4_HEADER_BYTES + payloadBytes);
      const checksum = isConstant && payloadBytes >= ECHO_BALANCE_BYTES ? FIRST_CHECKSUM + flow : undefined;
      CODECS[family].write(bytes, { identifier: network.echoIdentifier(family), sequence, fill, checksum });
      return bytes;
    },

    read(arrival: Arrival): readonly Heard[] {
      const heard = readReply(arrival) ?? readError(arrival, isConstant);
      if (heard?.identifier === network.echoIdentifier(arrival.family)) return [heard];
      if (heard?.marks?.identifier === undefined || heard.name.by !== "number") return [];
      // A translator gives echo requests an identifier of its own (RFC 5508), and may leave it in what errors quote.
      return [{ ...heard, name: { ...heard.name, by: "translatedNumber" } }];
    },
  };
}

type HeardOfAnybody = Heard & { readonly identifier: number };

function readReply(arrival: Arrival): HeardOfAnybody | undefined {
  if (arrival.kind !== "message" || arrival.transport !== "icmp") return undefined;
  const { family } = arrival;
  const message = CODECS[family].parse(arrival.bytes);
  if (message?.kind !== "echoReply") return undefined;
  const { type, code, identifier, sequence, payload } = message;
  const answer: Answer = { kind: "echoReply", icmpType: type, icmpCode: code, mtu: 0, labels: [] };
  const name = { by: "number", sequence } as const;
  const heard = { family, identifier, name, answer, destination: undefined, port: NO_PORT, payload };
  return { ...heard, mayComeFromElsewhere: true };
}

function readError(arrival: Arrival, isConstant: boolean): HeardOfAnybody | undefined {
  const { family } = arrival;
  const error = readIcmpError(arrival, ICMP_PROTOCOLS[family]);
  const request = error && CODECS[family].parseRequest(error.quoted);
  if (error === undefined || request === undefined) return undefined;
  const { answer, destination, source, trafficClass } = error;
  const { identifier, sequence, payload } = request;
  return {
    family,
    identifier,
    name: { by: "number", sequence },
    answer,
    destination,
    trafficClass,
    port: NO_PORT,
    payload,
    ...(isConstant && { marks: { ...MARKS[family](error.quoted), sourceAddress: source } }),
  };
}
