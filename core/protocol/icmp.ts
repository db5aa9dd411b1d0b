/** ICMP echo as a probe (RFC 792, RFC 4443): the sequence number tells which, the identifier whose. */
import type { Answer } from "../messages.ts";
import type { Network } from "../network.ts";
import { ICMP4_HEADER_BYTES, parseIcmp4, parseIcmp4EchoRequest, writeIcmp4EchoRequest } from "../packet/icmp4.ts";
import { parseIcmp6, parseIcmp6EchoRequest, writeIcmp6EchoRequest } from "../packet/icmp6.ts";
import { ICMP_PROTOCOLS, readIcmpError } from "./icmp_error.ts";
import type { Arrival, Heard, ProbeProtocol, ProbeText, Shape } from "./protocol.ts";

/** How each family's bytes are read and written. ICMPv6 checksums are the kernel's, in both directions. */
const CODECS = {
  4: { write: writeIcmp4EchoRequest, parse: parseIcmp4, parseRequest: parseIcmp4EchoRequest },
  6: { write: writeIcmp6EchoRequest, parse: parseIcmp6, parseRequest: parseIcmp6EchoRequest },
} as const;

const NO_PORT = 0;

export const SHAPE: Shape = { headerBytes: ICMP4_HEADER_BYTES, leastPayloadBytes: 0, hasPayload: true };

export function icmp(network: Network): ProbeProtocol {
  return {
    transport: "icmp",
    sequences: { first: 0, last: 65_535 },
    ...SHAPE,
    needsSource: false,
    portOf: () => NO_PORT,

    write({ family, sequence, payloadBytes, fill }: ProbeText, buffer: Uint8Array): Uint8Array {
      const bytes = buffer.subarray(0, ICMP4_HEADER_BYTES + payloadBytes);
      CODECS[family].write(bytes, { identifier: network.echoIdentifier(family), sequence, fill });
      return bytes;
    },

    read(arrival: Arrival): readonly Heard[] {
      const heard = readReply(arrival) ?? readError(arrival);
      return heard?.identifier === network.echoIdentifier(arrival.family) ? [heard] : [];
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
  const heard = { family, identifier, sequence, answer, destination: undefined, port: NO_PORT, payload };
  return { ...heard, mayComeFromElsewhere: true };
}

function readError(arrival: Arrival): HeardOfAnybody | undefined {
  const { family } = arrival;
  const error = readIcmpError(arrival, ICMP_PROTOCOLS[family]);
  const request = error && CODECS[family].parseRequest(error.quoted);
  if (error === undefined || request === undefined) return undefined;
  const { answer, destination } = error;
  return { family, ...request, answer, destination, port: NO_PORT };
}
