/** Limits and monitoring: exit statuses, what is told where, and mistakes before the first probe. */
import assert from "node:assert/strict";
import { commandOf, mtr, openWorld, readJson, told } from "../lab/program.ts";
import { ADDRESSES } from "../lab/topology.ts";
import type { RunOptions } from "../lab/world.ts";

const LOOPBACK = "127.0.0.1";
const QUICK = ["-n", "-c", "3", "-i", "0.1"];
const CROSSED = ["--fail-if", "avg > 0us", "--fail-if", "received >= 3"];
const ORDINARY: RunOptions = { asOrdinaryUser: true };

Deno.test("limits that are kept change nothing", async () => {
  await using world = await openWorld();
  const result = await mtr(world, [...QUICK, "--fail-if", "loss > 5%", "--fail-if", "p95 > 5s", LOOPBACK]);
  assert.equal(result.code, 0, told(result));
  assert.equal(result.stderr, "");
  assert.doesNotMatch(result.stdout, /Limit/);
});

Deno.test("a crossed limit ends with 3, and is a sentence on the standard error, below the report and in JSON", async () => {
  await using world = await openWorld();
  const sentence = /avg of 127\.0\.0\.1 is \d+(\.\d+)? ms \(avg > 0us\)$/m;
  const report = await mtr(world, ["-r", ...QUICK, ...CROSSED, LOOPBACK], ORDINARY);
  assert.equal(report.code, 3, told(report));
  assert.match(report.stdout, new RegExp(`^Limit: ${sentence.source}`, "m"));
  assert.match(report.stderr, new RegExp(`^mtr-deno: Limit crossed: ${sentence.source}`, "m"));
  assert.match(report.stderr, /received of 127\.0\.0\.1 is 3 \(received >= 3\)/);
  const json = await mtr(world, ["-j", ...QUICK, ...CROSSED, "--fail-if", "loss > 0% @127.0.0.1", LOOPBACK]);
  assert.equal(json.code, 3, told(json));
  const { run } = (readJson(json.stdout) as unknown as { report: { run: { limits: { crossed: boolean }[] } } }).report;
  assert.deepEqual(run.limits.map(({ crossed }) => crossed), [true, true, false]);
});

Deno.test("of several targets the worst counts: an unknown name, then a silent target, then a crossed limit", async () => {
  await using world = await openWorld();
  const codeOf = async (...hosts: readonly string[]): Promise<number> => {
    const result = await mtr(world, ["-C", "-4", "-m", "1", ...QUICK, ...CROSSED, ...hosts]);
    return result.code;
  };
  const { target } = ADDRESSES[4];
  assert.equal(await codeOf(LOOPBACK, "127.0.0.2"), 3);
  assert.equal(await codeOf(LOOPBACK, target), 1);
  assert.equal(await codeOf(LOOPBACK, target, "::1"), 2);
});

Deno.test("a limit of one target is not that of another", async () => {
  await using world = await openWorld();
  const result = await mtr(world, ["-C", ...QUICK, "--fail-if", "avg > 0us @::1", LOOPBACK, "0::1"]);
  assert.equal(result.code, 3, told(result));
  assert.match(result.stderr, /avg of 0::1 is/);
  assert.doesNotMatch(result.stderr, /127\.0\.0\.1/);
});

Deno.test("a mistake in a limit, and a target that is not traced, are told before anything is sent", async () => {
  await using world = await openWorld();
  await using capture = await world.capture({ link: "lo", filter: "icmp" });
  for (
    const [limit, says] of [
      ["loss ! 5%", /"loss ! 5%" as a limit \(--fail-if\): .* at character 6, and has "!" there/],
      ["p96 > 5", /at character 1, and has "p96" there/],
      ["loss > 5% @localhost", /its target must be a HOST as typed, .*"localhost" is none of them/],
    ] as const
  ) {
    const result = await mtr(world, [...QUICK, "--fail-if", limit, LOOPBACK], ORDINARY);
    assert.equal(result.code, 2, told(result));
    assert.equal(result.stdout, "");
    assert.match(result.stderr, says);
  }
  assert.deepEqual(await capture.stop(), []);
});

/** A line for a monitor: its exit status, and how it begins. */
const MONITORED: readonly (readonly [args: readonly string[], code: number, begins: RegExp])[] = [
  [[LOOPBACK], 0, /^MTR OK - 127\.0\.0\.1: loss 0 %, rta [\d.]+ ms, hops 1\|'127\.0\.0\.1 loss'=0%;;;0;100 /],
  [["--fail-if", "loss > 5%", LOOPBACK], 0, /^MTR OK - .*'127\.0\.0\.1 loss'=0%;;5;0;100 /],
  [
    ["--fail-if", "avg >= 0", LOOPBACK],
    2,
    /^MTR CRITICAL - avg of 127\.0\.0\.1 is .*'127\.0\.0\.1 rta'=[\d.]+ms;;@0:;0 /,
  ],
  [[LOOPBACK, "::1"], 0, /^MTR OK - 2 of 2 targets: .*\nOK: 127\.0\.0\.1: .*\nOK: ::1: .*\n$/],
  [["-4", "::1"], 3, /^MTR UNKNOWN - Cannot resolve ::1/],
  [["-4", "::1", LOOPBACK, "--fail-if", "avg >= 0 @127.0.0.1"], 2, /^MTR CRITICAL - 1 of 2 targets: avg of/],
  [["-c", "many", LOOPBACK], 3, /^MTR UNKNOWN - Cannot use "many"/],
  [["--bogus", LOOPBACK], 3, /^MTR UNKNOWN - Cannot use --bogus/],
  [["--fail-if", "loss", LOOPBACK], 3, /^MTR UNKNOWN - Cannot use "loss" as a limit/],
  [["-F", "/nonexistent", LOOPBACK], 3, /^MTR UNKNOWN - Cannot read hosts from/],
];

Deno.test("--nagios prints a line with performance data, whatever happens, and exits as monitors expect", async (t) => {
  await using world = await openWorld();
  for (const [args, code, begins] of MONITORED) {
    await t.step(args.join(" "), async () => {
      const result = await mtr(world, [...QUICK, ...args, "--nagios"], ORDINARY);
      assert.equal(result.code, code, told(result));
      assert.match(result.stdout, begins);
      assert.equal(result.stderr, "");
    });
  }
});

Deno.test("--nagios tells missing privileges on the standard output, too", async () => {
  await using world = await openWorld({ pingSockets: "closed" });
  const result = await mtr(world, ["--nagios", ...QUICK, LOOPBACK], ORDINARY);
  assert.equal(result.code, 3, told(result));
  assert.match(result.stdout, /^MTR UNKNOWN - .*\n.*sudo/s);
  assert.equal(result.stderr, "");
});

Deno.test("--nagios of a run that is ended early is a warning, and critical where a limit was crossed before", async () => {
  await using world = await openWorld();
  for (
    const [limits, code, begins] of [[[], 1, /^MTR WARNING/], [["--fail-if", "avg > 0us"], 2, /^MTR CRITICAL/]] as const
  ) {
    await using capture = await world.capture({ link: "lo", filter: "icmp" });
    await using run = world.start(commandOf(["--nagios", "-n", "-c", "1000", "-i", "0.1", ...limits, LOOPBACK]));
    await capture.probes(4);
    run.kill("SIGTERM");
    const result = await run.result();
    assert.equal(result.code, code, told(result));
    assert.match(result.stdout, begins);
  }
});

Deno.test("percentiles are columns", async () => {
  await using world = await openWorld();
  const result = await mtr(world, ["-C", "-o", "mnpq", "-c", "200", ...QUICK.slice(0, 1), "-i", "0.005", LOOPBACK]);
  const [header, row] = result.stdout.split("\n");
  assert.match(header ?? "", /,P50,P90,P95,P99$/, told(result));
  const values = (row ?? "").split(",").slice(-4).map(Number);
  assert.deepEqual(values, values.toSorted((a, b) => a - b));
});
