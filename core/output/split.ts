/**
 * Split: a line for each hop that has changed, for programs that show a live table.
 *
 *     POS NAME LOSS RCVD SENT BEST AVG WORST     a hop (with -b: NAME ADDRESS)
 *     POS ???                                    a hop that has not answered
 *     -POS                                       this hop is no longer on the path
 *     T INDEX ADDRESS HOST                       the lines below belong to this target (only in a run over several)
 *
 * POS is the ttl, LOSS counts thousandths of a percent, times are in ms. A hop whose latest answer refuses to pass probes
 * on has the marker of the refusal (`!H`) behind WORST. Changes are gathered and written with each tick; before the first
 * answer there is nothing to write, as in mtr. Unlike there, rows begin with the first ttl that is probed.
 *
 * Keys on the standard input: q ends the run, p pauses it, a blank goes on, r begins the figures anew, n turns names
 * off and on.
 */
import { toldHops } from "../path/target.ts";
import type { HopFigures } from "../path/hop_figures.ts";
import type { PathFigures } from "../path/figures.ts";
import { hostNameOf, UNKNOWN } from "./naming.ts";
import { fixed, milliseconds } from "./number.ts";
import type { OutputFormat, OutputStream, RunSetup, TargetEvent } from "./record.ts";
import { TargetLines } from "./target_lines.ts";

export const split: OutputFormat = {
  help: "A line per hop whenever its figures change",
  hearsKeys: true,
  render: () => "",
  stream: (setup) => new SplitStream(setup),
};

const DECIMALS = 1;
/** Thousandths of a percent in a percent. */
const LOSS_UNIT = 1000;

/** The table of one target as the reader has it. */
interface Table {
  readonly target: number;
  readonly path: PathFigures;
  /** By ttl, from the first on. */
  rows: ReadonlyMap<number, string>;
  /** Something may have changed since it was written. */
  isStale: boolean;
}

class SplitStream implements OutputStream {
  readonly #setup: RunSetup;
  readonly #lines: TargetLines;
  #namesShown: boolean;
  /** By target. */
  readonly #tables = new Map<number, Table>();

  constructor(setup: RunSetup) {
    this.#setup = setup;
    this.#namesShown = setup.view.names;
    this.#lines = new TargetLines(setup.targets);
  }

  event({ target }: TargetEvent, path: PathFigures): string {
    const table = this.#tables.get(target);
    if (table === undefined) this.#tables.set(target, { target, path, rows: new Map(), isStale: true });
    else table.isStale = true;
    return "";
  }

  named(): string {
    for (const table of this.#tables.values()) table.isStale = true;
    return "";
  }

  tick(): string {
    const isOtherwise = this.#namesShown !== this.#setup.view.names;
    this.#namesShown = this.#setup.view.names;
    const stale = [...this.#tables.values()].filter(({ isStale }) => isStale || isOtherwise);
    return stale.map((table) => this.#lines.of(table.target, this.#changesOf(table))).join("");
  }

  end(): string {
    return this.tick();
  }

  /** Makes the reader's table that of the path. */
  #changesOf(table: Table): readonly string[] {
    const { path, rows: before } = table;
    table.isStale = false;
    table.rows = new Map(hopsOf(path).map((hop) => [hop.ttl, this.#rowOf(hop, path)]));
    const gone = [...before.keys()].filter((ttl) => !table.rows.has(ttl));
    const changed = [...table.rows].filter(([ttl, row]) => before.get(ttl) !== row);
    // From the last one, for a reader that cuts its list.
    return [...gone.reverse().map((ttl) => `-${ttl}`), ...changed.map(([, row]) => row)];
  }

  #rowOf(hop: HopFigures, path: PathFigures): string {
    const { ttl, main, lossPercent = 0, received, sent, rtt } = hop;
    if (main === undefined) return `${ttl} ${UNKNOWN}`;
    const times = [rtt.bestUs, rtt.meanUs, rtt.worstUs].map((us = 0) => milliseconds(us, DECIMALS));
    const marker = path.refusalAt(hop)?.marker;
    return [
      ttl,
      hostNameOf(main.address, this.#setup) ?? main.address,
      ...(this.#setup.view.showIps ? [main.address] : []),
      fixed(lossPercent * LOSS_UNIT, 0),
      received,
      sent,
      ...times,
      ...(marker === undefined ? [] : [marker]),
    ].join(" ");
  }
}

function hopsOf(path: PathFigures): readonly HopFigures[] {
  const hops = toldHops(path);
  return hops.some(({ main }) => main !== undefined) ? hops : [];
}
