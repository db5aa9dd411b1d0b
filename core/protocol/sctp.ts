/**
 * SCTP INITs as probes (RFC 9260): the source port tells which probe, and the initiate tag, which the target gives back,
 * whose. Errors quote the tag only if they quote 20 bytes; with fewer, ports and destination have to do.
 */
import type { Answer, AnswerKind } from "../messages.ts";
import type { Network } from "../network.ts";
import { parseQuotedSctp, parseSctp, SCTP_CHUNK, SCTP_INIT_BYTES, SCTP_PROTOCOL } from "../packet/sctp.ts";
import { writeSctpInit } from "../packet/sctp.ts";
import { LIMITS, PORT_SEQUENCES, type TracePlan } from "../plan.ts";
import { readIcmpError } from "./icmp_error.ts";
import type { Arrival, Heard, ProbeProtocol, ProbeText, Shape } from "./protocol.ts";

// What an ordinary client offers.
const RECEIVER_WINDOW_BYTES = 106_496;
const STREAMS = { outboundStreams: 10, inboundStreams: 65_535 } as const;

const ANSWERS: Readonly<Record<number, AnswerKind>> = { [SCTP_CHUNK.initAck]: "initAck", [SCTP_CHUNK.abort]: "abort" };

export const SHAPE: Shape = { headerBytes: SCTP_INIT_BYTES, leastPayloadBytes: 0, hasPayload: false };

export function sctp(network: Network, plan: TracePlan): ProbeProtocol {
  const portOf = (port: number | undefined): number => port ?? plan.remotePort ?? LIMITS.remotePort.initial;
  const tagOf = (sourcePort: number): number => ((network.ownPort << 16) | sourcePort) >>> 0;

  return {
    transport: "sctp",
    sequences: PORT_SEQUENCES,
    ...SHAPE,
    needsSource: false,
    portOf,

    write({ sequence, port }: ProbeText, buffer: Uint8Array): Uint8Array {
      const length = writeSctpInit(buffer, {
        sourcePort: sequence,
        destinationPort: portOf(port),
        initiateTag: tagOf(sequence),
        receiverWindowBytes: RECEIVER_WINDOW_BYTES,
        ...STREAMS,
        initialTsn: tagOf(sequence),
      });
      return buffer.subarray(0, length);
    },

    read(arrival: Arrival): readonly Heard[] {
      const heard = arrival.kind === "message" && arrival.transport === "sctp"
        ? readPacket(arrival.bytes, arrival)
        : readError(arrival);
      return heard === undefined ? [] : [heard];
    },
  };

  function readPacket(bytes: Uint8Array, { family }: Arrival): Heard | undefined {
    const packet = parseSctp(bytes);
    const kind = packet && ANSWERS[packet.chunk];
    if (packet === undefined || kind === undefined) return undefined;
    const sequence = packet.destinationPort;
    // An ABORT may reflect the tag of the INIT's header instead, which is 0 (section 8.5.1, T bit).
    const isOurs = packet.verificationTag === tagOf(sequence) || (kind === "abort" && packet.verificationTag === 0);
    if (!isOurs) return undefined;
    const answer: Answer = { kind, icmpType: 0, icmpCode: 0, mtu: 0, labels: [] };
    return { family, sequence, answer, destination: undefined, port: packet.sourcePort, payload: undefined };
  }

  function readError(arrival: Arrival): Heard | undefined {
    const error = readIcmpError(arrival, SCTP_PROTOCOL);
    const header = error && parseQuotedSctp(error.quoted);
    if (error === undefined || header === undefined) return undefined;
    const { sourcePort: sequence, destinationPort: port, initiateTag } = header;
    // Only an INIT has no tag to verify.
    if (header.verificationTag !== 0 || (initiateTag ?? tagOf(sequence)) !== tagOf(sequence)) return undefined;
    const { answer, destination } = error;
    return { family: arrival.family, sequence, answer, destination, port, payload: undefined };
  }
}
