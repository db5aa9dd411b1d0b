/** The system, as the programs of `core/program` want it. */
import type { Target, TraceEvent } from "../core/messages.ts";
import type { PlanChange, ProtocolName, TracePlan } from "../core/plan.ts";
import { type TraceSession, UnusableError, type World } from "../core/program/world.ts";
import { giveUpCapabilities, giveUpPrivileges, isOrdinaryUser, renounce } from "../ffi/privilege.ts";
import { SystemResolver } from "../ffi/resolver.ts";
import { wayTo } from "../ffi/route.ts";
import { StandardOutput } from "../ffi/standard_output.ts";
import { RefusedError, Session } from "../ffi/session.ts";
import { helperOfEnvironment, whomToBecome } from "./caller.ts";
import { onKeys, onSignals } from "./signals.ts";
import { complain, remedies } from "./speech.ts";
import { environmentOf, isSystemError, randomSeed, reasonOf } from "./system.ts";

// What a terminal has that does not know its size.
const USUAL_COLUMNS = 80;

/** The system, as the programs want it; `started` is a worker that is there already. */
export function systemWorld(started?: Session): World {
  return {
    localHost: Deno.hostname(),
    seed: randomSeed,
    nowUnixMs: Date.now,
    utcOffsetMinutes: (unixMs) => -new Date(unixMs).getTimezoneOffset(),
    sinceStartMs: () => performance.now(),
    after,
    every: (ms, call) => {
      const timer = setInterval(call, ms);
      return () => clearInterval(timer);
    },
    resolver: new SystemResolver(),
    sourceAddress: (to, device) => {
      const way = wayTo(to, device);
      return way.ok ? way.address : undefined;
    },
    startSession: () => new PrivilegedSession(started ?? new Session()),
    renounce: () => {
      // Nobody takes the privileges of a worker from it.
      started?.close();
      giveUpPrivileges(whomToBecome());
      return Promise.resolve();
    },
    onSignals,
    onKeys,
    terminalTraits,
    openTerminal: async (ears) => {
      const { Terminal } = await import("../ffi/terminal.ts");
      return new Terminal({ ...ears, quit: (status) => Deno.exit(status) });
    },
    openFile: async (destination, hurry) => (await import("../ffi/output_file.ts")).openOutputFile(destination, hurry),
    standardOutput: (onClosed, options) => new StandardOutput(onClosed, options),
    complain,
    get errorColumns() {
      return Deno.stderr.isTerminal() ? Deno.consoleSize().columns || USUAL_COLUMNS : undefined;
    },
    draw: (text) => void Deno.stderr.writeSync(new TextEncoder().encode(text)),
    get isOrdinaryUser() {
      return isOrdinaryUser();
    },
    read: async (file) => file === "-" ? Deno.stdin.readable : (await Deno.open(file)).readable,
    reasonOf: (error) => isSystemError(error) ? reasonOf(error) : undefined,
    helperOfEnvironment,
    remedies,
  };
}

/** What the terminal can show; asked for only where a screen may be wanted. */
async function terminalTraits(): ReturnType<World["terminalTraits"]> {
  if (!Deno.stdout.isTerminal()) return { ok: false, why: "the standard output is no terminal" };
  if (!Deno.stdin.isTerminal()) return { ok: false, why: "the standard input is no terminal" };
  const { TERMINAL_VARIABLES, traitsOf } = await import("../core/output/tui/traits.ts");
  const environment = environmentOf(TERMINAL_VARIABLES);
  const traits = traitsOf(environment);
  return traits === undefined
    ? { ok: false, why: `TERM is ${JSON.stringify(environment.TERM ?? "")}, which has none` }
    : { ok: true, traits };
}

/** A session that the main thread has given its privileges up for. */
class PrivilegedSession implements TraceSession {
  readonly #session: Session;
  readonly #giveUp = whomToBecome();
  #protocol: ProtocolName = "icmp";
  #ready: TraceSession["ready"] | undefined;

  constructor(session: Session) {
    this.#session = session;
    // Before anything is opened or sent: from here on only the worker has privileges, until its sockets are open.
    renounce(this.#giveUp);
  }

  open(plan: TracePlan, options: Parameters<TraceSession["open"]>[1]): void {
    this.#protocol = plan.loadBps === undefined ? plan.protocol : "icmp";
    this.#session.open(plan, { giveUp: this.#giveUp, ...options });
  }

  get ready(): TraceSession["ready"] {
    return this.#ready ??= this.#session.ready.then((access) => {
      giveUpCapabilities();
      return access;
    }, (error) => {
      if (!(error instanceof RefusedError) || error.reason !== "privileges") throw error;
      throw new UnusableError(`${error.message}\n${remedies(this.#protocol)}`);
    });
  }

  trace(targets: readonly Target[], options: Parameters<TraceSession["trace"]>[1]): void {
    this.#session.trace(targets, options);
  }

  pause(): void {
    this.#session.pause();
  }

  resume(): void {
    this.#session.resume();
  }

  change(change: PlanChange): Promise<string | undefined> {
    return this.#session.change(change);
  }

  stop(): void {
    this.#session.stop();
  }

  events(): AsyncIterable<readonly TraceEvent[]> {
    return this.#session.events();
  }
}

export function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
