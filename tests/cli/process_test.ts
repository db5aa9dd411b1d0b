/** The executable as a good citizen: signals, pipes, full disks, no home, no traces, many at once. */
import assert from "node:assert/strict";
import { ADDRESSES, pathOf } from "../lab/topology.ts";
import type { RunOptions, RunResult, World } from "../lab/world.ts";
import { commandOf, mtr, openWorld, perfect, readCsv, readHops, summary, told } from "../lab/program.ts";

const LOOPBACK = "127.0.0.1";
const SHORT = ["-C", "-n", "-c", "2", "-i", "0.1", LOOPBACK];
const ENDLESS = ["-n", "-c", "1000", "-i", "0.1", LOOPBACK];

/** Runs the program by way of a line of bash, which has it as `"$@"`. */
async function byShell(
  world: World,
  script: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  return await world.run(["bash", "-c", script, "bash", ...commandOf(args)], options);
}

for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  for (const format of ["-C", "-j", "-r", "-w"] as const) {
    Deno.test(`${signal} prints what was measured, marked as partial, and exits ${code}: ${format}`, async () => {
      await using world = await openWorld();
      for (const asOrdinaryUser of [false, true]) {
        await using capture = await world.capture({ link: "lo", filter: "icmp" });
        await using run = world.start(commandOf([format, ...ENDLESS]), { asOrdinaryUser });
        // The fourth is sent when the first three have long been answered.
        await capture.probes(4);
        run.kill(signal);
        const result = await run.result();
        assert.equal(result.code, code, told(result));
        const [hop, ...others] = readHops(format, result.stdout);
        assert.ok(hop !== undefined && others.length === 0, told(result));
        assert.ok(hop.host === LOOPBACK && hop.sent >= 4 && hop.lossPercent === 0, told(result));
        if (format === "-C") assert.equal(readCsv(result.stdout)[0]?.["Status"], "PARTIAL");
        else assert.match(result.stdout, /partial/i, told(result));
      }
    });
  }
}

Deno.test("q on the standard input ends split output, and that is no failure", async () => {
  await using world = await openWorld();
  const result = await world.run(commandOf(["-p", ...ENDLESS]), { stdin: "nprq" });
  assert.equal(result.stderr, "", told(result));
  assert.equal(result.code, 0, told(result));
});

Deno.test("signals that come together are one, as those of timeout, and what was measured is printed", async () => {
  await using world = await openWorld();
  await using capture = await world.capture({ link: "lo", filter: "icmp" });
  // Names of a dead server give the program something to wait for.
  await using run = world.start(commandOf(["-C", ...ENDLESS.slice(1)]), { nameServer: "dead" });
  await capture.probes(2);
  const startedAtMs = performance.now();
  run.kill("SIGINT");
  run.kill("SIGINT");
  const result = await run.result();
  assert.equal(result.code, 130, told(result));
  // The system's resolver would take 10 s.
  assert.ok(performance.now() - startedAtMs < 9_000, "it did not wait for anything");
});

Deno.test("a signal during the very start ends it, too", async () => {
  await using world = await openWorld();
  for (let tries = 0; tries < 10; tries++) {
    await using run = world.start(commandOf(["-C", ...ENDLESS]));
    run.kill("SIGTERM");
    const { code } = await run.result();
    assert.equal(code, 143);
  }
});

Deno.test("a closed standard output ends it quietly", async () => {
  await using world = await openWorld();
  for (const reader of ["true", "head -n 1"]) {
    const result = await byShell(world, `"$@" | ${reader}; echo "\${PIPESTATUS[0]}"`, SHORT);
    const status = result.stdout.trim().split("\n").at(-1);
    assert.equal(result.stderr, "", told(result));
    // Answered and printed, or ended by the pipe.
    assert.ok(status === "0" || status === "141", told(result));
  }
});

Deno.test("a full disk is an error that names what could not be written", async () => {
  await using world = await openWorld();
  for (const format of ["-C", "-j", "-r", "-w"]) {
    const result = await byShell(world, '"$@" > /dev/full', [format, ...SHORT.slice(1)]);
    assert.equal(result.code, 2, told(result));
    assert.match(result.stderr, /standard output|stdout/i);
    assert.match(result.stderr, /no space left/i);
    assert.doesNotMatch(result.stderr, /\bat .*\.ts:\d+|Uncaught/);
  }
  const help = await byShell(world, '"$@" > /dev/full', ["--help"]);
  assert.equal(help.code, 2, told(help));
  assert.match(help.stderr, /no space left/i);
});

Deno.test("it works without home, in a folder that cannot be written, with closed standard input or error", async (t) => {
  await using world = await openWorld();
  const shells: readonly (readonly [script: string, options: RunOptions])[] = [
    ['"$@"', {}],
    ['"$@"', { env: { HOME: "/nonexistent", TMPDIR: "/nonexistent", DENO_DIR: "/nonexistent" } }],
    ['"$@"', { cwd: "/sys" }],
    ['"$@" <&-', {}],
    ['"$@" 2>&-', {}],
    ['exec -a "" "$@"', {}],
    ['env -i "$@"', {}],
    ['TERM=dumb NO_COLOR=1 LC_ALL=C.UTF-8 TZ=Asia/Kolkata "$@"', {}],
    ['ulimit -n 32; "$@"', {}],
  ];
  for (const [script, options] of shells) {
    for (const asOrdinaryUser of [false, true]) {
      await t.step(
        `${script} ${JSON.stringify(options)} ${asOrdinaryUser ? "as an ordinary user" : "as root"}`,
        async () => {
          const result = await byShell(world, script, SHORT, { ...options, asOrdinaryUser });
          assert.deepEqual(summary(readHops("-C", result.stdout)), perfect([LOOPBACK], 2), told(result));
          assert.equal(result.code, 0);
        },
      );
    }
  }
});

Deno.test("it writes no file: not in the folder for temporary files, not at home, not where it runs", async () => {
  await using world = await openWorld();
  // Twice, since a cache may be written at one start and used at the next.
  const script = [
    "mount -t tmpfs -o mode=1777 tmpfs /tmp && mkdir -m 777 /tmp/home /tmp/here && cd /tmp/here",
    'export HOME=/tmp/home; "$@" > /dev/null && "$@" > /dev/null || exit',
    "find /tmp -mindepth 1 ! -path /tmp/home ! -path /tmp/here",
  ].join("\n");
  const result = await byShell(world, script, SHORT);
  assert.equal(result.code, 0, told(result));
  assert.equal(result.stdout, "");
});

Deno.test("twenty runs at once do not disturb each other", async () => {
  await using world = await openWorld();
  const runs = await Promise.all(Array.from({ length: 20 }, async (_, index) => {
    const family = index % 2 === 0 ? 4 : 6;
    const args = ["-C", "-n", "-c", "5", "-i", "0.2", ADDRESSES[family].target];
    return { family, result: await mtr(world, args, { asOrdinaryUser: index % 4 < 2 }) } as const;
  }));
  for (const { family, result } of runs) {
    assert.deepEqual(summary(readHops("-C", result.stdout)), perfect(pathOf(family), 5), told(result));
    assert.equal(result.code, 0);
  }
});

Deno.test("nothing is printed beside the result", async () => {
  await using world = await openWorld();
  for (const format of ["-C", "-j", "-r", "-w"]) {
    const result = await mtr(world, [format, ...SHORT.slice(1)]);
    assert.equal(result.stderr, "");
    assert.ok(result.stdout.endsWith("\n") && !result.stdout.endsWith("\n\n"), told(result));
    assert.ok(!result.stdout.includes("\u001b"), "no terminal sequences in a pipe");
  }
});
