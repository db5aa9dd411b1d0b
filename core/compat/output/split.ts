/**
 * mtr's split output, for programs that show a live table:
 *
 *     POS NAME LOSS RCVD SENT BEST AVG WORST     a hop that has changed (with -b: NAME ADDRESS)
 *     POS ???                                    0.96: a hop that has not answered
 *     -POS                                       this hop is no longer on the path
 *
 * POS counts from 1, whatever the first ttl is; LOSS is in thousandths of a percent, times are in ms. 0.95 draws at the
 * turns of its loop, which are before it sends and after it has read; 0.96 draws ten times a second. Time here is that of
 * the events, so that the same events always give the same lines.
 */
import type { TraceEvent } from "../../messages.ts";
import { fixed } from "../../output/number.ts";
import type { DialectName } from "../dialect.ts";
import { THOUSANDTHS } from "../mtr_fields.ts";
import type { MtrHop } from "../mtr_path.ts";
import { hostNameOf, UNKNOWN } from "./naming.ts";
import type { CompatRun, CompatStream } from "./run.ts";

interface SplitDialect {
  /** Time between two drawings; `undefined`: at each turn of the loop. */
  readonly intervalUs: number | undefined;
  readonly time: (us: number) => string;
  readonly showsUnknown: boolean;
}

const DIALECTS: Readonly<Record<DialectName, SplitDialect>> = {
  "0.95": { intervalUs: undefined, time: (us) => String(Math.trunc(us / THOUSANDTHS)), showsUnknown: false },
  "0.96": { intervalUs: 100_000, time: (us) => fixed(us / THOUSANDTHS, 1), showsUnknown: true },
};

export function split(run: CompatRun): CompatStream {
  return new SplitStream(run);
}

class SplitStream implements CompatStream {
  readonly #run: CompatRun;
  readonly #dialect: SplitDialect;
  /** As the reader has them, the first position first. */
  #rows: readonly string[] = [];
  #drawnAtUs = 0;

  constructor(run: CompatRun) {
    this.#run = run;
    this.#dialect = DIALECTS[run.settings.dialect];
  }

  event(event: TraceEvent): string {
    const isByTurns = this.#dialect.intervalUs === undefined;
    const before = isByTurns ? this.#drawIf(event.kind === "sent") : this.tick("atUs" in event ? event.atUs : 0);
    this.#run.path.apply(event);
    return before + this.#drawIf(isByTurns && event.kind === "reply");
  }

  /** What was due before something that happens at `atUs` is drawn without it. */
  tick(atUs: number): string {
    const { intervalUs } = this.#dialect;
    if (intervalUs === undefined || atUs - this.#drawnAtUs < intervalUs) return "";
    // The grid of drawings does not shift when an event comes late.
    this.#drawnAtUs = atUs - atUs % intervalUs;
    return this.#draw();
  }

  end(): string {
    return this.#draw();
  }

  #drawIf(isDue: boolean): string {
    return isDue ? this.#draw() : "";
  }

  /** Makes the reader's table that of the path. */
  #draw(): string {
    const before = this.#rows;
    this.#rows = this.#run.path.hopsFrom(0).map((hop) => this.#rowOf(hop));
    const gone = before.map((_, index) => `-${index + 1}`).slice(this.#rows.length).reverse();
    const changed = this.#rows.filter((row, index) => row !== "" && row !== before[index]);
    return [...gone, ...changed].map((line) => `${line}\n`).join("");
  }

  /** Empty if it is not shown. */
  #rowOf({ index, latest, figures }: MtrHop): string {
    const { time, showsUnknown } = this.#dialect;
    if (latest === undefined) return showsUnknown ? `${index + 1} ${UNKNOWN}` : "";
    const { address } = latest;
    return [
      index + 1,
      hostNameOf(address, this.#run) ?? address,
      ...(this.#run.settings.showIps ? [address] : []),
      figures.lossThousandths,
      figures.received,
      figures.sent,
      ...[figures.bestUs, figures.averageUs, figures.worstUs].map(time),
    ].join(" ");
  }
}
