/**
 * Files of other programs in our outputs. mtr's are recordings; scamper's and those of RIPE Atlas are written after their
 * documentation, with addresses that nobody has.
 */
import assert from "node:assert/strict";
import { Random } from "../sim/random.ts";
import { type Outcome, replayed } from "../sim/program_world.ts";
import { readFixture } from "./recording.ts";
import { runWith } from "./record.ts";
import { CASES, render } from "./cases.ts";
import { checkOf } from "../schema/validator.ts";

async function imported(name: string, ...args: readonly string[]): Promise<Outcome> {
  return await replayed(["import", ...args], { [name]: readFixture(`import/${name}.txt`) });
}

/** Hop, host, loss and times of each row of a CSV, without what stands before. */
function rowsOf({ text }: Outcome): readonly string[] {
  const rows = text.trimEnd().split("\n").filter((line) => !line.startsWith("Mtr_Version"));
  return rows.map((line) => line.split(",").slice(2).join(","));
}

const REACHED: readonly [name: string, args: readonly string[], rows: readonly string[]][] = [
  ["mtr-0.95-silent.csv", [], [
    "OK,10.200.4.2,1,10.200.1.2,0.00,3,,0.12,0.17,0.12,0.21,0.04",
    "OK,10.200.4.2,2,???,100.00,3,,,,,,",
    "OK,10.200.4.2,3,10.200.3.2,0.00,3,,0.22,0.21,0.19,0.22,0.02",
    "OK,10.200.4.2,4,10.200.4.2,0.00,3,,0.12,0.13,0.12,0.13,0.00",
  ]],
  ["mtr-0.96-names.csv", ["-z"], [
    "OK,10.200.4.2,1,r1.ga.example,AS???,0.00,2,,0.04,0.08,0.04,0.12,0.06",
    "OK,10.200.4.2,2,a-very-long-router-name-for-truncation.r2.ga.example,AS64496,0.00,2,,0.10,0.11,0.10,0.13,0.02",
    "OK,10.200.4.2,3,10.200.3.2,AS64497 64498,0.00,2,,0.12,0.14,0.12,0.16,0.03",
    "OK,10.200.4.2,4,server.ga.example,AS4200000123,0.00,2,,0.14,0.13,0.12,0.14,0.01",
  ]],
  ["mtr-0.93.json", ["-o", "LSDRN"], [
    "OK,192.0.2.9,1,192.0.2.1,0.00,3,0,3,0.25",
    "OK,192.0.2.9,2,192.0.2.9,33.33,3,1,2,1.25",
  ]],
  ["mtr-0.95.raw", ["-o", "LSRNBAW"], [
    "OK,10.200.4.2,1,10.200.1.2,0.00,3,3,0.17,0.08,0.12,0.17",
  ]],
  ["mtr-0.96-blackhole.raw", ["-o", "LSR"], [
    "UNREACHED,???,1,10.200.1.2,0.00,3,3",
    "UNREACHED,???,2,10.200.2.2,0.00,3,3",
    "UNREACHED,???,3,10.200.3.2,0.00,3,3",
    "UNREACHED,???,4,???,100.00,3,0",
  ]],
  ["mtr-0.96-two-hosts.raw", ["-o", "LS"], [
    "OK,10.200.4.2,1,10.200.1.2,0.00,2",
    "OK,10.200.4.2,2,10.200.2.2,0.00,2",
    "OK,10.200.4.2,3,10.200.3.2,0.00,2",
    "OK,10.200.4.2,4,10.200.4.2,0.00,2",
    "OK,10.200.5.2,1,10.200.1.2,0.00,3",
    "OK,10.200.5.2,2,10.200.2.2,0.00,3",
    "OK,10.200.5.2,3,10.200.3.2,0.00,3",
    "OK,10.200.5.2,4,10.200.5.2,0.00,3",
  ]],
  ["scamper.json", ["-o", "LSRN"], [
    "OK,198.51.100.7,1,gateway.example,0.00,1,1,0.51",
    "OK,198.51.100.7,2,???,100.00,2,0,",
    "OK,198.51.100.7,3,203.0.113.1,50.00,2,1,8.25",
    "OK,198.51.100.7,4,198.51.100.7,0.00,1,1,9.75",
  ]],
  ["atlas.json", ["-o", "LSRNW"], [
    "OK,target.example,1,192.0.2.1,33.33,3,2,0.50,0.51",
    "OK,target.example,2,???,100.00,3,0,,",
    "OK,target.example,3,203.0.113.2,0.00,3,3,9.50,9.50",
    "OK,target.example,4,198.51.100.7,0.00,3,3,9.25,9.75",
    "PROHIBITED,2001:db8:7::1,1,2001:db8:10::1,0.00,1,1,0.50,0.50",
    "PROHIBITED,2001:db8:7::1,2,2001:db8:20::1,0.00,1,1,4.50,4.50",
  ]],
];

for (const [name, args, rows] of REACHED) {
  Deno.test(`${name} as CSV ${args.join(" ")}`, async () => {
    const found = rowsOf(await imported(name, "-C", ...args));
    assert.deepEqual(found.slice(0, rows.length), rows);
    assert.ok(rows.length === 1 || found.length === rows.length);
  });
}

Deno.test("several hosts of mtr are several targets, of whatever format", async () => {
  for (const name of ["mtr-0.96-two-hosts.csv", "mtr-0.96-two-hosts.json", "mtr-0.96-two-hosts.raw"]) {
    const { text, exit } = await imported(name);
    assert.equal(text.match(/^HOST:/gm)?.length, 2, name);
    assert.equal(exit, 0);
  }
});

Deno.test("several hosts of mtr in one file are one document", async () => {
  const check = await checkOf("json");
  for (const name of ["mtr-0.96-two-hosts.csv", "mtr-0.96-two-hosts.json"]) {
    const document = JSON.parse((await imported(name, "-j")).text);
    check(document, name);
    const hosts = document.reports.map(({ mtr }: { readonly mtr: { readonly dst: string } }) => mtr.dst);
    assert.deepEqual(hosts, ["10.200.4.2", "10.200.3.2"], name);
    const { text } = await imported(name, "-x");
    assert.deepEqual(text.match(/<\?xml|<\/?MTR-RUN>|<MTR(?= )|<\/MTR>/g), [
      "<?xml",
      "<MTR-RUN>",
      ...["<MTR", "</MTR>", "<MTR", "</MTR>"],
      "</MTR-RUN>",
    ], name);
    assert.equal((await imported(name, "-C")).text.match(/^Mtr_Version/gm)?.length, 1, name);
  }
});

Deno.test("of reports in one file, the settings that they share are told; another host makes another run", async () => {
  const reportText = (mtr: string) => `{"report":{"mtr":{"dst":"h","tos":8,${mtr}},"hubs":[]}}`;
  const together = await replayed(["import", "-j"], { f: reportText('"tests":2') + reportText('"tests":3') });
  const { reports } = JSON.parse(together.text);
  assert.deepEqual([reports[1].mtr.tos, reports[1].mtr.tests], [8, null]);
  const apart = await replayed(["import", "-j"], { f: reportText('"src":"a"') + reportText('"src":"b"') });
  assert.deepEqual(apart.text.match(/^\{|"src": "."/gm), ["{", '"src": "a"', "{", '"src": "b"']);
});

Deno.test("settings that cannot be are not told", async () => {
  const check = await checkOf("json");
  for (const mtr of ['"tests":1e12', '"psize":5', '"psize":"99999"', '"tos":300', '"tos":1.5']) {
    const f =
      `{"report":{"mtr":{"dst":"h",${mtr}},"hubs":[],"run":{"program":"p","version":"","started":"+012345-01-01T00:00:00Z"}}}`;
    check(JSON.parse((await replayed(["import", "-j"], { f })).text), mtr);
  }
});

Deno.test("columns of every release are read by their titles, and mtr's interarrival jitter is 16 times ours", async () => {
  const order = ["-C", "-o", "LSRDNBAWVGJMX"];
  const [first = ""] = rowsOf(await imported("mtr-0.95.csv", ...order));
  const recorded = readFixture("import/mtr-0.95.csv.txt").split("\n");
  const titles = recorded[0]?.split(",").map((title) => title.trim()) ?? [];
  const cells = new Map(recorded[1]?.split(",").map((cell, at) => [titles[at] ?? "", cell]));
  const values = [
    "Loss%",
    "Snt",
    "Rcv",
    "Drop",
    "Last",
    "Best",
    "Avg",
    "Wrst",
    "StDev",
    "Gmean",
    "Jttr",
    "Javg",
    "Jmax",
  ];
  assert.equal(
    first,
    ["OK", cells.get("Host"), "1", cells.get("Ip"), ...values.map((title) => cells.get(title))].join(","),
  );
  const { text } = await imported("mtr-0.95.csv", "-j", "-o", "I");
  const ms = JSON.parse(text).report.hubs[0].Jint;
  assert.ok(Math.abs(ms - Number(cells.get("Jint")) / 16) < 0.001, `${ms}`);
});

Deno.test("mtr's interarrival jitter that ran over is not told", async () => {
  const { report } = JSON.parse(
    (await replayed(["import", "-j", "-o", "NI"], { f: hubText('"Last":7,"Jint":-1344300') })).text,
  );
  assert.deepEqual([report.hubs[1].Last, report.hubs[1].Jint], [7, null]);
  const csv = "Mtr_Version,Start_Time,Status,Host,Hop,Ip,Last,Jint\nMTR.0.95,1,OK,h,1,h,7.00,-1344.30";
  assert.match((await replayed(["import", "-C", "-o", "NI"], { f: csv })).text, /,7\.00,\n$/);
});

Deno.test("what a file does not tell is null and never 0", async () => {
  const { report } = JSON.parse((await imported("mtr-0.95-silent.csv", "-j")).text);
  assert.deepEqual(report.mtr, {
    src: "UNKNOWNHOST",
    dst: "10.200.4.2",
    tos: null,
    tests: null,
    psize: null,
    bitpattern: null,
  });
  const { hubs, run } = report;
  assert.deepEqual([run.protocol, run.access, run.durationMs, run.ended, run.source], [null, null, null, null, null]);
  assert.deepEqual(
    hubs.map(({ late, inFlight, sendFailed }: Record<string, unknown>) => [late, inFlight, sendFailed]),
    Array(4).fill([null, null, null]),
  );
  assert.deepEqual([hubs[1].Last, hubs[1].address, hubs[0].responders[0].replyTtl], [null, null, null]);
  const names = JSON.parse((await imported("mtr-0.96-names.json", "-j")).text).report;
  assert.deepEqual([names.hubs[0].host, names.hubs[0].address, names.run.started], ["r1.ga.example", null, null]);
  const raw = JSON.parse((await imported("mtr-0.96-blackhole.raw", "-j")).text).report;
  assert.deepEqual([raw.run.address, raw.run.started, raw.run.durationMs], [null, null, null]);
});

Deno.test("what single measurements do not count is null, and empty in CSV, unless some were seen", async () => {
  for (
    const [name, late, duplicates] of [["mtr-0.95-names.raw", null, null], ["scamper.json", null, null], [
      "atlas.json",
      0,
      0,
    ]] as const
  ) {
    const { hubs, run } = JSON.parse((await imported(name, "-j")).text.split(/^(?=\{)/m)[0]!).report;
    assert.deepEqual([hubs[0].late, hubs[0].duplicates, hubs[0].reordered], [late, duplicates, null], name);
    assert.deepEqual(run.messages, { foreign: null, forged: null, malformed: null, overflowed: null });
    assert.match((await imported(name, "-C", "-o", "oS")).text.split("\n")[1] ?? "", /,,[0-9]+,$|,,[0-9]+$/);
  }
});

Deno.test("single measurements make an archive, and the archive shows the same", async () => {
  for (const name of ["mtr-0.95-names.raw", "mtr-0.96-two-hosts.raw", "scamper.json", "atlas.json"]) {
    const archive = await imported(name, "--jsonl");
    for (const view of [["-r", "-e"], ["-j"], ["-x"], ["-l"], ["-p"]]) {
      assert.deepEqual(await replayed(["replay", ...view], { a: archive.text }), await imported(name, ...view), name);
    }
  }
});

Deno.test("labels and refusals are told", async () => {
  for (const name of ["scamper.json", "atlas.json"]) {
    assert.match((await imported(name, "-r", "-e", "-n")).text, /\[MPLS: Lbl 24015 TC 0 S 1 TTL 1\]/);
  }
  const { text, complaints } = await imported("atlas.json", "-r", "-n");
  assert.match(text, / 2\.\|-- 2001:db8:20::1 !X /);
  assert.match(complaints.join("\n"), /^2001:db8:7::1 did not answer: 2001:db8:20::1 at hop 2 says: /);
});

Deno.test("figures cannot be made single measurements again", async () => {
  for (const format of ["-l", "-p", "--jsonl"]) {
    await assert.rejects(
      imported("mtr-0.95.csv", format),
      /^UnusableError: Cannot read mtr-0\.95\.csv: it tells no single measurements/,
    );
  }
});

Deno.test("this program's own CSV, JSON and raw output come back as they were", async () => {
  const view = (format: Record<string, unknown>) => ({ ...CASES["answering"]!, views: { f: format } });
  const csv = render(view({ output: "csv" }), "f");
  assert.equal((await replayed(["import", "-C"], { f: csv })).text, csv);
  const document = JSON.parse(render(view({ output: "json" }), "f"));
  const again = JSON.parse((await replayed(["import", "-j"], { f: JSON.stringify(document) })).text);
  for (const key of ["status", "target", "address", "program", "version"]) {
    assert.equal(again.report.run[key], document.report.run[key], key);
  }
  const figures = (hub: Record<string, unknown>) => [hub["host"], hub["Loss%"], hub["Snt"], hub["Last"], hub["Wrst"]];
  assert.deepEqual(again.report.hubs.map(figures), document.report.hubs.map(figures));
  const raw = render(view({ output: "raw" }), "f");
  assert.equal((await replayed(["import", "-C", "-o", "LSR"], { f: raw })).text.split("\n").length, 5);
  assert.ok(runWith([]).targets.length === 0);
});

const hubText = (figures: string) =>
  `{"report":{"mtr":{"dst":"h"},"hubs":[{"count":1,"host":"10.0.0.1"},\n{"count":2,"host":"10.0.0.2",${figures}}]}}`;

const WRONG: readonly [text: string, message: RegExp][] = [
  ["", /it is neither mtr's JSON/],
  ["hello\n", /it is neither mtr's JSON/],
  ["[]", /it is neither mtr's JSON/],
  ["{", /line 1: it is no JSON/],
  ["[[[[", /line 1: it is no JSON/],
  ['\n\n{"a":1}', /line 3: it is neither/],
  ['{"kind":"run","schema":1}', /line 1: it is an archive of this program: mtr-deno replay shows it/],
  ['{"report":{"mtr":{},"hubs":[]}}', /line 1: /],
  ['{"report":7}', /line 1: "report" must be an object$/],
  ['{"reports":{}}', /line 1: "reports" must be a list$/],
  ['{"reports":[{"mtr":{"dst":"h"},"hubs":[7]}]}', /line 1: "reports\.0\.hubs\.0" must be an object$/],
  [
    hubText("").replace('"count":2', `"count":${2 ** 53}`).replace(",}", "}"),
    /line 1: "report\.hubs\.1\.count" must be a whole number from 1 to 255$/,
  ],
  [
    hubText("").replace('"count":2', '"count":"x"').replace(",}", "}"),
    /"report\.hubs\.1\.count" must be a number from 0 to 1000000000000000$/,
  ],
  [
    hubText("").replace("10.0.0.2", "x".repeat(5_000_000)).replace(",}", "}"),
    /line 1: "report\.hubs\.1\.host" must be a text of at most 600 characters$/,
  ],
  ['{"type":"traceroute","result":{}}', /line 1: "result" must be a list$/],
  ['{"type":"traceroute","af":5,"result":[]}', /line 1: "af" must be 4 or 6$/],
  [
    `{"type":"traceroute","result":[${Array(257).fill('{"hop":1}')}]}`,
    /line 1: "result" must be of length 256 at most, and is of 257$/,
  ],
  ['{"type":"trace","dst":"nobody"}', /line 1: "dst" must be an IPv4 or IPv6 address/],
  ['{"type":"traceroute","result":7}', /line 1: /],
  ['{"type":"traceroute","result":[{"hop":0}]}', /line 1: "result\.0\.hop" must be a whole number from 1 to 255/],
  ["Mtr_Version,Start_Time\nMTR.0.95,1,OK,h,1", /line 2: it must have at least 6 cells, and has 5/],
  [
    "Mtr_Version,Start_Time,Status,Host,Hop,Ip,Last\nMTR.0.95,x,OK,h,1,a,1",
    /line 2: Start_Time must be a number of seconds/,
  ],
  ["Mtr_Version,Start_Time,Status,Host,Hop,Ip,Last\nMTR.0.95,1,OK,h,900,a,1", /line 2: Hop must be a number up to 255/],
  ["Mtr_Version,Start_Time,Status,Host,Hop,Ip,Last\nMTR.0.95,1,OK,h,1,a,-1", /line 2: "Last" must be a number/],
  ['Mtr_Version,Start_Time,Status,Host,Hop,Ip,Last\nMTR.0.95,1,OK,"h,1,a,1', /line 2: it is no line of CSV/],
  ["x 0 1\nh 0 nobody", /line 2: an IPv4 or IPv6 address is missing/],
  ["x 0 1\np 0 5 1", /line 2: nobody is known at this position/],
  ["x 0 1\nh 0 10.0.0.1\np 0 -5 1", /line 3: a whole number/],
  ["x 300 1", /line 1: position 300 must be at most 254/],
  ["x 0 1\n?", /line 2: it is no line of mtr's raw output/],
];

for (const [text, message] of WRONG) {
  Deno.test(`what cannot be imported says where and why: ${JSON.stringify(text).slice(0, 60)}`, async () => {
    await assert.rejects(replayed(["import"], { f: text }), message);
  });
}

const IMPOSSIBLE: readonly [figures: string, message: RegExp][] = [
  ['"Loss%":150,"Snt":3', /line 1: "report\.hubs\.1\.Loss%" must be a number from 0 to 100, and is 150$/],
  ['"Loss%":-5,"Snt":3', /hubs\.1\.Loss%" must be a number from 0 to 100, and is -5$/],
  ['"Loss%":1e308,"Snt":3', /hubs\.1\.Loss%" must be a number from 0 to 100, and is 1e\+308$/],
  ['"Loss%":1e999,"Snt":3', /hubs\.1\.Loss%" must be a number from 0 to 100, and is greater than every number$/],
  ['"Loss%":"x","Snt":3', /hubs\.1\.Loss%" must be a number from 0 to 100, and is "x"$/],
  ['"Loss%":0,"Snt":-5', /hubs\.1\.Snt" must be a number from 0 to 1000000000000000, and is -5$/],
  ['"Loss%":0,"Snt":2.5', /hubs\.1\.Snt" must be a whole number, and is 2\.5$/],
  ['"Rcv":4,"Snt":3', /hubs\.1\.Rcv" must be at most 3, as many as were sent and not lost, and is 4$/],
  ['"Rcv":3,"Drop":1,"Snt":3', /hubs\.1\.Rcv" must be at most 2, as many as were sent and not lost, and is 3$/],
  ['"Drop":"4","Snt":"3"', /hubs\.1\.Drop" must be at most 3, as many as were sent, and is "4"$/],
  ['"Last":-1', /hubs\.1\.Last" must be a number from 0 to/],
];

for (const [figures, message] of IMPOSSIBLE) {
  Deno.test(`figures that cannot be are refused: ${figures}`, async () => {
    await assert.rejects(replayed(["import", "-j"], { f: hubText(figures) }), message);
  });
}

Deno.test("figures of a CSV that cannot be are refused with their line", async () => {
  const rows = (cells: string) => `Mtr_Version,Start_Time,Status,Host,Hop,Ip,Loss%,Snt,Rcv,Drop\nM,1,OK,h,1,a,${cells}`;
  const wrong: readonly [cells: string, message: RegExp][] = [
    ["150,3", /line 2: "Loss%" must be a number from 0 to 100, and is 150$/],
    ["-5,3", /line 2: "Loss%" must be a number, and is "-5"$/],
    ["1e308,3", /line 2: "Loss%" must be a number, and is "1e308"$/],
    ["0,2.5", /line 2: "Snt" must be a whole number, and is 2\.5$/],
    ["0,3,4", /line 2: "Rcv" must be at most 3, /],
    [",3,,4", /line 2: "Drop" must be at most 3, /],
  ];
  for (const [cells, message] of wrong) await assert.rejects(replayed(["import"], { f: rows(cells) }), message);
});

Deno.test("what is imported at the edge of what can be fits the schema of JSON", async () => {
  const check = await checkOf("json");
  for (const figures of ['"Loss%":100,"Snt":3', '"Loss%":0,"Snt":0', '"Loss%":" 33.3%","Snt":"3"', '"Snt":null']) {
    check(JSON.parse((await replayed(["import", "-j"], { f: hubText(figures) })).text), figures);
  }
});

Deno.test("whatever stands in a file, it is shown without control characters or refused with its name", async () => {
  const random = new Random(3);
  const names = ["mtr-0.95.csv", "mtr-0.96-names.json", "mtr-0.96-two-hosts.raw", "scamper.json", "atlas.json"];
  for (let times = 0; times < 400; times++) {
    const text = readFixture(`import/${random.pick(names)}.txt`);
    const at = random.below(text.length);
    const piece = random.pick(["\x1b[2J", "9", "-", '"', "\\u001b[2J", "\u202e", "}", ",", "1e999", "\n", "é"]);
    const damaged = text.slice(0, at) + piece + text.slice(at + random.below(4));
    try {
      const { text: shown } = await replayed(["import", random.pick(["-r", "-C", "-x"]), "-z"], { f: damaged });
      assert.match(shown, /^[\n\P{Cc}]*$/u);
    } catch (error) {
      assert.ok(error instanceof Error && error.message.startsWith("Cannot read f: "), String(error));
    }
  }
});
