/** The executable where nobody has prepared anything for it: cron, nohup, timeout, services, closed streams, odd surroundings. */
import assert from "node:assert/strict";
import { POWERS } from "../lab/set_up.ts";
import type { RunOptions, RunResult, World } from "../lab/world.ts";
import { commandOf, openWorld, perfect, readCsv, readHops, readJson, summary, told } from "../lab/program.ts";

const LOOPBACK = "127.0.0.1";
const ROUNDS = 2;
const CSV = ["-C", "-n", "-c", String(ROUNDS), "-i", "0.1", LOOPBACK];
const JSON_RUN = ["-j", ...CSV.slice(1)];
const AT_ONCE = 6;
/** Times are told in whole seconds or finer. */
const TIME_STEP_MS = 1_000;
const ENDLESS = ["-C", "-n", "-c", "1000", "-i", "0.1", LOOPBACK];

/** Runs the program by way of a line of bash, which has it as `"$@"`. */
async function under(
  world: World,
  script: string,
  { args = CSV, ...options }: RunOptions & { args?: readonly string[] } = {},
): Promise<RunResult> {
  return await world.run(["bash", "-c", script, "bash", ...commandOf(args)], options);
}

function assertMeasured(result: RunResult, name = ""): void {
  assert.equal(result.code, 0, `${name}: ${told(result)}`);
  assert.deepEqual(summary(readHops("-C", result.stdout)), perfect([LOOPBACK], ROUNDS), `${name}: ${told(result)}`);
}

/** A few at once: each run waits more than it works. */
async function inTurns<Item>(
  items: readonly Item[],
  check: (item: Item, index: number) => Promise<void>,
): Promise<void> {
  for (let at = 0; at < items.length; at += AT_ONCE) {
    await Promise.all(items.slice(at, at + AT_ONCE).map((item, index) => check(item, at + index)));
  }
}

/** What each does to the program, and whether it may still say something on stderr. */
const SURROUNDINGS: readonly (readonly [name: string, script: string])[] = [
  ["standard input closed", '"$@" <&-'],
  [
    "standard input is a pipe that nobody writes to",
    'exec 3< <(exec sleep 60); helper=$!; "$@" <&3; status=$?; kill $helper; exit $status',
  ],
  ["standard input is a folder", '"$@" < /'],
  ["standard error closed", '"$@" 2>&-'],
  ["standard input and error closed", '"$@" <&- 2>&-'],
  ["standard error is full", '"$@" 2> /dev/full'],
  ["LANG=C", 'LANG=C LC_ALL=C "$@"'],
  ["a locale that is not there, with a comma for a point", 'LANG=de_DE.UTF-8 LC_ALL=de_DE.UTF-8 LC_NUMERIC=de_DE "$@"'],
  ["HOME unset", 'unset HOME; "$@"'],
  ["HOME empty", 'HOME= "$@"'],
  ["PATH unset", 'env -u PATH "$@"'],
  ["no environment at all", 'env -i "$@"'],
  ["cron's environment", 'env -i HOME=/ LOGNAME=root SHELL=/bin/sh PATH=/usr/bin:/bin setsid --wait "$@" < /dev/null'],
  ["a session without a terminal", 'setsid --wait "$@"'],
  ["timeout", 'timeout 20 "$@"'],
  ["nohup", 'nohup "$@" 2> /dev/null'],
  ["nice", 'nice -n 19 "$@"'],
  ["SIGPIPE ignored, as services have it", "trap '' PIPE; \"$@\""],
  ["SIGHUP, SIGINT and SIGTERM ignored", "trap '' HUP INT TERM; \"$@\""],
  ["few files open", 'ulimit -n 32; "$@"'],
  ["no files may be written", 'ulimit -f 0; "$@" | cat'],
  ["umask 777", 'umask 777; "$@"'],
  ["TERM unset", 'unset TERM; "$@"'],
  ["TERM=dumb", 'TERM=dumb "$@"'],
];

Deno.test("it measures and writes the same in any surroundings", async () => {
  await using world = await openWorld();
  await inTurns(SURROUNDINGS, async ([name, script], index) => {
    assertMeasured(await under(world, script, { asOrdinaryUser: index % 2 === 0 }), name);
  });
});

Deno.test("on a file system that nobody can write to it measures all the same", async () => {
  await using world = await openWorld();
  const script = [
    'while read -r _ place _; do mount -o remount,bind,ro "$place" || true; done < /proc/self/mounts 2> /dev/null',
    "for place in / /tmp /run /var/tmp /dev/shm; do",
    '  if touch "$place/written" 2> /dev/null; then echo "$place can be written" >&2; exit 9; fi',
    "done",
    'HOME=/tmp "$@"',
  ].join("\n");
  assertMeasured(await world.run(["unshare", "--mount", "bash", "-c", script, "bash", ...commandOf(CSV)]));
});

Deno.test("with its output closed it sends what it was told to, and has nobody to tell", async () => {
  await using world = await openWorld();
  for (const script of ['"$@" >&-; echo "$?"', '"$@" <&- >&- 2>&-; echo "$?"']) {
    await using capture = await world.capture({ link: "lo", filter: "icmp" });
    const result = await under(world, script);
    await capture.probes(ROUNDS);
    assert.equal(result.stdout, "0\n", told(result));
    // Whatever it has opened in the place of the closed streams, no figures have gone there.
    assert.doesNotMatch(result.stderr, /defect|Mtr_Version/, told(result));
  }
});

/** `TZ` and the offset that a time has with it on 1 July or 1 January, whichever is now. */
const ZONES: readonly (readonly [script: string, offset: RegExp])[] = [
  ['unset TZ; "$@"', /[+-]\d{2}:\d{2}$/],
  ['TZ= "$@"', /\+00:00$/],
  ['TZ=UTC "$@"', /\+00:00$/],
  ['TZ=Asia/Kolkata "$@"', /\+05:30$/],
  ['TZ=Asia/Kathmandu "$@"', /\+05:45$/],
  ['TZ=America/St_Johns "$@"', /-0[23]:30$/],
  ['TZ=Nowhere/Nonsense "$@"', /[+-]\d{2}:\d{2}$/],
  ['TZ=:/nonexistent "$@"', /[+-]\d{2}:\d{2}$/],
];

Deno.test("times are RFC 3339 with the offset of the time zone, or with that of UTC where there is none", async () => {
  await using world = await openWorld();
  await inTurns(ZONES, async ([script, offset]) => {
    const before = Date.now();
    const result = await under(world, script, { args: JSON_RUN });
    assert.equal(result.code, 0, `${script}: ${told(result)}`);
    const { run } = (readJson(result.stdout) as unknown as { report: { run: Record<string, string> } }).report;
    for (const time of [run["started"], run["ended"]]) {
      assert.match(time ?? "", offset, `${script}: ${told(result)}`);
      const unixMs = Date.parse(time ?? "");
      assert.ok(unixMs >= before - TIME_STEP_MS && unixMs <= Date.now(), `${time} is not in the run from ${before}`);
    }
  });
});

Deno.test("timeout ends it in good order: what was measured is written as PARTIAL", async () => {
  await using world = await openWorld();
  // Long enough for a busy machine to have begun.
  const ends = [['timeout 5 "$@"', 124], ['timeout --preserve-status 5 "$@"', 143]] as const;
  await inTurns(ends, async ([script, code]) => {
    const result = await under(world, script, { args: ENDLESS });
    assert.equal(result.code, code, told(result));
    const [row] = readCsv(result.stdout);
    assert.equal(row?.["Status"], "PARTIAL", told(result));
    assert.ok(Number(row?.["Snt"]) > 2, told(result));
  });
});

Deno.test("a signal that is ignored, as nohup has it, changes nothing", async () => {
  await using world = await openWorld();
  const program = commandOf(["-C", "-n", "-c", "8", "-i", "0.1", LOOPBACK]);
  const cases = [
    ["SIGHUP", ["nohup", ...program]],
    ["SIGINT", ["bash", "-c", "trap '' INT; exec \"$@\"", "bash", ...program]],
    ["SIGTERM", ["bash", "-c", "trap '' TERM; exec \"$@\"", "bash", ...program]],
  ] as const;
  for (const [signal, argv] of cases) {
    await using capture = await world.capture({ link: "lo", filter: "icmp" });
    await using run = world.start(argv);
    await capture.probes(4);
    run.kill(signal);
    const result = await run.result();
    assert.equal(result.code, 0, `${signal}: ${told(result)}`);
    assert.deepEqual(summary(readHops("-C", result.stdout)), perfect([LOOPBACK], 8), `${signal}: ${told(result)}`);
  }
});

Deno.test("a user whom no file knows, with CAP_NET_RAW and nothing else, has raw sockets: as DynamicUser does it", async () => {
  await using world = await openWorld({ pingSockets: "closed" });
  // In a user namespace there is no other id to take.
  const ids = POWERS === "root" ? ["--reuid=61234", "--regid=61234", "--clear-groups"] : [];
  const caps = ["--inh-caps=-all,+net_raw", "--ambient-caps=-all,+net_raw", "--bounding-set=-all,+net_raw"];
  const command = ["setpriv", ...ids, ...caps, "--no-new-privs", "env", "-i", ...commandOf(JSON_RUN)];
  const result = await world.run(command);
  assert.equal(result.code, 0, told(result));
  assert.equal(result.stderr, "");
  assert.deepEqual(summary(readHops("-j", result.stdout)), perfect([LOOPBACK], ROUNDS), told(result));
  assert.match(result.stdout, /"access": "raw"/);
});

Deno.test("the same user without that capability is told what to do, and nothing is measured", async () => {
  await using world = await openWorld({ pingSockets: "closed" });
  const result = await under(world, '"$@"', { asOrdinaryUser: true });
  assert.equal(result.code, 2, told(result));
  assert.match(result.stderr, /setcap cap_net_raw/);
  assert.equal(result.stdout, "");
});
