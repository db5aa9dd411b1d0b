/**
 * What the protocols share whose probes ask for a connection, TCP and SCTP: such a probe carries a word of 32 bits that the
 * target gives back. Its upper half is this run's, so that no answer to another program fits; its lower half is the probe's
 * number. Where flows are constant the number is there alone, else the source port has it, too.
 */
import type { AnswerKind } from "../messages.ts";
import type { Family, Network } from "../network.ts";
import { LIMITS, PORT_SEQUENCES, type TracePlan } from "../plan.ts";
import type { IcmpErrorHeard } from "./icmp_error.ts";
import type { Heard, ProbeProtocol } from "./protocol.ts";

const LOWER_HALF = 0xffff;

/** Of a probe. */
interface Ports {
  readonly sourcePort: number;
  readonly destinationPort: number;
}

export interface Opening {
  readonly isConstant: boolean;
  readonly sequences: ProbeProtocol["sequences"];
  /** The port to ask for. */
  portOf(port: number | undefined): number;
  sourcePortOf(number: number, flow: number): number;
  /** The word of the probe with this number. */
  wordOf(number: number): number;
  /** The probe that may have had this port and this word; `undefined` if it takes a word and there is none. */
  numberOf<Word extends number | undefined>(sourcePort: number, word: Word): number | Word;
  /** The target's own answer to the probe with this number. */
  ownAnswer(family: Family, sequence: number, kind: AnswerKind, ports: Ports): Heard;
  /** The answer of an error that quotes a probe. */
  quotedAnswer(family: Family, name: Heard["name"], error: IcmpErrorHeard, ports: Ports): Heard;
}

/** `firstNumber` is that of constant flows. */
export function opening({ ownPort }: Pick<Network, "ownPort">, plan: TracePlan, firstNumber: number): Opening {
  const isConstant = plan.flow === "constant";
  return {
    isConstant,
    sequences: isConstant ? { first: firstNumber, last: LOWER_HALF } : PORT_SEQUENCES,
    portOf: (port) => port ?? plan.remotePort ?? LIMITS.remotePort.initial,
    sourcePortOf: (number, flow) => isConstant ? ownPort + flow : number,
    wordOf: (number) => ((ownPort << 16) | number) >>> 0,
    numberOf: (sourcePort, word) => !isConstant ? sourcePort : word === undefined ? word : word & LOWER_HALF,
    ownAnswer: (family, sequence, kind, { sourcePort, destinationPort: port }) => ({
      family,
      name: { by: "number", sequence },
      answer: { kind, icmpType: 0, icmpCode: 0, mtu: 0, labels: [] },
      destination: undefined,
      port,
      payload: undefined,
      ...(isConstant && { marks: { sourcePort }, unchanged: ["sourcePort"] }),
    }),
    quotedAnswer: (family, name, error, { sourcePort, destinationPort: port }) => ({
      family,
      name,
      answer: error.answer,
      destination: error.destination,
      trafficClass: error.trafficClass,
      port,
      payload: undefined,
      ...(isConstant && { marks: { sourcePort, sourceAddress: error.source } }),
    }),
  };
}
