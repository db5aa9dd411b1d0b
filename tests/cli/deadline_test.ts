/** Time is bounded, and what will be done can be known before: --deadline, --dry-run, and the line of progress. */
import assert from "node:assert/strict";
import { commandOf, mtr, openWorld, readCsv, told } from "../lab/program.ts";

/** To the start of the line, and nothing behind it. */
const ERASE = "\r\x1b[K";
const LOOPBACK = "127.0.0.1";
const ENDLESS = ["-C", "-n", "-c", "100000", "-i", "0.1"];
/** For machines that are busy; what is not bounded takes hours. */
const SLACK_MS = 60_000;
/** The system's resolver waits so long for a dead server. */
const RESOLVER_MS = 10_000;

Deno.test("the deadline ends a run that would go on: what was measured is printed, and the exit status is 5", async () => {
  await using world = await openWorld();
  const ends = [false, true].map((asOrdinaryUser) =>
    mtr(world, ["--deadline", "4", ...ENDLESS, LOOPBACK], { asOrdinaryUser })
  );
  for (const result of await Promise.all(ends)) {
    assert.equal(result.code, 5, told(result));
    const [row] = readCsv(result.stdout);
    assert.equal(row?.["Status"], "PARTIAL", told(result));
    assert.ok(Number(row["Snt"]) > 1 && Number(row["Loss%"]) === 0, told(result));
    assert.match(result.stderr, /deadline/, told(result));
    assert.ok(result.durationMs < SLACK_MS, told(result));
  }
});

Deno.test("the deadline does not wait for events that are told seldom, since nobody watches, and prints them", async () => {
  await using world = await openWorld();
  const result = await mtr(world, ["--deadline", "4", "-C", "-n", "-c", "100000", "-i", "1", LOOPBACK]);
  // At four seconds events have been gathered since the third one at most, and would be until the twelfth.
  assert.ok(result.durationMs < 10_000, told(result));
  assert.ok(Number(readCsv(result.stdout)[0]?.["Snt"]) >= 3, told(result));
});

Deno.test("a run that is over before the deadline is as any other", async () => {
  await using world = await openWorld();
  const result = await mtr(world, ["--deadline", "60", "-C", "-n", "-c", "1", "-i", "0.1", LOOPBACK]);
  assert.equal(result.code, 0, told(result));
  assert.equal(result.stderr, "", told(result));
  assert.ok(result.durationMs < 60_000, "it does not wait for the deadline");
});

Deno.test("a dead name server cannot hold a run up beyond its deadline, and addresses are measured all the same", async () => {
  await using world = await openWorld();
  const result = await mtr(world, ["--deadline", "4", ...ENDLESS, "name.example", LOOPBACK], { nameServer: "dead" });
  assert.ok(readCsv(result.stdout).some(({ Snt }) => Number(Snt) > 1), told(result));
  assert.ok(result.durationMs < RESOLVER_MS, told(result));
  assert.equal(result.code, 5, told(result));
  assert.ok(readCsv(result.stdout).every((row) => row["Status"] === "PARTIAL"), told(result));
  assert.deepEqual(readCsv(result.stdout).map((row) => row["Host"]), ["name.example", LOOPBACK], told(result));
});

Deno.test("a reader who does not read cannot hold it up either", async () => {
  await using world = await openWorld();
  // More than any pipe holds.
  const hosts = Array.from({ length: 2_000 }, (_, at) => `127.0.${1 + (at >> 8)}.${at & 255}`).join("\n");
  const script =
    'set -e; pipe=$(mktemp -u); mkfifo "$pipe"; exec 3<>"$pipe"; rm "$pipe"; set +e; "$@" 1>&3; echo "status $?"';
  const args = commandOf(["--deadline", "4", "-C", "-n", "-c", "1", "-F", "-"]);
  const result = await world.run(["bash", "-c", script, "bash", ...args], { stdin: hosts });
  assert.match(result.stdout, /^status 5$/m, told(result));
  assert.match(result.stderr, /reads the output/, told(result));
  assert.ok(result.durationMs < SLACK_MS, told(result));
});

Deno.test("a dry run sends nothing, and needs no rights to say what would be sent", async () => {
  await using world = await openWorld({ pingSockets: "closed" });
  await using capture = await world.capture({ link: "lo", filter: "icmp" });
  const result = await mtr(world, ["--dry-run", "-c", "3", LOOPBACK, "::1"], { asOrdinaryUser: true });
  assert.equal(result.code, 0, told(result));
  assert.equal(result.stderr, "", told(result));
  assert.match(result.stdout, /^127\.0\.0\.1: 127\.0\.0\.1, ICMP, at most 30 hops, 3 times, 64 bytes each$/m);
  assert.match(result.stdout, /^In all: at most 180 probes, at most 11520 bytes, at most 60 probes\/s$/m);
  assert.match(result.stdout, /^Time: at most 9 s /m);
  // A run of one probe after it is all that is seen.
  await mtr(world, ["-n", "-c", "1", "-i", "0.1", LOOPBACK]);
  await capture.probes(1);
  assert.equal((await capture.stop()).filter(({ kind }) => kind === "echoRequest").length, 1);
});

Deno.test("a dry run of a name that is unknown says so, and exits 2", async () => {
  await using world = await openWorld();
  const result = await mtr(world, ["--dry-run", "name.invalid", LOOPBACK], { nameServer: "dead" });
  assert.equal(result.code, 2, told(result));
  assert.match(result.stdout, /^name\.invalid: not traced: /m, told(result));
  assert.match(result.stdout, /^127\.0\.0\.1: /m, told(result));
});

/** Runs the program at a terminal of its own, and gives all that the terminal was sent. */
async function atTerminal(args: readonly string[]): Promise<string> {
  await using world = await openWorld();
  const line = commandOf(args).map((word) => `'${word}'`).join(" ");
  const result = await world.run(["script", "-qec", line, "/dev/null"], {});
  assert.equal(result.code, 0, told(result));
  return result.stdout;
}

Deno.test("at a terminal one line says how far the run is, and is gone when the output comes", async () => {
  const seen = await atTerminal(["-r", "-n", "-c", "3", "-i", "0.3", LOOPBACK]);
  const [, drawn = ""] = seen.split(ERASE);
  assert.match(drawn, /^Round [0-3] of 3, \d+ probes sent, 0 lost$/);
  const output = seen.slice(seen.lastIndexOf(ERASE) + ERASE.length);
  assert.match(output, /^Start: /);
});

Deno.test("--quiet draws no progress, nor do outputs that are written as things happen, nor is any without a terminal", async () => {
  for (const args of [["--quiet", "-r"], ["-l"]]) {
    const seen = await atTerminal([...args, "-n", "-c", "2", "-i", "0.2", LOOPBACK]);
    assert.ok(!seen.includes("Round") && !seen.includes(ERASE), seen);
  }
  await using world = await openWorld();
  const result = await mtr(world, ["-r", "-n", "-c", "2", "-i", "0.2", LOOPBACK]);
  assert.equal(result.stderr, "", told(result));
});
