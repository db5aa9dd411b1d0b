/**
 * Load of our own: full echo requests to the target, which it sends back, so that both directions are loaded.
 *
 * All of them are one packet again and again, with a sequence number that no probe has: so their answers are known as such,
 * whatever the probes are. To routers that balance by flow it looks like ICMP probes of the first flow.
 */
import type { Endpoint, Family, Network } from "../network.ts";
import type { TracePlan } from "../plan.ts";
import { icmp, LOAD_SEQUENCE } from "../protocol/icmp.ts";
import { IP_HEADER_BYTES } from "../packet/ip.ts";
import { type Arrival, payloadBytesOf, type ProbeProtocol } from "../protocol/protocol.ts";
import type { LoadSending } from "./prober.ts";

/** IP header included. Tunnels and DSL take less than the 1,500 of Ethernet, and fragments would be another load. */
export const LOAD_PACKET_BYTES = 1_400;

/** The usual one of hosts: farther than any target, and a loop ends it. */
const TTL = 64;

export class LoadPackets {
  readonly #network: Network;
  readonly #protocol: ProbeProtocol;
  readonly #fill: number;
  readonly #messages: Partial<Record<Family, Uint8Array>> = {};

  constructor(network: Network, plan: TracePlan) {
    this.#network = network;
    this.#protocol = icmp(network, plan);
    this.#fill = plan.bitPattern;
  }

  send(to: Endpoint): LoadSending {
    const bytes = this.#messages[to.family] ??= this.#write(to);
    const result = this.#network.send({ to, transport: "icmp", ttl: TTL, bytes });
    return result.ok ? { ok: true, packetBytes: IP_HEADER_BYTES[to.family] + bytes.length } : result;
  }

  /** Whether it answers load, be it as an error. */
  isAnswer(arrival: Arrival): boolean {
    return this.#protocol.read(arrival).some(({ name }) => name.by === "number" && name.sequence === LOAD_SEQUENCE);
  }

  #write({ family, address: destination }: Endpoint): Uint8Array {
    const payloadBytes = payloadBytesOf(this.#protocol, family, LOAD_PACKET_BYTES);
    const text = { family, sequence: LOAD_SEQUENCE, flow: 0, source: "", destination, port: undefined, payloadBytes };
    return this.#protocol.write({ ...text, fill: this.#fill }, new Uint8Array(LOAD_PACKET_BYTES));
  }
}
