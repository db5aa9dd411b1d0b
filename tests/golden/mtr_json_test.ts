/** JSON beside mtr's: every line of its document stands in ours, in its order, with the same digits. */
import assert from "node:assert/strict";
import { json } from "../../core/output/json.ts";
import { DEFAULT_PLAN, type TracePlan } from "../../core/plan.ts";
import { DEFAULT_VIEW, type View } from "../../core/view.ts";
import { runWith } from "./record.ts";
import { hopsOfJson, pathOf, readRecording, type Recording } from "./recording.ts";

interface JsonCase {
  readonly address?: string;
  readonly view?: Partial<View>;
  readonly plan: Partial<TracePlan>;
}

const CASES: Readonly<Record<string, JsonCase>> = {
  json: { plan: { rounds: 3 } },
  json_v6: { plan: { rounds: 2 }, address: "fd00:200:0:4::2" },
  json_z_fail: { plan: { rounds: 2 }, view: { ipinfo: ["asn"] } },
  json_order_all: { plan: { rounds: 3 }, view: { order: "LSRDNBAWVGJMXI" } },
  json_s_B_Q: { plan: { rounds: 2, packetBytes: 100, bitPattern: 170, trafficClass: 46 } },
  silent_json: { plan: { rounds: 3 } },
  blackhole_json: { plan: { rounds: 3 }, address: "10.200.40.9" },
};

for (const [name, { address = "10.200.4.2", view: asked, plan: changed }] of Object.entries(CASES)) {
  Deno.test(`the figures of mtr's ${name} give mtr's document and more`, () => {
    const recording = readRecording(`live-0.95/${name}`);
    const view: View = { ...DEFAULT_VIEW, ...asked };
    const path = pathOf({ address, family: 4, hops: hopsOfJson(recording, view.order) });
    const text = json.render(runWith([{ path }], { view, plan: { ...DEFAULT_PLAN, ...changed } }));
    assertContainsInOrder(lines(text), lines(expectedOf(recording)));
    assert.equal(JSON.parse(text).report.hubs.length, JSON.parse(recording.stdout).report.hubs.length);
  });
}

/** A silent hop has no times here. */
function expectedOf({ stdout }: Recording): string {
  return stdout.replace(/\{[^{}]*"\?\?\?"[^{}]*\}/g, (hub) => hub.replace(/: 0\.0\b/g, ": null"));
}

function lines(text: string): readonly string[] {
  return text.split("\n").map((line) => line.replace(/,$/, ""));
}

function assertContainsInOrder(all: readonly string[], wanted: readonly string[]): void {
  let at = 0;
  for (const line of wanted) {
    const found = all.indexOf(line, at);
    assert.ok(found >= 0, `"${line}" stands behind line ${at}`);
    at = found + 1;
  }
}
