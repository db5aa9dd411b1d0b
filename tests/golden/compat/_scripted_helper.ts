/** A helper that answers as a scenario says, in virtual time. */
import type { HelperDoor } from "../../../core/probe/helper_prober.ts";
import { answerOf, type Scenario, type ScenarioAnswer } from "./scenario.ts";

/** What a scripted prober takes to answer. */
const ANSWER_AFTER_US = 300;

export class ScriptedHelper implements HelperDoor {
  readonly #scenario: Scenario;
  readonly #localAddress: string;
  readonly #replies: { atUs: number; line: string }[] = [];
  readonly #sentByTtl = new Map<number, number>();
  readonly commands: string[] = [];
  #nowUs = 1_000_000;

  constructor(scenario: Scenario, localAddress: string) {
    this.#scenario = scenario;
    this.#localAddress = localAddress;
  }

  nowUs(): number {
    return this.#nowUs;
  }

  write(line: string): void {
    this.commands.push(line);
    const [token = "", command, ...rest] = line.split(" ");
    if (command === "check-support") return this.#reply(`${token} feature-support support ok`);
    const ttl = Number(rest[rest.indexOf("ttl") + 1]);
    const before = this.#sentByTtl.get(ttl) ?? 0;
    this.#sentByTtl.set(ttl, before + 1);
    const text = lineOf(answerOf(this.#scenario, ttl, before), token);
    if (text !== undefined) this.#reply(text);
  }

  read(deadlineUs: number): readonly string[] {
    const [next] = this.#replies;
    this.#nowUs = Math.max(this.#nowUs, Math.min(deadlineUs, next?.atUs ?? Infinity));
    const due = this.#replies.filter(({ atUs }) => atUs <= this.#nowUs);
    this.#replies.splice(0, due.length);
    return due.map(({ line }) => line);
  }

  sourceAddress(): string {
    return this.#localAddress;
  }

  #reply(line: string): void {
    this.#replies.push({ atUs: this.#nowUs + ANSWER_AFTER_US, line });
  }
}

/** The line that gives an answer, without its end; `undefined` if there is none. */
export function lineOf(answer: ScenarioAnswer, token: string): string | undefined {
  switch (answer.kind) {
    case "nothing":
      return undefined;
    case "raw":
      return answer.text.replaceAll("%T", token);
    case "bare":
      return `${token} ${answer.name}`;
    case "answer": {
      const { name, address, rttUs, labels } = answer;
      const numbers = labels.flatMap((label) => [
        label.label,
        label.trafficClass,
        label.bottomOfStack ? 1 : 0,
        label.ttl,
      ]);
      const family = address.includes(":") ? 6 : 4;
      const mpls = numbers.length > 0 ? ` mpls ${numbers.join(",")}` : "";
      return `${token} ${name} ip-${family} ${address} round-trip-time ${rttUs}${mpls}`;
    }
  }
}
