/**
 * The worker: opens the sockets, gives up all privileges, and drives the engine. It measures, and formats nothing.
 *
 * The engine's work is a synchronous wait in poll, during which no command is heard. Whoever has sent one wakes the worker,
 * and the event loop runs once. Where a helper sends the probes, the worker waits for its lines instead.
 */
import type { MtrEngine } from "../core/compat/mtr_engine.ts";
import type { MtrPacketProber } from "../core/compat/mtr_packet_prober.ts";
import type { Command, Notice, RefusalReason, Target } from "../core/messages.ts";
import type { Family } from "../core/network.ts";
import { mostFlows, PROTOCOL_NAMES, type ProtocolName, type TracePlan } from "../core/plan.ts";
import { ChangingProber } from "../core/probe/changing_prober.ts";
import { NetworkProber } from "../core/probe/network_prober.ts";
import type { Prober } from "../core/probe/prober.ts";
import type { Engine } from "../core/trace/engine.ts";
import { rehearse } from "../core/trace/rehearsal.ts";
import { Tracer } from "../core/trace/tracer.ts";
import { type Drive, type MakeProber, tell, type WorkerDoor } from "./drive.ts";
import { SystemCallError } from "./errno.ts";
import type * as HelperModule from "./helper_drive.ts";
import { NotPermittedError } from "./icmp_socket.ts";
import { KernelNetwork } from "./kernel_network.ts";
import { FAMILIES } from "./kernel_sockets.ts";
import { warmUp } from "./libc.ts";
import { giveUpPrivileges } from "./privilege.ts";
import { askForShortTurns } from "./short_turns.ts";
import { Slice, WATCHED_US } from "./slice.ts";
import { Waker } from "./waker.ts";

// Nothing is due for longer than telling takes, a turn of the event loop included.
const QUIET_US = 3_000;
// A turn of the event loop costs as much processor time as ten probes; but for commands it is there to clear up only.
const TURN_US = 6_000_000;

// The worker's own global scope, of which the compiler's libraries for the main thread know nothing.
const scope = globalThis as unknown as {
  postMessage(notice: Notice): void;
  onmessage: (event: MessageEvent<Command>) => void;
};

// What lets the event loop hear commands: a timer does. (After setImmediate, or a message to oneself, the loop comes back
// here first, for seconds on end.)
const TURN_MS = 0;

// Until the first command comes there is nothing else to do; whatever is not compiled by then holds up the first probe.
warmUp();
rehearse();

let drive: Drive | undefined;
/** Somebody goes on with what `begin` has begun, and will tell of its end. */
let isDriven = false;
/** Further targets are to come. */
let goesOn = false;
let stopped = false;

const door: WorkerDoor = {
  get stopped() {
    return stopped;
  },
  post: (notice) => scope.postMessage(notice),
  crash,
};

/** Code that few plans need is being loaded: commands wait for that. */
let loading: Promise<void> | undefined;

scope.onmessage = ({ data: command }) => {
  loading = loading === undefined ? obey(command) : loading.then(() => obey(command));
};

function obey(command: Command): Promise<void> | undefined {
  try {
    return COMMANDS[command.kind](command as never)?.catch(crash);
  } catch (error) {
    crash(error);
    return undefined;
  }
}

/** A defect of the program: told to the main thread, which knows what to do with what was measured. */
function crash(error: unknown): void {
  scope.postMessage({ kind: "crashed", message: error instanceof Error ? error.stack ?? error.message : `${error}` });
}

const COMMANDS = {
  open: (command: OpenCommand) => {
    const loaded = load(command);
    return loaded === undefined ? begin(command, {}) : loaded.then((further) => begin(command, further));
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
} as const satisfies Record<Command["kind"], (command: never) => Promise<void> | undefined | void>;

type OpenCommand = Extract<Command, { kind: "open" }>;

/** What a run loads only if it needs it. */
interface Further {
  readonly release?: { readonly MtrEngine: typeof MtrEngine; readonly MtrPacketProber: typeof MtrPacketProber };
  readonly helper?: typeof HelperModule;
}

/** `undefined`: there is nothing to wait for. */
function load({ plan, helper }: OpenCommand): Promise<Further> | undefined {
  if (plan.mtr === undefined && helper === undefined) return undefined;
  return (async () => ({
    ...(plan.mtr !== undefined && {
      release: {
        ...await import("../core/compat/mtr_engine.ts"),
        ...await import("../core/compat/mtr_packet_prober.ts"),
      },
    }),
    ...(helper !== undefined && { helper: await import("./helper_drive.ts") }),
  }))();
}

function begin(command: OpenCommand, further: Further): void {
  const answer = open(command, further);
  if (command.targets !== undefined) trace(command);
  if (answer !== undefined) scope.postMessage(answer);
}

/** The answer, unless it has to wait. */
function open(command: OpenCommand, further: Further): Notice | undefined {
  const { plan, giveUp, targets, helper, isHelperHeard: isHeard = false } = command;
  try {
    if (helper === undefined || further.helper === undefined) return openSockets(command, further);
    const driven = further.helper.startHelper(plan, giveUp, {
      ...{ door, command: helper, targets, isHeard },
      engineOf: (plan, makeProber, patienceUs) => engineOf(plan, further.release, makeProber, patienceUs),
    });
    drive = {
      ...driven,
      begin: (targets) => {
        isDriven = true;
        driven.begin(targets);
      },
    };
    // With targets it is asked first whether it can trace them.
    return targets === undefined ? further.helper.HELPER_IS_READY : undefined;
  } catch (error) {
    const reason = reasonOf(error, further);
    if (reason === undefined || !(error instanceof Error)) throw error;
    return { kind: "refused", reason, message: error.message };
  }
}

function reasonOf(error: unknown, { helper }: Further): RefusalReason | undefined {
  if (error instanceof NotPermittedError) return "privileges";
  if (helper !== undefined && error instanceof helper.NotStartedError) return "helperNotStarted";
  return error instanceof SystemCallError ? "environment" : undefined;
}

/** Opens the sockets that a plan needs; with `targets` only those of their families. */
function networkOf({ plan, targets, mayChange = false }: OpenCommand): KernelNetwork {
  const families = new Set(targets?.map(({ endpoint }) => endpoint.family));
  // Load is ICMP, whatever the probes are.
  const withLoad: readonly ProtocolName[] = plan.loadBps === undefined ? [] : ["icmp", plan.protocol];
  const further = PROTOCOL_NAMES.filter((name) => mayChange || withLoad.includes(name));
  return KernelNetwork.open(plan, families.size > 0 ? [...families] : undefined, {
    ...(plan.mtr === "0.95" && { writesHeaders: true }),
    ...(further.length > 0 && { further }),
    // mtr's own schedule is relative to when it wakes.
    ...(plan.mtr === undefined && { headStart: true }),
  });
}

/** A connection has a port for itself: the kernel lets no two to one place share it. */
function isConnected(network: KernelNetwork, protocol: ProtocolName): boolean {
  return Object.values(network.accessFor(protocol)).includes("connect");
}

/** What the sockets that were allowed are not enough for, if anything. */
function lackOf(network: KernelNetwork, plan: TracePlan): Notice | undefined {
  if (isConnected(network, plan.protocol) && mostFlows(plan) > 1) {
    const flows = plan.multipath ? "flows" : `${plan.flows} flows`;
    const message = `Cannot keep ${flows} of TCP apart without raw sockets: run as root, or trace with UDP (-u)`;
    return { kind: "refused", reason: "privileges", message };
  }
  const access = network.accessFor(plan.protocol);
  const isOpen = (family: Family): boolean => access[family] !== undefined;
  if (plan.loadBps !== undefined && FAMILIES.some((family) => isOpen(family) && !network.canSend(family, "icmp"))) {
    const message = "Cannot open ICMP sockets for the load (--load): this user is not allowed to";
    return { kind: "refused", reason: "privileges", message };
  }
  return undefined;
}

function openSockets(command: OpenCommand, { release }: Further): Notice {
  const { plan, giveUp, mayChange = false, isUnwatched = false } = command;
  const { mtr } = plan;
  const isFree = mtr === "0.95" && plan.sourceAddress?.includes(":") === false;
  // mtr 0.95 sends from any IPv4 address, be it this host's or not.
  const own = isFree ? { ...plan, sourceAddress: undefined } : plan;
  const network = networkOf({ ...command, plan: own });
  giveUpPrivileges(giveUp);
  const lack = lackOf(network, plan);
  if (lack !== undefined) return lack;
  const access = network.accessFor(plan.protocol);
  const waker = new Waker();
  const slice = new Slice(isUnwatched);
  network.watch(waker);
  const engine = engineOf(plan, release, <Tag>(): Prober<Tag> => {
    if (mayChange) return new ChangingProber<Tag>(network, plan.protocol, planOf);
    const prober = new NetworkProber<Tag>(network, planOf(plan.protocol));
    return mtr === undefined || release === undefined ? prober : new release.MtrPacketProber(prober, { ...plan, mtr });
  });
  drive = {
    engine,
    begin: (targets) => {
      engine.begin(targets);
      slice.begin();
      if (isDriven) return;
      isDriven = true;
      turn();
      // It can wait until the first probe has left.
      askForShortTurns();
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
    return { ...own, protocol, ...(isConnected(network, protocol) && { flow: "varying" }) };
  }

  /** Why a protocol cannot be chosen now that no privileges are left, if so. */
  function whyNot(protocol: ProtocolName): string | undefined {
    const name = protocol.toUpperCase();
    const opened = network.accessFor(protocol);
    const isOpen = Object.keys(access).every((family) => family in opened);
    if (!isOpen) return `Cannot change to ${name}: its sockets were not allowed when the program started`;
    if (isConnected(network, protocol) && plan.flows > 1) {
      return `Cannot change to ${name}: without raw sockets it has one flow`;
    }
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
        slice.note(tell(engine, door, startUs + slice.mostUs, (nowUs) => waker.isWoken || mayEnd(nowUs)));
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

function engineOf(
  plan: TracePlan,
  release: Further["release"],
  makeProber: MakeProber,
  patienceUs = 0,
): Engine {
  const { mtr } = plan;
  if (mtr === undefined || release === undefined) return new Tracer(makeProber(), plan);
  return new release.MtrEngine(makeProber(), { ...plan, mtr }, patienceUs);
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
