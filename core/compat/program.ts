/**
 * The program as mtr: its command line, its order of things, its outputs, its texts and statuses. What it needs of the
 * system comes through `CompatWorld`.
 */
import type { RefusalReason, Target, TraceEvent } from "../messages.ts";
import type { Endpoint, Family } from "../network.ts";
import type { ProtocolName } from "../plan.ts";
import { parseAddress } from "../packet/address.ts";
import { type CommandLineWorld, readCommandLine } from "./command_line.ts";
import type { DialectName } from "./dialect.ts";
import { fatalText, refusalText } from "./failure_text.ts";
import type { CompatHost } from "./host_name.ts";
import type { MtrPlan } from "./mtr_engine.ts";
import type { MtrLookups } from "./mtr_lookups.ts";
import { MtrPath } from "./mtr_path.ts";
import { planOf } from "./mtr_plan.ts";
import { type CompatRun, type CompatStream, DOCUMENTS, startLine, STREAMS } from "./output/mod.ts";
import type { CompatOutputName, CompatSettings } from "./settings.ts";

/** The worker, or a helper, cannot do what is to be done. */
export interface Refusal {
  readonly reason: RefusalReason;
}

export interface CompatWorld extends CommandLineWorld {
  readonly localHost: string;
  /** Start of the pseudo-random numbers. */
  readonly seed: number;
  nowUnixMs(): number;
  utcOffsetMinutes(unixMs: number): number;
  /** For the standard output, which may hold it back as the C library does. */
  print(text: string): void;
  /** What was held back is written now. */
  flush(): void;
  complain(text: string): void;
  /** The first address of a name; `why` is the resolver's text, or empty if it has none. */
  resolve(name: string, family: Family | undefined): Promise<
    { readonly ok: true; readonly endpoint: Endpoint } | { readonly ok: false; readonly why: string }
  >;
  /** Why this host has no way to an address, in the words of the C library; `undefined` if it has one, or may get one. */
  whyNoWay(to: Endpoint): string | undefined;
  /** Addresses of an interface; `undefined` if there is none of that name. */
  interfaceAddresses(device: string): readonly string[] | undefined;
  lookups(settings: CompatSettings): MtrLookups;
  /** Whether mtr-packet could send such probes here. */
  canProbe(protocol: ProtocolName): boolean;
  /** Before anything is resolved: opens the sockets and gives up the privileges. Where a helper is used it waits. */
  open(plan: MtrPlan): Promise<Refusal | undefined>;
  /** Once only: begins to trace. A helper is started first. */
  begin(plan: MtrPlan, targets: readonly Target[]): Promise<Refusal | undefined>;
  /** The events until the run has ended; throws `RefusedRun` where it cannot go on. */
  events(): AsyncIterable<readonly TraceEvent[]>;
  /** Hears what is typed, and `undefined` at the end of it. */
  onKeys(hear: (key: string | undefined) => void): void;
  pause(): void;
  resume(): void;
  /** Ends the run in good order. */
  stop(): void;
  /** A signal has ended the run early; the status to leave with. */
  readonly interruptedBy: number | undefined;
}

/** The events end since the worker, or a helper, cannot go on. */
export class RefusedRun extends Error {
  override readonly name = "RefusedRun";

  constructor(readonly reason: RefusalReason) {
    super(`The run was refused: ${reason}`);
  }
}

const FAILURE = 1;
/** What mtr shows on a screen is a report where there is no screen. */
const SCREENS: readonly CompatOutputName[] = ["curses", "gtk"];
/** Somebody watches these, one host at a time. */
const WATCHED: readonly CompatOutputName[] = ["split"];

const END_OF_INPUT = "end";

/** What can be typed while split output is written, and what it does; other keys change only what a screen shows. */
const SPLIT_KEYS: Readonly<Record<string, (world: CompatWorld, course: Course) => void>> = {
  q: (world) => world.stop(),
  "\x03": (world) => world.stop(),
  [END_OF_INPUT]: (world) => world.stop(),
  p: (world) => world.pause(),
  " ": (world) => world.resume(),
  r: (_, course) => course.reset(),
};

interface Dialect {
  readonly resolvesAllFirst: boolean;
  readonly refusesUnspecified: boolean;
  readonly failsWithUnresolved: boolean;
  /** 0.95 hears nothing without a terminal. */
  readonly keys: typeof SPLIT_KEYS | undefined;
}

/** What differs between the releases. */
const DIALECTS: Readonly<Record<DialectName, Dialect>> = {
  "0.95": { resolvesAllFirst: false, refusesUnspecified: false, failsWithUnresolved: false, keys: undefined },
  "0.96": { resolvesAllFirst: true, refusesUnspecified: true, failsWithUnresolved: true, keys: SPLIT_KEYS },
};

/** Something that mtr ends with at once. */
class Ending extends Error {
  constructor(readonly text: string) {
    super(text);
  }
}

/** A host that is to be traced. */
interface Found {
  readonly name: string;
  readonly endpoint: Endpoint;
  readonly port: number | undefined;
}

/** Does what mtr would do, and gives mtr's exit status. */
export async function runAsMtr(argv: readonly string[], world: CompatWorld): Promise<number> {
  const line = readCommandLine(argv, world);
  if (line.kind === "exit") {
    world.print(line.stdout);
    world.complain(line.stderr);
    return line.status;
  }
  world.complain(line.warnings);
  const settings = SCREENS.includes(line.settings.output)
    ? { ...line.settings, output: "report" as const }
    : line.settings;
  return await new Run(settings, world).trace(line.hosts);
}

class Run {
  readonly #settings: CompatSettings;
  readonly #world: CompatWorld;
  readonly #lookups: MtrLookups;
  /** Positions of the raw output that have had their name. */
  readonly #named = new Set<number>();
  #hasUnresolved = false;

  constructor(settings: CompatSettings, world: CompatWorld) {
    this.#settings = settings;
    this.#world = world;
    this.#lookups = world.lookups(settings);
  }

  async trace(hosts: readonly CompatHost[]): Promise<number> {
    const plan = planOf(this.#settings, this.#settings.sourceAddress, this.#world.seed);
    const refusal = await this.#world.open(plan);
    let found: Found[] = [];
    /** What the program ends with after the hosts before it. */
    let ending: Ending | undefined;
    try {
      for await (const host of this.#found(WATCHED.includes(this.#settings.output) ? hosts.slice(0, 1) : hosts)) {
        found.push(host);
      }
    } catch (error) {
      if (!(error instanceof Ending)) throw error;
      ending = error;
      if (DIALECTS[this.#settings.dialect].resolvesAllFirst && hosts.length > 1) found = [];
    }
    try {
      if (found.length > 0) await this.#traceAll(found, plan, refusal);
      if (this.#world.interruptedBy !== undefined) return this.#world.interruptedBy;
      if (ending !== undefined) throw ending;
    } catch (error) {
      if (!(error instanceof Ending)) throw error;
      this.#say(error.text);
      return FAILURE;
    }
    return this.#hasUnresolved && DIALECTS[this.#settings.dialect].failsWithUnresolved ? FAILURE : 0;
  }

  /** The hosts with their addresses, in order; those that have none are complained of. */
  async *#found(hosts: readonly CompatHost[]): AsyncGenerator<Found> {
    const { dialect } = this.#settings;
    const isAllOrNothing = DIALECTS[dialect].resolvesAllFirst && hosts.length > 1;
    let { family } = this.#settings;
    for (const { name, port } of hosts) {
      const resolved = await this.#world.resolve(name, isAllOrNothing ? this.#settings.family : family);
      if (!resolved.ok) {
        const text = `Failed to resolve host: ${name}${resolved.why === "" ? "" : `: ${resolved.why}`}`;
        if (isAllOrNothing) throw new Ending(text);
        this.#say(text);
        this.#hasUnresolved = true;
        continue;
      }
      const { endpoint } = resolved;
      if (isAllOrNothing && family !== undefined && endpoint.family !== family) {
        throw new Ending("multiple report targets must use the same address family");
      }
      // From the first host on, every one is of its family.
      family ??= endpoint.family;
      this.#examine(endpoint);
      yield { name, endpoint, port };
    }
  }

  /** What mtr finds wrong with a target before it sends anything. */
  #examine(endpoint: Endpoint): void {
    const { address, family } = endpoint;
    const { dialect, sourceAddress } = this.#settings;
    const isUnspecified = address === "0.0.0.0" || address === "::";
    if (isUnspecified && DIALECTS[dialect].refusesUnspecified) throw new Ending("Unable to start net module");
    this.#sourceOf(family);
    if (sourceAddress !== undefined && !isOfFamily(sourceAddress, family)) throw new Ending("invalid local address");
    const why = this.#world.whyNoWay(endpoint);
    if (why !== undefined) throw new Ending(`udp socket connect failed: ${why}`);
  }

  /** The address to send from, if one was named in either way. */
  #sourceOf(family: Family): string | undefined {
    const { device, sourceAddress } = this.#settings;
    if (device === undefined) return sourceAddress;
    const addresses = this.#world.interfaceAddresses(device);
    if (addresses === undefined) throw new Ending("no such interface");
    const own = addresses.find((address) => isOfFamily(address, family));
    if (own === undefined) throw new Ending(`interface missing IPv${family} address`);
    return sourceAddress ?? own;
  }

  async #traceAll(found: readonly Found[], opened: MtrPlan, refusal: Refusal | undefined): Promise<void> {
    const family = found[0]!.endpoint.family;
    const plan = { ...opened, sourceAddress: this.#sourceOf(family) };
    const targets = found.map(({ endpoint, port }, index): Target => ({
      index,
      endpoint,
      ...(port !== undefined && { port }),
    }));
    if (!this.#world.canProbe(plan.protocol)) throw new Ending(refusalText("helperUnfit", this.#settings.dialect));
    refusal ??= await this.#world.begin(plan, targets);
    if (refusal !== undefined) return await this.#endUnopened(found, refusal);
    if (Number.isNaN(plan.intervalUs)) {
      this.#begin(found[0]!);
      throw new Ending("Select failed: Invalid argument");
    }
    await this.#follow(found);
  }

  /** An address of another host shows only when the first probe is to leave from it. */
  async #endUnopened(found: readonly Found[], { reason }: Refusal): Promise<void> {
    if (reason !== "environment" || this.#settings.sourceAddress === undefined) {
      throw new Ending(refusalText(reason, this.#settings.dialect));
    }
    await this.#begin(found[0]!).end(0, "broken");
    throw new Ending("Address not available");
  }

  async #follow(found: readonly Found[]): Promise<void> {
    const { dialect } = this.#settings;
    const waiting = [...found];
    let course = this.#begin(waiting.shift()!);
    const { keys } = DIALECTS[dialect];
    if (keys !== undefined && this.#settings.output === "split") {
      this.#world.onKeys((key) => keys[key ?? END_OF_INPUT]?.(this.#world, course));
    }
    let index = 0;
    let atUs = 0;
    let ending: string | undefined;
    try {
      for await (const batch of this.#world.events()) {
        for (const event of batch) {
          if (!("target" in event) || event.target !== index) continue;
          if ("atUs" in event) atUs = event.atUs;
          if ("from" in event) this.#lookups.ask(event.from);
          course.take(event);
          ending ??= fatalText(event, dialect);
          if (event.kind !== "finished") continue;
          await course.end(atUs, "whole");
          const next = waiting.shift();
          if (next === undefined) return;
          course = this.#begin(next);
          index++;
        }
      }
    } catch (error) {
      if (!(error instanceof RefusedRun)) throw error;
      ending = refusalText(error.reason, dialect);
    }
    // Here the last host was not traced to its end: by a signal, or since something broke.
    await course.end(atUs, this.#world.interruptedBy === undefined ? "broken" : "whole");
    if (ending !== undefined) throw new Ending(ending);
  }

  #begin({ name, endpoint }: Found): Course {
    const path = new MtrPath({ ...this.#settings, target: endpoint.address });
    const { localHost } = this.#world;
    const run: CompatRun = { settings: this.#settings, path, names: this.#lookups, localHost, target: name };
    return new Course(run, this.#world, this.#lookups, this.#named);
  }

  #say(text: string): void {
    this.#world.complain(`mtr: ${text}\n`);
  }
}

/** One host while it is traced, and what is printed of it. */
class Course {
  readonly #run: CompatRun;
  readonly #world: CompatWorld;
  readonly #lookups: MtrLookups;
  readonly #stream: CompatStream | undefined;

  constructor(run: CompatRun, world: CompatWorld, lookups: MtrLookups, named: Set<number>) {
    this.#run = run;
    this.#world = world;
    this.#lookups = lookups;
    const { output } = run.settings;
    this.#stream = output === "raw" || output === "split" ? STREAMS[output](run, named) : undefined;
    const nowMs = world.nowUnixMs();
    if (output === "report") world.print(startLine(nowMs, world.utcOffsetMinutes(nowMs)));
  }

  take(event: TraceEvent): void {
    if (this.#stream === undefined) this.#run.path.apply(event);
    else this.#show(this.#stream.event(event));
  }

  reset(): void {
    this.#run.path.reset();
  }

  #show(text: string): void {
    this.#world.print(text);
    this.#world.flush();
  }

  /** A run that broke leaves open what was in flight. */
  async end(atUs: number, how: "whole" | "broken"): Promise<void> {
    if (this.#stream !== undefined) {
      this.#show(this.#stream.end(atUs));
      return;
    }
    if (how === "whole") this.#run.path.closeTransit();
    await this.#lookups.settled();
    const endedAtUnixMs = this.#world.nowUnixMs();
    this.#world.print(documentOf(this.#run.settings.output)({ ...this.#run, endedAtUnixMs }));
  }
}

function isOfFamily(address: string, family: Family): boolean {
  return parseAddress(address)?.length === (family === 4 ? 4 : 16);
}

function documentOf(output: CompatOutputName): (typeof DOCUMENTS)[keyof typeof DOCUMENTS] {
  switch (output) {
    case "csv":
    case "json":
    case "xml":
      return DOCUMENTS[output];
    default:
      return DOCUMENTS.report;
  }
}
