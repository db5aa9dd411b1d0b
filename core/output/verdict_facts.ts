/** What the sentence of a verdict is made of: its numbers and places, as they are told. */
import type { Access, RewrittenField } from "../messages.ts";
import type { PathFigures } from "../path/figures.ts";
import type { RunCounts } from "../path/run_counts.ts";
import type { Verdict } from "../path/verdict.ts";
import { fixed, milliseconds } from "./number.ts";
import { asHeard } from "./sentence.ts";

export const REWRITTEN_WORDS: Readonly<Record<RewrittenField, string>> = {
  sourceAddress: "source address",
  sourcePort: "source port",
  destinationAddress: "destination address",
  destinationPort: "destination port",
  identifier: "identifier",
  checksum: "checksum",
};

/** `source address, checksum` */
export function rewrittenText(fields: readonly RewrittenField[]): string {
  return fields.map((field) => REWRITTEN_WORDS[field]).join(", ");
}

export class Facts {
  readonly #verdict: Verdict;
  readonly path: PathFigures;
  /**
   * Messages of this run that may be answers: those that named a probe and did not fit it, or that nobody could read; or all
   * that answered no probe, where they are as many as what is missing.
   */
  readonly strangers: number;
  /** `, as far as heard without root`; nothing where all is heard. */
  readonly asHeard: string;

  constructor(
    verdict: Verdict,
    path: PathFigures,
    { counts, access }: { readonly counts: RunCounts | undefined; readonly access: Access | undefined },
  ) {
    const { foreign = 0, forged = 0, malformed = 0 } = counts ?? {};
    this.#verdict = verdict;
    this.path = path;
    this.asHeard = asHeard(access);
    const { unanswered, lost, decided = Infinity } = verdict.numbers;
    this.strangers = foreign >= (unanswered ?? lost ?? decided) ? foreign : forged + malformed;
  }

  /** `hop 3 (10.0.3.1)`, or of several that may be meant `hop 3 (10.0.3.1 and 2 other addresses)`. */
  get place(): string {
    const hop = `hop ${this.has("refuserHop") ? this.value("refuserHop") : this.ttl}`;
    return this.#verdict.address === undefined ? hop : `${hop} (${this.address})`;
  }

  get address(): string {
    return `${this.#verdict.address ?? ""}${this.others}`;
  }

  /** ` and 2 other addresses`; nothing where it is about one. */
  get others(): string {
    const { others = 0 } = this.#verdict;
    return others === 0 ? "" : ` and ${others} other ${others === 1 ? "address" : "addresses"}`;
  }

  /** ` in 4 of 8 flows`; nothing where it is in all of them, or nobody tells. */
  get flows(): string {
    const [losing, flows] = [this.value("flowsLosing"), this.value("flows")];
    return losing < flows ? ` in ${losing} of ${flows} flows` : "";
  }

  /** `: host unreachable (!H)`, if that is known. */
  get refusal(): string {
    const { refusal } = this.#verdict;
    return refusal === undefined ? "" : `: ${refusal.words} (${refusal.marker})`;
  }

  get isByTarget(): boolean {
    return this.path.address !== undefined && this.#verdict.address === this.path.address;
  }

  /** It is about the row where the target answers. */
  get isOfTargetRow(): boolean {
    return this.ttl === this.path.reachedTtl;
  }

  /** It says what only a target says. */
  get isOfTarget(): boolean {
    return this.#verdict.refusal?.isOfTarget ?? false;
  }

  get ttl(): number {
    return this.#verdict.ttl;
  }

  get isSilent(): boolean {
    return this.#verdict.address === undefined;
  }

  /** What of the probes is not as it was sent when they arrive there. */
  get rewritten(): string {
    const hop = this.path.hops().find(({ ttl }) => ttl === this.#verdict.ttl);
    return rewrittenText(hop?.rewritten ?? []);
  }

  has(name: string): boolean {
    return name in this.#verdict.numbers;
  }

  value(name: string): number {
    return this.#verdict.numbers[name] ?? NaN;
  }

  /** Who was the last to answer what is lost. */
  get lastAddress(): string | undefined {
    return this.#verdict.lastAddress;
  }

  /** `20 of 30 probes are answered later than --timeout (-Z), by 192.0.2.1 after 1.5 s`; nothing where none is. */
  late(decided: number): string {
    const { lateAddress: by = "" } = this.#verdict;
    if (!this.has("late") || by === "") return "";
    const [least, most] = [this.seconds("lateLeastUs"), this.seconds("lateMostUs")];
    return `${this.value("late")} of ${counted(decided, "probe")} are answered later than --timeout (-Z), ` +
      `by ${by} after ${least === most ? "" : `${least} to `}${most}`;
  }

  /** Who answered there before. */
  get before(): string | undefined {
    return this.#verdict.before;
  }

  seconds(name: string): string {
    return `${fixed(this.value(name) / 1e6, 1)} s`;
  }

  ms(name: string): string {
    return `${milliseconds(this.value(name), 1)} ms`;
  }

  one(name: string): string {
    return fixed(this.value(name), 1);
  }
}

export function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
