/**
 * mtr's raw output, a line for each thing that happens:
 *
 *     x POS TOKEN                   a probe is sent
 *     h POS ADDRESS                 a new address at POS; again, if it is now the latest one there
 *     m POS LABEL TC S TTL          its labels, behind each h (with -e)
 *     d POS NAME                    the name of the latest address, once a position and program; without a name the address
 *     p POS USEC TOKEN              an answer
 */
import type { TraceEvent } from "../../messages.ts";
import type { MtrChange, MtrHop, MtrResponder } from "../mtr_path.ts";
import { hostNameOf } from "./naming.ts";
import type { CompatRun, CompatStream } from "./run.ts";

export function raw(run: CompatRun, named: Set<number>): CompatStream {
  return new RawStream(run, named);
}

class RawStream implements CompatStream {
  readonly #run: CompatRun;
  readonly #named: Set<number>;

  constructor(run: CompatRun, named: Set<number>) {
    this.#run = run;
    this.#named = named;
  }

  event(event: TraceEvent): string {
    const change = this.#run.path.apply(event);
    if (change === undefined) return "";
    return this.#linesOf(change).map((line) => `${line}\n`).join("");
  }

  tick(): string {
    return "";
  }

  end(): string {
    return "";
  }

  #linesOf(change: MtrChange): readonly string[] {
    const { hop: { index }, token } = change;
    if (change.kind === "sent") return [`x ${index} ${token}`];
    return [
      ...this.#responder(index, change.listed),
      ...this.#responder(index, change.latest),
      ...this.#name(change.hop),
      `p ${index} ${change.rttUs} ${token}`,
    ];
  }

  #responder(index: number, responder: MtrResponder | undefined): readonly string[] {
    if (responder === undefined) return [];
    const labels = this.#run.settings.mpls ? responder.labels : [];
    return [
      `h ${index} ${responder.address}`,
      ...labels.map(({ label, trafficClass, bottomOfStack, ttl }) =>
        `m ${index} ${label} ${trafficClass} ${bottomOfStack ? 1 : 0} ${ttl}`
      ),
    ];
  }

  #name({ index, latest }: MtrHop): readonly string[] {
    const { settings, names } = this.#run;
    const address = latest?.address;
    if (!settings.dns || address === undefined || this.#named.has(index)) return [];
    if (names.host(address).kind === "pending") return [];
    this.#named.add(index);
    return [`d ${index} ${hostNameOf(address, this.#run) ?? address}`];
  }
}
