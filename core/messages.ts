/**
 * The language between the main thread and the worker: plain data that survives structured clone.
 *
 * Commands are imperatives to the worker; notices tell what happened, and carry the stream of trace events. A reader
 * who knows the events of this file knows everything that any output can show. No times of day: the worker's clock is
 * monotonic, the main thread alone knows the calendar.
 */
import type { EventColumns } from "./event_columns.ts";
import type { Endpoint, Family, SendFailure, StampSource } from "./network.ts";
import type { MplsLabel } from "./packet/extension.ts";
import type { InterfaceInfo } from "./packet/interface_info.ts";
import type { PlanChange, TracePlan } from "./plan.ts";

/** One host to trace; `index` names it in every event. */
export interface Target {
  readonly index: number;
  readonly endpoint: Endpoint;
  /** The port to probe, if the target was given with one. */
  readonly port?: number;
}

export type Command =
  /**
   * Open the sockets of this plan, then give up every privilege. Answered by `ready` or `refused`. With `targets` it is a
   * `trace` as well: who has them need not wait for the answer.
   */
  | {
    readonly kind: "open";
    readonly plan: TracePlan;
    readonly giveUp: PrivilegesToGiveUp;
    readonly targets?: readonly Target[];
    /** A program and its arguments that is to send the probes; absent: the worker's own sockets. */
    readonly helper?: readonly string[];
    /** The protocol may `change`: what the others need is opened, too, where it is allowed. */
    readonly mayChange?: boolean;
    /** What the helper writes on its standard error is told (`said`), and not written on this program's own. */
    readonly isHelperHeard?: boolean;
    /** Nobody looks at events before a target is finished: they are told in fewer batches, up to ten seconds late. */
    readonly isUnwatched?: boolean;
  }
  /**
   * Trace these targets, all at once. Answered by `events`, and at last `ended`, unless further ones are to come (`goesOn`):
   * they are traced beside these, by a `trace` of their own, of which the last says nothing of the kind.
   */
  | { readonly kind: "trace"; readonly targets: readonly Target[]; readonly goesOn?: boolean }
  /** Send nothing until `resume`. */
  | { readonly kind: "pause" }
  | { readonly kind: "resume" }
  /** Probe otherwise from the next round on, at another pace at once. Answered by `changed`. */
  | { readonly kind: "change"; readonly change: PlanChange }
  /** End now: what is in flight stays undecided. Answered by `ended`. */
  | { readonly kind: "stop" };

/** Whom to become once the sockets are open; `undefined` keeps the real ids. */
export interface PrivilegesToGiveUp {
  readonly uid: number | undefined;
  readonly gid: number | undefined;
}

/**
 * How a family's probes are sent and heard: through raw sockets; through datagram sockets of the probes' own protocol; or,
 * for TCP, by connections that the kernel opens.
 */
export type Access = "raw" | "datagram" | "connect";

/** What came beside the answers, of the whole run and of a hop. Not every access can tell all of it. */
export const RUN_COUNT_NAMES = ["foreign", "forged", "malformed", "overflowed"] as const;
export const COUNT_NAMES = ["late", "duplicates", "reordered", ...RUN_COUNT_NAMES] as const;
export type CountName = typeof COUNT_NAMES[number];

/**
 * Why the worker cannot go on. `privileges`: neither raw nor datagram ICMP sockets are allowed. A helper may be impossible to
 * start, be none at all, not able to send such probes, have written what is no reply, or have ended. `environment`: anything else.
 */
export type RefusalReason =
  | "privileges"
  | "environment"
  | "helperNotStarted"
  | "helperUnable"
  | "helperUnfit"
  | "helperUnreadable"
  | "helperEnded";

export type Notice =
  /** A worker that waits in the kernel has to be woken after each command: by a byte into `waker`, a file descriptor. */
  | {
    readonly kind: "ready";
    readonly access: Readonly<Partial<Record<Family, Access>>>;
    readonly waker?: number;
  }
  /** Nothing can be traced, or nothing more. */
  | { readonly kind: "refused"; readonly reason: RefusalReason; readonly message: string }
  | { readonly kind: "events"; readonly events: readonly TraceEvent[] }
  /** The same, where there are many. */
  | { readonly kind: "eventColumns"; readonly columns: EventColumns }
  /** To each `change`, in their order; `refusal` says why nothing changes. */
  | { readonly kind: "changed"; readonly refusal?: string }
  /** By the helper, beside its work: any text. */
  | { readonly kind: "said"; readonly text: string }
  | { readonly kind: "ended" }
  /** A defect of the program, with its stack. */
  | { readonly kind: "crashed"; readonly message: string };

/**
 * What an answer says: by its ICMP type, or the target's own word. `synAck` is an open TCP port and `reset` a closed one;
 * `initAck` and `abort` are the same of SCTP; `datagram` came from the UDP port itself. `reached` is what another prober
 * says that tells no more than that the target answered.
 */
export type AnswerKind =
  | "echoReply"
  | "timeExceeded"
  | "unreachable"
  | "datagram"
  | "synAck"
  | "reset"
  | "initAck"
  | "abort"
  | "reached";

/** What address translators change of a probe. The words are the outputs' own. */
export const REWRITTEN_FIELDS = [
  "sourceAddress",
  "sourcePort",
  "destinationAddress",
  "destinationPort",
  "identifier",
  "checksum",
] as const;
export type RewrittenField = typeof REWRITTEN_FIELDS[number];

/** An answer to a probe of ours, whoever sent it. */
export interface Answer {
  readonly kind: AnswerKind;
  /** The type and code of the ICMP message that arrived; 0 where it was none. */
  readonly icmpType: number;
  readonly icmpCode: number;
  /** Next-hop MTU where the router named one, else 0. */
  readonly mtu: number;
  /** MPLS label stack entries of RFC 4950, top of stack first. */
  readonly labels: readonly MplsLabel[];
  /**
   * What of the probe is not as it was sent, by the quote in this answer: somebody between here and there has changed it,
   * an address translator mostly. Absent if nothing is, and where nobody looked.
   */
  readonly rewritten?: readonly RewrittenField[];
  /**
   * TTL with which the probe arrived at a router that says it had none left; absent if it is 1, as it should be, and where
   * nobody tells. 0: the router before it has passed the probe on all the same. More: it was inside a tunnel that has a TTL
   * of its own, such as MPLS.
   */
  readonly quotedTtl?: number;
  /** Traffic class (type of service) with which the probe arrived; absent if it is as it was sent, and where nobody tells. */
  readonly quotedTrafficClass?: number;
  /** The one that it was sent with; there only beside that. */
  readonly sentTrafficClass?: number;
  /** Interfaces of RFC 5837 that the router names; absent if it names none. */
  readonly interfaces?: readonly InterfaceInfo[];
  /** What another prober that told of the answer calls it, where it tells no ICMP type: then the type is the nearest. */
  readonly word?: string;
}

/**
 * So many losses in a row make doubtful what a ttl answered before them: the path may have become a longer one, with a
 * silent router in that place.
 */
export const DOUBTFUL_AFTER_LOST = 3;

/**
 * When a path has grown by silent routers: so many losses in a row where the target answered, and so many rounds on end in which
 * it answered from behind that instead, or somebody refused, the latest that looked there. Who limits its answers has hardly any to spare for that;
 * but a limit on the way may be in step with rounds, and let pass nothing but what goes further. So rounds that end with an arrival
 * probe have to speak for it as well: of these so many more are answered beside a loss than not.
 */
export const MOVED = { lost: 12, looks: 2, pairs: 3 } as const;

/** What a round says of a longer way, by what became of it and of the arrival probe that it ends with. */
export const PAIR_WEIGHTS = { answered: { answered: 0, lost: -2 }, lost: { answered: 1, lost: -1 } } as const;

/**
 * Whether this host sent load of its own while a probe was under way. Rounds in which queues may be filling, or running
 * empty, are neither.
 */
export const LOAD_PHASES = ["idle", "loaded"] as const;
export type LoadPhase = typeof LOAD_PHASES[number];

interface OfProbe {
  readonly target: number;
  /** Number of the probe within the run, from 0, over all targets. */
  readonly probe: number;
  readonly ttl: number;
  /** Which of the target's flows it belongs to, from 1; absent where there is but one. */
  readonly flow?: number | undefined;
  /** Absent in runs without load, and in rounds that are neither. */
  readonly load?: LoadPhase | undefined;
  /**
   * It tells of the target only, and is no probe of the hop at its ttl, which is the greatest. The first of its round: the ways
   * of this flow's packets are of unequal length, or lead nowhere. The last: it finds out whether they are, and the round is
   * what the others make it. Absent of all others.
   */
  readonly arrival?: true | undefined;
  /**
   * It has not left itself: the probe of this number, to another target over the same routers, stands in for it, and what
   * is told is what became of that one. Absent where no probe does, and of an answer or a loss of its own: who stood in
   * for it was answered by another router, so that it has left, too.
   */
  readonly shared?: number | undefined;
}

interface Heard extends OfProbe {
  /** Address of the responder. */
  readonly from: string;
  /** When it arrived, since the first target was begun. */
  readonly atUs: number;
  readonly rttUs: number;
  readonly sentBy: StampSource;
  readonly receivedBy: StampSource;
  /** By how much `rttUs` may be off at most; absent if nobody knows. */
  readonly errorUs?: number;
  /** TTL with which the answer arrived, if known. */
  readonly replyTtl: number | undefined;
  readonly answer: Answer;
}

export type TraceEvent =
  /** A probe left. `atUs` is the time since the first target was begun. */
  | (OfProbe & {
    readonly kind: "sent";
    readonly round: number;
    readonly atUs: number;
    /** Length of the IP packet; `undefined` where another program probed, and did not tell. */
    readonly packetBytes: number | undefined;
  })
  /** A probe did not leave this host. */
  | (OfProbe & {
    readonly kind: "sendFailed";
    readonly round: number;
    readonly reason: SendFailure;
    readonly detail: string;
  })
  /** A probe that was told as sent did not leave after all: the prober that was to send it says so. */
  | (OfProbe & { readonly kind: "unsent"; readonly reason: SendFailure; readonly detail: string })
  /** The first answer, in time. */
  | (Heard & { readonly kind: "reply" })
  /** The first answer, after the probe was given up and counted as lost. It stays lost. */
  | (Heard & { readonly kind: "late" })
  /** A further answer to a probe that has one. */
  | (Heard & { readonly kind: "duplicate" })
  /** No answer within the time. */
  | (OfProbe & { readonly kind: "lost" })
  /**
   * The search for all paths is over: with so many flows and probes. At `unfinishedTtls` there may be more addresses than were
   * found, since a limit was met.
   */
  | {
    readonly kind: "surveyed";
    readonly target: number;
    readonly flows: number;
    readonly probes: number;
    readonly unfinishedTtls: readonly number[];
  }
  /**
   * From here on each probe to a target has a source port of its own, and may take another way: a router quotes too little of
   * those of one flow to tell them apart.
   */
  | { readonly kind: "portsVary"; readonly target: number }
  /** The last probe of a round has been sent. */
  | { readonly kind: "round"; readonly target: number; readonly round: number }
  /** Load that was sent towards a target since the last such event. */
  | {
    readonly kind: "load";
    readonly target: number;
    readonly packets: number;
    /** Of whole IP packets. */
    readonly bytes: number;
    /** In this time, pauses left out. */
    readonly durationUs: number;
    /** Packets that did not leave this host, and why the latest of them did not. */
    readonly failed: number;
    readonly detail?: string | undefined;
  }
  /** Messages that arrived and answered no probe of ours, since the last such event; why, where that is known. */
  | {
    readonly kind: "foreign";
    readonly count: number;
    /** Those among them that named a probe of ours and did not fit it; absent if there are none. */
    readonly forged?: number;
    /** Those among them that nobody could read; absent if there are none. */
    readonly malformed?: number;
  }
  /**
   * Messages that the kernel dropped unread, since the last such event: there was no room for them, and loss may be of this
   * host's own making, or their checksum was wrong.
   */
  | { readonly kind: "overflow"; readonly count: number }
  /** All rounds are sent and every probe on the path is decided; `atUs` as above. */
  | { readonly kind: "finished"; readonly target: number; readonly atUs: number };
