/** Another program that sends the probes: Debian's mtr-packet, and programs that misbehave. */
import assert from "node:assert/strict";
import { RAW } from "./beside_mtr.ts";
import { MASKED } from "./masked.ts";
import { commandOf, FORMATS, mtr, openWorld, perfect, readCsv, readHops, summary, told } from "./program.ts";
import { asMtr } from "./recorded_chain.ts";
import { requirePrograms } from "./programs.ts";
import { POWERS } from "./set_up.ts";
import { ADDRESSES, CLIENT_LINK, pathOf } from "./topology.ts";
import type { RunResult, World } from "./world.ts";

requirePrograms({ "mtr-packet": "mtr-tiny" });

const PACKET = ["--packet", "mtr-packet"];
const BY_ENVIRONMENT = { env: { MTR_PACKET: "mtr-packet" } };
/** As a user who has nothing but what the file of mtr-packet gives. */
const AS_USER = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];

for (const family of [4, 6] as const) {
  const { target, unrouted } = ADDRESSES[family];

  Deno.test(`mtr-packet sends the probes, and the hops are the same: IPv${family}`, async () => {
    await using world = await openWorld();
    await using _ports = await world.servePorts();
    const expected = perfect(pathOf(family), 3);
    const common = ["-n", "-c", "3", "-i", "0.3", target];
    await Promise.all(FORMATS.map(async (format) => {
      const result = await mtr(world, [...PACKET, format, ...common]);
      assert.deepEqual(summary(readHops(format, result.stdout)), expected, told(result));
      assert.deepEqual([result.code, result.stderr], [0, ""]);
    }));
    for (const protocol of ["-u", "-T"]) {
      const result = await mtr(world, ["-C", protocol, ...common], BY_ENVIRONMENT);
      assert.deepEqual(summary(readHops("-C", result.stdout)), expected, told(result));
    }
    const nowhere = await mtr(world, [...PACKET, "-C", "-n", "-c", "1", "-i", "0.1", unrouted]);
    assert.notEqual(nowhere.code, 0, told(nowhere));
  });

  Deno.test(`as mtr 0.95 with mtr-packet it prints what mtr prints: IPv${family}`, async () => {
    await using world = await openWorld();
    const common = ["-n", "-c", "3", "-i", "0.3", "-G", "0.3", "-s", "100", "-Q", "8", "-B", "7", ...RAW, target];
    await Promise.all(([["-r", "report"], ["-l", "raw"], ["-C", "csv"]] as const).map(async ([output, format]) => {
      const theirs = await world.run(["mtr", output, ...common]);
      const ours = await world.run(asMtr("0.95", [output, ...common]), BY_ENVIRONMENT);
      assert.equal(MASKED[format](ours.stdout), MASKED[format](theirs.stdout));
      assert.deepEqual([ours.code, ours.stderr], [0, ""]);
    }));
  });
}

Deno.test({
  name: "mtr-packet brings its own privileges, and runs as the user who called",
  // The capability of a file counts in no user namespace but the file's own.
  ignore: POWERS !== "root",
  fn: async () => {
    await using world = await openWorld({ pingSockets: "closed" });
    const args = ["-n", "-c", "2", ADDRESSES[4].target];
    const expected = perfect(pathOf(4), 2);
    const own = await world.run([...AS_USER, ...commandOf([...PACKET, "-C", ...args])]);
    assert.deepEqual(summary(readHops("-C", own.stdout)), expected, told(own));
    const compat = await world.run([...AS_USER, ...asMtr("0.95", ["-r", "-G", "0.3", ...args])], BY_ENVIRONMENT);
    assert.deepEqual(summary(readHops("-r", compat.stdout)), expected, told(compat));
    const refused = await mtr(world, [...PACKET, "-C", ...args], { asOrdinaryUser: true });
    assert.deepEqual([refused.code, refused.stdout], [2, ""], told(refused));
    assert.match(refused.stderr, /Cannot have mtr-packet send the probes|Cannot start mtr-packet/);
  },
});

for (const [signal, status] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test(`${signal} ends the run and mtr-packet, and what was measured is printed`, async () => {
    await using world = await openWorld();
    const endless = ["-n", "-c", "1000", "-i", "0.2", ADDRESSES[4].target];
    const until = async (argv: readonly string[]): Promise<RunResult> => {
      await using capture = await world.capture({ link: CLIENT_LINK, filter: "icmp" });
      await using run = world.start(argv, BY_ENVIRONMENT);
      await capture.probes(8);
      run.kill(signal);
      // It is over when the last process that can write an error has ended.
      return await run.result();
    };
    const own = await until(commandOf(["-C", ...endless]));
    assert.equal(own.code, status, told(own));
    assert.deepEqual(readHops("-C", own.stdout).map(({ host }) => host), pathOf(4), told(own));
    const old = await until(asMtr("0.95", ["-r", ...endless]));
    assert.deepEqual([old.code, old.stdout], [status, ""], told(old));
    const young = await until(asMtr("0.96", ["-r", ...endless]));
    assert.equal(young.code, status, told(young));
    if (signal === "SIGINT") assert.match(young.stdout, / 4\.\|-- /, told(young));
    else assert.equal(young.stdout, "");
  });
}

/** The path that `odd_helper.ts` tells of. */
const TARGET = "10.201.4.2";
const HOPS = ["10.0.0.1", "10.0.0.2", "10.0.0.3", TARGET];
const ROUNDS = 3;
const PERFECT = perfect(HOPS, ROUNDS);

function helper(mode: string): string {
  const script = decodeURIComponent(new URL("./odd_helper.ts", import.meta.url).pathname);
  return [Deno.execPath(), "run", "--quiet", "--no-config", "--no-lock", "--allow-run", script, mode].map((word) =>
    `'${word}'`
  ).join(" ");
}

const COMMON = ["-n", "-c", String(ROUNDS), "-i", "0.5", TARGET];

async function asItself(world: World, mode: string, ...args: readonly string[]): Promise<RunResult> {
  return await mtr(world, ["--packet", helper(mode), "-C", ...args, ...COMMON]);
}

async function asRelease(world: World, release: string, mode: string): Promise<RunResult> {
  const result = await world.run(asMtr(release, ["-r", "-G", "0.3", ...COMMON]), { env: { MTR_PACKET: helper(mode) } });
  return { ...result, stdout: result.stdout.replace(/^Start: .*\n/, "") };
}

/** That nobody waits for a helper that has nothing more to do: it would be there for 25 s. */
const SOON_MS = 20_000;

Deno.test("what a helper should not have written changes nothing", async () => {
  await using world = await openWorld();
  const modes = [
    "garbage",
    "endless",
    "unknownTokens",
    "unknownReplies",
    "incomplete",
    "duplicates",
    "brokenLabels",
    "manyLabels",
    "stays",
  ];
  await Promise.all(modes.map(async (mode) => {
    const result = await asItself(world, mode);
    assert.deepEqual(summary(readHops("-C", result.stdout)), PERFECT, `${mode}: ${told(result)}`);
    assert.deepEqual([result.code, result.stderr], [0, ""], mode);
    assert.ok(result.durationMs < SOON_MS, `${mode}: ${result.durationMs} ms`);
  }));
});

Deno.test("answers of the other family are none", async () => {
  await using world = await openWorld();
  const result = await asItself(world, "otherFamily", "-Z", "1");
  for (const { lossPercent } of readHops("-C", result.stdout)) assert.equal(lossPercent, 100, told(result));
  assert.equal(result.code, 1, told(result));
  const compat = await asRelease(world, "0.95", "otherFamily");
  assert.deepEqual([compat.code, compat.stderr, compat.stdout.split("\n").length], [0, "", 2], told(compat));
});

Deno.test("broken label stacks are none, and no more than eight labels are taken", async () => {
  await using world = await openWorld();
  const labelsOf = async (mode: string): Promise<readonly number[]> => {
    const result = await mtr(world, ["--packet", helper(mode), "-j", ...COMMON]);
    const { report } = JSON.parse(result.stdout) as { report: { hubs: { labels: unknown[] }[] } };
    return report.hubs.map(({ labels }) => labels.length);
  };
  assert.deepEqual(await labelsOf("brokenLabels"), [0, 0, 0, 0]);
  assert.deepEqual(await labelsOf("manyLabels"), [8, 8, 8, 8]);
});

Deno.test("a helper that dies: what was measured is printed, and why there is no more", async () => {
  await using world = await openWorld();
  await Promise.all(["dies", "crashes"].map(async (mode) => {
    const own = await asItself(world, mode);
    assert.equal(own.code, 2, told(own));
    assert.match(own.stderr, /^mtr-deno: Cannot have .* send the probes: it ended during the trace\n$/);
    const rows = readCsv(own.stdout);
    assert.deepEqual(rows.map(({ Ip }) => Ip), HOPS, told(own));
    assert.ok(rows.every(({ Status }) => Status === "PARTIAL"), told(own));
    for (const release of ["0.95", "0.96"]) {
      const compat = await asRelease(world, release, mode);
      assert.deepEqual([compat.code, compat.stderr], [1, "mtr: unexpected packet generator exit: Broken pipe\n"]);
      assert.deepEqual(readHops("-r", compat.stdout).map(({ host }) => host), HOPS, told(compat));
    }
  }));
});

Deno.test("a helper that cannot do it, or cannot be started, is refused before anything is printed", async () => {
  await using world = await openWorld();
  const cases = [
    [helper("unfit"), /it has no send-probe/, "Failure to start mtr-packet: Operation not supported"],
    ["false", /it ended without saying what it can do/, "Failure to start mtr-packet: Invalid argument"],
    ["/sys/none/packet", /there is no such program/, "Failure to start mtr-packet: Invalid argument"],
    ["/etc/hosts", /it may not be executed/, "Failure to start mtr-packet: Invalid argument"],
    ["/etc", /may not be executed|Permission denied/, "Failure to start mtr-packet: Invalid argument"],
    ["'", /quote|not closed/i, undefined],
  ] as const;
  const mute = asItself(world, "mute");
  for (const [command, says, text] of cases) {
    const own = await mtr(world, ["-C", ...COMMON], { env: { MTR_PACKET: command } });
    assert.deepEqual([own.code, own.stdout], [2, ""], told(own));
    assert.match(own.stderr, says);
    assert.match(own.stderr, /^mtr-deno: [^\n]*\n$/);
    if (text === undefined) continue;
    const compat = await world.run(asMtr("0.95", ["-r", ...COMMON]), { env: { MTR_PACKET: command } });
    assert.deepEqual([compat.code, compat.stdout, compat.stderr], [1, "", `mtr: ${text}\n`], command);
  }
  const result = await mute;
  assert.deepEqual([result.code, result.stdout], [2, ""], told(result));
  assert.match(result.stderr, /it does not say what it can do/);
});

Deno.test("mtr ends where a helper writes what is no reply", async () => {
  await using world = await openWorld();
  for (const mode of ["garbage", "endless"]) {
    const result = await asRelease(world, "0.95", mode);
    assert.deepEqual([result.code, result.stderr], [1, "mtr: reply parse failure: Invalid argument\n"], told(result));
    assert.match(result.stdout, /^HOST: /);
  }
});

Deno.test("a signal in the middle: rows, the signal's status, and nobody is left", async () => {
  await using world = await openWorld();
  for (const [mode, status] of [["interrupts", 130], ["terminates", 143]] as const) {
    const result = await asItself(world, mode);
    assert.deepEqual([result.code, result.stderr.includes("Cannot")], [status, false], told(result));
    assert.deepEqual(readHops("-C", result.stdout).map(({ host }) => host), HOPS, told(result));
    assert.ok(result.durationMs < SOON_MS, `${mode}: ${result.durationMs} ms`);
  }
});
