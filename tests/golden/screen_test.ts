/**
 * The live screen beside what mtr's development head showed (`screen/`): the same path and keys, and the same screen where
 * the layout is mtr's. Digits and the symbols of charts differ from run to run. Ours has one decimal of loss in a narrower
 * column, so that names are cut later; tears no entry of a legend; counts pings where mtr counts columns; shows who
 * refuses, with figures; and no address twice. Sparklines are off.
 */
import assert from "node:assert/strict";
import { Stage, type StageOptions } from "../../core/output/tui/_stage.ts";
import { SCALES_MS, type View } from "../../core/view.ts";
import { EventScript, type ScriptedAnswer } from "../../core/path/_script.ts";
import { readFixture } from "./recording.ts";

const HOST = "10.200.4.2";

/** Rounds over a path: who answers at each hop, `?` for nobody, in turns if there are several; the last round is not over. */
function path(rounds: number, hops: readonly (string | readonly string[])[], cut = hops.length): EventScript {
  const script = new EventScript();
  for (let round = 0; round < rounds; round++) {
    for (const [index, who] of hops.slice(0, round === rounds - 1 ? cut : hops.length).entries()) {
      const from = typeof who === "string" ? who : who[round % who.length] ?? "?";
      const answer: ScriptedAnswer = { kind: from === hops.at(-1) ? "echoReply" : "timeExceeded" };
      if (from === "?") script.lost(index + 1);
      else script.reply(index + 1, from, 50 + 7 * ((round * 5 + index) % 11), answer);
    }
    if (round < rounds - 1) script.round((round + 1) * 1_000_000);
  }
  return script;
}

const CHAIN = ["10.200.1.2", "10.200.2.2", "10.200.3.2", HOST];

const NAMES: Readonly<Record<string, string>> = {
  "10.200.1.2": "r1.ga.example",
  "10.200.2.2": "a-very-long-router-name-for-truncation.r2.ga.example",
  "10.200.22.2": "r2b.ga.example",
  "10.200.4.2": "server.ga.example",
  "10.200.100.2": "anycast.ga.example",
};

const INFO: Readonly<Record<string, { readonly asn: string; readonly prefix: string; readonly country: string }>> = {
  "10.200.2.2": { asn: "64496", prefix: "10.200.2.0/24", country: "ZZ" },
  "10.200.3.2": { asn: "64497 64498", prefix: "10.200.3.0/24", country: "DE" },
  "10.200.4.2": { asn: "4200000123", prefix: "10.200.4.0/24", country: "US" },
};

interface Screen {
  readonly script: EventScript;
  readonly address?: string;
  readonly view?: Partial<View>;
  readonly options?: Partial<StageOptions>;
  readonly keys?: string | readonly string[];
  /** Lines of mtr's screen that ours has in another way, by number. */
  readonly except?: readonly number[];
}

/** `[file, label]` names a recorded screen. */
function check([file, label]: readonly [string, string], screen: Screen): void {
  const { script, address = HOST, view = { names: false }, options, keys = "", except = [] } = screen;
  const recorded = recordedScreen(file, label);
  const stage = new Stage({
    targets: [{ script, address, target: { source: "10.200.1.1" } }],
    columns: recorded.columns,
    rows: recorded.rows,
    view,
    names: { host: (asked) => NAMES[asked], ipInfo: (asked) => INFO[asked] },
    nowUnixMs: recorded.unixMs,
    ...options,
  });
  const shown = stage.press("g", ...keys).lines();
  for (const [at, line] of recorded.lines.entries()) {
    if (!except.includes(at)) assert.equal(masked(shown[at] ?? ""), masked(ours(line)), `line ${at} of ${label}`);
  }
}

interface RecordedScreen {
  readonly columns: number;
  readonly rows: number;
  readonly unixMs: number;
  readonly lines: readonly string[];
}

function recordedScreen(file: string, label: string): RecordedScreen {
  const screens = readFixture(`screen/${file}.txt`).split(/^=== /m);
  const screen = screens.find((text) => text.includes(`   [${label}]\n`));
  assert.ok(screen !== undefined, `no screen ${label} in ${file}`);
  const [head = "", ...lines] = screen.trimEnd().split("\n");
  const [, columns, rows] = /^(\d+) x (\d+):/.exec(head) ?? [];
  const [time] = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.exec(screen) ?? ["2026-11-21T16:57:26"];
  return { columns: Number(columns), rows: Number(rows), unixMs: Date.parse(`${time}Z`), lines };
}

/** Our name in the title, where it stands in the middle again; loss as we write it, and the titles above its column. */
function ours(line: string): string {
  const title = line.replace("My traceroute", "mtr-deno").replace("v0.96", "v0.1.0");
  const missing = Math.floor((line.trim().length - title.trim().length) / 2);
  return (title === line ? line : " ".repeat(missing) + title)
    .replace(/(\d+\.\d)\d%/, " $1%").replace(/^( +)(?=Packets )/, "$1  ");
}

/** Figures, samples and limits are those of another run. */
function masked(line: string): string {
  if (line.startsWith("Scale:")) return line.replace(/\d+(?:\.\d)? [mu]s/g, "0.0 ms");
  const [, name = "", rest = ""] = /^( *\d+\. .{23})(.*)$/.exec(line) ?? [];
  if (name === "") return line;
  return name +
    (/\d\.\d/.test(rest) ? rest.replace(/\d/g, "0") : rest.replace(/\S+$/, (text) => "0".repeat(text.length)));
}

Deno.test("figures stand where mtr's stand", () => {
  check(["80", "default"], { script: path(5, CHAIN, 2) });
  check(["80", "j twice"], { script: path(12, CHAIN, 1), keys: "jj" });
  check(["80", "d four times"], { script: path(9, CHAIN, 2), keys: "dddd" });
  check(["prompts", "paused"], { script: path(4, CHAIN), keys: "p" });
  check(["prompts", "after r"], { script: path(1, CHAIN), options: { plan: { protocol: "tcp" } } });
});

Deno.test("columns that are asked for stand where mtr's stand, and the titles above are over theirs", () => {
  check(["order", "all columns"], {
    script: path(4, CHAIN, 1),
    view: { names: false, order: "LSRDNBAWVGJMXI" },
    except: [3],
  });
  check(["80", "j once"], { script: path(11, CHAIN, 1), keys: "j", except: [3] });
  check(["80", "o LSA"], { script: path(13, CHAIN, 2), keys: ["o", "L", "S", "A", "enter"], except: [3, 4] });
});

Deno.test("the protocol stands in the title", () => {
  for (const [label, protocol] of [["u (UDP)", "udp"], ["t (TCP)", "tcp"]] as const) {
    check(["prompts", label], { script: path(6, CHAIN, 1), options: { plan: { protocol } } });
  }
});

Deno.test("names, networks and further addresses stand where mtr's stand", () => {
  check(["names", "names"], { script: path(4, CHAIN, 2), view: {} });
  check(["names", "n (numbers)"], { script: path(5, CHAIN, 2), view: {}, keys: "n" });
  check(["names", "z"], { script: path(7, CHAIN, 2), view: {}, keys: "z", except: [6] });
  check(["names", "y"], { script: path(8, CHAIN, 2), view: {}, keys: "zy", except: [6] });
  check(["names", "y y"], { script: path(9, CHAIN, 3), view: {}, keys: "zyy" });
  check(["b", "-b -z"], { script: path(4, CHAIN, 1), view: { showIps: true, ipinfo: ["asn"] }, except: [6, 7] });
  const balanced = ["10.200.1.2", ["10.200.2.2", "10.200.22.2"], "10.200.3.2", "10.200.100.2"];
  check(["ecmp", "ECMP by UDP"], {
    script: path(17, balanced, 3),
    view: {},
    address: "10.200.100.2",
    options: { plan: { protocol: "udp" } },
    except: [6],
  });
});

Deno.test("who is silent is waited for, and who refuses says why as mtr says it", () => {
  check(["silent", "silent second hop"], { script: path(5, ["10.200.1.2", "?", "10.200.3.2", HOST], 2) });
  const { lines } = recordedScreen("unreach", "unreachable from hop 2");
  const refused = new EventScript().reply(1, "10.200.1.2", 100)
    .reply(2, "10.200.2.2", 100, { kind: "unreachable", icmpCode: 1 });
  const shown = new Stage({ targets: [{ script: refused }] }).lines();
  assert.equal(shown[6], `${lines[6]?.replace(". ", ".!")} 10.200.2.2     0.0%     1    0.1   0.1   0.1   0.1   0.0`);
});

Deno.test("charts stand where mtr's stand", () => {
  check(["80", "d once"], { script: path(6, CHAIN, 2), keys: "d", except: [10, 11] });
  check(["80", "d twice"], { script: path(7, CHAIN, 2), keys: "dd", except: [10, 11] });
  check(["80", "d three times"], { script: path(8, CHAIN), keys: "ddd", except: [4, 10, 11] });
  check(["silent", "display mode 2 with a silent hop"], {
    script: path(6, ["10.200.1.2", "?", "10.200.3.2", HOST], 2),
    keys: "dd",
    except: [10, 11],
  });
  check(["compact", "compact mode 1"], { script: path(5, CHAIN, 2), keys: "dc", except: [0, 6, 7] });
  check(["names", "display mode 2 with AS field"], {
    script: path(10, CHAIN, 3),
    view: { ipinfo: ["country"] },
    keys: "dd",
  });
});

Deno.test("a scale that is asked for is the legend", () => {
  const { lines } = recordedScreen("scale", "--scale fast --displaymode 2");
  const stage = new Stage({
    targets: [{ script: path(4, CHAIN, 2) }],
    columns: 120,
    rows: 14,
    screen: { displayMode: 2, scaleMs: SCALES_MS.fast },
  });
  assert.equal(stage.lines()[10], lines[10]);
});

Deno.test("settings are asked for where mtr asks, and the table stays below", () => {
  for (const key of ["s", "b", "i", "f", "m", "Q"]) {
    const { lines } = recordedScreen("prompts", `${key} prompt`);
    const shown = new Stage({ targets: [{ script: path(3, CHAIN) }] }).press(key).lines();
    assert.equal(shown[2], lines[2]);
    assert.match(shown[5] ?? "", /^ 1\. /);
  }
});

Deno.test("a compact screen has the titles of columns and the rows", () => {
  check(["compact", "--compact"], { script: path(4, CHAIN, 2), options: { screen: { compact: true } }, except: [0] });
  const [title = "", ...rest] = new Stage({ targets: [{ script: path(4, CHAIN, 2) }], screen: { compact: true } })
    .lines();
  assert.match(title, /^vm \(192\.0\.2\.1\) -> 192\.0\.2\.99.* Loss% +Snt +Last +Avg +Best +Wrst StDev$/);
  assert.match(rest[0] ?? "", /^ 1\. /);
});
