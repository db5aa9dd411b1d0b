/** What the recordings of real mtr leave out of CSV, JSON and XML: names, the AS lookup, errors, odd columns. */
import assert from "node:assert/strict";
import { finishedRun, namesOf, settingsOf, type Step, TARGET } from "../_fixture.ts";
import type { DialectName } from "../dialect.ts";
import type { CompatSettings } from "../settings.ts";
import { csv } from "./csv.ts";
import { json } from "./json.ts";
import type { CompatDocument } from "./run.ts";
import { xml } from "./xml.ts";

const NAMES = namesOf({ "10.0.0.1": "r1.example", [TARGET]: "." }, { "10.0.0.1": " 64497 64498 | 10.0.0.0/8" });
const STEPS: readonly Step[] = [{ ttl: 1, from: "10.0.0.1" }, { ttl: 2, from: TARGET }];
const REFUSED: readonly Step[] = [
  { ttl: 1, from: "10.0.0.1", answer: { kind: "unreachable", icmpType: 3, icmpCode: 1 } },
];

function text(
  document: CompatDocument,
  dialect: DialectName,
  changes: Partial<CompatSettings>,
  steps: readonly Step[] = STEPS,
): string {
  return document(finishedRun(settingsOf(dialect, changes), steps, NAMES));
}

const CSV_HEAD = "Mtr_Version,Start_Time,Status,Host,Hop,Ip";

Deno.test("CSV: the time is the end of the run, in whole seconds", () => {
  assert.equal(
    text(csv, "0.96", { order: "L" }),
    `${CSV_HEAD},Loss%\nMTR.0.96,1700000000,OK,192.0.2.9,1,r1.example,0.00\nMTR.0.96,1700000000,OK,192.0.2.9,2,192.0.2.9,0.00\n`,
  );
});

Deno.test("CSV: a blank column is the number of drops in 0.95 and empty in 0.96", () => {
  const steps = [{ ttl: 1, from: TARGET }, { ttl: 1 }];
  const row = (dialect: DialectName): string => text(csv, dialect, { order: " S" }, steps);
  assert.equal(row("0.95"), `${CSV_HEAD}, ,Snt,\nMTR.0.95,1700000000,OK,192.0.2.9,1,192.0.2.9,1,2\n`);
  assert.equal(row("0.96"), `${CSV_HEAD},,Snt\nMTR.0.96,1700000000,OK,192.0.2.9,1,192.0.2.9,,2\n`);
});

Deno.test("CSV: the AS number has a column if field 0 is asked for", () => {
  const first = (ipinfoFields: readonly number[]): string | undefined =>
    text(csv, "0.96", { order: "S", ipinfoFields, showIps: true }, STEPS.slice(0, 1)).split("\n")[1];
  assert.equal(first([0]), "MTR.0.96,1700000000,OK,192.0.2.9,1,r1.example (10.0.0.1),AS64497 64498,1");
  assert.equal(first([2]), "MTR.0.96,1700000000,OK,192.0.2.9,1,r1.example (10.0.0.1),1");
});

Deno.test("CSV: a further address is never an error, and has its own AS number", () => {
  const steps: readonly Step[] = [{ ttl: 1, from: "10.0.0.1" }, { ...REFUSED[0]!, from: "10.0.0.2" }];
  const rows = text(csv, "0.96", { order: "S", wide: true, ipinfoFields: [0] }, steps).split("\n").slice(1, -1);
  assert.deepEqual(rows, [
    "MTR.0.96,1700000000,OK,192.0.2.9,1,(no route to host),AS???,2",
    "MTR.0.96,1700000000,OK,192.0.2.9,1,r1.example,AS64497 64498,2",
  ]);
});

function hubsOf(dialect: DialectName, changes: Partial<CompatSettings>, steps?: readonly Step[]): unknown {
  const document: unknown = JSON.parse(text(json, dialect, changes, steps));
  assert.ok(typeof document === "object" && document !== null && "report" in document);
  const { report } = document;
  assert.ok(typeof report === "object" && report !== null && "hubs" in report);
  return report.hubs;
}

Deno.test("JSON: name, AS number, columns; blank columns are left out and a repeated one stands once", () => {
  const [hub] = [hubsOf("0.96", { order: "LS _SL", ipinfoFields: [0] }, STEPS.slice(0, 1))].flat();
  assert.deepEqual(hub, { count: 1, host: "r1.example", ASN: "AS64497 64498", "Loss%": 0, Snt: 1 });
});

Deno.test("JSON: 0.96 has the error in place of the host", () => {
  assert.deepEqual(hubsOf("0.96", { order: "S" }, REFUSED), [{ count: 1, host: "(no route to host)", Snt: 1 }]);
  assert.deepEqual(hubsOf("0.95", { order: "S" }, REFUSED), [{ count: 1, host: "r1.example", Snt: 1 }]);
});

Deno.test("JSON and XML: random sizes and patterns are told as such", () => {
  const random = { packetBytes: -100, bitPattern: -1 };
  assert.match(text(json, "0.96", random), /"psize": "rand\(28-100\)",\n {12}"bitpattern": "rand\(0x00-FF\)"/);
  assert.match(text(xml, "0.96", random), / PSIZE="rand\(28-100\)" BITPATTERN="rand\(0x00-FF\)" TESTS="10">/);
  const fixed = { packetBytes: 100, bitPattern: 171, tos: 255, cycles: -1 };
  assert.match(text(json, "0.95", fixed), /"tos": 255,\n.*"tests": -1,\n.*"psize": "100",\n.*"bitpattern": "0xAB"/);
  assert.match(text(xml, "0.95", fixed), / TOS="0xFF" PSIZE="100" BITPATTERN="0xAB" TESTS="-1">/);
});

Deno.test("XML: 0.96 tells address and name apart, and never an error", () => {
  const hubs = (dialect: DialectName, steps: readonly Step[]): readonly string[] =>
    text(xml, dialect, { order: "", showIps: true }, steps).split("\n").filter((line) => line.includes("<HUB"));
  const first = `    <HUB COUNT="1" HOST="r1.example (10.0.0.1)" ADDR="10.0.0.1" HOSTNAME="r1.example">`;
  assert.deepEqual(hubs("0.96", STEPS), [first, `    <HUB COUNT="2" HOST="192.0.2.9" ADDR="192.0.2.9">`]);
  assert.deepEqual(hubs("0.96", REFUSED), [first]);
  assert.deepEqual(hubs("0.95", REFUSED), [`    <HUB COUNT="1" HOST="r1.example (10.0.0.1)">`]);
});
