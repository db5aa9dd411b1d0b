/** What the probes of one target look like: chosen anew for each round, and the same for all within it. */
import type { Target } from "../messages.ts";
import { LIMITS, type ProtocolName, type TracePlan } from "../plan.ts";
import type { Order } from "../probe/prober.ts";
import type { Probe } from "./probe.ts";

export class Looks {
  readonly #target: Target;
  readonly #random: () => number;
  #protocol: ProtocolName;
  #packetBytes = 0;
  #fill = 0;
  /** That is done for the round. */
  isChosen = false;

  /** `random` gives numbers from 0 to below 1. */
  constructor(target: Target, plan: TracePlan, random: () => number) {
    this.#target = target;
    this.#random = random;
    this.#protocol = plan.protocol;
  }

  choose({ protocol, packetBytes, randomPacketBytes, bitPattern, randomBitPattern }: TracePlan): void {
    const { least } = LIMITS.packetBytes;
    this.#packetBytes = randomPacketBytes
      ? least + Math.floor(this.#random() * (packetBytes - least + 1))
      : packetBytes;
    this.#fill = randomBitPattern ? Math.floor(this.#random() * 256) : bitPattern;
    this.#protocol = protocol;
    this.isChosen = true;
  }

  /** Whether its probes ask for a port, so that a host may refuse them in its own name. */
  get asksForPort(): boolean {
    return this.#protocol !== "icmp";
  }

  orderOf({ flow, ttl }: Probe): Order {
    const { endpoint: to, port } = this.#target;
    return { to, port, flow, ttl, protocol: this.#protocol, packetBytes: this.#packetBytes, fill: this.#fill };
  }

  /** The same for targets whose probes are alike under this plan, so that one may stand in for the other. */
  nameUnder({ protocol, packetBytes, trafficClass }: TracePlan): string {
    const { endpoint: { family }, port } = this.#target;
    return `${family} ${protocol} ${port} ${packetBytes} ${trafficClass}`;
  }
}
