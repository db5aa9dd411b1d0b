/** What another program says beside its work, line by line and made printable; bounded, whoever it is. */
import { printable } from "../name/text.ts";

/** As many of the latest are kept. */
const LINE_LIMIT = 100;
/** What is longer is cut. */
const CHARACTER_LIMIT = 1_000;

export class SaidLines {
  #lines: string[] = [];
  /** A line without its end. */
  #rest = "";
  #forgotten = 0;

  add(text: string): void {
    const lines = `${this.#rest}${text}`.split("\n");
    this.#rest = lines.pop()?.slice(0, CHARACTER_LIMIT) ?? "";
    this.#lines.push(...lines.slice(-LINE_LIMIT).map(cleaned).filter((line) => line !== ""));
    const surplus = Math.max(0, this.#lines.length - LINE_LIMIT);
    this.#forgotten += surplus + Math.max(0, lines.length - LINE_LIMIT);
    this.#lines = this.#lines.slice(surplus);
  }

  /** The latest one that says something, be it without its end; `undefined`: nothing was said. */
  get latest(): string | undefined {
    return cleaned(this.#rest) || this.#lines.at(-1);
  }

  /** All that is kept, line ends included. */
  get text(): string {
    const rest = cleaned(this.#rest);
    const lines = rest === "" ? this.#lines : [...this.#lines, rest];
    const forgotten = this.#forgotten === 0 ? [] : [`(${this.#forgotten} lines before)`];
    return [...forgotten, ...lines].map((line) => `${line}\n`).join("");
  }
}

function cleaned(line: string): string {
  return printable(line.slice(0, CHARACTER_LIMIT).replaceAll("\t", " ").trimEnd());
}
