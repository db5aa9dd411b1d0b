/**
 * The worker: opens the sockets, gives up all privileges, and drives the engine. It measures, and formats nothing.
 *
 * The engine's work is a synchronous wait in poll, during which no command is heard. Whoever has sent one wakes the worker,
 * and the event loop runs once. Where a helper sends the probes, the worker waits for its lines instead.
 */
import { MtrEngine } from "../core/compat/mtr_engine.ts";
import { MtrPacketProber } from "../core/compat/mtr_packet_prober.ts";
import type { Command, Notice, PrivilegesToGiveUp, RefusalReason, Target } from "../core/messages.ts";
import type { Family } from "../core/network.ts";
import { mostFlows, type PlanChange, PROTOCOL_NAMES, type ProtocolName, type TracePlan } from "../core/plan.ts";
import {
  featureAnswer,
  featureQuestion,
  type HelperDoor,
  HelperProber,
  neededFeatures,
} from "../core/probe/helper_prober.ts";
import { ChangingProber } from "../core/probe/changing_prober.ts";
import { NetworkProber } from "../core/probe/network_prober.ts";
import type { Prober } from "../core/probe/prober.ts";
import type { Engine } from "../core/trace/engine.ts";
import { Tracer } from "../core/trace/tracer.ts";
import { SystemCallError } from "./errno.ts";
import { HelperProcess, NotStartedError } from "./helper_process.ts";
import { NotPermittedError } from "./icmp_socket.ts";
import { KernelNetwork } from "./kernel_network.ts";
import { warmUp } from "./libc.ts";
import { giveUpPrivileges } from "./privilege.ts";
import { Slice, WATCHED_US } from "./slice.ts";
import { Waker } from "./waker.ts";

const FAMILIES: readonly Family[] = [4, 6];
// Nothing is due for longer than telling takes, a turn of the event loop included.
const QUIET_US = 3_000;
// A turn of the event loop costs as much processor time as ten probes; but for commands it is there to clear up only.
const TURN_US = 6_000_000;
// What a helper may take to say what it can do, be it on another continent.
const HELPER_LIMIT_US = 15_000_000;
// What a line takes from a helper to here on a busy machine.
const HELPER_PATIENCE_US = 50_000;
// More hosts than that share the last one.
const MOST_HELPERS = 64;

// The worker's own global scope, of which the compiler's libraries for the main thread know nothing.
const scope = globalThis as unknown as {
  postMessage(notice: Notice): void;
  onmessage: (event: MessageEvent<Command>) => void;
};

// What lets the event loop hear commands: a timer does. (After setImmediate, or a message to oneself, the loop comes back
// here first, for seconds on end.)
const TURN_MS = 0;

/** It has no sockets of ours. */
const HELPER_IS_READY: Notice = { kind: "ready", access: {} };

/** What carries the probes, and goes on until `stop`. */
interface Drive {
  readonly engine: Engine;
  begin(targets: readonly Target[]): void;
  /** Gives why nothing can change so, if that is so. */
  change(change: PlanChange): string | undefined;
  /** Something is to be done that is not waited for: `stop`, or sending again. */
  wake(): void;
}

// Until the first command comes there is nothing else to do.
warmUp();

let drive: Drive | undefined;
/** Somebody goes on with what `begin` has begun, and will tell of its end. */
let isDriven = false;
/** Further targets are to come. */
let goesOn = false;
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
  open: (command: Extract<Command, { kind: "open" }>) => {
    const answer = open(command);
    if (command.targets !== undefined) trace(command);
    if (answer !== undefined) scope.postMessage(answer);
  },
  trace,
  pause: () => drive?.engine.pause(),
  resume: () => {
    drive?.engine.resume();
    drive?.wake();
  },
  change: ({ change }: Extract<Command, { kind: "change" }>) => {
    const refusal = drive?.change(change);
    drive?.wake();
    scope.postMessage({ kind: "changed", ...(refusal !== undefined && { refusal }) });
  },
  stop,
} as const satisfies Record<Command["kind"], unknown>;

/** The answer, unless it has to wait. */
function open(command: Extract<Command, { kind: "open" }>): Notice | undefined {
  const { plan, giveUp, targets, helper, isHelperHeard = false } = command;
  try {
    if (helper === undefined) return openSockets(command);
    startHelper(plan, giveUp, { command: helper, targets, isHeard: isHelperHeard });
    // With targets it is asked first whether it can trace them.
    return targets === undefined ? HELPER_IS_READY : undefined;
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === undefined || !(error instanceof Error)) throw error;
    return { kind: "refused", reason, message: error.message };
  }
}

function reasonOf(error: unknown): RefusalReason | undefined {
  if (error instanceof NotPermittedError) return "privileges";
  if (error instanceof NotStartedError) return "helperNotStarted";
  return error instanceof SystemCallError ? "environment" : undefined;
}

/** With `targets` only their families are opened. */
function openSockets(command: Extract<Command, { kind: "open" }>): Notice {
  const { plan, giveUp, targets, mayChange = false, isUnwatched = false } = command;
  const families = new Set(targets?.map(({ endpoint }) => endpoint.family));
  const isFree = plan.mtr === "0.95" && plan.sourceAddress?.includes(":") === false;
  // mtr 0.95 sends from any IPv4 address, be it this host's or not.
  const own = isFree ? { ...plan, sourceAddress: undefined } : plan;
  // Load is ICMP, whatever the probes are.
  const withLoad: readonly ProtocolName[] = plan.loadBps === undefined ? [] : ["icmp", plan.protocol];
  const further = PROTOCOL_NAMES.filter((name) => mayChange || withLoad.includes(name));
  const network = KernelNetwork.open(own, families.size > 0 ? [...families] : undefined, {
    ...(plan.mtr === "0.95" && { writesHeaders: true }),
    ...(further.length > 0 && { further }),
    // mtr's own schedule is relative to when it wakes.
    ...(plan.mtr === undefined && { headStart: true }),
  });
  giveUpPrivileges(giveUp);
  const { mtr } = plan;
  // A connection has a port for itself: the kernel lets no two to one place share it.
  const access = network.accessFor(plan.protocol);
  const isConnected = (protocol: ProtocolName): boolean =>
    Object.values(network.accessFor(protocol)).includes("connect");
  if (isConnected(plan.protocol) && mostFlows(plan) > 1) {
    const flows = plan.multipath ? "flows" : `${plan.flows} flows`;
    const message = `Cannot keep ${flows} of TCP apart without raw sockets: run as root, or trace with UDP (-u)`;
    return { kind: "refused", reason: "privileges", message };
  }
  const isOpen = (family: Family): boolean => access[family] !== undefined;
  if (plan.loadBps !== undefined && FAMILIES.some((family) => isOpen(family) && !network.canSend(family, "icmp"))) {
    const message = "Cannot open ICMP sockets for the load (--load): this user is not allowed to";
    return { kind: "refused", reason: "privileges", message };
  }
  const waker = new Waker();
  const slice = new Slice(isUnwatched);
  network.watch(waker);
  const engine = engineOf(plan, <Tag>(): Prober<Tag> => {
    if (mayChange) return new ChangingProber<Tag>(network, plan.protocol, planOf);
    const prober = new NetworkProber<Tag>(network, planOf(plan.protocol));
    return mtr === undefined ? prober : new MtrPacketProber(prober, { ...plan, mtr });
  });
  drive = {
    engine,
    begin: (targets) => {
      engine.begin(targets);
      slice.begin();
      if (isDriven) return;
      isDriven = true;
      turn();
    },
    change: (change) => {
      const refusal = change.protocol === undefined ? undefined : whyNot(change.protocol);
      if (refusal !== undefined) return refusal;
      if (change.trafficClass !== undefined) network.setTrafficClass(change.trafficClass);
      engine.change?.(change);
      return undefined;
    },
    wake: () => {},
  };
  return { kind: "ready", access, waker: waker.waker };

  function planOf(protocol: ProtocolName): TracePlan {
    return { ...own, protocol, ...(isConnected(protocol) && { flow: "varying" }) };
  }

  /** Why a protocol cannot be chosen now that no privileges are left, if so. */
  function whyNot(protocol: ProtocolName): string | undefined {
    const name = protocol.toUpperCase();
    const opened = network.accessFor(protocol);
    const isOpen = Object.keys(access).every((family) => family in opened);
    if (!isOpen) return `Cannot change to ${name}: its sockets were not allowed when the program started`;
    if (isConnected(protocol) && plan.flows > 1) return `Cannot change to ${name}: without raw sockets it has one flow`;
    return undefined;
  }

  function turn(): void {
    try {
      waker.forget();
      const beganUs = network.nowUs();
      // The first slice is one of its own: there may be more to come than has come with the command.
      const untilUs = beganUs + (slice.mostUs > 0 ? TURN_US : 0);
      for (let startUs = beganUs; startUs <= untilUs && !stopped && !engine.done && !waker.isWoken;) {
        const { unfinished } = engine;
        const mayEnd = (nowUs: number): boolean =>
          nowUs >= startUs + (engine.unfinished < unfinished ? WATCHED_US.least : slice.leastUs) &&
          engine.nextUs >= nowUs + QUIET_US;
        slice.note(tell(engine, startUs + slice.mostUs, () => waker.isWoken || mayEnd(network.nowUs())));
        startUs = network.nowUs();
      }
      isDriven = !stopped && !engine.done;
      if (isDriven) setTimeout(turn, TURN_MS);
      else if (stopped || !goesOn) scope.postMessage({ kind: "ended" });
    } catch (error) {
      crash(error);
    }
  }
}

/** Helpers are started with the privileges of this program, and by the user who called it. */
function startHelper(
  plan: TracePlan,
  giveUp: PrivilegesToGiveUp,
  { command, targets, isHeard }: {
    readonly command: readonly string[];
    readonly targets: readonly Target[] | undefined;
    readonly isHeard: boolean;
  },
): void {
  // mtr starts one for each target. All of them are started before the privileges go.
  const count = plan.mtr === undefined ? 1 : Math.min(Math.max(1, targets?.length ?? 1), MOST_HELPERS);
  const hear = isHeard ? (text: string) => scope.postMessage({ kind: "said", text }) : undefined;
  const helpers = Array.from({ length: count }, () => new HelperProcess(command, giveUp, hear));
  giveUpPrivileges(giveUp);
  let helper = helpers[0]!;
  let brokenLine = (): string | undefined => undefined;
  let setTrafficClass = (_: number): void => {};
  const door: HelperDoor = {
    nowUs: () => helper.nowUs(),
    write: (line) => helper.write(line),
    read: () => helper.read(),
    sourceAddress: (to) => helper.sourceAddress(to),
  };
  // It is the helper who gives up a probe of mtr's.
  const engine = engineOf(plan.mtr === undefined ? plan : { ...plan, timeoutUs: Infinity }, <Tag>() => {
    const prober = new HelperProber<Tag>(door, plan);
    brokenLine = () => prober.brokenLine;
    setTrafficClass = (trafficClass) => prober.setTrafficClass(trafficClass);
    return prober;
  }, HELPER_PATIENCE_US);
  drive = {
    engine,
    begin: (targets) => {
      isDriven = true;
      void run(targets).catch(crash);
    },
    change: (change) => {
      if (change.protocol !== undefined) return "Cannot change the protocol: another program sends the probes";
      if (change.trafficClass !== undefined) setTrafficClass(change.trafficClass);
      engine.change?.(change);
      return undefined;
    },
    wake: () => helper.wake(),
  };

  async function run(targets: readonly Target[]): Promise<void> {
    const shares = plan.mtr === undefined ? [targets] : targets.map((target) => [target]);
    let refusal: Notice | undefined;
    for (const [index, share] of shares.entries()) {
      helper = helpers[index] ?? helper;
      refusal = await examine(share);
      if (refusal === undefined && index === 0) scope.postMessage(HELPER_IS_READY);
      refusal ??= await trace(share);
      if (refusal !== undefined || stopped) break;
      if (helpers[index + 1] !== undefined) await helper.close();
    }
    await Promise.all(helpers.map((started) => started.close()));
    scope.postMessage(refusal ?? { kind: "ended" });
  }

  /** Asks whether it can do what is needed; what it cannot is refused. */
  async function examine(targets: readonly Target[]): Promise<Notice | undefined> {
    const limitUs = helper.nowUs() + HELPER_LIMIT_US;
    for (const feature of neededFeatures(plan, targets.map(({ endpoint }) => endpoint.family))) {
      helper.write(featureQuestion(feature));
      let answer: boolean | undefined;
      while (answer === undefined) {
        await helper.news(limitUs);
        if (stopped) return undefined;
        if (helper.hasEnded) return refuse("helperNotStarted", "it ended without saying what it can do");
        if (helper.nowUs() >= limitUs) return refuse("helperNotStarted", "it does not say what it can do");
        answer = helper.read().map(featureAnswer).find((found) => found !== undefined);
      }
      if (!answer) return refuse(feature === "send-probe" ? "helperUnable" : "helperUnfit", `it has no ${feature}`);
    }
    return undefined;
  }

  async function trace(targets: readonly Target[]): Promise<Notice | undefined> {
    for (engine.begin(targets); !stopped; await helper.news(engine.nextUs)) {
      tell(engine, helper.nowUs());
      if (engine.done) return undefined;
      if (plan.mtr !== undefined && brokenLine() !== undefined) {
        return refuse("helperUnreadable", "it wrote what is no reply");
      }
      if (helper.hasEnded) return refuse("helperEnded", "it ended during the trace");
    }
    return undefined;
  }

  function refuse(reason: RefusalReason, why: string): Notice {
    return { kind: "refused", reason, message: `Cannot have ${command[0]} send the probes: ${why}` };
  }
}

function engineOf(plan: TracePlan, makeProber: <Tag>() => Prober<Tag>, patienceUs = 0): Engine {
  const { mtr } = plan;
  return mtr === undefined ? new Tracer(makeProber(), plan) : new MtrEngine(makeProber(), { ...plan, mtr }, patienceUs);
}

/** Gives the number of events. */
function tell(engine: Engine, untilUs: number, isWanted?: () => boolean): number {
  const events = engine.step(untilUs, isWanted);
  if (events.length > 0) scope.postMessage({ kind: "events", events });
  return events.length;
}

/** Begins: the first probe leaves at once, everything else from the next turn of the event loop on. */
function trace(command: Pick<Extract<Command, { kind: "trace" }>, "goesOn"> & { targets?: readonly Target[] }): void {
  // A refused `open` is answered as such; what was to be traced after it is not.
  if (drive === undefined || stopped) return;
  goesOn = command.goesOn ?? false;
  drive.begin(command.targets ?? []);
}

function stop(): void {
  stopped = true;
  drive?.wake();
  if (!isDriven) scope.postMessage({ kind: "ended" });
}
