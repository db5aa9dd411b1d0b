/** What the outputs write and what the schemas say are the same: every golden run, random runs, and each change of one alone. */
import assert from "node:assert/strict";
import { ARCHIVE_SCHEMA, type ArchiveLine, lineText } from "../../core/archive/line.ts";
import { METRICS, OPERATORS } from "../../core/limit/mod.ts";
import { CSV_SCHEMA } from "../../core/output/csv.ts";
import { IP_INFO_COLUMNS } from "../../core/output/ip_info.ts";
import { JSON_SCHEMA } from "../../core/output/json.ts";
import { OUTPUTS } from "../../core/output/mod.ts";
import { settingsOf } from "../../core/output/setting.ts";
import { rfc3339 } from "../../core/output/time.ts";
import { randomRun } from "../../core/path/_random_run.ts";
import { FIELDS } from "../../core/path/fields.ts";
import { STATUSES, statusOf } from "../../core/path/status.ts";
import { VERDICTS } from "../../core/path/verdict.ts";
import { DEFAULT_PLAN, LIMITS, PROTOCOL_NAMES, type TracePlan } from "../../core/plan.ts";
import { SCHEMA_NAMES, type SchemaName, schemaText } from "../../core/schema/mod.ts";
import { DEFAULT_VIEW, IP_INFO_FIELDS, type View } from "../../core/view.ts";
import { CASES, render } from "../golden/cases.ts";
import { runWith } from "../golden/record.ts";
import { readCsv } from "../lab/program.ts";
import { looping, path, TARGET } from "../sim/paths.ts";
import { MS, run, SECOND } from "../sim/run.ts";
import { checkOf, validate } from "./validator.ts";

const RANDOM_RUNS = 300;
const ALL_COLUMNS = Object.keys(FIELDS).join("");
/** With everything that can be shown. */
const FULL: Partial<View> = { order: ALL_COLUMNS, ipinfo: IP_INFO_FIELDS, wide: true };

/** Texts of every golden run in one format, by what they show. */
function* goldenTexts(output: "json" | "csv" | "jsonl"): Generator<readonly [name: string, text: string]> {
  for (const [name, golden] of Object.entries(CASES)) {
    const own = Object.entries(golden.views).filter(([, view]) => "output" in view && view.output === output);
    const views = { ...Object.fromEntries(own), full: { ...FULL, output } };
    for (const file of Object.keys(views)) yield [`${name}.${file}`, render({ ...golden, views }, file)];
  }
}

Deno.test("every golden JSON document fits its schema", async () => {
  const check = await checkOf("json");
  for (const [name, text] of goldenTexts("json")) check(JSON.parse(text), name);
  check(JSON.parse(OUTPUTS.json.render(runWith([]))), "no target");
});

Deno.test("every row of every golden CSV fits its schema", async () => {
  const check = await checkOf("csv");
  for (const [name, text] of goldenTexts("csv")) for (const row of readCsv(text)) check(row, name);
});

Deno.test("every line of every golden JSON Lines fits its schema", async () => {
  const check = await checkOf("jsonl");
  for (const [name, text] of goldenTexts("jsonl")) for (const line of linesOf(text)) check(line, name);
});

Deno.test("what the engine tells of a troubled path fits the schema of JSON Lines", async () => {
  const check = await checkOf("jsonl");
  const troubled = path(5, {
    1: { loss: 0.3, labels: [{ label: 16, trafficClass: 1, bottomOfStack: true, ttl: 1 }] },
    2: { rttUs: 40 * MS, copiesUs: { 1: [5 * MS] } },
    3: { silent: true },
    4: { delaysUs: { 2: 6 * SECOND } },
  });
  const paths = { [TARGET]: troubled, [`${TARGET}1`]: looping(0.5) };
  const { events } = run({ paths }, { rounds: 10, timeoutUs: SECOND });
  assert.ok(events.some((event) => "arrival" in event));
  for (const event of events) check(JSON.parse(lineText(event)), event.kind);
  const kinds = new Set(events.map(({ kind }) => kind));
  for (const kind of ["sent", "reply", "lost", "late", "duplicate", "round", "finished"] as const) {
    assert.ok(kinds.has(kind), kind);
  }
});

type LineOfEachKind = Readonly<Record<ArchiveLine["kind"], ArchiveLine>>;

/** What answers seldom tell. */
const DETAILS = {
  quotedTtl: 0,
  quotedTrafficClass: 255,
  sentTrafficClass: 1,
  interfaces: [{ role: "nextHop", index: 7, address: "2001:db8::1", name: "\x1b[2J", mtu: 1_500 }, { role: "subIp" }],
} as const;

/** One of each; a new kind of line does not compile until it stands here, and does not fit until the schema has it. */
const LINES: LineOfEachKind = {
  run: { kind: "run", schema: ARCHIVE_SCHEMA, program: "mtr-deno", version: "0.1.0", host: "", plan: DEFAULT_PLAN },
  target: {
    kind: "target",
    target: 1,
    typed: "",
    failure: "Cannot resolve it",
    start: rfc3339(0, -150),
    startUnixMs: 0.5,
  },
  ...sentLines(),
  ...heardLines(),
  lost: { kind: "lost", target: 0, probe: 7, ttl: 255 },
  surveyed: { kind: "surveyed", target: 0, flows: 1_024, probes: 9_000, unfinishedTtls: [3, 255] },
  portsVary: { kind: "portsVary", target: 0 },
  round: { kind: "round", target: 0, round: 0 },
  load: { kind: "load", target: 0, packets: 7, bytes: 9_800, durationUs: 0.5, failed: 1, detail: "ENOBUFS" },
  foreign: { kind: "foreign", count: 3, forged: 1, malformed: 2 },
  overflow: { kind: "overflow", count: 1 },
  finished: { kind: "finished", target: 0, atUs: 1.25 },
  name: { kind: "name", address: "2001:db8::1", name: "\x1b[2J" },
  origin: { kind: "origin", address: "192.0.2.1", asn: "64496 64497", organization: "=1+1" },
  status: { kind: "status", target: 0, status: "OK", end: rfc3339(0, 0), endUnixMs: 0 },
  end: { kind: "end", exit: 143 },
};

function sentLines(): Pick<LineOfEachKind, "sent" | "sendFailed" | "unsent"> {
  const of = { target: 0, probe: 0, ttl: 1 } as const;
  const failure = { reason: "noRoute", detail: "ENETUNREACH" } as const;
  return {
    sent: { kind: "sent", ...of, round: 0, atUs: -0.5, packetBytes: 64 },
    sendFailed: { kind: "sendFailed", ...of, round: 0, ...failure },
    unsent: { kind: "unsent", ...of, ...failure },
  } as const;
}

function heardLines(): Pick<LineOfEachKind, "reply" | "late" | "duplicate"> {
  const answer = { kind: "reached", icmpType: 0, icmpCode: 0, mtu: 0, labels: [], word: "reply" } as const;
  const heard = {
    target: 0,
    probe: 0,
    ttl: 1,
    from: "192.0.2.1",
    atUs: 1,
    rttUs: 0.5,
    sentBy: "queue",
    receivedBy: "helper",
    errorUs: 0.25,
    replyTtl: undefined,
    answer,
  } as const;
  return {
    reply: { kind: "reply", ...heard },
    late: { kind: "late", ...heard, replyTtl: 255 },
    duplicate: { kind: "duplicate", ...heard, answer: { ...answer, ...DETAILS } },
  } as const;
}

Deno.test("the schema of JSON Lines has every kind of line, and no other", async () => {
  const check = await checkOf("jsonl");
  for (const line of Object.values(LINES)) check(JSON.parse(lineText(line)), line.kind);
  const { $defs } = JSON.parse(await schemaText("jsonl"));
  const described = Object.keys($defs).flatMap((name) => /^(.*)Line$/.exec(name)?.[1] ?? []);
  // Verdicts and outages are no lines that are read: the events give them again.
  assert.deepEqual(described.toSorted(), [...Object.keys(LINES), "verdict", "outage"].toSorted());
});

Deno.test("a line with one more key, without one that must be there, or of no known kind does not fit", async () => {
  const fits = await validate("jsonl");
  for (const line of Object.values(LINES)) {
    const written: Record<string, unknown> = JSON.parse(lineText(line));
    assert.ok(!fits({ ...written, more: 1 }), line.kind);
    assert.ok(!fits({ ...written, kind: "nonsense" }), line.kind);
    for (const key of ["target", "probe", "ttl", "round", "atUs", "count", "schema", "plan", "address", "answer"]) {
      if (!(key in written)) continue;
      const { [key]: _, ...rest } = written;
      assert.ok(!fits(rest), `${line.kind} without ${key}`);
      assert.ok(!fits({ ...written, [key]: [] }), `${line.kind} with a list as ${key}`);
    }
  }
});

Deno.test("random runs with random settings fit the schemas", async () => {
  const checkJson = await checkOf("json");
  const checkCsv = await checkOf("csv");
  for (let seed = 1; seed <= RANDOM_RUNS; seed++) {
    const { script, firstTtl, maxTtl } = randomRun(seed);
    const measured = script.path({ firstTtl, maxTtl });
    const target = { path: measured, status: statusOf(measured, seed % 3 !== 0), typed: hostile(seed) };
    const view = {
      ...DEFAULT_VIEW,
      ...(seed % 2 === 0 ? FULL : { order: ALL_COLUMNS.slice(seed % ALL_COLUMNS.length) }),
    };
    const record = runWith([target], {
      view,
      names: HOSTILE_NAMES,
      plan: randomPlan(seed),
      localHost: hostile(seed + 1),
    });
    checkJson(JSON.parse(OUTPUTS.json.render(record)), `seed ${seed}`);
    for (const row of readCsv(OUTPUTS.csv.render(record))) checkCsv(row, `seed ${seed}`);
  }
});

/** Each setting at its least, its greatest or its own. */
function randomPlan(seed: number): TracePlan {
  const numbers = Object.entries(LIMITS).map(([name, { least, most, initial }], index) => {
    return [name, [least, most, initial][(seed * 7 + index * 3 + (seed >> 3)) % 3]];
  });
  return {
    ...DEFAULT_PLAN,
    ...Object.fromEntries(numbers),
    protocol: PROTOCOL_NAMES[seed % PROTOCOL_NAMES.length] ?? "icmp",
    rounds: seed % 5 === 0 ? undefined : seed,
    randomPacketBytes: seed % 2 === 0,
    randomBitPattern: seed % 3 === 0,
    sourceAddress: seed % 4 === 0 ? "2001:db8::1" : undefined,
    device: seed % 7 === 0 ? "eth0" : undefined,
    seed: 4_294_967_295 - seed,
  };
}

Deno.test("whatever is added to a JSON document, taken from it or made another type does not fit", async () => {
  const fits = await validate("json");
  const optional = new Set<string>([
    ...Object.values(FIELDS).map(({ title }) => title),
    ...Object.values(IP_INFO_COLUMNS).map(({ key }) => key),
    "organization",
    // How often each answer was given is a list of those that were.
    "echoReply",
    "timeExceeded",
    "unreachable",
    // Each verdict has the numbers of its word.
    ...Object.keys(JSON.parse(await schemaText("json")).$defs.numbers.properties),
  ]);
  const document = (): unknown =>
    JSON.parse(render({ ...CASES["refused"]!, views: { full: { ...FULL, output: "json" } } }, "full"));
  let changes = 0;
  for (const place of placesOf(document())) {
    const changed = (change: (parent: Record<string, unknown>, key: string) => void): boolean => {
      const copy = document();
      change(parentOf(copy, place), place.at(-1) ?? "");
      changes++;
      return fits(copy);
    };
    const where = place.join(".");
    assert.ok(!changed((parent, key) => parent[key] = { wrong: true }), `${where} is no such object`);
    assert.ok(
      !changed((parent) => Array.isArray(parent) ? parent.push({}) : parent["more"] = 1),
      `${where} has no sibling`,
    );
    if (!optional.has(place.at(-1) ?? "") && !/^\d+$/.test(place.at(-1) ?? "")) {
      assert.ok(!changed((parent, key) => delete parent[key]), `${where} must be there`);
    }
  }
  assert.ok(changes > 300, `${changes} changes`);
});

Deno.test("a CSV row with one more column, without one of the first six, or with another spelling of a number does not fit", async () => {
  const fits = await validate("csv");
  const row = readCsv(render({ ...CASES["answering"]!, views: { full: { ...FULL, output: "csv" } } }, "full"))[0]!;
  assert.ok(fits(row), JSON.stringify(fits.errors));
  assert.ok(!fits({ ...row, Route: "x" }));
  for (const title of ["Mtr_Version", "Start_Time", "Status", "Host", "Hop", "Ip"]) {
    const { [title]: _, ...rest } = row;
    assert.ok(!fits(rest), title);
  }
  for (const [title, text] of [["Avg", "0.3"], ["Loss%", "33.33%"], ["Snt", "3.0"], ["Status", "FINE"], ["Hop", "x"]]) {
    assert.ok(!fits({ ...row, [title!]: text }), title);
  }
});

Deno.test("the schemas have the numbers that the outputs write, and the words of every table", async () => {
  const read = async (name: SchemaName) => JSON.parse(await schemaText(name));
  const [json, csv, jsonl] = [await read("json"), await read("csv"), await read("jsonl")];
  const { run, status, hub, limit, options } = json.$defs;
  assert.equal(run.properties.schema.const, JSON_SCHEMA);
  assert.equal(jsonl.$defs.runLine.properties.schema.const, ARCHIVE_SCHEMA);
  assert.ok(jsonl.$id.endsWith(`:${ARCHIVE_SCHEMA}`));
  assert.ok(json.$id.endsWith(`:${JSON_SCHEMA}`) && csv.$id.endsWith(`:${CSV_SCHEMA}`));
  assert.ok(csv.properties.Mtr_Version.pattern.endsWith(`/${CSV_SCHEMA}$`));
  for (const words of [status.enum, csv.properties.Status.enum, jsonl.$defs.statusLine.properties.status.enum]) {
    assert.deepEqual(words.toSorted(), Object.keys(STATUSES).toSorted());
  }
  assert.deepEqual(run.properties.protocol.enum, [...PROTOCOL_NAMES, null]);
  for (const { word } of [json.$defs.verdict.properties, jsonl.$defs.verdictLine.properties]) {
    assert.deepEqual(word.enum, Object.keys(VERDICTS));
  }
  assert.deepEqual(Object.keys(jsonl.$defs.plan.properties).toSorted(), Object.keys(DEFAULT_PLAN).toSorted());
  assert.deepEqual(limit.properties.metric.enum, Object.keys(METRICS));
  assert.deepEqual(limit.properties.operator.enum, Object.keys(OPERATORS));
  assert.deepEqual(Object.keys(options.properties), Object.keys(settingsOf(DEFAULT_PLAN)));
  for (const { title, unit } of Object.values(FIELDS)) {
    if (unit !== "blank") assert.ok(title in hub.properties && title in csv.properties, title);
  }
});

Deno.test("every setting of a plan is told, and has a description with its unit", async () => {
  const { options } = JSON.parse(await schemaText("json")).$defs;
  const told = Object.keys(settingsOf(DEFAULT_PLAN)).map((name) => name.replace(/Ms$/, "Us"));
  const apart = ["protocol", "mtr"];
  assert.deepEqual([...told, ...apart].toSorted(), Object.keys(DEFAULT_PLAN).toSorted());
  for (const [name, { description }] of Object.entries<{ description: string }>(options.properties)) {
    if (name.endsWith("Ms")) assert.match(description, /in ms$/, name);
  }
});

Deno.test("every object of a schema is closed, and every property says what it is", async () => {
  for (const name of SCHEMA_NAMES) {
    for (const { where, schema } of objectsOf(JSON.parse(await schemaText(name)))) {
      if (schema["type"] === "object") assert.equal(schema["additionalProperties"], false, where);
      if (schema["type"] !== "object" || schema["properties"] === undefined) continue;
      for (const [key, property] of Object.entries(schema["properties"] as Record<string, Record<string, unknown>>)) {
        const isTold = "description" in property || "title" in property || "$ref" in property || "const" in property;
        assert.ok(isTold, `${name} ${where}.${key} has no description`);
      }
    }
  }
});

function linesOf(text: string): readonly unknown[] {
  return text.trimEnd().split("\n").map((line) => JSON.parse(line));
}

/** Every object inside, with the way to it. */
function* objectsOf(value: unknown, where = ""): Generator<{ where: string; schema: Record<string, unknown> }> {
  if (!isObject(value)) return;
  yield { where, schema: value };
  for (const [key, inner] of Object.entries(value)) yield* objectsOf(inner, `${where}/${key}`);
}

/** The way to every value inside. */
function* placesOf(value: unknown, place: readonly string[] = []): Generator<readonly string[]> {
  if (!isObject(value)) return;
  for (const [key, inner] of Object.entries(value)) {
    yield [...place, key];
    yield* placesOf(inner, [...place, key]);
  }
}

function parentOf(document: unknown, place: readonly string[]): Record<string, unknown> {
  let parent = document;
  for (const key of place.slice(0, -1)) parent = isObject(parent) ? parent[key] : undefined;
  if (!isObject(parent)) throw new RangeError(`No object at ${place.join(".")}`);
  return parent;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** Text of every kind, from whoever has it. */
function hostile(seed: number): string {
  return String.fromCodePoint(seed % 0x20, 0x7f + seed % 0x21, 0x1f600 + seed) + ` "',;<&\u202e${seed}`;
}

const HOSTILE_NAMES = {
  host: (address: string) => `${address}\n=1+1,"\x1b[2J`,
  ipInfo: (address: string) => {
    if (address.endsWith("2")) return undefined;
    const text = `${address}\n,"'\x1b[2J`;
    return { asn: "64496 64497", prefix: text, country: "-1", registry: "=1", allocated: text, organization: text };
  },
};
