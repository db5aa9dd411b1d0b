import assert from "node:assert/strict";
import { finishedRun, label, namesOf, settingsOf, type Step, TARGET } from "../_fixture.ts";
import type { DialectName } from "../dialect.ts";
import type { CompatSettings } from "../settings.ts";
import { report, startLine } from "./report.ts";
import type { CompatNames } from "./run.ts";

const LONG = "a-very-long-router-name-for-truncation.r2.ga.example";
const NAMES = namesOf({ "10.0.0.2": LONG }, { "10.0.0.2": "64496 | 10.0.0.0/8 | ZZ | ripencc | 2001-02-03" });
const STEPS: readonly Step[] = [
  { ttl: 1, from: "10.0.0.1" },
  { ttl: 2, from: "10.0.0.2" },
  { ttl: 3, from: TARGET, rttUs: 1_234_567 },
];

/** `lines` without the first one if that is no header. */
function check(
  dialect: DialectName,
  changes: Partial<CompatSettings>,
  lines: readonly string[],
  { steps = STEPS, names = NAMES }: { steps?: readonly Step[]; names?: CompatNames } = {},
): void {
  const text = report(finishedRun(settingsOf(dialect, { order: "LN", ...changes }), steps, names));
  assert.deepEqual(text.split("\n"), [...lines, ""]);
}

Deno.test("the start is in local time", () => {
  assert.equal(startLine(Date.UTC(2026, 10, 21, 16, 28, 42, 999), 60), "Start: 2026-11-21T17:28:42+0100\n");
});

Deno.test("narrow: a name ends where the columns begin", () => {
  check("0.95", {}, [
    "HOST: vm                          Loss%  Last",
    "  1.|-- 10.0.0.1                   0.0%   1.0",
    "  2.|-- a-very-long-router-name-f  0.0%   1.0",
    "  3.|-- 192.0.2.9                  0.0% 1234.6",
  ]);
});

Deno.test("wide: names are as long as they are, titles stand two places left", () => {
  check("0.96", { wide: true, showIps: true }, [
    `HOST: vm${" ".repeat(61)}   Loss%  Last`,
    `  1.|-- ${"10.0.0.1".padEnd(63)}   0.00%   1.0`,
    `  2.|-- ${LONG} (10.0.0.2)   0.00%   1.0`,
    `  3.|-- ${"192.0.2.9".padEnd(63)}   0.00% 1234.6`,
  ]);
});

Deno.test("without columns the names are filled up all the same", () => {
  check("0.95", { order: "_" }, [
    `HOST: ${"vm".padEnd(33)}`,
    `  1.|-- ${"10.0.0.1".padEnd(33)}`,
    `  2.|-- ${"???".padEnd(33)}`,
  ], {
    steps: [{ ttl: 1, from: "10.0.0.1" }],
  });
});

Deno.test("a value wider than its column is cut by the next one", () => {
  check("0.95", { order: "LNS" }, [
    "HOST: vm                          Loss%  Last   Snt",
    "  1.|-- ???                       100.0   0.0     1",
    "  2.|-- 192.0.2.9                  0.0% 1234.     1",
  ], { steps: [{ ttl: 1 }, { ttl: 2, from: TARGET, rttUs: 1_234_567 }] });
});

// Measured: real mtr 0.95 (without an answer of the lookup).
Deno.test("0.95 with a field of the lookup: the columns stay where they were", () => {
  const names = namesOf({});
  const steps = [{ ttl: 1, from: "10.9.0.2" }, { ttl: 2, from: "10.200.4.2" }];
  check("0.95", { ipinfoFields: [1], maxTtl: 2 }, [
    "HOST: vm                          Loss%  Last",
    "  1. ???                10.9.0.2   0.0%   1.0",
    "  2. ???                10.200.4.  0.0%   1.0",
  ], { steps, names });
  check("0.95", { ipinfoFields: [2], maxTtl: 2, wide: true }, [
    "HOST: vm             Loss%  Last",
    "  1. ??? 10.9.0.2     0.0%   1.0",
    "  2. ??? 10.200.4.2   0.0%   1.0",
  ], { steps, names });
});

Deno.test("0.96 with several fields of the lookup: the columns move", () => {
  check("0.96", { ipinfoFields: [0, 2], maxTtl: 2, wide: true, dns: false }, [
    "HOST: vm                            Loss%  Last",
    "  1. AS???          ??? 10.0.0.1    0.00%   1.0",
    "  2. AS64496        ZZ  10.0.0.2    0.00%   1.0",
  ], { steps: STEPS.slice(0, 2) });
  check("0.96", { ipinfoFields: [0, 2], maxTtl: 1 }, [
    `HOST: ${"vm".padEnd(46)}   Loss%  Last`,
    `  1. AS???          ??? ${"10.0.0.1".padEnd(28)}   0.00%   1.0`,
  ], { steps: STEPS.slice(0, 1) });
});

Deno.test("a text of the lookup that is too long pushes the name", () => {
  check("0.95", { ipinfoFields: [0], maxTtl: 1 }, [
    "HOST: vm                          Loss%  Last",
    "  1. AS64497 64498 6449910.0.0.1   0.0%   1.0",
  ], { steps: STEPS.slice(0, 1), names: namesOf({}, { "10.0.0.1": "64497 64498 64499 | x" }) });
});

const PATHS: readonly Step[] = [
  { ttl: 1, from: "10.9.0.1", answer: { labels: [label(1)] } },
  { ttl: 1, from: "10.9.0.2", answer: { labels: [label(2)] } },
  { ttl: 1, from: "10.9.0.1", answer: { labels: [label(3, { trafficClass: 5, bottomOfStack: true })] } },
];

// Measured: real mtr 0.95.
Deno.test("the hop's own labels stand before the AS line of the second address in its list", () => {
  check("0.95", { ipinfoFields: [0], mpls: true, maxTtl: 1 }, [
    "HOST: vm                          Loss%  Last",
    "  1. AS???    10.9.0.1             0.0%   1.0",
    `        ${"10.9.0.2".padEnd(33)}`,
    "       [MPLS: Lbl 3 TC 5 S \x01u TTL 1]",
    "     AS???    10.9.0.2",
    "       [MPLS: Lbl 2 TC 0 S \0u TTL 1]",
  ], { steps: PATHS });
});

Deno.test("the labels of a hop with one address are shown with the lookup only", () => {
  const steps = PATHS.slice(0, 1);
  check("0.96", { mpls: true, maxTtl: 1 }, [
    "HOST: vm                            Loss%  Last",
    "  1.|-- 10.9.0.1                    0.00%   1.0",
  ], { steps });
  check("0.96", { mpls: true, maxTtl: 1, wide: true, ipinfoFields: [0] }, [
    "HOST: vm                       Loss%  Last",
    "  1. AS???         10.9.0.1    0.00%   1.0",
    "       [MPLS: Lbl 1 TC 0 S 0 TTL 1]",
  ], { steps });
});

Deno.test("-E counts places in the list, the latest address among them", () => {
  const steps = ["a", "b", "c"].map((from) => ({ ttl: 1, from }));
  const lines = ["HOST: vm                            Loss%  Last", "  1.|-- c                           0.00%   1.0"];
  const others = ["a", "b"].map((name) => `        ${name.padEnd(33)}`);
  check("0.96", { maxDisplayPath: 3, maxTtl: 1 }, [...lines, ...others], { steps });
  check("0.96", { maxDisplayPath: 1, maxTtl: 1 }, [...lines, ...others.slice(0, 1)], { steps });
  check("0.96", { maxDisplayPath: -1, maxTtl: 1 }, lines, { steps });
});

Deno.test("0.96 names the error in place of the hop, 0.95 the hop", () => {
  const steps: readonly Step[] = [{
    ttl: 1,
    from: "10.0.0.1",
    answer: { kind: "unreachable", icmpType: 3, icmpCode: 0 },
  }];
  check("0.96", {}, [
    "HOST: vm                            Loss%  Last",
    "  1.|-- (no route to host)          0.00%   1.0",
  ], { steps });
  check("0.95", {}, [
    "HOST: vm                          Loss%  Last",
    "  1.|-- 10.0.0.1                   0.0%   1.0",
  ], { steps });
});

Deno.test("a name that would move the cursor is escaped", () => {
  check("0.95", { maxTtl: 1 }, [
    "HOST: vm                          Loss%  Last",
    "  1.|-- \\027\\0912Jx                0.0%   1.0",
  ], { steps: STEPS.slice(0, 1), names: namesOf({ "10.0.0.1": "\x1b[2Jx" }) });
});
