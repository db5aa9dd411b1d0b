/** What became of a target, in words. */
import { printable } from "../name/text.ts";
import type { Status } from "../path/status.ts";
import type { TargetRecord } from "./record.ts";

const SENTENCES: Readonly<Record<Status, (target: TargetRecord) => string | undefined>> = {
  OK: () => undefined,
  UNREACHED: ({ typed }) => `${typed} did not answer`,
  UNREACHABLE: refused,
  PROHIBITED: refused,
  PARTIAL: ({ isRunning }) => isRunning ? "Still running when this was written" : "The run was ended early",
  NO_ROUTE: ({ typed, path }) => `No route to ${typed}: ${path?.sendFailure?.detail}`,
  SEND_FAILED: ({ typed, path }) => `Cannot send to ${typed}: ${path?.sendFailure?.detail}`,
  FAILED: ({ typed, failure }) => failure ?? `Cannot trace ${typed}`,
};

function refused({ typed, path }: TargetRecord): string | undefined {
  const refusal = path?.refusal;
  return refusal &&
    `${typed} did not answer: ${refusal.from} at hop ${refusal.ttl} says: ${refusal.words} (${refusal.marker})`;
}

/** One printable line without full stop; `undefined` if all went well. */
export function sentenceOf(target: TargetRecord): string | undefined {
  const sentence = SENTENCES[target.status](target);
  return sentence && printable(sentence);
}

/** What is said of messages that the kernel dropped; it does not tell why. */
export function overflowSentence(count: number): string {
  return `The kernel dropped ${count} messages unread: they had a wrong checksum, or this host had no room for them, and ` +
    "some of the loss may be its own. If so, probe less at once, or raise net.core.rmem_max";
}
