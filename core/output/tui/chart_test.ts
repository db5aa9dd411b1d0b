import assert from "node:assert/strict";
import { type EventScript, script, TARGET } from "../../path/_script.ts";
import { Stage } from "./_stage.ts";
import type { Span } from "./frame.ts";

/** A round each: rtt in µs, `?` lost, `_` still waited for, blank not sent. */
function probes(...samples: readonly (number | "?" | "_" | " ")[]): EventScript {
  return samples.reduce((run: EventScript, sample) => {
    if (sample === "?") run.lost(1);
    else if (sample === "_") run.inFlight(1);
    else if (sample === " ") run.reply(2, "10.0.0.2", 1000);
    else run.reply(1, "10.0.0.1", sample);
    return run.round();
  }, script());
}

/** The chart of the first hop in a display mode, without the blanks before it. */
function chart(displayMode: number, run: EventScript, columns = 80): string {
  const line = new Stage({ targets: [{ script: run }], screen: { displayMode }, columns }).lines()[5] ?? "";
  return line.slice(28).trimStart();
}

Deno.test("dots tell only what is slowest from the rest", () => {
  assert.equal(chart(1, probes(1000, 1010, 2000, 1500)), "..>.");
  assert.equal(chart(1, probes(1000, "?", 2000)), ".?>");
});

Deno.test("colours have a symbol for each level, too", () =>
  assert.equal(chart(2, probes(1000, 1040, 1090, 1160, 1250, 1360, 1490, 1640, 1810, 2000)), ".12345abc>"));

Deno.test("a probe that is on its way is a question, but no loss", () => {
  const stage = new Stage({ targets: [{ script: probes(1000, "?", "_") }], screen: { displayMode: 2 } });
  const [lost, waiting] = stage.frame().lines[5]?.filter(({ text }: Span) => text === "?") ?? [];
  assert.deepEqual(lost?.style, { bold: true, colour: "red" });
  assert.deepEqual(waiting?.style, { dim: true });
});

Deno.test("a round without a probe to the hop is a blank", () =>
  assert.equal(chart(2, probes(1000, " ", 1000)), ". ."));

Deno.test("a column of braille has two samples, as high as they are among those of their row", () => {
  assert.equal(chart(3, probes(0, 1000, 2000, 3000, 4000, 4000)), "⣠⣾⣿");
  assert.equal(chart(3, probes(1000, 1000)), "⣀");
  assert.equal(chart(3, probes(0, "?", 4000, 4000)), "?⣿");
  assert.equal(chart(3, probes(0, 4000, 4000)), "⣸⡇");
});

Deno.test("braille moves by whole columns: a new sample changes no column but the last", () => {
  const samples = Array.from({ length: 30 }, (_, round) => (round * 7919) % 4000);
  const before = chart(3, probes(0, 4000, ...samples));
  const after = chart(3, probes(0, 4000, ...samples, 100));
  assert.equal(after.slice(0, -1), before);
});

Deno.test("only so many samples are shown as there are columns", () => {
  const run = probes(...new Array(100).fill(1000));
  assert.equal(chart(1, run), ".".repeat(50));
  assert.equal(chart(1, run, 60), ".".repeat(30));
  assert.equal(
    new Stage({ targets: [{ script: run }], screen: { displayMode: 1 } }).lines()[4]?.trim(),
    "Last  50 pings",
  );
});

Deno.test("no entry of the legend is torn", () => {
  for (const columns of [10, 20, 33, 47, 80]) {
    const stage = new Stage({
      targets: [{ script: probes(1000, 90_000) }],
      screen: { displayMode: 2 },
      columns,
      rows: 40,
    });
    const legend = stage.lines().slice(stage.lines().findIndex((line) => line.startsWith("Scale:")));
    assert.equal(legend.join(" ").match(/[.1-5abc]:\d+(\.\d)? ms/g)?.length, 9, legend.join("\n"));
  }
});

Deno.test("the sparkline of a hop is as high as its samples, but noise is no mountain", () => {
  const row = (...samples: readonly (number | "?")[]): string => {
    const run = probes(...samples).reply(2, TARGET, 100);
    return /[▁-█?]+/.exec(new Stage({ targets: [{ script: run }] }).lines()[5] ?? "")?.[0] ?? "";
  };
  assert.equal(row(1000, 2000, 3000, 4000), "▁▃▆█");
  assert.equal(row(1000, "?", 1000), "▁?▁");
  assert.equal(row(1000, 1010, 1020), "▁▁▁");
  // A LAN, and a satellite.
  assert.equal(row(200, 1000, 400), "▁▁▁");
  assert.equal(row(600_000, 625_000, 610_000), "▁▁▁");
  assert.equal(row(600_000, 700_000, 610_000), "▁▆▁");
});

Deno.test("one long name leaves room for sparklines", () => {
  const host = "a-router-whose-name-is-so-long-that-nothing-else-has-room.example";
  const stage = new Stage({
    targets: [{ script: probes(1000, 2000, 9000).reply(2, TARGET, 100) }],
    columns: 120,
    names: { host: () => host },
  });
  assert.match(stage.text(), / ▁▂█ +0\.0%/);
});

Deno.test("without colours braille has no legend, since all levels look the same there", () => {
  const text = (displayMode: number): string =>
    new Stage({
      targets: [{ script: probes(1000, 2000) }],
      screen: { displayMode },
      terminal: { colours: 0 },
    }).text();
  assert.match(text(2), /Scale:/);
  assert.doesNotMatch(text(3), /Scale:/);
});
