/** Raw and split lines beside those of mtr's development head. */
import assert from "node:assert/strict";
import { DEFAULT_VIEW, type View } from "../../core/view.ts";
import { runWith } from "./record.ts";
import { readRecording } from "./recording.ts";
import { playScenario } from "./scenario.ts";
import { streamed } from "./stream.ts";
import { readRaw, readSplit } from "./stream_reader.ts";

interface ScriptedCase {
  readonly rounds: number;
  readonly view?: Partial<View>;
  readonly address?: string;
  /** Lines that mtr forgets, behind which others. */
  readonly missing?: readonly (readonly [behind: string, line: string])[];
}

const SCRIPTED: Readonly<Record<string, ScriptedCase>> = {
  mixed_l: { rounds: 5 },
  mixed_le: { rounds: 5, view: { mpls: true } },
  ecmp10_l: { rounds: 12, view: { mpls: true } },
  v6_l: { rounds: 3, address: "fd00:200:0:4::2" },
  // mtr keeps eight labels.
  mpls8_l: { rounds: 12, view: { mpls: true }, missing: [["m 0 8 0 0 8", "m 0 9 0 1 9"]] },
};

for (const [name, { address = "10.200.4.2", rounds, view, missing = [] }] of Object.entries(SCRIPTED)) {
  Deno.test(`the probes of mtr's ${name} give mtr's lines`, () => {
    const lines = play(name, { address, rounds, view: { ...view, output: "raw" } }).trimEnd().split("\n");
    const recorded = readRecording(`scripted-0.96/${name}`).stdout.trimEnd().split("\n");
    const expected = renumbered(withoutBeyond(withoutTwins(recorded), address))
      .flatMap((line) => [line, ...missing.filter(([behind]) => behind === line).map(([, more]) => more)]);
    assert.deepEqual(lines, expected);
  });
}

function play(name: string, { address, rounds, view }: ScriptedCase & { readonly address: string }): string {
  const script = playScenario(name.replace(/_.*/, ""), { rounds, firstTtl: 1, maxTtl: 30 });
  const run = runWith([{ typed: address }], { view: { ...DEFAULT_VIEW, ...view } });
  return streamed(run, [script], { address, family: address.includes(":") ? 6 : 4 });
}

/** mtr writes a new `h` twice, with its labels. */
function withoutTwins(lines: readonly string[]): readonly string[] {
  const kept: string[] = [];
  for (let at = 0; at < lines.length;) {
    const end = lines.findIndex((line, index) => index > at && !line.startsWith("m"));
    const block = lines.slice(at, end < 0 ? undefined : end);
    kept.push(...block);
    at += block.length;
    const isTwin = block[0]?.startsWith("h") && lines.slice(at, at + block.length).join() === block.join();
    if (isTwin) at += block.length;
  }
  return kept;
}

/** mtr sends probes beyond a target that has not answered yet, and shows what they bring. */
function withoutBeyond(lines: readonly string[], address: string): readonly string[] {
  const position = (line: string | undefined): number => Number(line?.split(" ")[1]);
  const last = position(lines.find((line) => line.startsWith("h") && line.endsWith(` ${address}`)));
  return lines.filter((line) => position(line) <= last);
}

/** The first probe has the number 0. */
function renumbered(lines: readonly string[]): readonly string[] {
  const tokens = lines.filter((line) => line.startsWith("x")).map((line) => line.split(" ")[2]);
  return lines.map((line) =>
    line.replace(/^([xp] .*) (\d+)$/, (_, before: string, token: string) => `${before} ${tokens.indexOf(token)}`)
  );
}

Deno.test("the probes of mtr's mixed_p end in mtr's table", () => {
  const text = play("mixed_p", { address: "10.200.4.2", rounds: 5, view: { output: "split" } });
  assert.deepEqual(readSplit(text), readSplit(readRecording("scripted-0.96/mixed_p").stdout));
});

Deno.test("where mtr's split has nothing to say, ours has neither", () => {
  const script = playScenario("errors", { rounds: 0, firstTtl: 1, maxTtl: 30 }).lost(1).lost(2);
  assert.equal(streamed(runWith([{}], { view: { ...DEFAULT_VIEW, output: "split" } }), [script]), "");
});

Deno.test("the strict readers of these tests read what mtr writes", () => {
  for (const name of ["split_open", "silent_split"]) {
    assert.equal(readSplit(readRecording(`live-0.96/${name}`).stdout).get(4)?.[0], "10.200.4.2", name);
  }
  assert.deepEqual(
    readSplit(readRecording("live-0.96/split_b_dns").stdout, { showIps: true }).get(1)?.slice(0, 2),
    ["r1.ga.example", "10.200.1.2"],
  );
  assert.equal(readRaw(readRecording("live-0.96/raw_dns").stdout).get(3)?.name, "server.ga.example");
});
