/**
 * The worker: opens the sockets, gives up all privileges, and drives the tracer. It measures, and formats nothing.
 *
 * A slice of the tracer's work is a synchronous wait in poll, during which no command is heard; between slices the
 * event loop runs once, so that a command waits one slice at most.
 */
import type { Command, Notice, PrivilegesToGiveUp, Target } from "../core/messages.ts";
import type { TracePlan } from "../core/plan.ts";
import { NetworkProber } from "../core/probe/network_prober.ts";
import { Tracer } from "../core/trace/tracer.ts";
import { SystemCallError } from "./errno.ts";
import { NotPermittedError } from "./icmp_socket.ts";
import { KernelNetwork } from "./kernel_network.ts";
import { giveUpPrivileges } from "./privilege.ts";

// How long a command may wait, and how late an event may be told. A turn of the event loop costs as much processor time
// as ten probes, so it is not done more often than somebody who watches would notice.
const SLICE_US = 200_000;

// The worker's own global scope, of which the compiler's libraries for the main thread know nothing.
const scope = globalThis as unknown as {
  postMessage(notice: Notice): void;
  onmessage: (event: MessageEvent<Command>) => void;
};

// What lets the event loop hear commands: a timer does. (After setImmediate, or a message to oneself, the loop comes back
// here first, for seconds on end.) It costs a millisecond of each slice.
const TURN_MS = 0;

let opened: { network: KernelNetwork; tracer: Tracer } | undefined;
let tracing = false;
let stopped = false;

scope.onmessage = ({ data: command }) => {
  try {
    COMMANDS[command.kind](command as never);
  } catch (error) {
    crash(error);
  }
};

/** A defect of the program: told to the main thread, which knows what to do with what was measured. */
function crash(error: unknown): void {
  scope.postMessage({ kind: "crashed", message: error instanceof Error ? error.stack ?? error.message : `${error}` });
}

const COMMANDS = {
  open: ({ plan, giveUp, targets }: Extract<Command, { kind: "open" }>) => {
    const answer = open(plan, giveUp, targets);
    if (targets !== undefined) trace(targets);
    scope.postMessage(answer);
  },
  trace: ({ targets }: Extract<Command, { kind: "trace" }>) => trace(targets),
  stop,
} as const satisfies Record<Command["kind"], unknown>;

/** With `targets` only their families are opened. */
function open(plan: TracePlan, giveUp: PrivilegesToGiveUp, targets?: readonly Target[]): Notice {
  try {
    const families = new Set(targets?.map(({ endpoint }) => endpoint.family));
    const network = KernelNetwork.open(plan, families.size > 0 ? [...families] : undefined);
    giveUpPrivileges(giveUp);
    opened = { network, tracer: new Tracer(new NetworkProber(network, plan), plan) };
    return { kind: "ready", access: network.access };
  } catch (error) {
    if (error instanceof NotPermittedError) return { kind: "refused", reason: "privileges", message: error.message };
    if (!(error instanceof SystemCallError)) throw error;
    return { kind: "refused", reason: "environment", message: error.message };
  }
}

/** Begins: the first probe leaves at once, everything else from the next turn of the event loop on. */
function trace(targets: readonly Target[]): void {
  // A refused `open` is answered as such; what was to be traced after it is not.
  if (opened === undefined) return;
  const { network, tracer } = opened;
  tracing = true;
  tracer.begin(targets);
  function slice(lengthUs: number): void {
    try {
      const isOver = stopped || tracer.done;
      const events = isOver ? [] : tracer.step(network.nowUs() + lengthUs);
      if (events.length > 0) scope.postMessage({ kind: "events", events });
      if (isOver) scope.postMessage({ kind: "ended" });
      else setTimeout(slice, TURN_MS, SLICE_US);
    } catch (error) {
      crash(error);
    }
  }
  slice(0);
}

function stop(): void {
  stopped = true;
  if (!tracing) scope.postMessage({ kind: "ended" });
}
