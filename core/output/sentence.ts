/** What became of a target, in words. */
import type { Access } from "../messages.ts";
import { printable } from "../name/text.ts";
import type { PathFigures } from "../path/figures.ts";
import { refusalHop } from "../path/refusals.ts";
import type { Status } from "../path/status.ts";
import type { TargetRecord } from "./record.ts";

const SENTENCES: Readonly<Record<Status, (target: TargetRecord) => string | undefined>> = {
  OK: () => undefined,
  UNREACHED: unreached,
  UNREACHABLE: refused,
  PROHIBITED: refused,
  PARTIAL: ({ isRunning }) => isRunning ? "Still running when this was written" : "The run was ended early",
  NO_ROUTE: ({ typed, path }) => `No route to ${typed}: ${path?.sendFailure?.detail}`,
  SEND_FAILED: ({ typed, path }) => `Cannot send to ${typed}: ${path?.sendFailure?.detail}`,
  FAILED: ({ typed, failure }) => failure ?? `Cannot trace ${typed}`,
};

/** Where the last hop that was asked is a router that answers, nobody has asked the target. */
function unreached({ typed, access, path }: TargetRecord): string {
  const last = path?.hops().at(-1);
  return last !== undefined && (last.received ?? 0) > 0
    ? `${typed} was not reached: hop ${last.ttl} still is a router, and probes go no further (--max-ttl)`
    : `${typed} did not answer${asHeard(access)}`;
}

function refused({ typed, path }: TargetRecord): string | undefined {
  const refusal = path?.refusal;
  return refusal &&
    `${typed} did not answer: ${refusal.from} at hop ${refusalHop(path)} says: ${refusal.words} (${refusal.marker})`;
}

/**
 * Without raw sockets the kernel keeps answers to itself that quote a probe as a translator (NAT) has changed it, or
 * too little of it: whoever is silent then may not be. Nothing where all is heard.
 */
export function asHeard(access: Access | undefined): string {
  return access === undefined || access === "raw" ? "" : ", as far as heard without root";
}

/** One printable line without full stop; `undefined` if all went well. */
export function sentenceOf(target: TargetRecord): string | undefined {
  const sentence = SENTENCES[target.status](target);
  return sentence && printable(sentence);
}

/** That probes are of no flow any more, each having a source port of its own; `undefined` if they are. */
export function portsSentence(path: PathFigures): string | undefined {
  return !path.portsVary
    ? undefined
    : "A router quotes too little of a probe for it to be known without root: each has a source port of its own, and may " +
      "take another way";
}

/** What is said of messages that the kernel dropped; it does not tell why. */
export function overflowSentence(count: number): string {
  return `The kernel dropped ${count} messages unread: they had a wrong checksum, or this host had no room for them, and ` +
    "some of the loss may be its own. If so, probe less at once, or raise net.core.rmem_max";
}
