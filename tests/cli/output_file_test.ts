/** Output to files: whole or not at all, whoever writes at the same time, and whatever the disk does. */
import assert from "node:assert/strict";
import { Random } from "../../core/packet/_random.ts";
import { commandOf, mtr, openWorld, readCsv, told } from "../lab/program.ts";
import { POWERS } from "../lab/set_up.ts";
import type { RunOptions, RunResult, World } from "../lab/world.ts";

const LOOPBACK = "127.0.0.1";
const HOSTS = [LOOPBACK, "127.0.0.2", "::1"];
const SHORT = ["-C", "-n", "-c", "1", "-i", "0.05"];
const ENDLESS = ["-n", "-c", "1000", "-i", "0.1", LOOPBACK];
const HEADER = "Mtr_Version,Start_Time,Status,Host,Hop,Ip,Loss%,Snt,,Last,Avg,Best,Wrst,StDev\n";
const DEFECT = /This is a defect|\bat .*\.ts:\d+|Uncaught/;

/** A folder that everybody can write, gone at the end. */
class Folder implements AsyncDisposable {
  private constructor(readonly path: string) {}

  static async make(): Promise<Folder> {
    const path = await Deno.makeTempDir({ prefix: "mtr-deno-output-" });
    await Deno.chmod(path, 0o777);
    return new Folder(path);
  }

  at(name: string): string {
    return `${this.path}/${name}`;
  }

  read(name: string): string {
    return Deno.readTextFileSync(this.at(name));
  }

  write(name: string, text: string): void {
    Deno.writeTextFileSync(this.at(name), text);
  }

  names(): readonly string[] {
    return [...Deno.readDirSync(this.path)].map(({ name }) => name).sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

/** Runs the program by way of a line of bash, which has it as `"$@"`, in a folder. */
async function inFolder(
  world: World,
  folder: Folder,
  script: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const result = await world.run(["bash", "-c", script, "bash", ...commandOf(args)], { cwd: folder.path, ...options });
  assert.doesNotMatch(result.stderr, DEFECT, told(result));
  return result;
}

/** The runs of a log: each has a row for every host, in order, and nobody's rows stand between. */
function runsOf(text: string, hosts: readonly string[] = HOSTS): number {
  assert.ok(text.startsWith(HEADER), text.slice(0, 200));
  assert.equal(text.split(HEADER).length, 2, "the header stands there once");
  assert.ok(text.endsWith("\n"));
  const rows = readCsv(text);
  assert.deepEqual(rows.map((row) => row["Host"]), rows.map((_, index) => hosts[index % hosts.length]));
  for (const row of rows) assert.equal(row["Status"], "OK");
  assert.equal(rows.length % hosts.length, 0);
  return rows.length / hosts.length;
}

/** The figures of a run with one host, wherever they are. */
function checkFigures(text: string): void {
  assert.deepEqual(readCsv(text).map((row) => row["Host"]), [LOOPBACK], text);
}

Deno.test("killed at 200 random moments, a log has every line whole and the header once", async () => {
  await using world = await openWorld();
  await using folder = await Folder.make();
  Deno.chmodSync(folder.path, 0o755);
  const seed = Math.floor(Math.random() * 2 ** 31);
  console.log(`seed ${seed}`);
  const random = new Random(seed);
  const args = [...SHORT, ...HOSTS, "--append", folder.at("log")];
  const statuses: number[] = [];
  // As long as a run takes on this machine at the moment, found out on the way: half of them are killed.
  let limitS = 0.6;
  await Promise.all(Array.from({ length: 4 }, async () => {
    while (statuses.length < 200) {
      const place = statuses.push(-1) - 1;
      const momentS = (limitS * (100 + random.below(900)) / 1_000).toFixed(4);
      const { code } = await world.run(["timeout", "-s", "KILL", momentS, ...commandOf(args)]);
      statuses[place] = code;
      limitS *= code === 0 ? 0.95 : 1.05;
    }
  }));
  const finished = statuses.filter((status) => status === 0).length;
  assert.equal(statuses.filter((status) => status === 137).length, 200 - finished, statuses.join());
  assert.ok(finished > 10 && finished < 190, `${finished} of 200 runs were not killed`);
  const runs = runsOf(folder.read("log"));
  assert.ok(runs >= finished && runs <= 200, `${runs} runs, ${finished} of them finished`);
});

Deno.test("what a killed program has left of a write is taken back by the next, and a whole one stays", async () => {
  await using world = await openWorld();
  await using folder = await Folder.make();
  const row = (letter: string): string => `${letter.repeat(99)}\n`;
  const before = HEADER + row("a").repeat(50);
  const cases: readonly (readonly [left: string, note: string, kept: string])[] = [
    [before + "torn,ro", `${before.length}+200`, before],
    [before + row("b"), `${before.length}+200`, before],
    [before + row("b").repeat(2), `${before.length}+200`, before + row("b").repeat(2)],
    [before, `${before.length}+200`, before],
    [before + row("b"), "garbage", before + row("b")],
  ];
  Deno.chmodSync(folder.path, 0o755);
  for (const [left, note, kept] of cases) {
    folder.write("log", left);
    folder.write(`.log.${note}.0123.mtr-deno-note`, "");
    assert.equal((await inFolder(world, folder, '"$@"', [...SHORT, LOOPBACK, "--append", "log"])).code, 0);
    const text = folder.read("log");
    assert.ok(text.startsWith(kept) && /^MTR[^\n]+\n$/.test(text.slice(kept.length)), text.slice(before.length));
    assert.deepEqual(folder.names(), ["log"]);
  }
  // Where everybody can make files, nobody can have a log shortened by one.
  Deno.chmodSync(folder.path, 0o777);
  folder.write(".log.0+999999.0123.mtr-deno-note", "");
  assert.equal((await inFolder(world, folder, '"$@"', [...SHORT, LOOPBACK, "--append", "log"])).code, 0);
  assert.ok(folder.read("log").startsWith(before));
});

Deno.test("ten writers at once, as root and as somebody else, add whole runs to one log", async () => {
  await using world = await openWorld();
  await using folder = await Folder.make();
  folder.write("log", "");
  Deno.chmodSync(folder.at("log"), 0o666);
  const results = await Promise.all(Array.from({ length: 20 }, (_, index) => {
    const args = [...SHORT, ...HOSTS, "--append", folder.at("log")];
    return mtr(world, args, { asOrdinaryUser: index % 2 === 0 });
  }));
  for (const result of results) assert.deepEqual([result.code, result.stdout, result.stderr], [0, "", ""]);
  assert.equal(runsOf(folder.read("log")), 20);
});

Deno.test("ten writers that rotate lose no line, and no file outgrows the limit", async () => {
  await using world = await openWorld();
  await using folder = await Folder.make();
  const script = `seq 30 | xargs -P 10 -I{} "$@"`;
  const args = [...SHORT, ...HOSTS, "--append", "log", "--rotate", "1K", "--keep", "100"];
  const result = await inFolder(world, folder, `umask 027; ${script}`, args);
  assert.deepEqual([result.code, result.stdout, result.stderr], [0, "", ""]);
  const names = folder.names();
  assert.ok(names.length > 5, names.join());
  assert.deepEqual(names, ["log", ...names.slice(1).map((_, index) => `log.${index + 1}`)].sort());
  let runs = 0;
  for (const name of names) {
    const text = folder.read(name);
    assert.ok(text.length <= 1_024, `${name} has ${text.length} bytes`);
    assert.equal(Deno.statSync(folder.at(name)).mode! & 0o777, 0o640);
    runs += runsOf(text);
  }
  assert.equal(runs, 30);
});

Deno.test("of rotated files as many are kept as was asked for, and a log that others may write stays so", async () => {
  await using world = await openWorld();
  await using folder = await Folder.make();
  folder.write("log", HEADER + "x".repeat(1_000) + "\n");
  Deno.chmodSync(folder.at("log"), 0o664);
  const script = 'umask 077; for run in {1..12}; do "$@" || exit; done';
  const result = await inFolder(world, folder, script, [
    ...SHORT,
    LOOPBACK,
    "--append",
    "log",
    "--rotate=1K",
    "--keep=1",
  ]);
  assert.equal(result.code, 0, told(result));
  assert.deepEqual(folder.names(), ["log", "log.1"]);
  assert.equal(Deno.statSync(folder.at("log")).mode! & 0o777, 0o664);
  const aged = await inFolder(world, folder, '"$@"', [...SHORT, LOOPBACK, "--append", "log", "--rotate", "1h"]);
  assert.equal(aged.code, 0, told(aged));
  assert.deepEqual(folder.names(), ["log", "log.1"]);
});

Deno.test("a full disk leaves the files as they were, and the figures go to the standard output", async (t) => {
  await using world = await openWorld();
  await using folder = await Folder.make();
  const old = HEADER + `${"x".repeat(83)}\n`.repeat(47) + `${"x".repeat(63)}\n`;
  // Two pages: of the first one a few bytes are left, of the other none.
  const full = [
    'mount -t tmpfs -o size=8k,mode=777 tmpfs . && cd "$PWD" && chmod 777 .',
    `printf %s '${old}' > file && printf x > other && chmod 666 file`,
    '"$@"; code=$?',
    `printf %s '${old}' | cmp - file >&2; find . -mindepth 1 ! -name file ! -name other >&2; exit $code`,
  ].join("\n");
  for (const [option, format] of [["--append", "-C"], ["--output", "-C"], ["--output", "-l"], ["--append", "-l"]]) {
    await t.step(`${option} ${format}`, async () => {
      const args = [format!, "-n", "-c", "3", "-i", "0.05", LOOPBACK, option!, "file"];
      const result = await inFolder(world, folder, full, args);
      assert.equal(result.code, 2, told(result));
      assert.equal(
        result.stderr,
        "mtr-deno: Cannot write to file: No space left on device; what was measured is on the standard output\n",
      );
      if (format === "-C") checkFigures(result.stdout);
      else assert.equal(result.stdout.match(/^p 0 \d+ \d+$/gm)?.length, 3, told(result));
    });
  }
  await t.step("and with the standard output closed, the status says it", async () => {
    const result = await inFolder(world, folder, full.replace('"$@"', '"$@" > /dev/full'), [
      ...SHORT,
      LOOPBACK,
      "--append",
      "file",
    ]);
    assert.equal(result.code, 2, told(result));
    assert.match(
      result.stderr,
      /^mtr-deno: Cannot write to file: No space left on device; nor to the standard output: /,
    );
  });
  await t.step("and so does a limit of the shell", async () => {
    folder.write("log", HEADER + "x".repeat(920) + "\n");
    const before = folder.read("log");
    const result = await inFolder(world, folder, 'ulimit -f 1; "$@"', [...SHORT, LOOPBACK, "--append", "log"]);
    assert.equal(result.code, 2, told(result));
    assert.match(result.stderr, /Cannot write to log: File too large; what was measured/);
    checkFigures(result.stdout);
    assert.equal(folder.read("log"), before);
  });
});

Deno.test("what cannot be written is told before the first probe", async (t) => {
  await using world = await openWorld();
  await using folder = await Folder.make();
  folder.write("file", HEADER);
  Deno.chmodSync(folder.at("file"), 0o444);
  Deno.mkdirSync(folder.at("folder"));
  Deno.mkdirSync(folder.at("closed"), { mode: 0o555 });
  Deno.symlinkSync("nowhere", folder.at("dangling"));
  folder.write("other.csv", "a,b\n");
  Deno.chmodSync(folder.at("other.csv"), 0o666);
  const cases: readonly (readonly [option: string, path: string, says: RegExp])[] = [
    ["--output", "missing/file", /missing\/file: No such file or directory/],
    ["--append", "missing/file", /No such file or directory/],
    ["--output", "closed/file", /closed\/file: Permission denied/],
    ["--append", "closed/file", /Permission denied/],
    ["--output", "file", /file: Permission denied/],
    ["--append", "file", /Permission denied/],
    ["--output", "folder", /folder: Is a directory/],
    ["--append", "folder", /Is a directory/],
    ["--output", "/dev/full", /\/dev\/full: it is no file but a device/],
    ["--append", "/dev/null", /it is no file but a device/],
    ["--output", "/proc/version", /Cannot write to \/proc\/version: /],
    ["--output", "dangling", /dangling: it is a link that leads nowhere/],
    ["--append", "dangling", /it is a link that leads nowhere/],
    ["--append", "other.csv", /other\.csv: its first line is not the header of these columns/],
    ["--output", "a\u001b[2J/b", /Cannot write to a\\u\{1B\}\[2J\/b: No such file/],
    ["--output", "a".repeat(256), /File name too long/],
  ];
  for (const [option, path, says] of cases) {
    await t.step(`${option} ${JSON.stringify(path.slice(0, 30))}`, async () => {
      const result = await inFolder(world, folder, '"$@"', ["-C", ...ENDLESS, option, path], { asOrdinaryUser: true });
      assert.equal(result.code, 2, told(result));
      assert.equal(result.stdout, "");
      assert.match(result.stderr, says);
      assert.match(result.stderr, /^mtr-deno: Cannot write to [^\n]+\n$/);
    });
  }
  await t.step("read-only file system", async () => {
    const script = 'mount -t tmpfs tmpfs . && cd "$PWD" && : > file && mount -o remount,bind,ro "$PWD" && "$@"';
    for (const words of [["--output", "file"], ["--output", "new"], ["--append", "file"], ["--append", "new"]]) {
      const result = await inFolder(world, folder, script, ["-C", ...ENDLESS, ...words]);
      assert.equal(result.code, 2, told(result));
      assert.match(result.stderr, /^mtr-deno: Cannot write to (?:file|new): Read-only file system\n$/);
    }
  });
  await t.step("a folder in which nothing can be renamed", async () => {
    Deno.chmodSync(folder.at("closed"), 0o755);
    folder.write("closed/log", HEADER);
    Deno.chmodSync(folder.at("closed/log"), 0o666);
    Deno.chmodSync(folder.at("closed"), 0o555);
    const args = ["-C", ...ENDLESS, "--append", "closed/log", "--rotate", "1M"];
    const result = await inFolder(world, folder, '"$@"', args, { asOrdinaryUser: true });
    assert.equal(result.code, 2, told(result));
    assert.match(result.stderr, /closed\/log: Permission denied/);
    Deno.chmodSync(folder.at("closed"), 0o755);
  });
});

Deno.test("a folder that vanishes costs no figures", async () => {
  await using world = await openWorld();
  for (const option of ["--output", "--append"]) {
    await using folder = await Folder.make();
    Deno.mkdirSync(folder.at("gone"), { mode: 0o777 });
    await using capture = await world.capture({ link: "lo", filter: "icmp" });
    await using run = world.start(commandOf(["-C", ...ENDLESS, option, folder.at("gone/file")]));
    await capture.probes(2);
    Deno.removeSync(folder.at("gone"), { recursive: true });
    run.kill("SIGINT");
    const result = await run.result();
    assert.equal(result.code, 2, told(result));
    assert.match(result.stderr, /gone\/file: No such file or directory; what was measured is on the standard output/);
    checkFigures(result.stdout);
  }
});

for (const option of ["--output", "--append"]) {
  Deno.test(`ended early, what was measured is there and marked as partial: ${option}`, async () => {
    await using world = await openWorld();
    await using folder = await Folder.make();
    folder.write("file", HEADER);
    for (const [signal, code] of [["SIGTERM", 143], ["SIGINT", 130], ["SIGHUP", 129]] as const) {
      await using capture = await world.capture({ link: "lo", filter: "icmp" });
      await using run = world.start(commandOf(["-C", ...ENDLESS, option, folder.at("file")]));
      await capture.probes(3);
      run.kill(signal);
      const result = await run.result();
      assert.deepEqual([result.code, result.stdout], [code, ""], told(result));
      assert.equal(readCsv(folder.read("file")).at(-1)?.["Status"], "PARTIAL");
      assert.deepEqual(folder.names(), ["file"]);
    }
    assert.equal(readCsv(folder.read("file")).length, option === "--append" ? 3 : 1);
  });
}

Deno.test("until its end a run is in a file beside; that of a killed run is removed by the next, of a living one not", async () => {
  await using world = await openWorld();
  await using folder = await Folder.make();
  folder.write("file", "old\n");
  await using capture = await world.capture({ link: "lo", filter: "icmp" });
  await using killed = world.start(commandOf(["-l", ...ENDLESS, "--output", folder.at("file")]));
  await capture.probes(3);
  const [part = "", ...others] = folder.names();
  assert.match(part, /^\.file\.[0-9a-z]+\.mtr-deno-part$/);
  assert.deepEqual([others, folder.read("file")], [["file"], "old\n"]);
  assert.match(folder.read(part), /^x 0 \d+\n/);
  const short = [...SHORT, LOOPBACK, "--output", folder.at("file")];
  assert.equal((await mtr(world, short)).code, 0);
  assert.deepEqual(folder.names(), [part, "file"]);
  killed.kill("SIGKILL");
  await killed.result();
  assert.deepEqual(folder.names(), [part, "file"]);
  assert.equal((await mtr(world, short)).code, 0);
  assert.deepEqual(folder.names(), ["file"]);
  checkFigures(folder.read("file"));
});

Deno.test("a second signal and a list without hosts leave nothing behind", async () => {
  await using world = await openWorld();
  await using folder = await Folder.make();
  await using capture = await world.capture({ link: "lo", filter: "icmp" });
  // Names of a dead server give the program something to wait for.
  const args = ["-C", ...ENDLESS.slice(1), "--output", folder.at("file")];
  await using run = world.start(commandOf(args), { nameServer: "dead" });
  await capture.probes(2);
  run.kill("SIGINT");
  run.kill("SIGINT");
  assert.equal((await run.result()).code, 130);
  assert.deepEqual(folder.names().filter((name) => name !== "file"), []);
  const result = await mtr(world, ["-C", "-F", "-", "--output", folder.at("new")], { stdin: "" });
  assert.equal(result.code, 2, told(result));
  assert.ok(!folder.names().some((name) => name.includes("new")));
});

Deno.test("a log that somebody keeps locked is not waited for beyond the deadline", async () => {
  await using world = await openWorld();
  await using folder = await Folder.make();
  const args = ["-C", ...ENDLESS, "--append", "log", "--deadline", "1"];
  const result = await inFolder(world, folder, 'flock log "$@"', args);
  assert.equal(result.code, 2, told(result));
  assert.match(result.stderr, /Cannot write to log: another program keeps it locked; what was measured is on/);
  checkFigures(result.stdout);
});

Deno.test("a new file has the shell's permissions, an old one keeps its own, and a torn line stays by itself", async () => {
  await using world = await openWorld();
  await using folder = await Folder.make();
  const args = [...SHORT, LOOPBACK];
  for (const option of ["--output", "--append"]) {
    for (const [umask, mode] of [["022", 0o644], ["077", 0o600], ["000", 0o666]] as const) {
      const name = `new${option}${umask}`;
      assert.equal((await inFolder(world, folder, `umask ${umask}; "$@"`, [...args, option, name])).code, 0);
      assert.equal(Deno.statSync(folder.at(name)).mode! & 0o777, mode, name);
    }
    for (const mode of [0o600, 0o664, 0o755]) {
      folder.write("old", HEADER);
      Deno.chmodSync(folder.at("old"), mode);
      assert.equal((await inFolder(world, folder, 'umask 027; "$@"', [...args, option, "old"])).code, 0);
      assert.equal(Deno.statSync(folder.at("old")).mode! & 0o777, mode);
      checkFigures(folder.read("old"));
    }
  }
  folder.write("torn", `${HEADER}torn`);
  assert.equal((await inFolder(world, folder, '"$@"', [...args, "--append", "torn"])).code, 0);
  assert.match(folder.read("torn"), new RegExp(`^${HEADER}torn\nMTR[^\n]+\n$`));
});

Deno.test("a link is followed and stays one, unless another user has laid it", async () => {
  await using world = await openWorld();
  for (const option of ["--output", "--append"]) {
    await using folder = await Folder.make();
    Deno.mkdirSync(folder.at("real"));
    folder.write("real/file", HEADER);
    Deno.symlinkSync("real/file", folder.at("link"));
    const args = [...SHORT, LOOPBACK, option, "link"];
    assert.equal((await inFolder(world, folder, '"$@"', args)).code, 0);
    assert.equal(Deno.readLinkSync(folder.at("link")), "real/file");
    checkFigures(folder.read("real/file"));
    Deno.linkSync(folder.at("real/file"), folder.at("hard"));
    const hard = await inFolder(world, folder, '"$@"', [...SHORT, LOOPBACK, "--append", "hard"]);
    assert.match(hard.stderr, /hard: it has several names, in a folder that everybody can write/);
    if (POWERS !== "root") continue;
    const before = folder.read("real/file");
    await new Deno.Command("chown", { args: ["-h", "65534", folder.at("link")] }).output();
    const refused = await inFolder(world, folder, '"$@"', args);
    assert.equal(refused.code, 2, told(refused));
    assert.match(refused.stderr, /link: it is a link of another user \(uid 65534\), and is not followed/);
    assert.equal(folder.read("real/file"), before);
  }
});

Deno.test({
  name: "root by sudo writes as the user who asked: theirs is the file, and root's files are out of reach",
  // A user namespace of an ordinary user has no second user to become.
  ignore: POWERS !== "root",
  fn: async () => {
    await using world = await openWorld();
    await using folder = await Folder.make();
    folder.write("roots", HEADER);
    Deno.chmodSync(folder.at("roots"), 0o600);
    Deno.symlinkSync("roots", folder.at("link"));
    await new Deno.Command("chown", { args: ["-h", "65534", folder.at("link")] }).output();
    const options = { env: { SUDO_UID: "65534", SUDO_GID: "65533" } };
    for (const option of ["--output", "--append"]) {
      const result = await inFolder(world, folder, '"$@"', [...SHORT, LOOPBACK, option, `new${option}`], options);
      assert.equal(result.code, 0, told(result));
      const { uid, gid } = Deno.statSync(folder.at(`new${option}`));
      assert.deepEqual([uid, gid], [65_534, 65_533]);
      for (const name of ["roots", "link"]) {
        const refused = await inFolder(world, folder, '"$@"', ["-C", ...ENDLESS, option, name], options);
        assert.equal(refused.code, 2, told(refused));
        assert.match(refused.stderr, /: Permission denied\n$/);
      }
    }
    assert.equal(folder.read("roots"), HEADER);
    // As in /tmp.
    Deno.chmodSync(folder.path, 0o1777);
    Deno.chmodSync(folder.at("roots"), 0o666);
    for (const words of [["--output", "roots"], ["--append", "roots", "--rotate", "1M"]]) {
      const refused = await inFolder(world, folder, '"$@"', ["-C", ...ENDLESS, ...words], options);
      assert.equal(refused.code, 2, told(refused));
      assert.match(
        refused.stderr,
        /roots: it is another user's \(uid 0\), in a folder where only its owner can rename it/,
      );
    }
  },
});

Deno.test("names in a path are those of the run, and nothing is on the standard output", async () => {
  await using world = await openWorld();
  await using folder = await Folder.make();
  const name = "{target}-{date}-{time}.{format}";
  for (const [format, extension] of [["-C", "csv"], ["-j", "json"], ["-r", "txt"], ["-x", "xml"], ["-l", "raw"]]) {
    const args = [format!, "-n", "-c", "1", "-i", "0.05", "::1", "--output", name];
    const result = await inFolder(world, folder, '"$@" >&-', args, { env: { TZ: "UTC" } });
    assert.deepEqual([result.code, result.stderr], [0, ""], told(result));
    const made = folder.names().find((name) => name.endsWith(`.${extension}`)) ?? "";
    assert.match(made, /^::1-\d{4}-\d\d-\d\d-\d{6}\.[a-z]+$/);
    assert.ok(folder.read(made).includes(format === "-l" ? "h 0 ::1" : "::1"));
  }
});

Deno.test("JSON documents and reports stand one after the other", async () => {
  await using world = await openWorld();
  await using folder = await Folder.make();
  for (const format of ["-j", "-r"]) {
    const args = [format, ...SHORT.slice(1), LOOPBACK, "--append", `log${format}`];
    assert.equal((await inFolder(world, folder, '"$@" && "$@"', args)).code, 0);
  }
  const documents = folder.read("log-j").split(/(?<=^\}\n)/m);
  assert.deepEqual(documents.map((text) => typeof JSON.parse(text)), ["object", "object"]);
  assert.equal(folder.read("log-r").match(/^Start: /gm)?.length, 2);
});
