/** What holds for the outputs of any run. */
import assert from "node:assert/strict";
import { OUTPUTS } from "../../core/output/mod.ts";
import { randomRun } from "../../core/path/_random_run.ts";
import { type EventScript, TARGET } from "../../core/path/_script.ts";
import { FIELDS } from "../../core/path/fields.ts";
import { Path } from "../../core/path/path.ts";
import { statusOf } from "../../core/path/status.ts";
import { toldHops } from "../../core/path/target.ts";
import { DEFAULT_VIEW, IP_INFO_FIELDS, type View } from "../../core/view.ts";
import { runWith } from "./record.ts";
import { streamed } from "./stream.ts";
import { readRaw, readSplit } from "./stream_reader.ts";
import { readXml } from "./xml_reader.ts";

const RUNS = 200;

interface AnyRun {
  readonly seed: number;
  readonly script: EventScript;
  readonly options: { readonly firstTtl: number; readonly maxTtl: number };
}

function forAnyRun(
  check: (path: Path, render: (view: Partial<View>, typed?: string) => string, run: AnyRun) => void,
): void {
  for (let seed = 1; seed <= RUNS; seed++) {
    const { script, firstTtl, maxTtl } = randomRun(seed);
    const path = script.path({ firstTtl, maxTtl });
    const status = statusOf(path, seed % 3 !== 0);
    check(path, (asked, typed = TARGET) => {
      const view = { ...DEFAULT_VIEW, ...asked };
      const run = runWith([{ path, status, typed }], { view, names: HOSTILE_NAMES });
      return streamed(run, [script], { firstTtl, maxTtl }) + OUTPUTS[view.output].render(run);
    }, { seed, script, options: { firstTtl, maxTtl } });
  }
}

Deno.test("the columns of a report are aligned, whatever stands in them", () =>
  forAnyRun((path, render) => {
    for (const view of [{}, { wide: true }, { ipinfo: ["asn"] }, { wide: true, ipinfo: IP_INFO_FIELDS }] as const) {
      const table = render({ ...view, order: Object.keys(FIELDS).join("") }).split("\n").filter((line) =>
        /^(HOST:| {1,2}\d+\.)/.test(line)
      );
      assert.equal(table.length, toldHops(path).length + 1);
      assert.equal(new Set(table.map((line) => line.length)).size, 1, table.join("\n"));
      const numbers = table.slice(1).map((line) => line.trimEnd().split(/ +/).slice(-18));
      assert.ok(
        numbers.every((cells) => cells.every((cell) => /^(-|\d+(\.\d+)?%?|[A-Z_]+)$/.test(cell))),
        table.join("\n"),
      );
    }
  }));

Deno.test("a CSV row tells of every hop in order, and a further one of each further responder", () =>
  forAnyRun((path, render) => {
    const rows = render({ output: "csv", wide: true }).trimEnd().split("\n").slice(1).map((line) => line.split(","));
    const expected = toldHops(path).flatMap(({ ttl, responders }) =>
      new Array(Math.max(1, responders.length)).fill(`${ttl}`)
    );
    assert.deepEqual(rows.map((cells) => cells[4]), expected);
    assert.ok(rows.every((cells) => cells.length === rows[0]?.length));
  }));

Deno.test("no CSV cell moves a cursor, tears its row or begins a formula, whoever wrote the host", () =>
  forAnyRun((_, render, { seed }) => {
    const text = render({ output: "csv", names: false }, `${"=+-@"[seed % 4]}${hostile(seed)}\r\n=1+1`);
    assert.match(text, /^[\n\P{Cc}]*$/u);
    const [header = "", ...rows] = text.trimEnd().split("\n");
    assert.ok(header.startsWith("Mtr_Version,") && rows.every((row) => row.startsWith("MTR.deno-")), text);
    assert.doesNotMatch(text, /(?:^|,)"?[=+\-@]/m);
  }));

Deno.test("JSON tells the same counts as the path", () =>
  forAnyRun((path, render) => {
    const { report } = JSON.parse(render({ output: "json" }));
    const counts = report.hubs.map((
      hub: Record<string, number>,
    ) => [hub["count"], hub["Snt"], hub["received"], hub["lost"]]);
    assert.deepEqual(counts, toldHops(path).map(({ ttl, sent, received, lost }) => [ttl, sent, received, lost]));
  }));

Deno.test("XML is well-formed, tells the same counts as the path, and reads back what the user typed", () =>
  forAnyRun((path, render, { seed }) => {
    const { attributes, children } = readXml(
      render({ output: "xml", order: Object.keys(FIELDS).join(""), ipinfo: IP_INFO_FIELDS }, hostile(seed)),
    );
    const hubs = children.filter(({ name }) => name === "HUB").map((hub) => [
      ...["COUNT", "RECEIVED", "LOST"].map((name) => Number(hub.attributes[name])),
      Number(hub.children.find(({ name }) => name === "Snt")?.text),
      hub.children.filter(({ name }) => name === "RESPONDER").length,
    ]);
    const expected = toldHops(path).map((hop) => [hop.ttl, hop.received, hop.lost, hop.sent, hop.responders.length]);
    assert.deepEqual(hubs, expected);
    assert.equal(attributes["DST"], hostile(seed).replace(/(?![\t\n\r\x7f-\x9f])[\p{Cc}\p{Cs}\uffff]/gu, "\ufffd"));
  }));

Deno.test("a strict reader of raw lines reads the counts and times of the path, but for answers from beyond the target and refusals", () =>
  forAnyRun((path, render, { script, options }) => {
    const hops = readRaw(render({ output: "raw", mpls: true, ipinfo: IP_INFO_FIELDS }));
    const beyond = answersBeyond(script, options);
    for (const { ttl, sent, sendFailed, received, refused, rtt, main } of path.hops()) {
      const read = hops.get(ttl - 1);
      assert.equal(read?.sent ?? 0, sent - sendFailed);
      const leftOut = beyond.get(ttl) ?? 0;
      // A refusal is an answer that was heard, whatever it says of the probe.
      assert.equal((read?.received ?? 0) + leftOut, received + refused);
      if (leftOut + refused > 0 || read === undefined || received === 0) continue;
      assert.equal(read.address, main?.address);
      assert.deepEqual([Math.min(...read.rttsUs), Math.max(...read.rttsUs)], [rtt.bestUs, rtt.worstUs]);
    }
  }));

Deno.test("a strict reader of split lines ends with the rows of the path", () =>
  forAnyRun((path, render) => {
    const rows = readSplit(render({ output: "split" }));
    const hops = toldHops(path);
    if (hops.every(({ main }) => main === undefined)) return assert.equal(rows.size, 0);
    const counts = [...rows].sort(([a], [b]) => a - b).map(([ttl, words]) => [ttl, ...words.slice(2, 4).map(Number)]);
    assert.deepEqual(counts, hops.map(({ ttl, main, received, sent }) => main ? [ttl, received, sent] : [ttl]));
  }));

/** How many answers of the target came while it was known to answer nearer, by ttl. */
function answersBeyond(script: EventScript, options: AnyRun["options"]): ReadonlyMap<number, number> {
  const path = new Path({ address: TARGET, family: 4, ...options });
  const beyond = new Map<number, number>();
  for (const event of script.events) {
    path.apply(event);
    if (event.kind !== "reply" || event.from !== TARGET || event.ttl <= (path.reachedTtl ?? Infinity)) continue;
    beyond.set(event.ttl, (beyond.get(event.ttl) ?? 0) + 1);
  }
  return beyond;
}

const HOSTILE_NAMES = {
  host: (address: string) => `${address}\n9 9 9 <&"'>\x1b[2J\u202e`,
  ipInfo: (address: string) => {
    if (address.endsWith("2")) return undefined;
    const text = `${address}\n9 9 <&"'>\x1b[2J\u202e`;
    const asn = address.endsWith("1") ? "64496 64497" : "\n<";
    return { asn, prefix: text, country: "-1", registry: "=1", allocated: text, organization: text };
  },
};

/** Texts with every kind of character, lone surrogates among them. */
function hostile(seed: number): string {
  return String.fromCharCode(seed % 0x20, 0x7f + seed % 0x21, 0xd7f0 + seed * 13, 0xffff) + ` ]]>&#0;<!-- "'${seed}`;
}
