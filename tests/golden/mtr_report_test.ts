/** Reports beside mtr's own, byte by byte: the same figures give the same table. */
import assert from "node:assert/strict";
import { report } from "../../core/output/report.ts";
import type { Status } from "../../core/path/status.ts";
import { DEFAULT_PLAN } from "../../core/plan.ts";
import { DEFAULT_VIEW, type View } from "../../core/view.ts";
import { runWith } from "./record.ts";
import { hopsOfReport, pathOf, readRecording, type Recording } from "./recording.ts";
import { playScenario } from "./scenario.ts";

const WIDE = { wide: true } as const;
const AS = { ipinfo: ["asn"] } as const;

/** What `Start:` says, as Unix ms and offset. */
function startOf({ stdout }: Recording): { startedAtMs: number; utcOffsetMinutes: number } {
  const [, local = "", sign, hours, minutes] = /^Start: (\S+)([+-])(\d\d)(\d\d)\n/.exec(stdout) ?? [];
  const utcOffsetMinutes = (Number(hours) * 60 + Number(minutes)) * (sign === "-" ? -1 : 1);
  return { startedAtMs: Date.parse(`${local}Z`) - utcOffsetMinutes * 60_000, utcOffsetMinutes };
}

/** The release whose layout this is: the columns stand as in 0.95, fields of AS information as in 0.96. */
function releaseOf({ ipinfo = [] }: Partial<View> = {}): "0.95" | "0.96" {
  return ipinfo.length > 0 ? "0.96" : "0.95";
}

/** The column of 0.96 for loss, 8 wide with two decimals, as it is in 0.95, 6 wide with one; an exact tie does not occur. */
function withLossOf95(text: string): string {
  return text.replace(/ {3}Loss%/g, " Loss%").replace(/ ([ \d]{2}\d\.\d)\d%/g, (_, loss: string) => {
    return loss.startsWith("1") ? ` ${loss}` : `${loss}%`;
  });
}

/** mtr's text with what we do otherwise on purpose, everywhere. */
function expectedOf({ stdout }: Recording, view: View): string {
  const { wide, ipinfo } = view;
  const text = releaseOf(view) === "0.96" ? withLossOf95(stdout) : stdout;
  return text.split("\n").map((line) => {
    // A silent hop has no times: `-` instead of 0.0.
    if (/(?<!AS)\?\?\?/.test(line)) return line.replace(/(?<= )0\.0(?= |$)/g, "  -");
    // In mtr the titles of a wide report stand 2 characters left of their columns.
    if (wide && ipinfo.length === 0) return line.replace(/^HOST: vm/, "HOST: vm  ");
    // 0.95 prints the S bit as a raw byte and the letter u.
    return line.replace(" S \0u ", " S 0 ").replace(" S \x01u ", " S 1 ");
  }).join("\n");
}

/** The same, each edit made exactly once. */
function edited(text: string, edits: readonly Edit[]): string {
  return edits.reduce((result, { from, to }) => {
    assert.equal(result.split(from).length, 2, `"${from}" stands once in the recording`);
    return result.replace(from, to);
  }, text);
}

/** What mtr prints, and what stands there instead. */
interface Edit {
  readonly from: string;
  readonly to: string;
}

interface LiveCase {
  readonly view?: Partial<View>;
  readonly address?: string;
  readonly status?: Status;
  readonly closing?: string;
}

const SILENT_TARGET: LiveCase = {
  address: "10.200.40.9",
  status: "UNREACHED",
  closing: "Status: UNREACHED: 10.200.40.9 did not answer\n",
};

const LIVE: Readonly<Record<string, LiveCase>> = {
  report_default: {},
  report_c1: {},
  report_f2: {},
  report_f2_m3: {},
  report_m2: {},
  report_iface: {},
  report_localhost6: {},
  report_tz: {},
  report_v6: {},
  report_v6_wide: { view: WIDE },
  report_wide: { view: WIDE },
  report_rwbz: { view: { ...WIDE, ...AS, showIps: true } },
  report_order_19: { view: { order: "LSRDNBAWVGJMXILSRDN" } },
  report_order_all: { view: { order: "LSRDNBAWVGJMXI" } },
  report_order_empty: { view: { order: "" } },
  report_order_repeat: { view: { order: "LLSS" } },
  report_order_spaces: { view: { order: "LSD NBAW  X" } },
  report_order_underscore: { view: { order: "L_S_A" } },
  silent_report: {},
  silent_report_wide: { view: WIDE },
  silent_rwbz: { view: { ...WIDE, ...AS, showIps: true } },
  silent_order_all: { view: { order: "LSRDNBAWVGJMXI" } },
  blackhole_report: SILENT_TARGET,
  blackhole_report_wide: { ...SILENT_TARGET, view: WIDE },
};

for (const [name, { view: asked, address = "10.200.4.2", status = "OK", closing = "" }] of Object.entries(LIVE)) {
  Deno.test(`the figures of mtr's ${name} give mtr's table`, () => {
    const recording = readRecording(`live-${releaseOf(asked)}/${name}`);
    const view: View = { ...DEFAULT_VIEW, ...asked };
    const path = pathOf({ address, family: 4, hops: hopsOfReport(recording, view.order) });
    const run = runWith([{ path, status, ...startOf(recording) }], { view });
    assert.equal(report.render(run), expectedOf(recording, view) + closing);
  });
}

interface ScriptedCase {
  readonly rounds: number;
  readonly firstTtl?: number;
  readonly maxTtl?: number;
  readonly address?: string;
  readonly view?: Partial<View>;
  readonly status?: Status;
  readonly edits?: readonly Edit[];
  /** Columns are wider here, so only the words are compared. */
  readonly widened?: true;
}

/** mtr cuts what is too long for a column. */
const UNCUT: readonly Edit[] = [{ from: " 3116.  ", to: " 3116.0  " }, { from: " 12345 ", to: " 12345.7 " }];

const MIXED: ScriptedCase = { rounds: 5, widened: true, edits: UNCUT };

/** 0.95 keeps eight addresses and forgets the others. */
const ONE_MORE: Edit = { from: "  2.|-- ", to: "        (1 more)\n  2.|-- " };

const REFUSED: Edit = {
  from: "  3.|-- 10.9.0.3                   0.0%     3    3.0   3.0   3.0   3.0   0.0\n",
  to: "  3.|-- 10.9.0.3 !H                0.0%     3    3.0   3.0   3.0   3.0   0.0\n" +
    "Status: UNREACHABLE: 10.200.4.2 did not answer: 10.9.0.3 at hop 3 says: host unreachable (!H)\n",
};

const SCRIPTED: Readonly<Record<string, ScriptedCase>> = {
  loss7_r_c3: { rounds: 3 },
  loss7_r_c7: { rounds: 7 },
  loss7_rw_c7: { rounds: 7, view: WIDE },
  v6_r: { rounds: 3, address: "fd00:200:0:4::2" },
  v6_rw: { rounds: 3, address: "fd00:200:0:4::2", view: WIDE },
  v6_rwz: { rounds: 3, address: "fd00:200:0:4::2", view: { ...WIDE, ...AS } },
  mpls8_rwz: {
    rounds: 12,
    view: { ...WIDE, ...AS, mpls: true },
    // mtr keeps eight labels.
    edits: [{ from: "  2. AS", to: "       [MPLS: Lbl 9 TC 0 S 1 TTL 9]\n  2. AS" }],
  },
  ecmp10_r: { rounds: 12, edits: [ONE_MORE] },
  ecmp10_rwz: { rounds: 12, view: { ...WIDE, ...AS }, edits: [{ from: "  2. AS", to: "        (1 more)\n  2. AS" }] },
  ecmp10_rw: { rounds: 12, view: WIDE, edits: [ONE_MORE] },
  mixed_r: MIXED,
  mixed_rw: { ...MIXED, view: WIDE },
  mixed_rz: { ...MIXED, view: AS },
  mixed_rez: { ...MIXED, view: { ...AS, mpls: true } },
  mixed_rwez: { ...MIXED, view: { ...WIDE, ...AS, mpls: true } },
  mixed_r_spaces: { rounds: 5, view: { order: "L SR  D_N" } },
  mixed_r_f4: { ...MIXED, firstTtl: 4 },
  mixed_r_m4: { ...MIXED, maxTtl: 4 },
  errors_r: { rounds: 3, status: "UNREACHABLE", edits: [REFUSED] },
};

for (const [name, scripted] of Object.entries(SCRIPTED)) {
  Deno.test(`the probes of mtr's ${name} give mtr's table`, () => {
    const { address = "10.200.4.2", rounds, firstTtl = 1, maxTtl = 30, status = "OK", edits = [] } = scripted;
    const recording = readRecording(`scripted-${releaseOf(scripted.view)}/${name}`);
    const view: View = { ...DEFAULT_VIEW, ...scripted.view };
    const events = playScenario(name.replace(/_.*/, ""), { rounds, firstTtl, maxTtl });
    const path = events.path({ address, family: address.includes(":") ? 6 : 4, firstTtl, maxTtl });
    const text = report.render(
      runWith([{ path, status, ...startOf(recording) }], { view, plan: { ...DEFAULT_PLAN, flow: "varying" } }),
    );
    const expected = edited(expectedOf(recording, view), edits);
    if (scripted.widened) assert.equal(words(text), words(expected));
    else assert.equal(text, expected);
  });
}

function words(text: string): string {
  return text.replace(/ +/g, " ");
}
