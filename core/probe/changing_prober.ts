/**
 * Probes over a `Network` whose protocol may change from one to the next: one prober a protocol, made when it is first
 * needed. What is in flight when the protocol changes is still heard.
 */
import type { Endpoint, Network } from "../network.ts";
import type { ProtocolName, TracePlan } from "../plan.ts";
import { NetworkProber } from "./network_prober.ts";
import type { Flight, LoadSending, Order, Prober, Sending, Told, Unsent } from "./prober.ts";

export class ChangingProber<Tag> implements Prober<Tag> {
  readonly #network: Network;
  readonly #planOf: (protocol: ProtocolName) => TracePlan;
  readonly #usual: ProtocolName;
  readonly sendLoad?: (to: Endpoint) => LoadSending;
  readonly #probers = new Map<ProtocolName, NetworkProber<Tag>>();

  /** `planOf` gives the plan by which a protocol is probed, `usual` is that of orders without one. */
  constructor(network: Network, usual: ProtocolName, planOf: (protocol: ProtocolName) => TracePlan) {
    this.#network = network;
    this.#usual = usual;
    this.#planOf = planOf;
    const { sendLoad } = this.#proberOf(usual);
    if (sendLoad !== undefined) this.sendLoad = sendLoad;
  }

  nowUs(): number {
    return this.#network.nowUs();
  }

  get overflowed(): number {
    return this.#network.overflowed;
  }

  prepare(to: Endpoint): void {
    for (const prober of this.#probers.values()) prober.prepare(to);
  }

  send(order: Order, tag: Tag): Sending<Tag> {
    return this.#proberOf(order.protocol ?? this.#usual).send(order, tag);
  }

  whyUnsent(flight: Flight<Tag>): Unsent | undefined {
    for (const prober of this.#probers.values()) {
      const unsent = prober.whyUnsent(flight);
      if (unsent !== undefined) return unsent;
    }
    return undefined;
  }

  /** A prober passes over the flights of others. */
  close(flight: Flight<Tag>): void {
    for (const prober of this.#probers.values()) prober.close(flight);
  }

  get heardUs(): number | undefined {
    return this.#network.heardUs;
  }

  receive(deadlineUs: number): readonly Told<Tag>[] {
    return this.#network.receive(deadlineUs).flatMap((inbound) => {
      let foreign: Told<Tag> | undefined;
      for (const prober of this.#probers.values()) {
        const told = prober.take(inbound);
        if (told?.kind === "foreign") foreign = told;
        else if (told !== undefined) return told;
      }
      return foreign ?? [];
    });
  }

  #proberOf(protocol: ProtocolName): NetworkProber<Tag> {
    let prober = this.#probers.get(protocol);
    if (prober === undefined) {
      prober = new NetworkProber<Tag>(this.#network, this.#planOf(protocol));
      this.#probers.set(protocol, prober);
    }
    return prober;
  }
}
