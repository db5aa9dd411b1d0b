/** A run that has happened, folded again from the lines of its archive and shown in a view. */
import {
  type ArchiveLine,
  type EndLine,
  MOST_TARGETS,
  type NameLine,
  type OriginLine,
  type RunLine,
  type StatusLine,
  type TargetLine,
} from "../archive/line.ts";
import type { TraceEvent } from "../messages.ts";
import type { IpInfo, IpInfoTable } from "../name/ip_info.ts";
import { type OutputFormat, OUTPUTS, type OutputStream, type RunRecord, TICK_MS } from "../output/mod.ts";
import type { TargetEvent, TargetRecord } from "../output/mod.ts";
import { overflowSentence, sentenceOf } from "../output/sentence.ts";
import { Path } from "../path/path.ts";
import { RunCounter } from "../path/run_counts.ts";
import { statusOf, worstExit } from "../path/status.ts";
import { LIMITS } from "../plan.ts";
import type { View } from "../view.ts";
import { inOrder } from "./target_order.ts";

/** A line that cannot be where it is; the message says why. */
export class MisplacedLineError extends Error {
  override readonly name = "MisplacedLineError";
}

/** How a run ends. */
export interface RerunEnd {
  readonly text: string;
  readonly exit: number;
  /** What is said beside the output. */
  readonly sentences: readonly string[];
}

export interface RerunOptions {
  readonly view: View;
  /** Tables of AS information: what they know goes before what the archive tells. */
  readonly tables: readonly IpInfoTable[];
}

interface Course {
  readonly line: TargetLine;
  readonly path: Path | undefined;
  finished: boolean;
  finishedAs?: number;
  status: StatusLine | undefined;
  /** How many probes are in flight, by ttl. */
  readonly inFlight: Map<number, number>;
}

const TICK_US = TICK_MS * 1_000;
// As many as a run looks up.
const MOST_ADDRESSES = 65_536;
const EXIT_UNREACHED = 1;

export class Rerun {
  readonly #run: RunLine;
  readonly #options: RerunOptions;
  readonly #format: OutputFormat;
  readonly #courses: Course[] = [];
  /** Places among those that were probed. */
  readonly #traced = new Map<number, number>();
  readonly #names = new Map<string, string>();
  readonly #infos = new Map<string, IpInfo>();
  readonly #met = new Set<string>();
  /** Once there was more than targets. */
  #stream: OutputStream | "none" | undefined;
  #end: EndLine | undefined;
  #latestUs = 0;
  #nextTickUs = TICK_US;
  readonly #counts = new RunCounter();
  #finished = 0;

  constructor(run: RunLine, options: RerunOptions) {
    this.#run = run;
    this.#options = options;
    this.#format = OUTPUTS[options.view.output];
  }

  /** The program that wrote it came to its end. */
  get isWhole(): boolean {
    return this.#end !== undefined;
  }

  /** What the output has to say of a line. Throws `MisplacedLineError`. */
  take(line: Exclude<ArchiveLine, RunLine>): string {
    if (this.#end !== undefined) throw new MisplacedLineError("the run has ended before it");
    switch (line.kind) {
      case "target":
        this.#addTarget(line);
        return "";
      case "name":
        return this.#named(line);
      case "origin":
        return this.#placed(line);
      case "status":
        this.#courseOf(line).status = line;
        return "";
      case "end":
        this.#end = line;
        return "";
      default:
        return "target" in line ? this.#happened(line) : this.#aside(line);
    }
  }

  /** Ends it; what is left is told. */
  finish(): RerunEnd {
    const begun = this.#begun();
    const record = this.#record();
    const statuses = record.targets.map(({ status }) => status);
    const least = this.isWhole ? 0 : EXIT_UNREACHED;
    const ownExit = this.#format.exitStatus?.(record);
    const exit = ownExit ?? this.#end?.exit ?? Math.max(least, worstExit(statuses));
    return {
      text: begun.text + (begun.stream?.end() ?? "") +
        this.#format.render({ ...record, targets: this.#inOrder(record.targets), exit }),
      exit,
      sentences: [
        ...new Set(
          ownExit === undefined ? record.targets.map(sentenceOf).filter((sentence) => sentence !== undefined) : [],
        ),
        ...(this.#counts.overflowed ? [overflowSentence(this.#counts.overflowed)] : []),
      ],
    };
  }

  /** Streams count the targets as they were given. */
  #inOrder(targets: readonly TargetRecord[]): readonly TargetRecord[] {
    const order = this.#format.stream === undefined ? this.#options.view.targetOrder : "input";
    return inOrder(targets, this.#courses, order);
  }

  #addTarget(line: TargetLine): void {
    if (this.#stream !== undefined) throw new MisplacedLineError("targets stand before everything that happens");
    if (line.target !== this.#courses.length) {
      throw new MisplacedLineError(`the next target is ${this.#courses.length}, and not ${line.target}`);
    }
    if (line.target >= MOST_TARGETS) throw new MisplacedLineError(`there are more than ${MOST_TARGETS} targets`);
    const { firstTtl, maxTtl, dueTtl, flow, protocol, cacheUs } = this.#run.plan;
    const { address, family, unknown = [] } = line;
    this.#counts.cannotKnow(unknown);
    const path = address === undefined && family === undefined ? undefined : new Path({
      address,
      family: address === undefined ? family ?? 4 : address.includes(":") ? 6 : 4,
      isUntimed: line.startUnixMs === undefined,
      firstTtl: firstTtl ?? LIMITS.firstTtl.initial,
      maxTtl: maxTtl ?? LIMITS.maxTtl.most,
      dueTtl,
      asksForPort: protocol !== "icmp",
      hasConstantFlows: flow === "constant",
      unknown,
      hasPartialRounds: cacheUs !== undefined,
    });
    this.#courses.push({ line, path, finished: false, status: undefined, inFlight: new Map() });
  }

  #courseOf({ target }: { readonly target: number }): Course {
    const course = this.#courses[target];
    if (course === undefined) throw new MisplacedLineError(`there is no target ${target}`);
    return course;
  }

  #named({ address, name }: NameLine): string {
    if (!this.#names.has(address) && this.#names.size >= MOST_ADDRESSES) return "";
    const { text, stream } = this.#begun();
    this.#names.set(address, name);
    return text + (stream?.named(address) ?? "");
  }

  #placed({ kind: _, address, ...info }: OriginLine): string {
    if (!this.#infos.has(address) && this.#infos.size >= MOST_ADDRESSES) return "";
    const { text, stream } = this.#begun();
    this.#infos.set(address, info);
    return text + (stream?.named(address) ?? "");
  }

  #happened(event: TargetEvent): string {
    const course = this.#courseOf(event);
    const { path } = course;
    if (path === undefined) throw new MisplacedLineError(`target ${event.target} has no address`);
    checkSent(event, course);
    const { text, stream } = this.#begun();
    const tick = "atUs" in event ? this.#tick(event.atUs, stream) : "";
    path.apply(event);
    const met = "from" in event ? this.#meet(event.from, stream) : "";
    if (event.kind === "finished") {
      course.finished = true;
      course.finishedAs ??= this.#finished++;
    }
    return text + tick + met + (stream?.event({ ...event, target: this.#tracedIndex(event.target) }, path) ?? "");
  }

  #aside(event: Exclude<TraceEvent, TargetEvent>): string {
    this.#counts.apply(event);
    const { text, stream } = this.#begun();
    return text + (stream?.aside?.(event) ?? "");
  }

  /** The run's own time drives what is written by the clock. */
  #tick(atUs: number, stream: OutputStream | undefined): string {
    this.#latestUs = Math.max(this.#latestUs, atUs);
    if (atUs < this.#nextTickUs) return "";
    this.#nextTickUs = (Math.floor(atUs / TICK_US) + 1) * TICK_US;
    return stream?.tick() ?? "";
  }

  /** Who answers for the first time is looked up in the tables. */
  #meet(address: string, stream: OutputStream | undefined): string {
    const { tables } = this.#options;
    if (tables.length === 0 || this.#met.has(address) || this.#met.size >= MOST_ADDRESSES) return "";
    this.#met.add(address);
    return this.#ipInfo(address) === undefined ? "" : stream?.named(address) ?? "";
  }

  #ipInfo(address: string): IpInfo | undefined {
    for (const table of this.#options.tables) {
      const info = table.find(address);
      if (info !== undefined) return info;
    }
    return this.#infos.get(address);
  }

  /** Outputs count the targets that were traced. */
  #tracedIndex(target: number): number {
    return this.#traced.get(target) ?? target;
  }

  #begun(): { readonly text: string; readonly stream: OutputStream | undefined } {
    if (this.#stream !== undefined) {
      return { text: "", stream: this.#stream === "none" ? undefined : this.#stream };
    }
    const traced = this.#courses.filter(({ path }) => path !== undefined);
    traced.forEach(({ line }, index) => this.#traced.set(line.target, index));
    const stream = this.#format.stream?.({
      view: this.#options.view,
      names: this.#knownNames(),
      targets: traced.map(({ line }) => ({ typed: line.typed, address: line.address ?? "" })),
      run: () => this.#record(),
    });
    this.#stream = stream ?? "none";
    return { text: stream?.begin?.() ?? "", stream };
  }

  #knownNames(): RunRecord["names"] {
    return { host: (address) => this.#names.get(address), ipInfo: (address) => this.#ipInfo(address) };
  }

  #record(): RunRecord {
    const { program, version, host, plan } = this.#run;
    return {
      program: { name: program, version },
      localHost: host,
      plan,
      view: this.#options.view,
      names: this.#knownNames(),
      counts: this.#counts,
      targets: this.#courses.map((course) => this.#recordOf(course)),
    };
  }

  #recordOf({ line, path, status, finished }: Course): TargetRecord {
    const { typed, failure, port, access, startUnixMs, utcOffsetMinutes = 0 } = line;
    const source = status?.source ?? line.source;
    // Where the end is not told: when the latest happened that is.
    const latestMs = startUnixMs === undefined ? undefined : startUnixMs + this.#latestUs / 1_000;
    return {
      typed,
      status: failure !== undefined ? "FAILED" : path === undefined ? "PARTIAL" : statusOf(path, finished),
      startedAtMs: startUnixMs,
      endedAtMs: status?.endUnixMs ?? latestMs,
      utcOffsetMinutes,
      ...(path && { path }),
      ...(failure !== undefined && { failure }),
      ...(port !== undefined && { port }),
      ...(source !== undefined && { source }),
      ...(access && { access }),
    };
  }
}

/** A probe is decided once, after it was sent; flows begin one after the other. */
function checkSent(event: TargetEvent, { inFlight, path }: Course): void {
  if (!("ttl" in event)) return;
  const { kind, ttl, flow = 1 } = event;
  if (flow > (path?.flows.length ?? 0) + 1) throw new MisplacedLineError(`flow ${flow} comes before the one before it`);
  const before = inFlight.get(ttl) ?? 0;
  if (kind === "sent") inFlight.set(ttl, before + 1);
  if (kind !== "reply" && kind !== "lost" && kind !== "unsent") return;
  if (before === 0) throw new MisplacedLineError(`no probe with ttl ${ttl} is in flight`);
  inFlight.set(ttl, before - 1);
}
