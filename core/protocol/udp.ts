/**
 * UDP datagrams as probes (RFC 768), told apart as mtr does: by the destination port; with a port to probe, by the source
 * port; with both ports given, by the checksum, which two bytes of payload make come true.
 */
import type { Answer } from "../messages.ts";
import type { Network } from "../network.ts";
import { parseQuotedUdp, parseUdp, UDP_BALANCE_BYTES, UDP_HEADER_BYTES, UDP_PROTOCOL } from "../packet/udp.ts";
import { type UdpDatagram, writeUdp, writeUdpWithChecksum } from "../packet/udp.ts";
import { PORT_SEQUENCES, type TracePlan } from "../plan.ts";
import { readIcmpError } from "./icmp_error.ts";
import type { Arrival, Heard, ProbeProtocol, ProbeText, Shape } from "./protocol.ts";

// mtr's least payload.
const LEAST_PAYLOAD_BYTES = 4;
/** Stands for the port of a target that has none: each probe has its own. */
const NO_PORT = 0;

export const SHAPE: Shape = { headerBytes: UDP_HEADER_BYTES, leastPayloadBytes: LEAST_PAYLOAD_BYTES, hasPayload: true };

export function udp(network: Network, plan: TracePlan): ProbeProtocol {
  const ownPort = plan.localPort ?? network.ownPort;
  const isOurs = plan.localPort === undefined
    // Probes are numbered by the ports above it.
    ? (sourcePort: number) => sourcePort > ownPort
    : (sourcePort: number) => sourcePort === ownPort;

  /** What a datagram may be of: a target without a port, or one with the port that it went to. */
  function* ofOurs(
    { sourcePort, destinationPort, checksum }: UdpDatagram,
  ): Generator<{ sequence: number; port: number }> {
    if (sourcePort === ownPort) yield { sequence: destinationPort, port: NO_PORT };
    if (!isOurs(sourcePort) || destinationPort === NO_PORT) return;
    yield { sequence: plan.localPort === undefined ? sourcePort : checksum, port: destinationPort };
  }

  function heard(arrival: Arrival, datagram: UdpDatagram, answer: Answer, destination: string | undefined): Heard[] {
    const { family } = arrival;
    // The chosen checksum is in the first bytes of the payload, so the payload is not compared.
    return [...ofOurs(datagram)].map((of) => ({ family, ...of, answer, destination, payload: undefined }));
  }

  return {
    transport: "udp",
    sequences: PORT_SEQUENCES,
    ...SHAPE,
    needsSource: true,
    portOf: (port) => port ?? plan.remotePort ?? NO_PORT,

    write({ sequence, source, destination, port, payloadBytes, fill }: ProbeText, buffer: Uint8Array): Uint8Array {
      const bytes = buffer.subarray(0, UDP_HEADER_BYTES + Math.max(payloadBytes, UDP_BALANCE_BYTES));
      const between = { source, destination };
      const destinationPort = port ?? plan.remotePort;
      if (destinationPort === undefined) {
        writeUdp(bytes, { sourcePort: ownPort, destinationPort: sequence, fill }, between);
      } else if (plan.localPort === undefined) {
        writeUdp(bytes, { sourcePort: sequence, destinationPort, fill }, between);
      } else {
        writeUdpWithChecksum(bytes, { sourcePort: ownPort, destinationPort, fill, checksum: sequence }, between);
      }
      return bytes;
    },

    read(arrival: Arrival): readonly Heard[] {
      if (arrival.kind === "message" && arrival.transport === "udp") return readDatagram(arrival.bytes, arrival);
      const error = readIcmpError(arrival, UDP_PROTOCOL);
      const datagram = error && parseQuotedUdp(error.quoted);
      return error && datagram ? heard(arrival, datagram, error.answer, error.destination) : [];
    },
  };

  /** The target's port answers for itself. Its checksum is not ours, so with both ports given it names no probe. */
  function readDatagram(bytes: Uint8Array, arrival: Arrival): Heard[] {
    const datagram = parseUdp(bytes);
    if (datagram === undefined) return [];
    const { sourcePort, destinationPort } = datagram;
    const turned = { ...datagram, sourcePort: destinationPort, destinationPort: sourcePort };
    const answer: Answer = { kind: "datagram", icmpType: 0, icmpCode: 0, mtu: 0, labels: [] };
    return heard(arrival, turned, answer, undefined).filter(({ port }) =>
      plan.localPort === undefined || port === NO_PORT
    );
  }
}
