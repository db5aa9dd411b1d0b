import assert from "node:assert/strict";
import { unicodeWidth } from "@std/cli/unicode-width";
import { randomRun } from "../../path/_random_run.ts";
import { type EventScript, script, TARGET } from "../../path/_script.ts";
import { FIELDS } from "../../path/fields.ts";
import type { Names } from "../record.ts";
import { Stage, type StageOptions } from "./_stage.ts";
import type { Action } from "./action.ts";
import { BINDINGS, KEY_HELP } from "./bindings.ts";
import { type Key, KEY_NAMES } from "./key.ts";
import { textOf } from "./line.ts";

const RUNS = 120;
const KEYS_PER_RUN = 40;
const SIZES = [[80, 24], [40, 10], [200, 60], [10, 3], [1, 1], [25, 12], [120, 8], [0, 0]] as const;

/** Names of others, who may write what they like. */
const HOSTILE: Names = {
  host: (address) => `${address}\n\x1b[2J\u202e日本語.example`,
  ipInfo: () => ({ asn: "64496", prefix: "日本\x1b[31m", country: "\t", organization: "組織\u202e\x07" }),
};

/** Whole numbers from 0 to below the limit. */
function dice(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => (state = (state * 48_271) % 2_147_483_647) % limit;
}

/** Every key that means something, and others. */
const ANY_KEYS: readonly Key[] = [
  ...BINDINGS.keys(),
  ...KEY_NAMES,
  "7",
  "é",
  "日",
  "\x1b",
  "\x00",
  "\u0301",
  "constructor",
];

Deno.test("whatever is typed, at whatever size, frames fit the screen and hold nothing that moves a cursor", () => {
  for (let seed = 1; seed <= RUNS; seed++) {
    const below = dice(seed);
    const [columns, rows] = SIZES[below(SIZES.length)] ?? [80, 24];
    const stage = new Stage({
      targets: [{ script: randomRun(seed).script, typed: "bücher.例え.example\x1b[2J" }, {
        script: script(),
        typed: "b",
      }],
      columns,
      rows,
      names: HOSTILE,
      view: { ipinfo: seed % 2 === 0 ? ["asn", "prefix"] : [], mpls: true, showIps: seed % 3 === 0 },
      terminal: { isUnicode: seed % 5 > 0 },
      isPaused: seed % 7 === 0,
    });
    for (let typed = 0; typed < KEYS_PER_RUN; typed++) {
      const key = ANY_KEYS[below(ANY_KEYS.length)] ?? "q";
      stage.press(key);
      if (key === "d") stage.scene = { ...stage.scene, columns: SIZES[below(SIZES.length)]?.[0] ?? 80 };
      const { lines, cursor } = stage.frame();
      assert.ok(lines.length <= stage.scene.rows, `seed ${seed}, key ${key}`);
      for (const line of lines) {
        const text = textOf(line);
        assert.ok(unicodeWidth(text) <= stage.scene.columns, `seed ${seed}, key ${key}: ${text}`);
        assert.match(text, /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u, `seed ${seed}, key ${key}`);
      }
      if (cursor !== undefined) {
        assert.ok(cursor.row < stage.scene.rows && cursor.column < Math.max(1, stage.scene.columns));
      }
    }
  }
});

function onePath(): EventScript {
  return script().reply(1, "10.0.0.1", 250).reply(2, "10.0.0.2", 1000).lost(3).reply(4, TARGET, 20_000);
}

function stageOf(options: Partial<StageOptions> = {}): Stage {
  return new Stage({ targets: [{ script: onePath() }], ...options });
}

function checkActions(keys: readonly Key[], actions: readonly Action[], options: Partial<StageOptions> = {}): void {
  assert.deepEqual(stageOf(options).press(...keys).actions, actions, keys.join(" "));
}

Deno.test("keys ask the program for what mtr's keys ask for", () => {
  for (const key of ["q", "\x03"]) checkActions([key], [{ kind: "quit" }]);
  for (const key of ["p", "P", "\x13"]) checkActions([key], [{ kind: "pause" }]);
  for (const key of [" ", "\x11"]) checkActions([key], [{ kind: "resume" }]);
  checkActions(["r"], [{ kind: "reset" }]);
  checkActions(["\x0c"], [{ kind: "redraw" }]);
  checkActions(["\x1a"], [{ kind: "suspend" }]);
});

Deno.test("u and t go to UDP and TCP, and back to ICMP", () => {
  const change = (key: Key, protocol: "icmp" | "udp" | "tcp" | "sctp", next: "icmp" | "udp" | "tcp"): void =>
    checkActions([key], [{ kind: "change", change: { protocol: next } }], { plan: { protocol } });
  change("u", "icmp", "udp");
  change("u", "tcp", "udp");
  change("u", "udp", "icmp");
  change("t", "icmp", "tcp");
  change("t", "udp", "tcp");
  change("t", "tcp", "icmp");
  change("t", "sctp", "tcp");
});

function checkPrompt(key: Key, typed: string, action: Action): void {
  checkActions([key, ...typed, "enter"], [action], { plan: { firstTtl: 2, maxTtl: 20 } });
}

Deno.test("a setting that is typed becomes a change of the plan", () => {
  checkPrompt("s", "1500", { kind: "change", change: { packetBytes: 1500, randomPacketBytes: false } });
  checkPrompt("s", "-200", { kind: "change", change: { packetBytes: 200, randomPacketBytes: true } });
  checkPrompt("b", "255", { kind: "change", change: { bitPattern: 255, randomBitPattern: false } });
  checkPrompt("b", "-1", { kind: "change", change: { randomBitPattern: true } });
  checkPrompt("i", "0.25", { kind: "change", change: { intervalUs: 250_000 } });
  checkPrompt("i", "2", { kind: "change", change: { intervalUs: 2_000_000 } });
  checkPrompt("f", "20", { kind: "change", change: { firstTtl: 20 } });
  checkPrompt("m", "2", { kind: "change", change: { maxTtl: 2 } });
  checkPrompt("Q", "184", { kind: "change", change: { trafficClass: 184 } });
});

Deno.test("a setting that cannot be used rings, says what it must be, and can be typed again", () => {
  for (
    const [key, typed, sentence] of [
      ["s", "27", 'Cannot use "27": it must be 28 to 65535, or -65535 to -28 (random); Esc leaves'],
      ["s", "0x40", 'Cannot use "0x40": it must be'],
      ["b", "256", 'Cannot use "256": it must be 0 to 255, or -1 for a random one'],
      ["i", "0", 'Cannot use "0": it must be 0.001 to 86400 seconds'],
      ["i", "-1", 'Cannot use "-1": it must be'],
      ["i", "nan", 'Cannot use "nan": it must be'],
      ["f", "21", 'Cannot use "21": it must be 1 to 20, the last one'],
      ["m", "1", 'Cannot use "1": it must be 2, the first one, to 255'],
      ["m", "256", 'Cannot use "256": it must be'],
      ["Q", "256", 'Cannot use "256": it must be 0 to 255'],
    ] as const
  ) {
    const stage = stageOf({ columns: 120, plan: { firstTtl: 2, maxTtl: 20 } }).press(key, ...typed, "enter");
    assert.deepEqual(stage.actions, [{ kind: "bell" }]);
    assert.ok(stage.lines()[3]?.startsWith(sentence), stage.lines()[3]);
    stage.press(...typed.split("").map(() => "backspace"), "5", "escape");
    assert.ok(stage.lines()[2]?.startsWith("Keys:"));
  }
});

Deno.test("what cannot be used fits 80 columns, and the next character begins anew", () => {
  const stage = stageOf().press("s", "2", "7", "enter");
  assert.match(stage.lines()[3] ?? "", /^Cannot use "27": it must be .*; Esc leaves$/);
  assert.equal(stage.press("6", "4").lines()[2], "Change Packet Size: 64");
  assert.equal(stageOf().press("s", "2", "7", "enter", "backspace", "8").lines()[2], "Change Packet Size: 28");
});

Deno.test("without a letter enter changes nothing, and escape forgets what was typed", () => {
  for (const key of ["s", "b", "i", "f", "m", "Q"]) {
    checkActions([key, "enter"], []);
    checkActions([key, "3", "escape"], []);
  }
});

Deno.test("the present value stands in the prompt until something is typed, and the cursor behind the label", () => {
  const stage = stageOf({ plan: { packetBytes: 100 } }).press("s");
  assert.equal(stage.lines()[2], "Change Packet Size: 100");
  assert.deepEqual(stage.frame().cursor, { row: 2, column: 20 });
  stage.press("7", "2");
  assert.equal(stage.lines()[2], "Change Packet Size: 72");
  assert.deepEqual(stage.frame().cursor, { row: 2, column: 22 });
  stage.press("backspace");
  assert.equal(stage.lines()[2], "Change Packet Size: 7");
  assert.equal(stage.press("escape", "s", "backspace").lines()[2], "Change Packet Size: 10");
});

Deno.test("letters of a prompt are text: no key has its other meaning there", () =>
  checkActions(["s", "q", "r", " ", "p", "escape"], []));

Deno.test("columns are typed or picked, and a letter that is none is told", () => {
  const stage = stageOf().press("o", ..."SL", "enter");
  assert.equal(stage.lines()[4], " Host" + "Snt Loss%".padStart(74));
  stage.press("o", "x", "enter");
  assert.deepEqual(stage.actions, [{ kind: "bell" }]);
  assert.equal(stage.lines()[3], 'Cannot show "x": it must be one of the letters below');
  stage.press("escape", "o", "down", "tab", "enter");
  assert.equal(stage.state.view.order, "S");
  stage.press("o", "up", "tab", "enter");
  assert.equal(stage.state.view.order, "Sv");
});

Deno.test("the list of columns has every column of the one table, and marks those that are shown", () => {
  const lines = stageOf({ rows: 60 }).press("o").lines().slice(4);
  assert.equal(lines.length, Object.keys(FIELDS).length);
  Object.entries(FIELDS).forEach(([letter, { help }], at) => {
    assert.ok(lines[at]?.endsWith(help), lines[at]);
    assert.equal(lines[at]?.[1], "LS NABWV".includes(letter) ? "*" : " ");
  });
});

Deno.test("the page of keys has a line for every key, and any other key ends it", () => {
  const text = stageOf({ rows: 100 }).press("?").text();
  for (const { help } of KEY_HELP) assert.ok(text.includes(help), help);
  const stage = stageOf().press("h", "x");
  assert.ok(stage.lines()[2]?.startsWith("Keys:"));
  assert.equal(stageOf().press("?", "q").actions.length, 0);
});

Deno.test("on a small screen the page of keys is scrolled", () => {
  const stage = stageOf({ rows: 10 }).press("?");
  const first = stage.lines();
  const second = stage.press("pageDown").lines();
  assert.notEqual(second[1], first[1]);
  assert.deepEqual(stage.press("pageUp").lines(), first);
});

Deno.test("what was not looked up until now is asked for when it is to be shown", () => {
  checkActions(["n"], [{ kind: "lookUp", what: "names" }], { view: { names: false } });
  checkActions(["n"], []);
  checkActions(["z"], [{ kind: "lookUp", what: "networks" }]);
  checkActions(["y"], [{ kind: "lookUp", what: "networks" }]);
  checkActions(["z"], [], { view: { ipinfo: ["country"] } });
});

Deno.test("a long table is scrolled, and the chosen hop stays in sight", () => {
  const long = script();
  for (let ttl = 1; ttl < 30; ttl++) long.reply(ttl, `10.0.0.${ttl}`, ttl * 100);
  const stage = new Stage({ targets: [{ script: long.reply(30, TARGET, 3000) }], rows: 15 });
  const hops = (): readonly number[] =>
    stage.lines().map((line) => Number(/^ ?(\d+)\./.exec(line)?.[1])).filter((ttl) => ttl > 0);
  assert.deepEqual(hops(), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  assert.equal(stage.press("+").text() && hops()[0], 6);
  assert.equal(stage.press("end").text() && hops().at(-1), 30);
  assert.equal(stage.press("+").text() && hops().at(-1), 30);
  assert.equal(stage.press("home", "-").text() && hops()[0], 1);
  stage.press("pageDown");
  assert.equal(hops()[0], 10);
  stage.press("wheelUp");
  assert.equal(hops()[0], 7);
  stage.press("down");
  assert.equal(stage.state.selectedTtl, 7);
  stage.press("up", "up");
  assert.equal(stage.state.selectedTtl, 5);
  assert.equal(hops()[0], 5);
});

Deno.test("figures that need more room than their column get it", () => {
  const slow = script().reply(1, "10.0.0.1", 1_234_567.8).reply(2, TARGET, 100);
  const [, , , , titles = "", first = "", second = ""] = new Stage({ targets: [{ script: slow }] }).lines();
  assert.ok(first.includes(" 1234.6 1234.6 1234.6 1234.6"), first);
  assert.equal(titles.length, 79);
  assert.equal(first.length, second.length);
});

Deno.test("on a narrow screen names keep some room, and columns that do not fit are left out", () => {
  const [, , , , titles = "", first = ""] = stageOf({ columns: 40, rows: 12 }).lines();
  assert.equal(titles.trimEnd(), " Host              +4 Loss%  Last   Avg");
  assert.equal(first, " 1. 10.0.0.1           0.0%   0.2   0.2");
  const [, , , , narrow = ""] = stageOf({ columns: 25, rows: 12 }).lines();
  assert.equal(narrow, " Host           +6 Loss%");
});

Deno.test("names that are short give their room to columns", () => {
  const short = script().reply(1, "fd00::1", 250).reply(2, "fd00::2", 1000);
  const [, , , , titles = ""] = new Stage({ targets: [{ script: short, address: "fd00::2" }], columns: 56 }).lines();
  assert.equal(titles, " Host        Loss%   Snt   Last   Avg  Best  Wrst StDev");
});

Deno.test("on a terminal without Unicode nothing beyond ASCII is drawn", () => {
  for (const keys of ["", "d", "dd", "ddd", "?", "o"]) {
    const text = stageOf({ terminal: { isUnicode: false }, columns: 120 }).press(...keys).text();
    assert.match(text, /^[\x20-\x7e\n]*$/);
  }
  assert.equal(stageOf({ terminal: { isUnicode: false } }).press("d", "d", "d").state.displayMode, 0);
});

Deno.test("what cannot be traced says why", () => {
  const failed = { status: "FAILED", failure: "Cannot resolve no.example: Name or service not known" } as const;
  const stage = new Stage({ targets: [{ script: script(), typed: "no.example", target: failed }] });
  const { path: _, ...target } = stage.scene.record.targets[0]!;
  stage.scene = { ...stage.scene, record: { ...stage.scene.record, targets: [target] } };
  assert.ok(stage.text().includes(failed.failure));
});

Deno.test("that probes wait is told", () => assert.match(stageOf({ isPaused: true }).lines()[0] ?? "", /^ PAUSED /));

Deno.test("a message of the program stands in the last row", () =>
  assert.equal(stageOf({ message: "Wrote report.txt" }).lines()[23], " Wrote report.txt"));
