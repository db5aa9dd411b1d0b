/**
 * SCTP INITs as probes (RFC 9260): the initiate tag, which the target gives back, tells whose. Which probe it is tells the
 * source port or, where flows are constant, the tag as well: its lower half. Errors quote the tag only if they quote 20
 * bytes; with fewer, ports and destination have to do, and where flows are constant the IPv4 identification: without one of
 * ours such an answer cannot be used.
 */
import type { AnswerKind } from "../messages.ts";
import type { Network } from "../network.ts";
import { parseQuotedSctp, parseSctp, SCTP_CHUNK, SCTP_INIT_BYTES, SCTP_PROTOCOL } from "../packet/sctp.ts";
import { writeSctpInit } from "../packet/sctp.ts";
import type { TracePlan } from "../plan.ts";
import { readIcmpError } from "./icmp_error.ts";
import { opening } from "./opening.ts";
import type { Arrival, Heard, ProbeProtocol, ProbeText, Shape } from "./protocol.ts";

// What an ordinary client offers.
const RECEIVER_WINDOW_BYTES = 106_496;
const STREAMS = { outboundStreams: 10, inboundStreams: 65_535 } as const;

const ANSWERS: Readonly<Record<number, AnswerKind>> = { [SCTP_CHUNK.initAck]: "initAck", [SCTP_CHUNK.abort]: "abort" };

export const SHAPE: Shape = { headerBytes: SCTP_INIT_BYTES, leastPayloadBytes: 0, hasPayload: false };

export function sctp(network: Network, plan: TracePlan): ProbeProtocol {
  // An identification of 0 would be replaced by the kernel.
  const { isConstant, sequences, portOf, sourcePortOf, wordOf: tagOf, numberOf, ownAnswer, quotedAnswer } = opening(
    network,
    plan,
    1,
  );
  /** The number of the probe that left from this port with this tag, if the tag is this run's. */
  const ownNumberOf = (sourcePort: number, tag: number | undefined): number | undefined => {
    const number = numberOf(sourcePort, tag);
    return number === undefined || (tag ?? tagOf(number)) !== tagOf(number) ? undefined : number;
  };

  return {
    transport: "sctp",
    sequences,
    ...SHAPE,
    needsSource: false,
    ...(isConstant && {
      constant: {
        showsNumber: true,
        isIdentified: true,
        balanceAt: undefined,
        marksOf: (message) => ({ sourcePort: parseQuotedSctp(message)!.sourcePort }),
      },
    }),
    portOf,

    write({ sequence, flow, port }: ProbeText, buffer: Uint8Array): Uint8Array {
      const length = writeSctpInit(buffer, {
        sourcePort: sourcePortOf(sequence, flow),
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
    const { sourcePort: destinationPort, destinationPort: sourcePort, verificationTag } = packet;
    // An ABORT may reflect the tag of the INIT's header instead, which is 0 (section 8.5.1, T bit).
    const tag = kind === "abort" && verificationTag === 0 ? undefined : verificationTag;
    const sequence = ownNumberOf(sourcePort, tag);
    return sequence === undefined ? undefined : ownAnswer(family, sequence, kind, { sourcePort, destinationPort });
  }

  function readError(arrival: Arrival): Heard | undefined {
    const error = readIcmpError(arrival, SCTP_PROTOCOL);
    const header = error && parseQuotedSctp(error.quoted);
    // Only an INIT has no tag to verify.
    if (error === undefined || header === undefined || header.verificationTag !== 0) return undefined;
    const { sourcePort, initiateTag: tag } = header;
    const isShort = isConstant && tag === undefined;
    const sequence = isShort ? error.identification : ownNumberOf(sourcePort, tag);
    if (sequence === undefined) return undefined;
    return quotedAnswer(arrival.family, { by: isShort ? "identification" : "number", sequence }, error, header);
  }
}
