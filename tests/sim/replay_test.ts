/**
 * What is replayed from an archive is what the live run showed, byte for byte: in every format, of worlds made by chance.
 * A failure names the seed of its world.
 */
import assert from "node:assert/strict";
import { looping, path, TARGET } from "./paths.ts";
import { type Happening, replayed, traced } from "./program_world.ts";
import { Random } from "./random.ts";
import { randomPlan, randomWorld } from "./random_world.ts";

const WORLDS = 40;

/** Formats, and options that change nothing of what is looked up. */
const VIEWS: readonly (readonly string[])[] = [
  ["-r"],
  ["-w", "-b"],
  ["-C", "-o", "LSRDNBAWVGJMXI"],
  ["-C", "-o", "lhifadokcbtrsvmnpq"],
  ["-C", "-w"],
  ["-j", "-e"],
  ["-x"],
  ["-l", "-e"],
  ["-p"],
  ["-p", "-b"],
  ["--jsonl"],
  ["--nagios"],
];
const LOOKUPS: readonly (readonly string[])[] = [[], ["-n"], ["-z"], ["-y", "1,2,0"]];

function happening(seed: number): Happening {
  const random = new Random(seed);
  const world = randomWorld(random, seed);
  const plan = randomPlan(random, world);
  const addresses = Object.keys(world.paths);
  const at = random.below(addresses.length + 1);
  const hosts = random.chance(0.3) ? addresses.toSpliced(at, 0, "no\\such.example") : addresses;
  return { world, plan, hosts, ...random.chance(0.3) && { interruptedAt: random.below(200) } };
}

for (let seed = 1; seed <= WORLDS; seed++) {
  Deno.test(`world ${seed}: the replay of a run is the run, in every format`, async () => {
    const lookups = LOOKUPS[seed % LOOKUPS.length]!;
    const archive = await traced(["--jsonl", ...lookups], happening(seed));
    for (const view of VIEWS) {
      const live = await traced([...view, ...lookups], happening(seed));
      assert.deepEqual(
        await replayed(["replay", ...view, ...lookups], { "a.jsonl": archive.text }),
        live,
        view.join(" "),
      );
    }
  });
}

Deno.test("the replay of a run with shared hops is the run, in every format", async () => {
  const hosts = [TARGET, `${TARGET}1`, `${TARGET}2`];
  const shared = (): Happening => ({
    world: { paths: Object.fromEntries(hosts.map((host) => [host, path(4, { 2: { dropped: [2] } })])) },
    plan: { share: true, rounds: 5 },
    hosts,
  });
  const archive = await traced(["--jsonl", "-n"], shared());
  assert.match(archive.text, /"shared":/);
  for (const view of [...VIEWS, ["-C", "-o", "LSk"]]) {
    const live = await traced([...view, "-n"], shared());
    assert.deepEqual(await replayed(["replay", ...view, "-n"], { "a.jsonl": archive.text }), live, view.join(" "));
  }
});

Deno.test("the replay of a run with arrival probes is the run, in every format, and its lines of mtr's know of none", async () => {
  const uneasy = (): Happening => ({
    world: { paths: { [TARGET]: looping(0.3) } },
    plan: { rounds: 12 },
    hosts: [TARGET],
  });
  const archive = await traced(["--jsonl", "-n"], uneasy());
  assert.match(archive.text, /"arrival":true/);
  for (const view of VIEWS) {
    const live = await traced([...view, "-n"], uneasy());
    assert.deepEqual(await replayed(["replay", ...view, "-n"], { "a.jsonl": archive.text }), live, view.join(" "));
    if (["-l", "-p", "-C"].includes(view[0] ?? "")) assert.doesNotMatch(live.text, /^(. )?(29|30) |,30,/m);
  }
});

Deno.test("an archive with names and networks shows what a run without them would have shown", async () => {
  const archive = await traced(["--jsonl", "-z"], happening(3));
  for (const view of [["-r", "-n"], ["-C"], ["-j", "-n"], ["-l", "-n"]]) {
    const live = await traced(view, happening(3));
    assert.deepEqual(await replayed(["replay", ...view], { "a.jsonl": archive.text }), live);
  }
});

const BALANCED: Happening = {
  world: {
    paths: { [TARGET]: path(4, { 2: { address: ["10.0.2.1", "10.0.2.2", "10.0.2.3"], balance: "flow", loss: 0.05 } }) },
  },
  plan: {},
  hosts: [TARGET],
};

Deno.test("the replay of a search for all paths is the search, in every format", async () => {
  const plan = { multipath: true, rounds: 3 };
  const archive = await traced(["--jsonl", "-n", "--multipath"], { ...BALANCED, plan });
  for (const view of VIEWS) {
    const live = await traced([...view, "-n", "--multipath"], { ...BALANCED, plan });
    const again = await replayed(["replay", ...view, "-n"], { "a.jsonl": archive.text });
    assert.deepEqual(again, live, view.join(" "));
  }
});

Deno.test("a flow that begins before the one before it is refused: no few lines make many", async () => {
  const { text } = await traced(["--jsonl", "-n"], { ...BALANCED, plan: { flows: 3, rounds: 1 } });
  const forged = text.replace('"flow":2', '"flow":1000');
  const { complaints, exit } = await replayed(["replay"], { "a.jsonl": forged }).catch((error) => ({
    complaints: [String(error)],
    exit: 2,
  }));
  assert.match(complaints.at(-1) ?? "", /a\.jsonl: line \d+: flow 1000 comes before the one before it/);
  assert.equal(exit, 2);
});

Deno.test("a log has the columns of the run that is replayed into it", async () => {
  for (const [flows, hasColumn] of [[1, false], [3, true]] as const) {
    const plan = { flows, rounds: 1 };
    const archive = await traced(["--jsonl", "-n", "--flows", `${flows}`], { ...BALANCED, plan });
    const { opened, text } = await replayed(["replay", "-C", "-n", "--append", "log"], { "a.jsonl": archive.text });
    assert.deepEqual(opened.map(({ header }) => header), [`${text.split("\n")[0]}\n`]);
    assert.equal(text.startsWith("Mtr_Version,Start_Time,Status,Host,Flow,"), hasColumn);
  }
});

Deno.test("runs with other columns are not added to one log, and nothing is written", async () => {
  const archives = await Promise.all(
    [1, 3].map((flows) =>
      traced(["--jsonl", "-n", "--flows", `${flows}`], { ...BALANCED, plan: { flows, rounds: 1 } })
    ),
  );
  const files = Object.fromEntries(archives.map(({ text }, index) => [`${index}.jsonl`, text]));
  const message = /^Cannot append runs with different columns to one log/;
  await assert.rejects(replayed(["replay", "-C", "--append", "log"], files), { name: "UnusableError", message });
  for (const args of [["-C"], ["-C", "--output", "file"], ["-j", "--append", "log"]]) {
    assert.notEqual((await replayed(["replay", ...args], files)).text, "", args.join(" "));
  }
});

Deno.test("an archive that was cut off anywhere is shown as far as it goes, or refused by its first line", async () => {
  const { text } = await traced(["--jsonl"], { ...happening(5), hosts: Object.keys(happening(5).world.paths) });
  const end = text.lastIndexOf('{"kind":"end"');
  const random = new Random(11);
  for (let times = 0; times < 60; times++) {
    const cut = random.below(end);
    if (cut <= text.indexOf("\n")) continue;
    const { complaints, exit } = await replayed(["replay"], { "a.jsonl": text.slice(0, cut) });
    const line = text.slice(0, cut).split("\n").length - (text[cut - 1] === "\n" ? 1 : 0);
    assert.match(complaints.at(-1) ?? "", new RegExp(`^a\\.jsonl: line ${line}: .*; what stands before is shown$`));
    assert.ok(exit > 0);
  }
});

Deno.test("what is not finished in an archive that was cut off is PARTIAL", async () => {
  const { text } = await traced(["--jsonl", "-n"], happening(5));
  const lines = text.split("\n");
  const finished = lines.findIndex((line) => line.startsWith('{"kind":"finished"'));
  const { text: csv } = await replayed(["replay", "-C", "-n"], { "a.jsonl": lines.slice(0, finished).join("\n") });
  const rows = csv.trimEnd().split("\n").slice(1);
  assert.ok(rows.length > 0 && rows.every((row) => row.split(",")[2] === "PARTIAL"), csv);
});

Deno.test("runs that stand one behind another, and files, are shown in turn; the worst exit status counts", async () => {
  const first = await traced(["--jsonl"], happening(2));
  const second = await traced(["--jsonl"], { ...happening(4), hosts: ["unknown.example"] });
  const shown = [await replayed(["replay"], { a: first.text }), await replayed(["replay"], { a: second.text })];
  const expected = {
    text: shown.map(({ text }) => text).join(""),
    complaints: shown.flatMap(({ complaints }) => complaints),
    exit: Math.max(...shown.map(({ exit }) => exit)),
    opened: [],
  };
  assert.deepEqual(await replayed(["replay"], { a: first.text + second.text }), expected);
  assert.deepEqual(await replayed(["replay"], { a: first.text, b: second.text }), expected);
});

Deno.test("a compressed archive is the same; of one that was cut off everything that was flushed is shown", async () => {
  const { text } = await traced(["--jsonl", "-n"], { ...happening(7), hosts: Object.keys(happening(7).world.paths) });
  const lines = text.split(/(?<=\n)/);
  const packed = await packedInPieces(lines);
  assert.deepEqual(
    await replayed(["replay", "-j"], { a: joined(packed) }),
    await replayed(["replay", "-j"], { a: text }),
  );
  for (const flushed of [2, 3, Math.floor(lines.length / 2), lines.length - 1]) {
    const bytes = joined(packed.slice(0, flushed));
    const shown = await replayed(["replay", "--jsonl"], { a: bytes });
    const plain = await replayed(["replay", "--jsonl"], { a: lines.slice(0, flushed).join("") });
    assert.equal(shown.text, plain.text);
    assert.match(
      shown.complaints.at(-1) ?? "",
      /^a: line \d+: its gzip data are damaged or cut off behind \d+ unpacked bytes/,
    );
  }
});

/** What each write gave, one element a line. */
async function packedInPieces(lines: readonly string[]): Promise<readonly Uint8Array<ArrayBuffer>[]> {
  const { readable, writable } = new CompressionStream("gzip");
  const writer = writable.getWriter();
  const reader = readable.getReader();
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  for (const line of lines) {
    const [{ value }] = await Promise.all([reader.read(), writer.write(new TextEncoder().encode(line))]);
    if (value !== undefined) pieces.push(value);
  }
  const closing = writer.close();
  for (let next = await reader.read(); !next.done; next = await reader.read()) pieces.push(next.value);
  await closing;
  return pieces;
}

function joined(pieces: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(pieces.flatMap((piece) => [...piece]));
}
