/** Archives and files of other programs, as a user of the executable has them. */
import assert from "node:assert/strict";
import { ADDRESSES, pathOf } from "../lab/topology.ts";
import { commandOf, FORMATS, mtr, openWorld, perfect, readCsv, readHops, summary, told } from "../lab/program.ts";

Deno.test("an archive of a run shows that run again, with its exit status, in every format", async () => {
  await using world = await openWorld();
  for (const family of [4, 6] as const) {
    const archive = await mtr(world, ["--jsonl", "-n", "-c", "2", "-i", "0.2", ADDRESSES[family].target]);
    assert.equal(archive.code, 0, told(archive));
    for (const format of family === 4 ? FORMATS : ["-C" as const]) {
      for (
        const args of format === "-C" ? [["replay", format, "-"], ["--from-jsonl", format]] : [["replay", format, "-"]]
      ) {
        const result = await mtr(world, args, { stdin: archive.stdout });
        assert.equal(result.code, 0, told(result));
        assert.equal(result.stderr, "");
        assert.deepEqual(summary(readHops(format, result.stdout)), perfect(pathOf(family), 2), told(result));
      }
    }
    const again = await mtr(world, ["replay", "--jsonl", "-"], { stdin: archive.stdout });
    assert.equal(again.stdout, archive.stdout);
  }
});

/** What can be read of a compressed file that is still written. */
async function unpacked(path: string): Promise<string> {
  let text = "";
  try {
    const { readable } = await Deno.open(path);
    const parts = readable.pipeThrough(new DecompressionStream("gzip")).pipeThrough(new TextDecoderStream());
    for await (const part of parts) text += part;
  } catch (error) {
    // It has no end yet, or is not there.
    if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error;
  }
  return text;
}

Deno.test("of a run that was killed, a compressed archive has everything up to the latest batch", async () => {
  await using world = await openWorld();
  const folder = await Deno.makeTempDir({ prefix: "mtr-deno-replay-" });
  try {
    const file = `${folder}/run.gz`;
    const endless = commandOf(["--jsonl", "--gzip", "-n", "-c", "1000", "-i", "0.1", "127.0.0.1"]);
    const changes = Deno.watchFs(folder);
    await using run = world.start(["bash", "-c", 'exec "$@" > run.gz', "bash", ...endless], { cwd: folder });
    const ended = run.result().finally(() => changes.close());
    let rounds = 0;
    for await (const { kind } of changes) {
      if (kind !== "modify" || rounds >= 2) continue;
      rounds = (await unpacked(file)).split('"kind":"round"').length - 1;
      if (rounds >= 2) run.kill("SIGKILL");
    }
    const { code } = await ended;
    assert.equal(code, 137);
    const result = await mtr(world, ["replay", "-C", "-n", "run.gz"], { cwd: folder });
    assert.equal(result.code, 1, told(result));
    const [row] = readCsv(result.stdout);
    assert.equal(row?.["Status"], "PARTIAL");
    assert.ok(Number(row?.["Snt"]) >= rounds && row?.["Loss%"] === "0.00", told(result));
    assert.match(result.stderr, /run\.gz: line \d+: its gzip data are damaged or cut off/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a file that is no archive is refused by name and line, and one of another program imported", async () => {
  await using world = await openWorld();
  const raw = "x 0 33000\nh 0 10.0.0.1\np 0 151 33000\n";
  const refused = await mtr(world, ["replay", "-"], { stdin: raw });
  assert.equal(refused.code, 2, told(refused));
  assert.match(refused.stderr, /^mtr-deno: Cannot read the standard input: line 1: it is no JSON; mtr-deno import /);
  const imported = await mtr(world, ["import", "-C", "-"], { stdin: raw });
  assert.equal(imported.code, 0, told(imported));
  assert.deepEqual(summary(readHops("-C", imported.stdout)), ["1 10.0.0.1 sent 1 loss 0"]);
  const missing = await mtr(world, ["import", "/no/such/file"]);
  assert.equal(missing.code, 2);
  assert.match(missing.stderr, /^mtr-deno: Cannot read \/no\/such\/file: No such file or directory/);
});

Deno.test("both commands have a help of their own, and a host of that name is traced behind --", async () => {
  await using world = await openWorld();
  for (const word of ["replay", "import"]) {
    const help = await mtr(world, [word, "--help"]);
    assert.equal(help.code, 0);
    assert.ok(help.stdout.startsWith(`Usage: mtr-deno ${word} [OPTION]... FILE...\n`));
    const traced = await mtr(world, ["-C", "--", word]);
    assert.match(traced.stdout, new RegExp(`FAILED,${word},0`), told(traced));
  }
});
