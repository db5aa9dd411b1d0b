/** JSON Lines: the run as an archive (core/archive/line.ts), from which any other output can be made later. */
import { toldHops } from "../path/target.ts";
import { ARCHIVE_SCHEMA, type ArchiveLine, type End, lineText, type Start } from "../archive/line.ts";
import type { TraceEvent } from "../messages.ts";
import type { OutputFormat, OutputStream, RunRecord, RunSetup, TargetEvent, TargetRecord } from "./record.ts";
import { sentenceOf } from "./sentence.ts";
import { rfc3339 } from "./time.ts";
import { toldVerdicts } from "./verdict.ts";

export const jsonl: OutputFormat = {
  help: "JSON Lines: every event as it happens; for mtr-deno replay",
  stream: (setup) => new JsonlStream(setup),
  render: (run) =>
    textOf(run.targets.map(statusLine)) + run.targets.map((record, target) =>
      verdictLines(record, target, run.counts)
    ).join("") +
    run.targets.map(outageLines).join("") + textOf([endLine(run)]),
};

class JsonlStream implements OutputStream {
  readonly #setup: RunSetup;
  /** Numbers of the targets that are traced among all of them. */
  readonly #numbers: readonly number[];
  readonly #run: RunRecord;
  readonly #named = new Set<string>();
  readonly #placed = new Set<string>();

  constructor(setup: RunSetup) {
    this.#setup = setup;
    this.#run = setup.run();
    this.#numbers = this.#run.targets.flatMap(({ path }, number) => path === undefined ? [] : [number]);
  }

  begin(): string {
    return textOf([runLine(this.#run), ...this.#run.targets.map(targetLine)]);
  }

  event(event: TargetEvent): string {
    return lineText({ ...event, target: this.#numbers[event.target] ?? event.target });
  }

  aside(event: Exclude<TraceEvent, TargetEvent>): string {
    return lineText(event);
  }

  named(address: string): string {
    const lines: ArchiveLine[] = [];
    const name = this.#setup.names.host(address);
    if (name !== undefined && !this.#named.has(address)) lines.push({ kind: "name", address, name });
    const info = this.#setup.names.ipInfo(address);
    if (info !== undefined && !this.#placed.has(address)) lines.push({ kind: "origin", address, ...info });
    if (name !== undefined) this.#named.add(address);
    if (info !== undefined) this.#placed.add(address);
    return textOf(lines);
  }

  tick(): string {
    return "";
  }

  end(): string {
    return "";
  }
}

function runLine(run: RunRecord): ArchiveLine {
  const [first] = run.targets.filter((target) => target.startedAtMs !== undefined).sort((one, other) =>
    (one.startedAtMs ?? 0) - (other.startedAtMs ?? 0)
  );
  return {
    kind: "run",
    schema: ARCHIVE_SCHEMA,
    program: run.program.name,
    version: run.program.version,
    host: run.localHost,
    ...(first && startOf(first)),
    plan: run.plan,
  };
}

function targetLine(record: TargetRecord, target: number): ArchiveLine {
  const { typed, path, port, source, access, failure } = record;
  const unknown = path?.unknown ?? [];
  return {
    kind: "target",
    target,
    typed,
    ...(path?.address !== undefined && { address: path.address }),
    ...(path?.family !== undefined && { family: path.family }),
    ...(port !== undefined && { port }),
    ...(source !== undefined && { source }),
    ...(access && { access }),
    ...(unknown.length > 0 && { unknown }),
    ...(failure !== undefined && { failure }),
    ...startOf(record),
  };
}

function statusLine(record: TargetRecord, target: number): ArchiveLine {
  const { status, source } = record;
  const message = sentenceOf(record);
  return {
    kind: "status",
    target,
    status,
    ...(message !== undefined && { message }),
    ...(source !== undefined && { source }),
    ...endOf(record),
  };
}

/** No lines of the archive: whoever reads it makes them anew of the events. */
function verdictLines(record: TargetRecord, target: number, counts: RunRecord["counts"]): string {
  return toldVerdicts(record, counts).map(({ word, ttl, sentence, figures }) =>
    `${JSON.stringify({ kind: "verdict", target, ttl, word, sentence, numbers: figures })}\n`
  ).join("");
}

function outageLines({ path }: TargetRecord, target: number): string {
  const hops = path === undefined ? [] : toldHops(path);
  return hops.flatMap(({ ttl, lossRuns }) =>
    (lossRuns?.outages ?? []).map((outage) => `${JSON.stringify({ kind: "outage", target, ttl, ...outage })}\n`)
  ).join("");
}

function endLine({ targets, exit }: RunRecord): ArchiveLine {
  const [last] = targets.filter((target) => target.endedAtMs !== undefined).sort((one, other) =>
    (other.endedAtMs ?? 0) - (one.endedAtMs ?? 0)
  );
  return { kind: "end", ...(last && endOf(last)), ...(exit !== undefined && { exit }) };
}

function startOf({ startedAtMs, utcOffsetMinutes }: TargetRecord): Start {
  if (startedAtMs === undefined) return {};
  return { start: rfc3339(startedAtMs, utcOffsetMinutes), startUnixMs: startedAtMs, utcOffsetMinutes };
}

function endOf({ endedAtMs, utcOffsetMinutes }: TargetRecord): End {
  if (endedAtMs === undefined) return {};
  return { end: rfc3339(endedAtMs, utcOffsetMinutes), endUnixMs: endedAtMs };
}

function textOf(lines: readonly ArchiveLine[]): string {
  return lines.map(lineText).join("");
}
