/**
 * What happened to one target, as far as the screen looks back: the latest samples, what has changed, and the figures of the
 * last ten minutes or more.
 *
 * Moments are taken when a round is sent, one in two seconds at most; there are 300 of them, or fewer and further apart if
 * there are more than 8 targets, so that all of them together are 2,400: some 30 MB, if every path has 30 hops.
 */
import type { TraceEvent } from "../../messages.ts";
import type { PathFigures } from "../../path/figures.ts";
import type { RunCounts } from "../../path/run_counts.ts";
import type { PlanChange } from "../../plan.ts";
import { type Alarm, Silences } from "./alarm.ts";
import { ChangeLog } from "./changes.ts";
import { ALARM, type Mark, worstMark } from "./marks.ts";
import { type Moment, momentOf, type ScreenVerdict, verdictsNow } from "./moment.ts";
import { SampleHistory } from "./samples.ts";

const LOOK_BACK_US = 600_000_000;
const MOMENTS = { ofTarget: 300, ofAll: 2_400, least: 4 } as const;

/** Fifty looks a second over all targets, and each target once a second at most. */
const GLANCE = { leastUs: 1_000_000, perTargetUs: 20_000 } as const;

export class TargetHistory {
  readonly samples = new SampleHistory();
  readonly #silences = new Silences();
  readonly changes = new ChangeLog(this.#silences);
  readonly #limit: number;
  /** Oldest first. */
  readonly #moments: Moment[] = [];
  #nowUs = 0;
  /** The round with whose end the figures begin anew, or a later one. */
  #restartRound = Infinity;
  readonly #counts: RunCounts | undefined;
  readonly #glanceUs: number;
  readonly #glancePhaseUs: number;
  #glance: { readonly turn: number; readonly mark: Mark | undefined } = { turn: 0, mark: undefined };
  #sentRound = -1;
  /** Until something happens. */
  #verdicts: { readonly foreign: number; readonly told: readonly ScreenVerdict[] } | undefined;

  /** `targets`: how many have a history, of which this is one. `counts`: of the run, as they are whenever somebody looks. */
  constructor(
    { targets = 1, index = 0, counts }: {
      readonly targets?: number;
      readonly index?: number;
      readonly counts?: RunCounts | undefined;
    } = {},
  ) {
    this.#counts = counts;
    this.#glanceUs = Math.max(GLANCE.leastUs, targets * GLANCE.perTargetUs);
    this.#glancePhaseUs = this.#glanceUs * index / targets;
    this.#limit = Math.max(MOMENTS.least, Math.min(MOMENTS.ofTarget, Math.floor(MOMENTS.ofAll / targets)));
  }

  /** The caller hands over the events of one target only, in their order, each after `path` has taken it in. */
  apply(event: TraceEvent, path: PathFigures & { reset(): void }): void {
    this.#verdicts = undefined;
    // Arrival probes are no hop's.
    if (!("arrival" in event && event.arrival)) {
      this.samples.apply(event);
      this.#silences.apply(event);
      this.changes.apply(event, path);
    }
    if ("atUs" in event) this.#nowUs = Math.max(this.#nowUs, event.atUs);
    if (event.kind !== "round") return;
    this.#sentRound = event.round;
    this.#keep(path);
    if (event.round < this.#restartRound) return;
    this.#restartRound = Infinity;
    this.#verdicts = undefined;
    path.reset();
    this.#silences.reset();
    this.changes.restart();
  }

  /**
   * The plan is another one from the next round on. Another protocol is another flow, which may take another way: its
   * figures begin anew, when the round is over that may have begun before; the past stays.
   */
  change(change: PlanChange): void {
    this.changes.note(change, this.#nowUs);
    if (change.protocol !== undefined) this.#restartRound = this.samples.latestRound + 1;
  }

  /** The figures begin anew. */
  reset(): void {
    this.#verdicts = undefined;
    this.#glance = { ...this.#glance, mark: undefined };
    this.samples.reset();
    this.#silences.reset();
    this.changes.reset();
    this.#moments.length = 0;
  }

  /** What the figures of the path mean now; found anew only if something has happened. */
  verdicts(path: PathFigures): readonly ScreenVerdict[] {
    const { foreign = 0 } = this.#counts ?? {};
    if (this.#verdicts?.foreign !== foreign) this.#verdicts = { foreign, told: verdictsNow(path, this.#counts) };
    return this.#verdicts.told;
  }

  /** Who has fallen silent. */
  alarm(path: PathFigures): Alarm {
    return this.#silences.alarm(path, this.#nowUs);
  }

  /** The latest round whose probes have all been sent; -1 before the first. */
  get sentRound(): number {
    return this.#sentRound;
  }

  /** The worst sign among the hops; found anew when it is its turn, as there may be a thousand targets. */
  glance(path: PathFigures): Mark | undefined {
    const turn = Math.floor((this.#nowUs + this.#glancePhaseUs) / this.#glanceUs);
    if (turn !== this.#glance.turn) {
      this.#glance = { turn, mark: this.alarm(path).size > 0 ? ALARM : worstMark(this.verdicts(path)) };
    }
    return this.#glance.mark;
  }

  /** The path as it is now. */
  now(path: PathFigures): Moment {
    const [verdicts, alarm] = [this.verdicts(path), this.alarm(path)];
    return momentOf(path, { atUs: this.#nowUs, round: this.samples.latestRound, verdicts, alarm });
  }

  /** The latest moment that is so much older than another one, or the oldest there is. */
  before({ atUs }: Moment, byUs = 0): Moment | undefined {
    const earlier = this.#moments.filter((moment) => moment.atUs < atUs);
    return earlier.findLast((moment) => moment.atUs <= atUs - byUs) ?? earlier[0];
  }

  /** The first moment that is so much younger; `undefined`: that is now. */
  after({ atUs }: Moment, byUs = 0): Moment | undefined {
    return this.#moments.find((moment) => moment.atUs > atUs && moment.atUs >= atUs + byUs);
  }

  #keep(path: PathFigures): void {
    const latest = this.#moments.at(-1);
    if (latest !== undefined && this.#nowUs < latest.atUs + LOOK_BACK_US / this.#limit) return;
    this.#moments.push(this.now(path));
    if (this.#moments.length > this.#limit) this.#moments.shift();
  }
}
