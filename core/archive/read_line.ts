/** A line of an archive as it was written, checked: whoever wrote the file may be anybody. */
import * as v from "valibot";
import { COUNT_NAMES, LOAD_PHASES, REWRITTEN_FIELDS, type TraceEvent } from "../messages.ts";
import type { SendFailure } from "../network.ts";
import { canonicalAddress } from "../packet/address.ts";
import { MOST_INTERFACES } from "../packet/extension.ts";
import { INTERFACE_ROLES, LONGEST_NAME_BYTES } from "../packet/interface_info.ts";
import { FLOW_NAMES, LIMITS, MULTIPATH, PROTOCOL_NAMES } from "../plan.ts";
import { DIALECT_NAMES } from "../compat/dialect.ts";
import { ARCHIVE_SCHEMA, type ArchiveLine, MOST_TARGETS } from "./line.ts";

export type LineRead =
  /** `line` is absent of a kind that is not known: it is passed over. */
  | { readonly ok: true; readonly line?: ArchiveLine }
  /** `isForeign`: no line of an archive looks so. */
  | { readonly ok: false; readonly why: string; readonly isForeign: boolean };

export function readLine(text: string): LineRead {
  const read = jsonOf(text);
  if (!read.ok) return { ok: false, why: "it is no JSON", isForeign: true };
  const kind = v.safeParse(v.object({ kind: v.string() }), read.value);
  if (!kind.success) return { ok: false, why: 'it must be an object with a "kind"', isForeign: true };
  if (!isKnown(kind.output.kind)) return { ok: true };
  const line = v.safeParse(LINES[kind.output.kind], read.value);
  return line.success ? { ok: true, line: line.output } : { ok: false, why: whyOf(line.issues[0]), isForeign: false };
}

function jsonOf(text: string): { readonly ok: true; readonly value: unknown } | { readonly ok: false } {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { ok: false };
  }
}

/** Which value is wrong, and what it must be. */
export function whyOf(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue);
  const name = path === null ? "it" : JSON.stringify(path).slice(0, 80);
  return issue.received === "undefined" ? `${name} is missing` : `${name} must be ${mustOf(issue)}`;
}

/** Where a schema names a type and no more. */
const TYPES: Readonly<Record<string, string>> = {
  object: "an object",
  array: "a list",
  string: "a text",
  number: "a number",
  boolean: "true or false",
};

function mustOf({ type, message, expected, requirement, received }: v.BaseIssue<unknown>): string {
  // So the library's own messages begin, and no other.
  if (!message.startsWith("Invalid ")) return message;
  if (type === "max_length") return `of length ${requirement} at most, and is of ${received}`;
  return TYPES[type] ?? expected?.replace(/^\((.*)\)$/, "$1").replaceAll(" | ", " or ") ?? "another value";
}

// More than 30 years in µs: no run and no round trip lasts longer.
const LONGEST_US = 1e15;
// ECMAScript's calendar, less a day for time zones.
const LATEST_UNIX_MS = 8.64e15 - 86_400_000;
const MOST_OFFSET_MINUTES = 24 * 60;
// Longer than names and sentences ever are.
const LONGEST_TEXT = 4_096;
const MOST_LABELS = 64;

export function whole(least: number, most: number): v.GenericSchema<number> {
  const must = `a whole number from ${least} to ${most}`;
  return v.pipe(v.number(must), v.check((value) => Number.isInteger(value) && value >= least && value <= most, must));
}

export function real(least: number, most: number): v.GenericSchema<number> {
  const must = `a number from ${least} to ${most}`;
  return v.pipe(v.number(must), v.check((value) => value >= least && value <= most, must));
}

export function text(longest = LONGEST_TEXT): v.GenericSchema<string> {
  const must = `a text of at most ${longest} characters`;
  return v.pipe(v.string(must), v.maxLength(longest, must));
}

function oneOf<const Word extends string>(words: readonly Word[]): v.GenericSchema<Word> {
  return v.picklist(words, `one of ${words.join(", ")}`);
}

const address = v.pipe(
  text(45),
  v.check((value) => canonicalAddress(value) === value, "an IPv4 or IPv6 address in its usual spelling"),
);
const flag = v.boolean("true or false");
const target = whole(0, MOST_TARGETS - 1);
const count = whole(0, Number.MAX_SAFE_INTEGER);
const octet = whole(0, 255);
const unixMs = real(-LATEST_UNIX_MS, LATEST_UNIX_MS);

const START = {
  start: v.exactOptional(text(40)),
  startUnixMs: v.exactOptional(unixMs),
  utcOffsetMinutes: v.exactOptional(whole(-MOST_OFFSET_MINUTES, MOST_OFFSET_MINUTES)),
};
const END = { end: v.exactOptional(text(40)), endUnixMs: v.exactOptional(unixMs) };

type Setting<Value> = v.ExactOptionalSchema<v.GenericSchema<Value | null, Value | undefined>, undefined>;

/** A setting is null where nothing is set, and absent where nobody told. */
function setting<Value>(schema: v.GenericSchema<Value>): Setting<Value> {
  return v.exactOptional(v.pipe(v.nullable(schema), v.transform((value) => value ?? undefined)));
}

function limited(name: keyof typeof LIMITS): Setting<number> {
  const { least, most } = LIMITS[name];
  return setting(name.endsWith("Us") ? real(least, most) : whole(least, most));
}

const plan = v.object({
  protocol: setting(oneOf(PROTOCOL_NAMES)),
  firstTtl: limited("firstTtl"),
  maxTtl: limited("maxTtl"),
  maxUnknown: limited("maxUnknown"),
  rounds: limited("rounds"),
  intervalUs: limited("intervalUs"),
  graceUs: limited("graceUs"),
  timeoutUs: limited("timeoutUs"),
  packetBytes: limited("packetBytes"),
  randomPacketBytes: setting(flag),
  bitPattern: limited("bitPattern"),
  randomBitPattern: setting(flag),
  trafficClass: limited("trafficClass"),
  remotePort: limited("remotePort"),
  localPort: limited("localPort"),
  sourceAddress: setting(text(64)),
  device: setting(text(64)),
  flow: setting(oneOf(FLOW_NAMES)),
  flows: limited("flows"),
  multipath: setting(flag),
  loadBps: limited("loadBps"),
  probesPerSecond: limited("probesPerSecond"),
  share: setting(flag),
  mark: limited("mark"),
  dueTtl: limited("dueTtl"),
  cacheUs: limited("cacheUs"),
  seed: setting(whole(0, 0xffffffff)),
  mtr: setting(oneOf(DIALECT_NAMES)),
});

const flow = v.exactOptional(whole(1, MULTIPATH.mostFlows));
const OF_PROBE = {
  target,
  probe: count,
  ttl: whole(1, 255),
  flow,
  load: v.exactOptional(oneOf(LOAD_PHASES)),
  arrival: v.exactOptional(v.literal(true, "true")),
  shared: v.exactOptional(count),
};
const atUs = real(-LONGEST_US, LONGEST_US);
/** Why a probe did not leave. */
export const SEND_FAILURES = [
  "noRoute",
  "hostUnreachable",
  "networkDown",
  "permissionDenied",
  "tooLarge",
  "addressNotAvailable",
  "addressInUse",
  "noBuffer",
  "invalid",
  "other",
] as const satisfies readonly SendFailure[];
const reason = oneOf(SEND_FAILURES);
const FAILURE = { reason, detail: text() };
const stampSource = oneOf(["driver", "queue", "program", "helper"]);

const label = v.object({
  label: whole(0, 0xfffff),
  trafficClass: whole(0, 7),
  bottomOfStack: flag,
  ttl: octet,
});
const interfaceInfo = v.object({
  role: oneOf(INTERFACE_ROLES),
  index: v.exactOptional(whole(0, 0xffffffff)),
  address: v.exactOptional(address),
  name: v.exactOptional(text(LONGEST_NAME_BYTES)),
  mtu: v.exactOptional(whole(0, 0xffffffff)),
});
// In the order in which the engine tells them: a line of an archive is the same when it is written again.
const answer = v.object({
  kind: oneOf(
    [
      "echoReply",
      "timeExceeded",
      "unreachable",
      "datagram",
      "synAck",
      "reset",
      "initAck",
      "abort",
      "reached",
    ],
  ),
  icmpType: octet,
  icmpCode: octet,
  mtu: whole(0, 0xffffffff),
  labels: v.pipe(v.array(label, "a list"), v.maxLength(MOST_LABELS, `a list of at most ${MOST_LABELS}`)),
  interfaces: v.exactOptional(
    v.pipe(v.array(interfaceInfo, "a list"), v.maxLength(MOST_INTERFACES, `a list of at most ${MOST_INTERFACES}`)),
  ),
  quotedTtl: v.exactOptional(octet),
  rewritten: v.exactOptional(v.pipe(v.array(oneOf(REWRITTEN_FIELDS), "a list"), v.maxLength(REWRITTEN_FIELDS.length))),
  quotedTrafficClass: v.exactOptional(octet),
  sentTrafficClass: v.exactOptional(octet),
  word: v.exactOptional(text(64)),
}, "an object");

type HeardKind = "reply" | "late" | "duplicate";
type Heard<Kind extends HeardKind> = Omit<Extract<TraceEvent, { kind: "reply" }>, "kind"> & { readonly kind: Kind };

/** An answer to a probe, of this kind. */
function heard<const Kind extends HeardKind>(kind: Kind): v.GenericSchema<unknown, Heard<Kind>> {
  const schema = v.object({
    kind: v.literal(kind),
    ...OF_PROBE,
    from: address,
    atUs,
    rttUs: real(0, LONGEST_US),
    sentBy: stampSource,
    receivedBy: stampSource,
    errorUs: v.exactOptional(real(0, LONGEST_US)),
    replyTtl: v.exactOptional(octet),
    answer,
  });
  return v.pipe(schema, v.transform((line) => ({ ...line, replyTtl: line.replyTtl })));
}

const EVENTS = {
  sent: v.pipe(
    v.object({
      kind: v.literal("sent"),
      ...OF_PROBE,
      round: count,
      atUs,
      // A payload of the greatest length behind an IPv6 header.
      packetBytes: v.exactOptional(whole(0, 65_575)),
    }),
    v.transform((line) => ({ ...line, packetBytes: line.packetBytes })),
  ),
  sendFailed: v.object({ kind: v.literal("sendFailed"), ...OF_PROBE, round: count, ...FAILURE }),
  unsent: v.object({ kind: v.literal("unsent"), ...OF_PROBE, ...FAILURE }),
  reply: heard("reply"),
  late: heard("late"),
  duplicate: heard("duplicate"),
  lost: v.object({ kind: v.literal("lost"), ...OF_PROBE }),
  surveyed: v.object({
    kind: v.literal("surveyed"),
    target,
    flows: whole(0, MULTIPATH.mostFlows),
    probes: count,
    unfinishedTtls: v.pipe(v.array(whole(1, 255), "a list"), v.maxLength(255, "a list of at most 255")),
  }),
  portsVary: v.object({ kind: v.literal("portsVary"), target }),
  round: v.object({ kind: v.literal("round"), target, round: count }),
  load: v.object({
    kind: v.literal("load"),
    target,
    packets: count,
    bytes: count,
    durationUs: real(0, LONGEST_US),
    failed: count,
    detail: v.exactOptional(text()),
  }),
  foreign: v.object({
    kind: v.literal("foreign"),
    count,
    forged: v.exactOptional(count),
    malformed: v.exactOptional(count),
  }),
  overflow: v.object({ kind: v.literal("overflow"), count }),
  finished: v.object({ kind: v.literal("finished"), target, atUs }),
} as const satisfies Record<TraceEvent["kind"], v.GenericSchema<unknown, TraceEvent>>;

const LINES = {
  run: v.object({
    kind: v.literal("run"),
    schema: v.pipe(
      whole(1, Number.MAX_SAFE_INTEGER),
      v.maxValue(ARCHIVE_SCHEMA, `at most ${ARCHIVE_SCHEMA}: a later version of this program wrote it`),
    ),
    program: text(100),
    version: text(100),
    host: text(),
    ...START,
    plan,
  }),
  target: v.object({
    kind: v.literal("target"),
    target,
    typed: text(),
    address: v.exactOptional(address),
    family: v.exactOptional(v.picklist([4, 6], "4 or 6")),
    port: v.exactOptional(whole(0, 65_535)),
    source: v.exactOptional(text(64)),
    access: v.exactOptional(oneOf(["raw", "datagram", "connect"])),
    unknown: v.exactOptional(v.pipe(v.array(oneOf(COUNT_NAMES), "a list"), v.maxLength(COUNT_NAMES.length))),
    failure: v.exactOptional(text()),
    ...START,
  }),
  name: v.object({ kind: v.literal("name"), address, name: text() }),
  origin: v.object({
    kind: v.literal("origin"),
    address,
    asn: v.exactOptional(text()),
    prefix: v.exactOptional(text()),
    country: v.exactOptional(text()),
    registry: v.exactOptional(text()),
    allocated: v.exactOptional(text()),
    organization: v.exactOptional(text()),
  }),
  status: v.object({
    kind: v.literal("status"),
    target,
    status: text(40),
    message: v.exactOptional(text()),
    source: v.exactOptional(text(64)),
    ...END,
  }),
  end: v.object({ kind: v.literal("end"), exit: v.exactOptional(octet), ...END }),
  ...EVENTS,
} as const satisfies Record<ArchiveLine["kind"], v.GenericSchema<unknown, ArchiveLine>>;

function isKnown(kind: string): kind is keyof typeof LINES {
  return Object.hasOwn(LINES, kind);
}
