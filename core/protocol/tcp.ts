/**
 * TCP SYNs as probes (RFC 9293): the sequence number, which errors quote and the target acknowledges, tells whose. Which
 * probe it is tells the source port or, where flows are constant, the sequence number as well: its lower half.
 */
import type { AnswerKind } from "../messages.ts";
import type { Network } from "../network.ts";
import { parseQuotedTcp, parseTcp, TCP_MAX_SEGMENT_BYTES, TCP_PROTOCOL, TCP_SYN_BYTES } from "../packet/tcp.ts";
import { writeTcpSyn } from "../packet/tcp.ts";
import type { TracePlan } from "../plan.ts";
import { readIcmpError } from "./icmp_error.ts";
import { opening } from "./opening.ts";
import type { Arrival, Heard, ProbeProtocol, ProbeText, Shape } from "./protocol.ts";

// What an ordinary client offers.
const WINDOW_BYTES = 65_535;

// Data in a SYN is refused by many firewalls, so the packet size has no effect, as in mtr.
export const SHAPE: Shape = { headerBytes: TCP_SYN_BYTES, leastPayloadBytes: 0, hasPayload: false };

export function tcp(network: Network, plan: TracePlan): ProbeProtocol {
  // A connection that is still being opened at the target takes a SYN with a number just behind for an answer's sake.
  const { isConstant, sequences, portOf, sourcePortOf, wordOf: initialOf, numberOf, ownAnswer, quotedAnswer } = opening(
    network,
    plan,
    0,
  );

  return {
    transport: "tcp",
    sequences,
    ...SHAPE,
    needsSource: true,
    ...(isConstant && {
      constant: {
        showsNumber: true,
        isIdentified: false,
        balanceAt: undefined,
        marksOf: (message) => ({ sourcePort: parseQuotedTcp(message)!.sourcePort }),
      },
    }),
    portOf,

    write({ family, sequence, flow, source, destination, port }: ProbeText, buffer: Uint8Array): Uint8Array {
      const length = writeTcpSyn(buffer, {
        sourcePort: sourcePortOf(sequence, flow),
        destinationPort: portOf(port),
        sequence: initialOf(sequence),
        window: WINDOW_BYTES,
        maxSegmentBytes: TCP_MAX_SEGMENT_BYTES[family],
      }, { source, destination });
      return buffer.subarray(0, length);
    },

    read(arrival: Arrival): readonly Heard[] {
      const heard = arrival.kind === "message" && arrival.transport === "tcp"
        ? readSegment(arrival)
        : readError(arrival);
      return heard === undefined ? [] : [heard];
    },
  };

  function readSegment({ family, from, bytes }: Extract<Arrival, { kind: "message" }>): Heard | undefined {
    // A raw socket hears segments before the kernel has checked them.
    const own = network.sourceAddress({ family, address: from, scopeId: 0 });
    const segment = parseTcp(bytes, typeof own === "string" ? { source: from, destination: own } : undefined);
    if (segment === undefined || !segment.ack) return undefined;
    const kind: AnswerKind | undefined = segment.rst ? "reset" : segment.syn ? "synAck" : undefined;
    // Both acknowledge the SYN, which counts as one byte.
    const sequence = (segment.acknowledgment - 1) >>> 0;
    const { sourcePort: destinationPort, destinationPort: sourcePort } = segment;
    const number = numberOf(sourcePort, sequence);
    if (kind === undefined || sequence !== initialOf(number)) return undefined;
    return ownAnswer(family, number, kind, { sourcePort, destinationPort });
  }

  function readError(arrival: Arrival): Heard | undefined {
    const error = readIcmpError(arrival, TCP_PROTOCOL);
    const header = error && parseQuotedTcp(error.quoted);
    if (error === undefined || header === undefined) return undefined;
    const number = numberOf(header.sourcePort, header.sequence);
    if (header.sequence !== initialOf(number)) return undefined;
    return quotedAnswer(arrival.family, { by: "number", sequence: number }, error, header);
  }
}
