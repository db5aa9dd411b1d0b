/**
 * Where the path ends, by what the latest answer at each ttl says: the target's own, that a router refuses to pass probes on,
 * or neither. The end is the least ttl that says so; where a router behind it has answered since, it is none any more.
 */
export type End = "target" | "refusal" | "none";

export class Ends {
  readonly #ends: End[] = [];
  /** A router behind this ttl has answered since this ttl did. */
  readonly #isPassed: boolean[] = [];
  /** Where the target was when it answered last. */
  latestTarget: number | undefined;

  /** Where the target answers. */
  get target(): number | undefined {
    return this.#lowest("target");
  }

  get refusal(): number | undefined {
    return this.#lowest("refusal");
  }

  /** The first ttl behind all that answered. */
  get firstSilent(): number {
    return this.#ends.length;
  }

  /** `goesOn`: a router on the way says so, which is the proof that no nearer end is one. */
  note(ttl: number, end: End, goesOn: boolean): void {
    // A router's refusal does not move the target: where it has answered, its row stays.
    if (end !== "refusal" || this.#ends[ttl] !== "target") this.#ends[ttl] = end;
    this.#isPassed[ttl] = false;
    if (end === "target") this.latestTarget = this.target;
    if (goesOn) this.#isPassed.fill(true, 0, ttl);
  }

  /** The target is where it was: nothing has been learned of that. `false` if it has never answered. */
  holdTarget(): boolean {
    if (this.latestTarget === undefined) return false;
    this.#ends[this.latestTarget] = "target";
    this.#isPassed[this.latestTarget] = false;
    return true;
  }

  /** This ttl is no end any more. */
  pass(ttl: number): void {
    this.#isPassed[ttl] = true;
  }

  clear(): void {
    this.#ends.length = 0;
    this.#isPassed.length = 0;
    this.latestTarget = undefined;
  }

  #lowest(end: End): number | undefined {
    const ttl = this.#ends.findIndex((other, at) => other === end && !this.#isPassed[at]);
    return ttl < 0 ? undefined : ttl;
  }
}
