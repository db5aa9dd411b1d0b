/** The system as the programs want it, over a simulated network: what they print, complain of and exit with. */
import assert from "node:assert/strict";
import { setImmediate } from "node:timers";
import type { TraceEvent } from "../../core/messages.ts";
import type { Endpoint } from "../../core/network.ts";
import { parseArguments } from "../../core/option/mod.ts";
import { canonicalAddress } from "../../core/packet/address.ts";
import type { TracePlan } from "../../core/plan.ts";
import { runReplay } from "../../core/program/replay.ts";
import { runTrace } from "../../core/program/begin.ts";
import type {
  FileDestination,
  HostResolver,
  ScreenTerminal,
  TerminalEars,
  TraceSession,
  World as Doors,
} from "../../core/program/world.ts";
import { endpointOf, run } from "./run.ts";
import type { World } from "./world.ts";

/** What a user sees of a program. */
export interface Outcome {
  readonly text: string;
  readonly complaints: readonly string[];
  readonly exit: number;
  /** Files of output. */
  readonly opened: readonly FileDestination[];
}

export interface Happening {
  readonly world: World;
  readonly plan: Partial<TracePlan>;
  readonly hosts: readonly string[];
  /** Addresses of names; no other is known. */
  readonly names?: Readonly<Record<string, string>>;
  /** SIGINT comes with this event. */
  readonly interruptedAt?: number;
  /** Where a screen can be. */
  readonly terminal?: SimulatedTerminal;
}

/** Keeps what it is sent, with the time; a stuck one never has taken it. */
export class SimulatedTerminal {
  readonly written: { readonly atUs: number; readonly text: string }[] = [];
  readonly isStuck: boolean;
  /** Typed after each event. */
  readonly keys: string;
  isClosed = false;
  #ears: TerminalEars | undefined;

  constructor({ isStuck = false, keys = "" } = {}) {
    this.isStuck = isStuck;
    this.keys = keys;
  }

  type(): void {
    if (this.keys !== "") this.#ears?.typed(new TextEncoder().encode(this.keys));
  }

  open(ears: TerminalEars, nowUs: () => number): ScreenTerminal {
    this.#ears = ears;
    return {
      size: { columns: 80, rows: 24 },
      write: (text) => {
        this.written.push({ atUs: nowUs(), text });
        return this.isStuck ? new Promise(() => {}) : Promise.resolve();
      },
      suspend: () => false,
      close: () => {
        this.isClosed = true;
        return Promise.resolve();
      },
    };
  }
}

const STARTED_AT_MS = 1_795_278_496_000;
const PIECE = 1_000;
const TICK_US = 100_000;
const SIGINT_STATUS = 130;

/** Traces as the program does. */
export async function traced(
  args: readonly string[],
  { world, plan, hosts, names = {}, interruptedAt, terminal }: Happening,
): Promise<Outcome> {
  const parsed = parseArguments([...args, ...hosts], {});
  assert.ok(parsed.ok && parsed.invocation.action === "trace");
  const doors = new SimulatedSystem();
  const session = new SimulatedSession(world, plan, { doors, interruptedAt, terminal });
  const exit = await runTrace(
    { ...parsed.invocation, plan: { ...parsed.invocation.plan, ...plan } },
    doors.world({
      startSession: () => session,
      resolver: { ...doors.resolver, address: (host) => Promise.resolve(addressOf(names[host])) },
      ...(terminal && {
        terminalTraits: () =>
          Promise.resolve({ ok: true, traits: { colours: 256, isUnicode: true, background: "dark" } } as const),
        openTerminal: (ears) => Promise.resolve(terminal.open(ears, () => doors.atUs)),
      }),
    }),
  );
  return { text: doors.text, complaints: doors.complaints, exit, opened: doors.opened };
}

/** Replays or imports as the program does; `files` are read by their names. */
export async function replayed(
  args: readonly string[],
  files: Readonly<Record<string, string | Uint8Array<ArrayBuffer>>>,
): Promise<Outcome> {
  const parsed = parseArguments([...args, ...Object.keys(files)], {});
  assert.ok(parsed.ok && parsed.invocation.action === "replay", JSON.stringify(parsed));
  const doors = new SimulatedSystem();
  const read = (file: string) => Promise.resolve(streamOf(files[file] ?? ""));
  const exit = await runReplay(parsed.invocation, doors.world({ read }));
  return { text: doors.text, complaints: doors.complaints, exit, opened: doors.opened };
}

/** In pieces of a size that fits no line. */
function streamOf(content: string | Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array<ArrayBuffer>> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const pieces = Array.from(
    { length: Math.ceil(bytes.length / PIECE) },
    (_, at) => bytes.slice(at * PIECE, (at + 1) * PIECE),
  );
  return ReadableStream.from(pieces);
}

class SimulatedSystem {
  text = "";
  readonly complaints: string[] = [];
  readonly opened: FileDestination[] = [];
  readonly resolver: HostResolver = {
    name: (address) => Promise.resolve(address.endsWith("3") ? undefined : `host-${address}.example`),
    text: (name) => Promise.resolve(name.startsWith("1") ? undefined : "64496 | 10.0.0.0/8 | ZZ | arin | 2010-01-01"),
    literal: (text): Endpoint | undefined => canonicalAddress(text) === undefined ? undefined : endpointOf(text),
    address: () => Promise.resolve(addressOf(undefined)),
  };
  atUs = 0;
  signalStatus: number | undefined;
  readonly #ticks = new Set<() => void>();
  #stop: () => void = () => {};

  tick(): void {
    for (const call of this.#ticks) call();
  }

  interrupt(): void {
    this.signalStatus = SIGINT_STATUS;
    this.#stop();
  }

  world(doors: Partial<Doors>): Doors {
    const never = (): never => assert.fail("The program does not need it here");
    const status = (): number | undefined => this.signalStatus;
    return {
      localHost: "vm",
      seed: () => 7,
      nowUnixMs: () => STARTED_AT_MS + Math.round(this.atUs / 1_000),
      utcOffsetMinutes: () => 90,
      sinceStartMs: () => this.atUs / 1_000,
      // Nothing here waits for longer than forever.
      after: () => new Promise(() => {}),
      every: (_, call) => {
        this.#ticks.add(call);
        return () => this.#ticks.delete(call);
      },
      resolver: this.resolver,
      sourceAddress: ({ family }) => family === 4 ? "192.0.2.200" : "2001:db8::200",
      startSession: never,
      renounce: () => Promise.resolve(),
      onSignals: (stop) => {
        this.#stop = stop;
        return {
          get status() {
            return status();
          },
          happened: new Promise(() => {}),
        };
      },
      onKeys: () => {},
      standardOutput: () => ({
        isClosed: false,
        print: (text) => this.text += text ?? "",
        done: () => Promise.resolve(undefined),
      }),
      openFile: (destination) => {
        this.opened.push(destination);
        return Promise.resolve({
          write: (text) => {
            this.text += text;
          },
          finish: () => Promise.resolve(),
          giveUp: () => [],
        });
      },
      terminalTraits: () => Promise.resolve({ ok: false, why: "there is none" }),
      openTerminal: never,
      complain: (message) => this.complaints.push(message),
      errorColumns: undefined,
      draw: never,
      isOrdinaryUser: true,
      read: never,
      reasonOf: () => undefined,
      helperOfEnvironment: () => undefined,
      remedies: never,
      ...doors,
    };
  }
}

function addressOf(address: string | undefined): Awaited<ReturnType<HostResolver["address"]>> {
  return address === undefined ? { ok: false, why: "no such name" } : { ok: true, endpoint: endpointOf(address) };
}

/** Names that can be known by now are. */
function lookedUp(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

class SimulatedSession implements TraceSession {
  readonly ready = Promise.resolve({ 4: "raw", 6: "raw" } as const);
  readonly #world: World;
  readonly #plan: Partial<TracePlan>;
  readonly #doors: SimulatedSystem;
  readonly #interruptedAt: number;
  readonly #terminal: SimulatedTerminal | undefined;
  readonly #targets: string[] = [];
  readonly #all = Promise.withResolvers<void>();
  #isStopped = false;

  constructor(
    world: World,
    plan: Partial<TracePlan>,
    { doors, interruptedAt = Infinity, terminal }: {
      doors: SimulatedSystem;
      interruptedAt?: number | undefined;
      terminal?: SimulatedTerminal | undefined;
    },
  ) {
    this.#terminal = terminal;
    this.#world = world;
    this.#plan = plan;
    this.#doors = doors;
    this.#interruptedAt = interruptedAt;
  }

  open(_: TracePlan, { targets }: Parameters<TraceSession["open"]>[1]): void {
    if (targets !== undefined) this.trace(targets);
  }

  trace(targets: Parameters<TraceSession["trace"]>[0], { goesOn } = { goesOn: false }): void {
    for (const { index, endpoint } of targets) {
      assert.equal(index, this.#targets.length);
      this.#targets.push(endpoint.address);
    }
    if (!goesOn) this.#all.resolve();
  }

  pause(): void {}

  resume(): void {}

  change(): Promise<string | undefined> {
    return assert.fail("Nothing is changed here");
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** In batches between the ticks of the clock. */
  async *events(): AsyncGenerator<readonly TraceEvent[]> {
    await this.#all.promise;
    const { events } = run(this.#world, this.#plan, { targets: this.#targets });
    let batch: TraceEvent[] = [];
    let nextTickUs = TICK_US;
    for (const [index, event] of events.entries()) {
      if ("atUs" in event) {
        this.#doors.atUs = Math.max(this.#doors.atUs, event.atUs);
        if (event.atUs >= nextTickUs) {
          yield batch;
          batch = [];
          await lookedUp();
          this.#doors.tick();
          nextTickUs = (Math.floor(event.atUs / TICK_US) + 1) * TICK_US;
        }
      }
      batch.push(event);
      this.#terminal?.type();
      if (index === this.#interruptedAt) this.#doors.interrupt();
      if (this.#isStopped) break;
    }
    yield batch;
  }
}
