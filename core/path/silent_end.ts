/**
 * Whether silent routers stand where the target did, since the path has grown: its row tells losses then, and it answers whoever
 * asks from behind it. The engine finds out by the same rule (`core/trace/reach.ts`), of which arrival probes know the rest.
 */
import { MOVED } from "../messages.ts";

export class SilentEnd {
  #place: number | undefined;
  #lostInARow = 0;
  /** The furthest probe behind the place by round, and the latest of these rounds that were answered by the target, on end. */
  readonly #looks = new Map<number, number>();
  readonly #answered = new Set<number>();
  #answeredTtl = 0;

  /** The target's place has missed the latest probe: only then it has to be known who answers what. */
  get isInDoubt(): boolean {
    return this.#lostInARow > 0;
  }

  /** Where the target is, as far as that is known. */
  set place(ttl: number | undefined) {
    if (ttl !== this.#place) this.#begin();
    this.#place = ttl;
  }

  addSent(ttl: number, probe: number, round: number): void {
    if (this.#lostInARow > 0 && ttl > (this.#place ?? Infinity)) this.#looks.set(round, probe);
  }

  addLoss(ttl: number, probe: number): void {
    if (ttl === this.#place) this.#lostInARow += 1;
    const look = this.#lookOf(probe);
    if (look === undefined) return;
    // Nearer ones may meet another silent router.
    if (ttl >= this.#answeredTtl) this.#forgetBefore(look);
    this.#looks.delete(look);
  }

  /** Nobody knows what would have become of it. */
  addUnsent(probe: number): void {
    const look = this.#lookOf(probe);
    if (look !== undefined) this.#looks.delete(look);
  }

  #forgetBefore(look: number): void {
    for (const round of this.#answered) if (round < look) this.#answered.delete(round);
  }

  /** Whether the target's place is none any more. */
  addAnswer(ttl: number, probe: number, isOfTarget: boolean): boolean {
    if (ttl === this.#place) this.#begin();
    const look = isOfTarget ? this.#lookOf(probe) : undefined;
    if (look !== undefined) {
      this.#answered.add(look);
      this.#answeredTtl = ttl;
    }
    return this.#lostInARow >= MOVED.lost && this.#answered.size >= MOVED.looks;
  }

  #lookOf(probe: number): number | undefined {
    for (const [round, furthest] of this.#looks) if (furthest === probe) return round;
    return undefined;
  }

  #begin(): void {
    this.#lostInARow = 0;
    this.#looks.clear();
    this.#answered.clear();
    this.#answeredTtl = 0;
  }
}
