/** Recordings of what the real mtr printed (`mtr/`), and the figures that stand in them. */
import type { Answer } from "../../core/messages.ts";
import type { HopFigures, ResponderFigures } from "../../core/path/hop_figures.ts";
import { columnsOf, type Field } from "../../core/path/fields.ts";
import type { PathFigures } from "../../core/path/figures.ts";
import type { RttFigures } from "../../core/path/statistics.ts";
import { readXml } from "./xml_reader.ts";

export interface Recording {
  /** mtr's command line. */
  readonly command: string;
  readonly stdout: string;
}

/** `name` is a path inside `mtr/`, without `.txt`. */
export function readRecording(name: string): Recording {
  const text = readFixture(`mtr/${name}.txt`);
  const [, command = "", stdout = ""] = /^(.*)\n[^]*?--- stdout ---\n([^]*)--- stderr ---\n/.exec(text) ?? [];
  if (stdout === "") throw new Error(`No recording in ${name}`);
  return { command, stdout };
}

export function readFixture(path: string): string {
  return Deno.readTextFileSync(new URL(path, import.meta.url));
}

/** What a recording tells of one hop. Values are as printed: percent, counts, ms; a silent hop has no times. */
export interface RecordedHop {
  readonly ttl: number;
  /** `undefined` if it printed `???`. */
  readonly address: string | undefined;
  /** By title of the column. */
  readonly values: ReadonlyMap<string, number>;
}

/** The rows of a recorded report with these columns. */
export function hopsOfReport({ stdout }: Recording, order: string): readonly RecordedHop[] {
  const rows = stdout.split("\n").map((line) => /^ +(\d+)\.(?:\|--| AS\S+) +(\S+)(.*)$/.exec(line));
  return rows.filter((row) => row !== null).map(([, ttl, name, rest = ""]) =>
    recordedHop(Number(ttl), name, columnsOf(order), rest.trim().split(/[% ]+/).map(Number))
  );
}

/** The rows of a recorded CSV with these columns. */
export function hopsOfCsv({ stdout }: Recording, order: string, withAs: boolean): readonly RecordedHop[] {
  return stdout.trimEnd().split("\n").slice(1).map((line) => {
    const [, , , , hop, address, ...cells] = line.split(",");
    const values = (withAs ? cells.slice(1) : cells).filter((cell) => cell !== "").map(Number);
    return recordedHop(Number(hop), address, columnsOf(order), values);
  });
}

/** The hubs of a recorded JSON document with these columns. */
export function hopsOfJson({ stdout }: Recording, order: string): readonly RecordedHop[] {
  const { report } = JSON.parse(stdout) as { report: { hubs: Record<string, number | string>[] } };
  return report.hubs.map(({ count, host, ...hub }) => {
    const columns = columnsOf(order);
    const values = columns.filter(({ unit }) => unit !== "blank").map(({ title }) => Number(hub[title]));
    return recordedHop(Number(count), String(host), columns, values);
  });
}

/** The hubs of a recorded XML document with these columns. */
export function hopsOfXml({ stdout }: Recording, order: string): readonly RecordedHop[] {
  return readXml(stdout).children.map(({ attributes, children }) => {
    const values = children.map(({ text }) => Number(text.replace("%", "")));
    return recordedHop(Number(attributes["COUNT"]), attributes["ADDR"], columnsOf(order), values);
  });
}

function recordedHop(ttl: number, name: string | undefined, columns: readonly Field[], values: number[]): RecordedHop {
  const titles = columns.filter(({ unit }) => unit !== "blank").map(({ title }) => title);
  const silent = name === "???";
  return {
    ttl,
    address: silent ? undefined : name,
    values: new Map(titles.map((title, at) => [title, values[at] ?? NaN])),
  };
}

export interface RecordedPath {
  readonly address: string;
  readonly family: 4 | 6;
  readonly hops: readonly RecordedHop[];
}

/** The path that a recording shows, as an output reads it. */
export function pathOf({ address, family, hops }: RecordedPath): PathFigures {
  const figures = hops.map(figuresOf);
  const reachedTtl = hops.find((hop) => hop.address === address)?.ttl;
  return {
    address,
    family,
    counts: { sent: 1, received: 0, lost: 0, inFlight: 0, sendFailed: 0, late: 0, duplicates: 0 },
    reached: reachedTtl !== undefined,
    reachedTtl,
    refusal: undefined,
    sendFailure: undefined,
    durationUs: undefined,
    hops: () => figures,
    refusalAt: () => undefined,
  };
}

const NO_LABELS: Answer["labels"] = [];

function figuresOf({ ttl, address, values }: RecordedHop): HopFigures {
  const sent = values.get("Snt") ?? 0;
  const lossPercent = values.get("Loss%");
  const lost = values.get("Drop") ?? 0;
  const received = values.get("Rcv") ?? 0;
  const rtt = rttOf(address === undefined ? new Map() : values);
  const responder: ResponderFigures | undefined = address === undefined ? undefined : {
    address,
    sent: undefined,
    received,
    lost: undefined,
    lossPercent: undefined,
    rtt,
    kinds: { timeExceeded: received },
    replyTtl: undefined,
    firstLabels: NO_LABELS,
    labels: NO_LABELS,
  };
  return {
    ttl,
    sent,
    received,
    lost,
    lossPercent,
    rtt,
    inFlight: 0,
    sendFailed: 0,
    late: 0,
    duplicates: 0,
    reordered: 0,
    main: responder,
    latestAnswer: undefined,
    responders: responder === undefined ? [] : [responder],
    answersFromOthers: 0,
    stamps: [],
  };
}

function rttOf(values: ReadonlyMap<string, number>): RttFigures {
  const us = (title: string): number | undefined => {
    const ms = values.get(title);
    return ms === undefined ? undefined : Math.round(ms * 1000);
  };
  return {
    lastUs: us("Last"),
    bestUs: us("Best"),
    worstUs: us("Wrst"),
    meanUs: us("Avg"),
    standardDeviationUs: us("StDev"),
    geometricMeanUs: us("Gmean"),
    jitterUs: us("Jttr"),
    meanJitterUs: us("Javg"),
    maxJitterUs: us("Jmax"),
    interarrivalJitterUs: us("Jint"),
    p50Us: undefined,
    p90Us: undefined,
    p95Us: undefined,
    p99Us: undefined,
  };
}
