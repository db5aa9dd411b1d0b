import assert from "node:assert/strict";
import { type EventScript, script, TARGET } from "../../path/_script.ts";
import { FIELDS } from "../../path/fields.ts";
import { Path } from "../../path/path.ts";
import type { Names } from "../record.ts";
import { Stage, type StageOptions } from "./_stage.ts";
import { TargetHistory } from "./history.ts";
import type { Key } from "./key.ts";
import { columnsOfText } from "./line.ts";

const SECOND_US = 1_000_000;

/** Forty seconds: hop 1 answers a half, hop 2 changes, hop 3 is silent, the target loses a quarter. */
function eventfulRun(): EventScript {
  const run = script();
  for (let round = 0; round < 40; round++) {
    if (round % 2 === 0) run.reply(1, "10.0.0.1", 1000);
    else run.lost(1);
    run.reply(2, round < 25 ? "10.0.0.2" : "10.0.0.22", 2000, {
      labels: [{ label: 16_004, trafficClass: 3, bottomOfStack: true, ttl: 1 }],
      replyTtl: 63,
    });
    run.lost(3);
    if (round % 4 === 3) run.lost(4);
    else run.reply(4, TARGET, 10_000 + 100 * round);
    run.round((round + 1) * SECOND_US);
  }
  return run;
}

const HOSTS: Readonly<Record<string, string>> = {
  "10.0.0.2": "core1.carrier.example",
  "10.0.0.22": "core2.carrier.example",
};

const NAMES: Names = {
  host: (address) => HOSTS[address],
  ipInfo: (address) =>
    address.startsWith("10.0.0.2") ? { asn: "64496", prefix: "10.0.0.0/24", organization: "運送 & Söhne" } : undefined,
};

function stageOf(options: Partial<StageOptions> = {}): Stage {
  return new Stage({ targets: [{ script: eventfulRun() }], columns: 120, rows: 60, names: NAMES, ...options });
}

/** Each of these stands on the screen after the keys. */
function shows(stage: Stage, keys: readonly Key[], ...patterns: readonly RegExp[]): void {
  const text = stage.press(...keys).text();
  for (const pattern of patterns) assert.match(text, pattern);
}

Deno.test("where trouble begins, what has changed and what is only a router's limit have signs and words", () => {
  const stage = stageOf();
  shows(
    stage,
    [],
    /^ 1\.~10\.0\.0\.1 .* 50\.0%/m,
    /^ 2\.\*core1\.carrier\.example/m,
    /^ 3\. \(waiting for reply\)$/m,
    /^ 4\.!192\.0\.2\.99 .* 25\.0%/m,
    /^LOSS: probes or their answers are lost from hop 4/m,
    /^CHANGED: the path changed 25\.0 s after the start: hop 2 from 10\.0\.0\.2 to 10\.0\.0\.22$/m,
    /^RATE_LIMIT: answers of hop 1 \(10\.0\.0\.1\) come at a steady/m,
    /^SILENT: hop 3/m,
  );
  const cell = (text: string): unknown => stage.frame().lines.flat().find((span) => span.text.includes(text))?.style;
  assert.deepEqual(cell("50.0%"), { dim: true });
  assert.deepEqual(cell("25.0%"), { bold: true, colour: "red" });
});

Deno.test("on a short screen the worst verdict stays in sight", () => {
  const { rows } = stageOf().scene;
  assert.equal(rows, 60);
  shows(stageOf({ rows: 12 }), [], /^LOSS: /m, /^ 4\.!/m);
});

Deno.test("on 40 columns sentences are as long as the rows allow, say where they are cut, and prompts say all they have to", () => {
  const stage = stageOf({ columns: 40, rows: 10, targets: [{ script: eventfulRun() }] });
  assert.deepEqual(stage.lines().slice(-1), ["LOSS: probes or their answers are los..."]);
  const tall = stageOf({ columns: 40, rows: 12, view: { names: false, addressesShown: 1 } });
  assert.match(tall.text(), /^LOSS: probes or their answers are lost$[^]*\S ?\.\.\.$/m);
  assert.doesNotMatch(stageOf().text(), /\.\.\.$/m);
  stage.press("i", ..."99999999", "enter");
  assert.match(
    stage.text(),
    /^Interval : 99999999\nCannot use "99999999": it must be 0\.001\nto 86400 seconds; Esc leaves\n 2\.\*/m,
  );
});

Deno.test("on few rows the keys go first, and how many hops are below is told", () => {
  const stage = stageOf({ rows: 10, view: { mpls: true } });
  shows(stage, [], /^LOSS: /m, /^ \(2 lines below\) /m);
  assert.doesNotMatch(stage.text(), /^Keys:/m);
  assert.doesNotMatch(stage.press("end").text(), /below/);
  assert.doesNotMatch(stageOf({ rows: 30 }).text(), /below/);
});

Deno.test("the details of a LAN have its microseconds", () => {
  const lan = script().reply(1, "10.0.0.1", 43).reply(2, TARGET, 87);
  shows(stageOf({ targets: [{ script: lan }] }), ["down", "enter"], /^Last +0\.043 ms/m);
});

Deno.test("the chosen hop is reversed, and enter tells all that is known of it", () => {
  const stage = stageOf().press("down", "down");
  const row = stage.frame().lines.find((line) => line[0]?.text.startsWith(" 2."));
  assert.ok(row?.every(({ style }) => style?.reverse));
  shows(
    stage,
    ["enter"],
    /^Hop 2;/,
    /^Address +10\.0\.0\.22$/m,
    /^Name +core2\.carrier\.example$/m,
    /^Network +AS64496 +10\.0\.0\.0\/24 +運送 & Söhne$/m,
    /^Answer +time exceeded, ICMP type 11 code 0, arrived with TTL 63$/m,
    /^Labels +\[MPLS: Lbl 16004 TC 3 S 1 TTL 1\]$/m,
    /^Probes +40 sent, 40 answered in time, 0 lost$/m,
    /^CHANGED: /m,
    /^Round trips of the latest 40 answers, from$/m,
    /^ +25 +2\.0 +2\.0 +2\.0 +core1\.carrier\.example$/m,
    /^ +15 +2\.0 +2\.0 +2\.0 +core2\.carrier\.example$/m,
  );
  for (const { title, unit } of Object.values(FIELDS)) {
    if (unit !== "blank" && unit !== "word") assert.ok(stage.text().includes(title), title);
  }
});

/** Twelve seconds of a target that is away for four of them, behind a router that tells much. */
function tellingRun(): EventScript {
  const run = script();
  for (let round = 0; round < 12; round++) {
    run.reply(1, "10.0.0.1", 1000, {
      errorUs: 1 + round % 2,
      quotedTtl: 3,
      quotedTrafficClass: 0,
      sentTrafficClass: 186,
      interfaces: [{ role: "incoming", index: 7, address: "10.0.0.1", name: "ge\x1b[2J", mtu: 9000 }],
    });
    if (round >= 4 && round < 8) run.lost(2);
    else run.reply(2, TARGET, 10_000, { sentBy: "queue", load: round < 4 ? "idle" : "loaded" });
    run.round((round + 1) * SECOND_US);
  }
  return run.late(2, TARGET, 10_000);
}

Deno.test("what routers quote and name, outages, stamps and load stand in the details, where there are any", () => {
  const stage = stageOf({ targets: [{ script: tellingRun() }] });
  shows(
    stage,
    ["down", "enter"],
    /^Arrives {3}with TTL 3 instead of 1, say 12 answers$/m,
    /^ {10}with DSCP 0 ECN 0 instead of DSCP 46 ECN 2, say 12 answers$/m,
    /^Interface in through ge\\u\{1B\}\[2J, 10\.0\.0\.1, index 7, MTU 9000$/m,
    /^Stamps {4}12 answers timed by the network driver; off by 1\.5 us at most on average, by 2\.0 us at worst$/m,
  );
  assert.doesNotMatch(stage.text(), /^(?:Losses|Outages|Load) /m);
  shows(
    stage,
    ["down"],
    /^Probes {4}13 sent, 8 answered in time, 5 lost, 1 of the lost answered too late$/m,
    /^Losses {4}2 bursts, the longest of 4 probes$/m,
    /^Outages {3}1, 4\.0 s in all$/m,
    /^ {10}16:33:31 to 16:33:35, 4\.0 s, 4 probes$/m,
    /^Stamps {4}8 answers timed sent: by the kernel, before its queue, received: by the network driver; nobody/m,
    /^Load {6}without: 4 answers, median 10\.000 ms, 95 % within 10\.000 ms, 0 lost$/m,
    /^ {10}with: 4 answers, /m,
  );
  assert.doesNotMatch(stage.text(), /^(?:Arrives|Interface) /m);
  shows(stage, ["k"], /^Past {6}/m);
});

Deno.test("in the details up and down choose another hop, and other keys mean what they mean elsewhere", () => {
  const stage = stageOf().press("down", "enter");
  shows(stage, ["down", "down", "down"], /^Hop 4;/, /^Answer +echo reply, ICMP type 0 code 0$/m);
  shows(stage, ["up"], /^Hop 3;/, /\(waiting for reply\)/);
  assert.deepEqual(stage.press("p").actions, [{ kind: "pause" }]);
  shows(stage, ["escape"], /^Keys:/m);
});

Deno.test("flows have their own figures in the details", () => {
  const run = script();
  const flows = (round: number): void => {
    run.reply(1, "10.0.0.1", 1000 + round).reply(1, "10.0.0.2", 3000 + round);
  };
  for (let round = 0; round < 10; round++) flows(round);
  run.events.forEach((event, at) => {
    if ("ttl" in event) run.events[at] = { ...event, flow: 1 + Math.floor(at / 2) % 2 };
  });
  shows(
    stageOf({ targets: [{ script: run }] }),
    ["down", "enter"],
    /^ +1 +0\.0% +10 +1\.0 +10\.0\.0\.1$/m,
    /^ +2 +0\.0% +10 +3\.0 /m,
    /, flows 1$/m,
  );
});

Deno.test("the log tells what has changed and when, the latest first", () => {
  shows(
    stageOf(),
    ["l"],
    /^Changes of the path/,
    /^16:33:52 {2}hop 2: core1\.carrier\.example -> core2\.carrier\.example$/m,
  );
  shows(stageOf({ targets: [{ script: script().reply(1, TARGET, 1) }] }), ["l"], /^None so far$/m);
});

Deno.test("another protocol, by a key, is in the log and begins the figures anew: it changes no path", () => {
  const path = new Path({ address: TARGET, family: 4, firstTtl: 1, maxTtl: 30 });
  const history = new TargetHistory();
  const run = script();
  let applied = 0;
  const rounds = (first: number, last: number, router: string): void => {
    for (let round = first; round <= last; round++) {
      run.reply(1, "10.0.0.1", 100).reply(2, router, 200).reply(3, TARGET, 300).round((round + 1) * SECOND_US);
    }
    for (const event of run.events.slice(applied)) {
      path.apply(event);
      history.apply(event, path);
    }
    applied = run.events.length;
  };
  const seen = (keys: readonly Key[]): string => {
    const stage = stageOf();
    const [target] = stage.scene.record.targets;
    assert.ok(target !== undefined);
    const record = { ...stage.scene.record, targets: [{ ...target, path }] };
    stage.scene = { ...stage.scene, record, histories: [history] };
    return stage.press(...keys).text();
  };
  rounds(0, 19, "10.0.0.2");
  history.change({ protocol: "udp" });
  history.change({ intervalUs: 500_000 });
  // The round that was under way may be of the old protocol.
  rounds(20, 20, "10.0.0.2");
  rounds(21, 40, "10.0.0.22");
  const table = seen([]);
  assert.match(table, /^ 2\. core2\.carrier\.example .* 0\.0% +20 /m);
  assert.doesNotMatch(table, /CHANGED|VARYING|core1/);
  const [, ...log] = seen(["l"]).split("\n");
  assert.deepEqual(log.map((line) => line.replace(/^\S+ +/, "")), ["interval 0.5 s", "protocol UDP"]);
});

Deno.test("the time goes back and forth, and the picture says so", () => {
  const stage = stageOf();
  const now = stage.lines();
  shows(stage, ["k"], /^ FROZEN 16:34:06 /, /^ 4\.!192\.0\.2\.99 .* 40 /m);
  shows(stage, ["left"], /^ FROZEN 16:34:05 /, /^ 4\.!192\.0\.2\.99 .* 39 /m);
  shows(stage, ["["], /^ FROZEN 16:33:27 /, /^ 4\. 192\.0\.2\.99 .* 1 /m);
  shows(stage, ["l"], /^None so far$/m);
  shows(stage, ["escape", "right", "right"], /^ FROZEN 16:33:31 /);
  assert.deepEqual(stage.press("]").lines(), now);
  assert.deepEqual(stage.press("left", "escape").lines(), now);
});

const SEVERAL = [
  { script: eventfulRun(), typed: "one.example" },
  { script: script().reply(1, TARGET, 5000), typed: "zwei.example" },
  { script: script().reply(1, "10.9.9.9", 5000).lost(2), typed: "例え.example" },
];

Deno.test("several targets are tabs", () => {
  const stage = stageOf({ targets: SEVERAL });
  shows(stage, [], /^ 1!one\.example {2}2 zwei\.example {2}3 例え\.example$/m, /-> one\.example/);
  shows(stage, ["tab"], /-> zwei\.example/);
  shows(stage, ["backTab", "backTab"], /-> 例え\.example/);
  shows(stage, ["2"], /-> zwei\.example/);
  shows(stage, ["9"], /-> zwei\.example/);
  shows(stage, ["c"], /^2\/3 vm /);
});

Deno.test("tabs have the worst sign of their target, and those without room are counted, with the ones in trouble", () => {
  const slower = script();
  for (let round = 0; round < 20; round++) {
    slower.reply(1, "10.0.0.1", 1000).reply(2, TARGET, 200_000).round((round + 1) * SECOND_US);
  }
  const targets = [
    { script: script().reply(1, TARGET, 1), typed: "good.example" },
    { script: slower, typed: "slow.example" },
    { script: eventfulRun(), typed: "bad.example" },
    { script: script(), typed: "none.example", target: { status: "FAILED", failure: "Cannot resolve" } as const },
  ];
  assert.equal(
    new Stage({ targets }).lines()[3],
    " 1 good.example  2+slow.example  3!bad.example  4!none.example",
  );
  assert.equal(new Stage({ targets, columns: 46 }).lines()[3], " 1 good.example  2+slow.example  +2 (2!)");
  assert.equal(new Stage({ targets, columns: 46 }).press("backTab").lines()[3], " 3!bad.example  4!none.example  +2");
});

Deno.test("names of the DNS are shown in their letters, where those can be told from others and the terminal has them", () => {
  const hosts: Readonly<Record<string, string>> = {
    "10.0.0.1": "xn--mnchen-3ya.example",
    "10.0.0.2": "xn--pple-43d.example",
    [TARGET]: "xn--fsqu00a.xn--0zwm56d",
  };
  const run = script().reply(1, "10.0.0.1", 1000).reply(2, "10.0.0.2", 1000).reply(3, TARGET, 1000);
  const options: Partial<StageOptions> = {
    targets: [{ script: run, typed: "xn--zrich-kva.example:80" }],
    names: { host: (address) => hosts[address] },
  };
  shows(
    stageOf(options),
    [],
    /-> zürich\.example:80 /,
    /^ 1\. münchen\.example {2,}/m,
    /^ 2\. xn--pple-43d\.example {2,}/m,
    /^ 3\. 例子\.测试 {2,}/m,
  );
  const columns = stageOf(options).lines().slice(5, 8).map((line) => columnsOfText(line));
  assert.equal(new Set(columns).size, 1);
  shows(
    stageOf(options),
    ["/", ..."münch", "enter", "enter"],
    /^Name +münchen\.example\n +xn--mnchen-3ya\.example in the DNS$/m,
  );
  const ascii = stageOf({ ...options, terminal: { isUnicode: false } });
  shows(ascii, [], /-> xn--zrich-kva\.example:80 /, /^ 1\. xn--mnchen-3ya\.example /m);
  const [action] = stageOf(options).press("x", "c").actions;
  assert.match(action?.kind === "export" ? action.text : "", /,xn--mnchen-3ya\.example,/);
});

Deno.test("of very many targets the tab of the one that is shown is in sight", () => {
  const many = Array.from({ length: 200 }, (_, at) => ({ script: script(), typed: `host${at + 1}.example` }));
  const stage = new Stage({ targets: many });
  stage.press(...new Array(150).fill("tab"));
  assert.match(stage.lines()[3] ?? "", / 151 host151\.example /);
  stage.press(...new Array(50).fill("tab"));
  assert.match(stage.lines()[3] ?? "", /^ 1 host1\.example /);
});

Deno.test("a search finds the next hop by name, address or network, here and at the other targets", () => {
  const stage = stageOf({ targets: SEVERAL });
  const found = (...keys: readonly Key[]): readonly (number | undefined)[] => {
    stage.press(...keys, "enter");
    return [stage.state.target, stage.state.selectedTtl];
  };
  assert.deepEqual(found("/", ..."CORE2"), [0, 2]);
  assert.deepEqual(found("escape", "/", ..."10.0.0.1"), [0, 1]);
  assert.deepEqual(found("/", ..."as64496"), [0, 2]);
  assert.deepEqual(found("/", ..."10."), [2, 1]);
  assert.deepEqual(found("/"), [0, 1]);
  assert.deepEqual(found("/", ..."zwei"), [1, undefined]);
  assert.deepEqual(stage.actions, []);
  shows(stage, ["/", "x", "y", "enter"], /^ Nothing here has "xy" in it$/m);
  assert.deepEqual(stage.actions, [{ kind: "bell" }]);
});

Deno.test("what is shown goes into files: the run in the columns of the screen, and the screen as a picture", () => {
  const written = (...keys: readonly Key[]): readonly [extension: string, text: string] => {
    const [action] = stageOf().press(...keys).actions;
    assert.equal(action?.kind, "export");
    return action?.kind === "export" ? [action.extension, action.text] : ["", ""];
  };
  const [txt, report] = written("o", "S", "enter", "x", "r");
  assert.equal(txt, "txt");
  assert.match(report, /^HOST: vm +Snt$/m);
  assert.match(report, /Still running when this was written/);
  assert.doesNotMatch(report, /ended early/);
  const [csv, table] = written("x", "c");
  assert.equal(csv, "csv");
  assert.match(table, /^Mtr_Version,Start_Time,Status,Host,Hop,Ip,Loss%/);
  assert.equal(table.trimEnd().split("\n").length, 5);
  const [extension, document] = written("x", "j");
  assert.equal(extension, "json");
  assert.equal(JSON.parse(document).report.hubs.length, 4);
  const [svg, picture] = written("x", "s");
  assert.equal(svg, "svg");
  assert.match(picture, /core1\.carrier\.example/);
  assert.doesNotMatch(picture, /Write a file/);
  assert.match(written("left", "left", "x", "r")[1], /^ +4\.\|-- 192\.0\.2\.99 +\S+ +37 /m);
});

Deno.test("w writes again what was written last, a report at first; another key writes nothing", () => {
  const stage = stageOf().press("w", "x", "s", "w", "x", "enter", "x", "q");
  const kinds = stage.actions.map((action) => action.kind === "export" ? action.extension : action.kind);
  assert.deepEqual(kinds, ["txt", "svg", "svg", "svg"]);
});

/** Rounds over a short path, with load from the second one on, as the plan of four says. */
function loadedRun(rounds: number): EventScript {
  const run = script();
  for (let round = 0; round < rounds; round++) {
    run.reply(1, TARGET, 1000);
    if (round >= 2) run.load(893);
    if (round < rounds - 1) run.round((round + 1) * SECOND_US);
  }
  return run;
}

Deno.test("while load is sent the screen says so, and to whom; before and after, too", () => {
  const shown = (rounds: number, options: Partial<StageOptions> = {}): string =>
    stageOf({ targets: [{ script: loadedRun(rounds) }], plan: { loadBps: 10_000_000, rounds: 4 }, ...options }).text();
  assert.match(shown(2), /^LOAD: none now; 10\.0 Mbit\/s to 192\.0\.2\.99 from cycle 3 on$/m);
  assert.doesNotMatch(shown(2), /^ LOAD /m);
  assert.match(shown(3), /^ LOAD 10\.0 Mbit\/s /);
  assert.match(
    shown(3),
    /^LOAD: 10\.0 Mbit\/s to 192\.0\.2\.99 beside the probes now: these figures are with load, too;/m,
  );
  assert.match(shown(3, { rows: 8 }), /^ LOAD 10\.0 Mbit\/s /);
  assert.match(shown(3, { isPaused: true }), /^ PAUSED +mtr-deno[^]*^LOAD: none while probing is paused; /m);
  assert.match(
    shown(4, { targets: [{ script: loadedRun(4).round() }] }),
    /^LOAD: none any more; 2\.5 MB in 1786 packets were sent to the target beside the probes, at 10\.0 Mbit\/s$/m,
  );
  assert.match(
    shown(0, { targets: [{ script: loadedRun(21) }], plan: { loadBps: 1_000_000, rounds: undefined } }),
    /^LOAD: none now; 1\.0 Mbit\/s to 192\.0\.2\.99 from cycle 31 on;/m,
  );
  assert.doesNotMatch(stageOf().text(), /LOAD/);
});

Deno.test("messages that the kernel dropped are told at once: some loss may be this host's own", () => {
  const counts = { foreign: 0, forged: 0, malformed: 0, overflowed: 3 };
  const stage = stageOf();
  stage.scene = { ...stage.scene, record: { ...stage.scene.record, counts } };
  assert.match(stage.text(), /^DROPPED: The kernel dropped 3 messages unread: /m);
});

Deno.test("what is shared with other targets is told, behind what the figures mean", () => {
  const run = eventfulRun().sharing(7).reply(1, "10.0.0.1", 1000);
  shows(
    stageOf({ targets: [{ script: run }] }),
    [],
    /^LOSS: [^]*^SHARED: 1 of 41 probes to hop 1 are those to other targets/m,
  );
});
