/** CSV beside that of mtr's development head, byte by byte. */
import assert from "node:assert/strict";
import { csv } from "../../core/output/csv.ts";
import { DEFAULT_VIEW, type View } from "../../core/view.ts";
import { runWith } from "./record.ts";
import { hopsOfCsv, pathOf, readRecording, type Recording } from "./recording.ts";

const CASES: Readonly<Record<string, Partial<View>>> = {
  csv: {},
  csv_n: {},
  csv_f2: {},
  csv_v6: {},
  csv_w: { wide: true },
  csv_z_fail: { ipinfo: ["asn"] },
  csv_order_all: { order: "LSRDNBAWVGJMXI" },
  csv_order_spaces: { order: "LSD NBAW  X" },
  silent_csv: {},
};

/** mtr's text with what is otherwise here on purpose: the version cell, and empty cells of a silent hop. */
function expectedOf({ stdout }: Recording): string {
  return stdout.split("\n").map((line) => {
    const named = line.replace(/^MTR\.0\.96/, "MTR.deno-0.1.0/1");
    return /,\?\?\?,/.test(named) ? named.replace(/,0\.00/g, ",") : named;
  }).join("\n");
}

for (const [name, asked] of Object.entries(CASES)) {
  Deno.test(`the figures of mtr's ${name} give mtr's rows`, () => {
    const recording = readRecording(`live-0.96/${name}`);
    const view: View = { ...DEFAULT_VIEW, ...asked };
    const [, startedAt = "", , typed = ""] = recording.stdout.split("\n")[1]?.split(",") ?? [];
    const path = pathOf({ address: typed, family: 4, hops: hopsOfCsv(recording, view.order, view.ipinfo.length > 0) });
    const run = runWith([{ path, typed, startedAtMs: Number(startedAt) * 1000 + 999 }], { view });
    assert.equal(csv.render(run), expectedOf(recording));
  });
}

Deno.test("a silent target is UNREACHED in every row, where mtr says OK", () => {
  const recording = readRecording("live-0.96/blackhole_csv");
  const path = pathOf({ address: "10.200.40.9", family: 4, hops: hopsOfCsv(recording, DEFAULT_VIEW.order, false) });
  const [, startedAt = ""] = recording.stdout.split("\n")[1]?.split(",") ?? [];
  const run = runWith([{ path, status: "UNREACHED", startedAtMs: Number(startedAt) * 1000 }]);
  assert.equal(csv.render(run), expectedOf(recording).replaceAll(",OK,", ",UNREACHED,"));
});
