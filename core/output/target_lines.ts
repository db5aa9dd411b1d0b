/** How a stream tells the lines of one target from those of another. */
import { printable } from "../name/text.ts";
import type { TargetSetup } from "./record.ts";

/**
 * In a run over several targets a line `T INDEX ADDRESS HOST` stands before the first line, and again wherever a line
 * belongs to another target than the one before. HOST is what was asked for, and goes on to the end of the line. A run
 * over a single target has no such line. (Not `t`: in mtr's description of its formats that is a time stamp.)
 */
export class TargetLines {
  readonly #targets: readonly TargetSetup[];
  #latest: number | undefined;

  constructor(targets: readonly TargetSetup[]) {
    this.#targets = targets;
  }

  /** The text of these lines, which belong to this target. */
  of(index: number, lines: readonly string[]): string {
    if (lines.length === 0) return "";
    const text = lines.map((line) => `${line}\n`).join("");
    if (this.#targets.length <= 1 || index === this.#latest) return text;
    this.#latest = index;
    return `${this.#announcement(index)}\n${text}`;
  }

  #announcement(index: number): string {
    const { address = "", typed = "" } = this.#targets[index] ?? {};
    return `T ${index} ${address} ${printable(typed)}`;
  }
}
