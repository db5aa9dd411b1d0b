/**
 * ICMP echo as a probe (RFC 792, RFC 4443): the sequence number tells which, the identifier whose.
 *
 * Routers that balance flows look at the first four bytes of an echo request, the checksum among them. Where flows are
 * constant, two bytes of payload balance the sequence number so that all requests of a flow have one checksum. A packet
 * that is too short for them does without: its checksum changes from probe to probe.
 */
import type { Answer } from "../messages.ts";
import type { Family, Network } from "../network.ts";
import { ECHO_BALANCE_BYTES, type IcmpMessage, renumberEchoRequest } from "../packet/icmp.ts";
import {
  ICMP4_HEADER_BYTES,
  parseIcmp4,
  parseIcmp4EchoRequest,
  quotedIcmp4Checksum,
  quotedIcmp4Identifier,
  writeIcmp4EchoRequest,
} from "../packet/icmp4.ts";
import { parseIcmp6, parseIcmp6EchoRequest, writeIcmp6EchoRequest } from "../packet/icmp6.ts";
import { PORT_SEQUENCES, type TracePlan } from "../plan.ts";
import { ICMP_PROTOCOLS, readIcmpError } from "./icmp_error.ts";
import {
  type Arrival,
  type Heard,
  type Marks,
  NO_MARKS,
  type ProbeProtocol,
  type ProbeText,
  type Shape,
} from "./protocol.ts";

/** How each family's bytes are read and written. ICMPv6 checksums are the kernel's, in both directions. */
const CODECS = {
  4: { write: writeIcmp4EchoRequest, parse: parseIcmp4, parseRequest: parseIcmp4EchoRequest },
  6: { write: writeIcmp6EchoRequest, parse: parseIcmp6, parseRequest: parseIcmp6EchoRequest },
} as const;

/** Of a request with its whole header. ICMPv6's checksum is the kernel's, with addresses that only it knows for certain. */
function marksOf(message: Uint8Array, family: Family, sourceAddress?: string): Marks {
  if (family === 6) return { sourceAddress };
  return { sourceAddress, identifier: quotedIcmp4Identifier(message), checksum: quotedIcmp4Checksum(message) };
}

const NO_LABELS: Answer["labels"] = [];

const NO_PORT = 0;
/** The checksum of the first flow, for the same way in every run; any other would do. */
const FIRST_CHECKSUM = PORT_SEQUENCES.first;

/** The number of all requests that are load and no probes; where there is load, no probe has it. */
export const LOAD_SEQUENCE = 65_535;

export const SHAPE: Shape = { headerBytes: ICMP4_HEADER_BYTES, leastPayloadBytes: 0, hasPayload: true };

export function icmp(network: Network, { flow: flowing, randomPacketBytes, loadBps }: TracePlan): ProbeProtocol {
  const isConstant = flowing === "constant";
  let latest: Written | undefined;
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
        marksOf: (message, family) => marksOf(message, family),
      },
    }),
    portOf: () => NO_PORT,

    write({ family, sequence, flow, payloadBytes, fill }: ProbeText, buffer: Uint8Array): Uint8Array {
      const identifier = network.echoIdentifier(family);
      const checksum = isConstant && payloadBytes >= ECHO_BALANCE_BYTES ? FIRST_CHECKSUM + flow : undefined;
      if (
        latest !== undefined && latest.buffer === buffer && latest.family === family && latest.checksum === checksum &&
        latest.payloadBytes === payloadBytes && latest.fill === fill && latest.identifier === identifier
      ) {
        renumberEchoRequest(latest.bytes, sequence);
        return latest.bytes;
      }
      const bytes = buffer.subarray(0, ICMP4_HEADER_BYTES + payloadBytes);
      CODECS[family].write(bytes, { identifier, sequence, fill, checksum });
      latest = checksum === undefined ? undefined : { buffer, bytes, family, checksum, payloadBytes, fill, identifier };
      return bytes;
    },

    read(arrival: Arrival): readonly Heard[] {
      const { family } = arrival;
      const identifier = network.echoIdentifier(family);
      const isWhole = arrival.kind === "message" && arrival.transport === "icmp";
      const message = isWhole ? CODECS[family].parse(arrival.bytes) : undefined;
      const heard = message?.kind === "echoReply"
        ? readReply(message, family, identifier)
        : readError(arrival, message, { identifier, isConstant });
      return heard === undefined ? NOTHING : [heard];
    },
  };
}

const NOTHING: readonly Heard[] = [];

/** A request with a chosen checksum: all others that are like it in this differ in their number only. */
interface Written extends Pick<ProbeText, "family" | "payloadBytes" | "fill"> {
  readonly buffer: Uint8Array;
  readonly bytes: Uint8Array;
  readonly checksum: number;
  readonly identifier: number;
}

/** The reply to a request with this identifier. */
function readReply(
  { type, code, identifier, sequence, payload }: Extract<IcmpMessage, { kind: "echoReply" }>,
  family: Family,
  own: number,
): Heard | undefined {
  if (identifier !== own) return undefined;
  return {
    family,
    name: { by: "number", sequence },
    answer: { kind: "echoReply", icmpType: type, icmpCode: code, mtu: 0, labels: NO_LABELS },
    destination: undefined,
    port: NO_PORT,
    payload,
    mayComeFromElsewhere: true,
  };
}

/**
 * An error about such a request; or about any other, where a translator may have given one of ours an identifier of its own
 * (RFC 5508), and left it in what errors quote.
 */
function readError(
  arrival: Arrival,
  message: IcmpMessage | undefined,
  { identifier: own, isConstant }: { readonly identifier: number; readonly isConstant: boolean },
): Heard | undefined {
  const { family } = arrival;
  const error = readIcmpError(arrival, ICMP_PROTOCOLS[family], message);
  const request = error && CODECS[family].parseRequest(error.quoted);
  if (error === undefined || request === undefined) return undefined;
  const isOwn = request.identifier === own;
  const marks = isConstant ? marksOf(error.quoted, family, error.source) : NO_MARKS;
  if (!isOwn && marks.identifier === undefined) return undefined;
  const { answer, destination, trafficClass } = error;
  const { sequence, payload } = request;
  const name = { by: isOwn ? "number" : "translatedNumber", sequence } as const;
  return { family, name, answer, destination, trafficClass, port: NO_PORT, payload, marks };
}
