/**
 * At which TTLs probes of a flow may meet the target, and which of these a round leaves out.
 *
 * Where ways are of unequal length an arrival probe tells what becomes of a round. Further probes that the target answers tell
 * nothing more of it, and a target that answers with errors, which hosts limit to one a second, has none for the next arrival
 * probe then. So rounds leave them out but for one of a few, since a router may stand there on other ways. Which one is left to
 * chance: who compares what is lost behind those with what is lost beside them sees the limit.
 */
import { pseudoRandom } from "../probe/pseudo_random.ts";

/** Of so many rounds one asks there. */
const ONE_OF = 8;
/** Answers of routers, or none, on end: then the target is there no more. */
const MOST_PASSED = 4;

export class TargetPlaces {
  /** By ttl, probes since the target's latest answer. */
  readonly #passed: (number | undefined)[] = [];

  noteTarget(ttl: number): void {
    this.#passed[ttl] = 0;
  }

  notePassed(ttl: number): void {
    const passed = this.#passed[ttl];
    if (passed !== undefined) this.#passed[ttl] = passed + 1 < MOST_PASSED ? passed + 1 : undefined;
  }

  /** Whether a round that has an arrival probe has none at this ttl. */
  isLeftOut(ttl: number, round: number): boolean {
    return this.#passed[ttl] !== undefined && !isChosen(round);
  }
}

/** One round of each such row of rounds, by chance. */
function isChosen(round: number): boolean {
  return round % ONE_OF === Math.floor(pseudoRandom(Math.floor(round / ONE_OF))() * ONE_OF);
}
