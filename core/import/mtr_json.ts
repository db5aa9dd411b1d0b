/** A report of mtr in JSON, of 0.93 (numbers are texts there) to 0.96, or of this program. */
import * as v from "valibot";
import { text, whole } from "../archive/read_line.ts";
import type { IpInfo } from "../name/ip_info.ts";
import { FIELDS } from "../path/fields.ts";
import { LIMITS, PROTOCOL_NAMES, type ToldPlan } from "../plan.ts";
import { addressText } from "./address_text.ts";
import { type FiguresRow, type FiguresRun, INFO_FIELDS, infoText, OWN_PROGRAM } from "./figures.ts";

const MOST_NUMBER = 1e15;
const number = v.pipe(
  v.union(
    [v.number(), v.pipe(v.string(), v.regex(/^ *(0x[0-9a-f]+|[0-9]+(\.[0-9]+)?) *$/i), v.transform(Number))],
    "a number",
  ),
  v.check((value) => value >= 0 && value <= MOST_NUMBER, `a number from 0 to ${MOST_NUMBER}`),
);
const hub = v.looseObject({
  count: v.pipe(number, whole(0, 255)),
  host: text(600),
  address: v.nullish(addressText),
});
const report = v.object({
  mtr: v.object({
    src: v.optional(text(), ""),
    dst: text(),
    tos: v.nullish(number),
    tests: v.nullish(number),
    psize: v.nullish(v.union([v.number(), text(40)])),
    bitpattern: v.nullish(text(40)),
  }, "an object"),
  hubs: v.pipe(v.array(hub, "a list"), v.maxLength(256, "a list of at most 256")),
  run: v.optional(v.object({
    program: text(100),
    version: text(100),
    address: v.nullish(addressText),
    protocol: v.nullish(v.picklist(PROTOCOL_NAMES)),
    status: v.nullish(text(40)),
    message: v.nullish(text()),
    started: v.nullish(text(40)),
    ended: v.nullish(text(40)),
  })),
});
type Report = v.InferOutput<typeof report>;

export const mtrReports = v.union([
  v.pipe(v.object({ report }), v.transform((document) => runOf([document.report]))),
  v.pipe(v.object({ reports: v.array(report) }), v.transform(({ reports }) => runOf(reports))),
]);

function runOf(reports: readonly Report[]): FiguresRun | undefined {
  const [first] = reports;
  if (first === undefined) return undefined;
  return {
    program: first.run?.program ?? "mtr",
    version: first.run?.version ?? "",
    host: first.mtr.src,
    plan: planOf(first),
    targets: reports.map(({ mtr, hubs, run }) => ({
      typed: mtr.dst,
      address: run?.address ?? undefined,
      startedAtMs: unixMs(run?.started),
      endedAtMs: unixMs(run?.ended),
      ...(run?.program === OWN_PROGRAM && { status: run.status ?? undefined, failure: run.message ?? undefined }),
      rows: hubs.map(rowOf),
    })),
  };
}

function planOf({ mtr: { tos, tests, psize, bitpattern }, run }: Report): ToldPlan {
  const bytes = /^(?:rand\([0-9]+-)?([0-9]{1,5})\)?$/.exec(String(psize ?? ""))?.[1];
  const isRandomPattern = bitpattern?.startsWith("rand") ?? false;
  const pattern = /^0x([0-9a-f]{1,2})$/i.exec(bitpattern ?? "")?.[1];
  return {
    protocol: run?.protocol ?? undefined,
    ...(isTold(tos) && tos <= LIMITS.trafficClass.most && { trafficClass: tos }),
    rounds: isTold(tests) && tests >= 1 && Number.isInteger(tests) ? tests : undefined,
    ...(bytes !== undefined && { packetBytes: Number(bytes), randomPacketBytes: String(psize).startsWith("rand") }),
    ...(isRandomPattern && { bitPattern: 0, randomBitPattern: true }),
    ...(pattern !== undefined && { bitPattern: parseInt(pattern, 16), randomBitPattern: false }),
  };
}

function isTold(value: number | null | undefined): value is number {
  return typeof value === "number";
}

function unixMs(started: string | null | undefined): number | undefined {
  const ms = Date.parse(started ?? "");
  return Number.isNaN(ms) ? undefined : ms;
}

const TITLES: ReadonlySet<string> = new Set(Object.values(FIELDS).map(({ title }) => title));

function rowOf({ count, host, address, ...others }: v.InferOutput<typeof hub>): FiguresRow {
  const values = new Map<string, number>();
  const info: Partial<Record<keyof IpInfo, string>> = {};
  for (const [key, told] of Object.entries(others)) {
    const value = v.safeParse(number, told);
    if (TITLES.has(key) && value.success) values.set(key, value.output);
    const field = INFO_FIELDS[key.toLowerCase()];
    const known = field !== undefined && typeof told === "string" ? infoText(field, told) : undefined;
    if (field !== undefined && known !== undefined) info[field] = known;
  }
  return { ttl: count, host, address: address ?? undefined, values, info };
}
