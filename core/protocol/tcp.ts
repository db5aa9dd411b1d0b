/**
 * TCP SYNs as probes (RFC 9293): the source port tells which probe, and the sequence number, which errors quote and the
 * target acknowledges, whose.
 */
import type { Answer, AnswerKind } from "../messages.ts";
import type { Network } from "../network.ts";
import { parseQuotedTcp, parseTcp, TCP_MAX_SEGMENT_BYTES, TCP_PROTOCOL, TCP_SYN_BYTES } from "../packet/tcp.ts";
import { writeTcpSyn } from "../packet/tcp.ts";
import { LIMITS, PORT_SEQUENCES, type TracePlan } from "../plan.ts";
import { readIcmpError } from "./icmp_error.ts";
import type { Arrival, Heard, ProbeProtocol, ProbeText, Shape } from "./protocol.ts";

// What an ordinary client offers.
const WINDOW_BYTES = 65_535;

// Data in a SYN is refused by many firewalls, so the packet size has no effect, as in mtr.
export const SHAPE: Shape = { headerBytes: TCP_SYN_BYTES, leastPayloadBytes: 0, hasPayload: false };

export function tcp(network: Network, plan: TracePlan): ProbeProtocol {
  const portOf = (port: number | undefined): number => port ?? plan.remotePort ?? LIMITS.remotePort.initial;
  // The upper half is this run's, so that no answer to another program's SYN fits.
  const initialOf = (sourcePort: number): number => ((network.ownPort << 16) | sourcePort) >>> 0;

  return {
    transport: "tcp",
    sequences: PORT_SEQUENCES,
    ...SHAPE,
    needsSource: true,
    portOf,

    write({ family, sequence, source, destination, port }: ProbeText, buffer: Uint8Array): Uint8Array {
      const length = writeTcpSyn(buffer, {
        sourcePort: sequence,
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
    const segment = parseTcp(bytes, own === undefined ? undefined : { source: from, destination: own });
    if (segment === undefined || !segment.ack) return undefined;
    const kind: AnswerKind | undefined = segment.rst ? "reset" : segment.syn ? "synAck" : undefined;
    const sequence = segment.destinationPort;
    // Both acknowledge the SYN, which counts as one byte.
    if (kind === undefined || segment.acknowledgment !== (initialOf(sequence) + 1) >>> 0) return undefined;
    const answer: Answer = { kind, icmpType: 0, icmpCode: 0, mtu: 0, labels: [] };
    return { family, sequence, answer, destination: undefined, port: segment.sourcePort, payload: undefined };
  }

  function readError(arrival: Arrival): Heard | undefined {
    const error = readIcmpError(arrival, TCP_PROTOCOL);
    const header = error && parseQuotedTcp(error.quoted);
    if (error === undefined || header === undefined) return undefined;
    const { sourcePort: sequence, destinationPort: port } = header;
    if (header.sequence !== initialOf(sequence)) return undefined;
    const { answer, destination } = error;
    return { family: arrival.family, sequence, answer, destination, port, payload: undefined };
  }
}
