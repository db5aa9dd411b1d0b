/** Sends as the release's own mtr-packet would, with its limits. */
import type { MessageSettings } from "../network.ts";
import { ICMP4_TYPE } from "../packet/icmp4.ts";
import { ICMP6_TYPE, ICMP6_UNRECOGNIZED_NEXT_HEADER } from "../packet/icmp6.ts";
import type { Flight, Order, Prober, Sending, Told } from "../probe/prober.ts";
import type { DialectName } from "./dialect.ts";
import type { MtrPlan } from "./mtr_engine.ts";

/** Of one packet. */
const MOST_BYTES = 9_000;
const LOW_BYTE = 0xff;

/** What differs between the releases. */
const DIALECTS = {
  // It writes IPv4 headers itself: any source address passes, and what is too long for the interface does not.
  "0.95": { ipv4Header: "program", marks: true },
  // It has given up the right to set a mark before it is asked for one.
  "0.96": { ipv4Header: "kernel", marks: false },
} as const satisfies Record<DialectName, unknown>;

export class MtrPacketProber<Tag> implements Prober<Tag> {
  readonly #prober: Prober<Tag>;
  readonly #plan: MtrPlan;
  readonly #settings: MessageSettings | undefined;

  constructor(prober: Prober<Tag>, plan: MtrPlan) {
    this.#prober = prober;
    this.#plan = plan;
    const { ipv4Header } = DIALECTS[plan.mtr];
    const { trafficClass, sourceAddress } = plan;
    // Mark and device are those of the sockets.
    const own = { trafficClass, mark: 0, device: undefined, sourceAddress };
    this.#settings = ipv4Header === "kernel" ? undefined : { ...own, ipv4Header };
  }

  nowUs(): number {
    return this.#prober.nowUs();
  }

  get overflowed(): number {
    return this.#prober.overflowed;
  }

  prepare(to: Order["to"]): void {
    this.#prober.prepare(to);
  }

  send(order: Order, tag: Tag): Sending<Tag> {
    const { mark, mtr } = this.#plan;
    if (order.packetBytes > MOST_BYTES) {
      return { ok: false, reason: "invalid", detail: `a packet has ${MOST_BYTES} bytes at most` };
    }
    if (mark !== 0 && !DIALECTS[mtr].marks) {
      return { ok: false, reason: "permissionDenied", detail: "the right to set a mark is given up" };
    }
    const settings = order.to.family === 4 ? this.#settings : undefined;
    // A drawn pattern has more digits than a byte.
    const fill = order.fill & LOW_BYTE;
    return this.#prober.send({ ...order, fill, ...(settings && { settings }) }, tag);
  }

  close(flight: Flight<Tag>): void {
    this.#prober.close(flight);
  }

  receive(deadlineUs: number): readonly Told<Tag>[] {
    return this.#prober.receive(deadlineUs).filter((told) => told.kind !== "answer" || isHeard(told));
  }
}

/** What listens at a UDP port may answer, but mtr-packet hears ICMP only, and no "parameter problem" but of a protocol. */
function isHeard({ flight, answer }: Extract<Told<unknown>, { kind: "answer" }>): boolean {
  const { kind, icmpType, icmpCode } = answer;
  const isProblem = flight.family === 4
    ? icmpType === ICMP4_TYPE.parameterProblem
    : icmpType === ICMP6_TYPE.parameterProblem && icmpCode !== ICMP6_UNRECOGNIZED_NEXT_HEADER;
  return kind !== "datagram" && !isProblem;
}
