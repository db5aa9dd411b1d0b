import assert from "node:assert/strict";
import { OURS, RACERS, type Tally } from "./racers.ts";
import { latenessOf } from "./lateness.ts";

function check(name: string, output: { stdout?: string; stderr?: string }, expected: Tally): void {
  const racer = RACERS.find((each) => each.name.startsWith(name))!;
  assert.deepEqual(racer.read({ code: 0, durationMs: 0, stdout: "", stderr: "", ...output }), expected);
}

const ROWS =
  "MTR.0.95,1,OK,192.0.2.1,1,10.0.0.1,0.00,10,0,1,1,1,1,0\nMTR.0.95,1,OK,192.0.2.1,2,???,30.00,10,0,0,0,0,0,0\n";
const HEADER = "Mtr_Version,Start_Time,Status,Host,Hop,Ip,Loss%,Snt, ,Last,Avg,Best,Wrst,StDev,\n";

Deno.test("of CSV every row counts, below one header or several", () => {
  check("mtr-deno", { stdout: HEADER + ROWS }, { sent: 20, answered: 17 });
  check("mtr,", { stdout: HEADER + ROWS + HEADER + ROWS }, { sent: 40, answered: 34 });
});

Deno.test("of fping a dash is a probe without an answer, and other lines are none", () => {
  const stderr =
    "10.0.0.1  : 0.05 - 12.3\nICMP Host Unreachable from 10.0.0.9\n10.0.0.12 : - - 0.1\n0m0.001s 0m0.002s\n";
  check("fping", { stderr }, { sent: 6, answered: 3 });
});

Deno.test("of scamper each trace tells its probes and its answers", () => {
  const stdout =
    '{"type":"cycle-start"}\n{"type":"trace","probe_count":4,"hops":[{},{},{}]}\n{"type":"trace","probe_count":2}\n';
  check("scamper", { stdout }, { sent: 6, answered: 3 });
});

Deno.test("probes are asked for at the same rate: fping sends to a target as many as others to all hops", () => {
  const race = { targets: ["a", "b"], rounds: 10, intervalMs: 1_000, hops: 4 };
  assert.deepEqual(OURS.command(race).slice(1), ["-C", "-n", "-c", "10", "-i", "1", "a", "b"]);
  const fping = RACERS.find(({ name }) => name === "fping")!.command(race);
  assert.deepEqual(fping.slice(0, 6), ["fping", "-q", "-C", "40", "-p", "250"]);
});

Deno.test("lateness counts from the earliest probe on the grid, without the first round and what was beyond the target", () => {
  const sent = [
    { round: 0, ttl: 1, atUs: 0 },
    { round: 1, ttl: 1, atUs: 100_030 },
    { round: 1, ttl: 2, atUs: 125_010 },
    { round: 1, ttl: 9, atUs: 1 },
    { round: 2, ttl: 1, atUs: 200_110 },
  ];
  assert.deepEqual(latenessOf(sent), [20, 0, 100]);
});
