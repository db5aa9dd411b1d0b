/**
 * UDP datagrams as probes (RFC 768). Where flows vary they are told apart as mtr does: by the destination port; with a port
 * to probe, by the source port; with both ports given, by the checksum, which two bytes of payload make come true. Where
 * flows are constant all have the same ports, and always the checksum tells: see `constantUdp`.
 */
import type { Answer } from "../messages.ts";
import type { Network } from "../network.ts";
import { parseQuotedUdp, parseUdp, UDP_BALANCE_BYTES, UDP_HEADER_BYTES, UDP_PROTOCOL } from "../packet/udp.ts";
import { type UdpDatagram, writeUdp, writeUdpWithChecksum } from "../packet/udp.ts";
import { PORT_SEQUENCES, type TracePlan } from "../plan.ts";
import { readIcmpError } from "./icmp_error.ts";
import {
  type Arrival,
  balanceOf,
  type Heard,
  type Marks,
  type ProbeProtocol,
  type ProbeText,
  type Shape,
} from "./protocol.ts";

// mtr's least payload.
const LEAST_PAYLOAD_BYTES = 4;
/** Stands for the port of a target that has none: each probe has its own. */
const NO_PORT = 0;
const OF_SENDER: Heard["unchanged"] = ["sourceAddress", "sourcePort"];
/** What the target's port says for itself. */
const DATAGRAM: Answer = { kind: "datagram", icmpType: 0, icmpCode: 0, mtu: 0, labels: [] };

export const SHAPE: Shape = { headerBytes: UDP_HEADER_BYTES, leastPayloadBytes: LEAST_PAYLOAD_BYTES, hasPayload: true };

const COMMON = { transport: "udp", sequences: PORT_SEQUENCES, ...SHAPE, needsSource: true } as const;

export function udp(network: Network, plan: TracePlan): ProbeProtocol {
  return plan.flow === "constant" ? constantUdp(network, plan) : varyingUdp(network, plan);
}

/**
 * All probes of a flow have the same ports; flows differ in the source port.
 *
 * An address translator changes the checksum with the addresses, and routers behind it may quote it so. Then the
 * payload's first two bytes tell which probe it is. A quote of 28 bytes shows none of them, but the IPv4
 * identification; and where that is not ours, the change of the checksum is the same for all probes of a flow. A
 * datagram of the target's port has a checksum of its own: it names its probe only if it gives back the payload (an
 * echo service) or its first two bytes (a name server, whose query number they are).
 *
 * Without raw access the kernel keeps the quoted header to itself but for the ports, so a quote of 28 bytes names no
 * probe: then each has to have a source port of its own, its number.
 */
function constantUdp(network: Network, plan: TracePlan): ProbeProtocol {
  const ownPort = plan.localPort ?? network.ownPort;
  const canPart = plan.localPort === undefined && !plan.multipath;
  /** Port numbers of this program's flows are below. */
  const isOfOne = (sourcePort: number): boolean => canPart && sourcePort >= PORT_SEQUENCES.first;
  const portOf = (port: number | undefined): number => port ?? plan.remotePort ?? PORT_SEQUENCES.first;
  const marksOf = ({ sourcePort, checksum }: UdpDatagram): Marks => ({ sourcePort, checksum });

  return {
    ...COMMON,
    constant: {
      showsNumber: false,
      isIdentified: true,
      balanceAt: UDP_HEADER_BYTES,
      marksOf: (message) => marksOf(parseQuotedUdp(message)!),
    },
    portOf,

    write(
      { sequence, flow, hasOwnPort, source, destination, port, payloadBytes, fill }: ProbeText,
      buffer: Uint8Array,
    ): Uint8Array {
      const bytes = buffer.subarray(0, UDP_HEADER_BYTES + Math.max(payloadBytes, UDP_BALANCE_BYTES));
      const ports = { sourcePort: hasOwnPort ? sequence : ownPort + flow, destinationPort: portOf(port) };
      writeUdpWithChecksum(bytes, { ...ports, fill, checksum: sequence }, { source, destination });
      return bytes;
    },

    read(arrival: Arrival): readonly Heard[] {
      if (arrival.kind === "message" && arrival.transport === "udp") return readDatagram(arrival.bytes, arrival);
      const error = readIcmpError(arrival, UDP_PROTOCOL);
      const datagram = error && parseQuotedUdp(error.quoted);
      if (error === undefined || datagram === undefined) return [];
      const { answer, destination, source, trafficClass, identification } = error;
      const { sourcePort, destinationPort: port, checksum, payload } = datagram;
      const marks: Marks = {
        sourceAddress: source,
        sourcePort,
        destinationAddress: destination,
        destinationPort: port,
        checksum,
      };
      // A kernel that took the error apart has put the header together anew, for as much as was quoted.
      const payloadBytes = arrival.kind === "message" ? datagram.totalBytes - UDP_HEADER_BYTES : undefined;
      const { family } = arrival;
      const balance = balanceOf(payload);
      const heardBy = (name: Heard["name"], unchanged?: Heard["unchanged"]): Heard => (
        { family, name, answer, destination, trafficClass, port, payload, payloadBytes, marks, unchanged }
      );
      if (arrival.kind === "error" && isOfOne(sourcePort)) {
        return [{ ...heardBy({ by: "number", sequence: sourcePort }), marks: { ...marks, checksum: undefined } }];
      }
      // Another checksum than that which was sent could be the number of another probe.
      const byNumber = heardBy({ by: "number", sequence: checksum }, balance === undefined ? OF_SENDER : undefined);
      const otherwise = heardBy(
        balance === undefined ? { by: "shiftedChecksum", checksum } : { by: "balance", balance },
      );
      // First, since a checksum that was changed could be the number of another probe, where the source was put back; and
      // of several flows with one port outside, many probes have the same payload.
      if (identification) return [heardBy({ by: "identification", sequence: identification }), byNumber, otherwise];
      const isNameless = canPart && arrival.kind === "error" && balance === undefined;
      return [isNameless ? { ...byNumber, isNameless } : byNumber, otherwise];
    },
  };

  function readDatagram(bytes: Uint8Array, { family }: Arrival): readonly Heard[] {
    const datagram = parseUdp(bytes);
    if (datagram === undefined || datagram.destinationPort < ownPort) return [];
    const { sourcePort: port, destinationPort: sourcePort, payload } = datagram;
    const marks = { sourcePort };
    const heard = { family, answer: DATAGRAM, destination: undefined, port, marks };
    if (isOfOne(sourcePort)) return [{ ...heard, payload: undefined, name: { by: "number", sequence: sourcePort } }];
    const balance = balanceOf(payload);
    if (balance === undefined) return [];
    return [
      { ...heard, payload, name: { by: "balance", balance } },
      { ...heard, payload: undefined, name: { by: "balance", balance, isOpenOnly: true } },
    ];
  }
}

function varyingUdp(network: Network, plan: TracePlan): ProbeProtocol {
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

  function heard(
    { family }: Arrival,
    datagram: UdpDatagram,
    of: Pick<Heard, "answer" | "destination" | "trafficClass">,
  ): Heard[] {
    // The chosen checksum is in the first bytes of the payload, so the payload is not compared.
    return [...ofOurs(datagram)].map(({ sequence, port }) => ({
      family,
      name: { by: "number", sequence },
      port,
      ...of,
      payload: undefined,
    }));
  }

  return {
    ...COMMON,
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
      if (error === undefined || datagram === undefined) return [];
      const { answer, destination, trafficClass } = error;
      return heard(arrival, datagram, { answer, destination, trafficClass });
    },
  };

  /** The target's port answers for itself. Its checksum is not ours, so with both ports given it names no probe. */
  function readDatagram(bytes: Uint8Array, arrival: Arrival): Heard[] {
    const datagram = parseUdp(bytes);
    if (datagram === undefined) return [];
    const { sourcePort, destinationPort } = datagram;
    const turned = { ...datagram, sourcePort: destinationPort, destinationPort: sourcePort };
    return heard(arrival, turned, { answer: DATAGRAM, destination: undefined }).filter(({ port }) =>
      plan.localPort === undefined || port === NO_PORT
    );
  }
}
