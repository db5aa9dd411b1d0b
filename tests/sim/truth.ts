/** What really happened in a simulated world. Times are µs since the network was made. */
import type { SendFailure } from "../../core/network.ts";
import type { SentMessage } from "./world.ts";

export interface TrueProbe {
  readonly sent: SentMessage;
  /** Where it ended: 1 is the first router, one more than the number of routers the target. */
  position: number;
  /** All answers to it, the first one first. */
  readonly answers: { readonly from: string; readonly rttUs: number }[];
  /** Why nobody answered; `undefined` if somebody did. */
  lostBecause: "forwarding" | "silent" | "answering" | "limited" | undefined;
}

export interface TrueHop {
  readonly sent: number;
  readonly answered: number;
  /** RTT of the first answer to each answered probe, in the order of sending. */
  readonly rttsUs: readonly number[];
  /** Addresses that answered first, in the order of their first answer. */
  readonly from: readonly string[];
}

export class Truth {
  readonly probes: TrueProbe[] = [];
  readonly failed: {
    readonly atUs: number;
    readonly to: string;
    readonly ttl: number;
    readonly reason: SendFailure;
  }[] = [];

  begin(sent: SentMessage): TrueProbe {
    const probe: TrueProbe = { sent, position: 0, answers: [], lostBecause: undefined };
    this.probes.push(probe);
    return probe;
  }

  /** The probes that were sent to a target with this TTL. */
  hop(to: string, ttl: number): TrueHop {
    const probes = this.probes.filter(({ sent }) => sent.to === to && sent.ttl === ttl);
    const first = probes.flatMap(({ answers }) => answers.slice(0, 1));
    return {
      sent: probes.length,
      answered: first.length,
      rttsUs: first.map(({ rttUs }) => rttUs),
      from: [...new Set(first.map(({ from }) => from))],
    };
  }
}
