/** The executable's own output by the executable's own schemas: what others read is what they were promised. */
import assert from "node:assert/strict";
import { Ajv2020, type ValidateFunction } from "ajv/2020";
import { ODD } from "../lab/rules.ts";
import { insidePath, POWERS } from "../lab/set_up.ts";
import { ADDRESSES, HOSTS_FILE } from "../lab/topology.ts";
import type { RunResult, World } from "../lab/world.ts";
import { commandOf, mtr, openWorld, readCsv, told } from "../lab/program.ts";
import { SCHEMA_NAMES, schemaText } from "../../core/schema/mod.ts";

const AJV = { strict: true, allowUnionTypes: true, strictRequired: false } as const;
const COMMON = ["-c", "2", "-i", "0.1"];
const { target, unrouted } = ADDRESSES[4];

/** A file of AS information, as it is found inside. */
const NETWORKS = "networks.tsv";

/** What the executable says that its outputs are. */
async function printed(world: World, name: string): Promise<ValidateFunction> {
  const result = await mtr(world, ["schema", name], { asOrdinaryUser: true });
  assert.equal(result.code, 0, told(result));
  assert.equal(result.stderr, "");
  return new Ajv2020(AJV).compile(JSON.parse(result.stdout));
}

function assertFits(fits: ValidateFunction, value: unknown, of: string): void {
  assert.ok(fits(value), `${of}: ${JSON.stringify(fits.errors?.[0])}`);
}

/** Lines whose records differ as much as they can. */
const RUNS: readonly (readonly string[])[] = [
  ["-n", target],
  ["-n", "-6", ADDRESSES[6].target],
  ["-n", "-o", "LSRD NBAWVGJMXI", "-y", "0,1,2,3,4", target],
  ["-n", target, ADDRESSES[6].target, "no.such.name.lab.test"],
  ["-n", "-u", target],
  ["-n", "-T", "-P", "80", target],
  ["-n", "-s", "-200", "-B", "-1", "-Q", "46", "-f", "2", "-m", "5", "-D", "4", "--cache", "1", target],
  ["-n", "-a", ADDRESSES[4].client, `${target}`],
  ["-n", unrouted],
  ["-n", "-Z", "0.3", "10.201.4.77"],
  // A name and a network that no server has to be asked for.
  ["-z", "--asn-file", insidePath(NETWORKS), HOSTS_FILE[4]],
];

Deno.test("every schema that is printed is the one of the source", async () => {
  await using world = await openWorld({ pingSockets: "closed" });
  for (const name of SCHEMA_NAMES) {
    const result = await mtr(world, ["schema", name], { asOrdinaryUser: true });
    assert.equal(result.stdout, await schemaText(name));
  }
});

Deno.test("JSON, CSV and JSON Lines of real runs fit the schemas that the executable prints", async () => {
  const networks = await Deno.makeTempFile();
  await Deno.writeTextFile(networks, "10.201.0.0\t10.201.255.255\t65010\tYY\tTable\n");
  await Deno.chmod(networks, 0o644);
  await using world = await openWorld({ files: { [NETWORKS]: networks } });
  await Deno.remove(networks);
  await using _names = await world.serveNames();
  const [json, csv, jsonl] = [await printed(world, "json"), await printed(world, "csv"), await printed(world, "jsonl")];
  const kinds = new Set<string>();
  await Promise.all(RUNS.map(async (args, index) => {
    const options = { nameServer: "live", asOrdinaryUser: index % 3 === 0 } as const;
    const document = await mtr(world, ["-j", ...COMMON, ...args], options);
    assertFits(json, JSON.parse(document.stdout), `${args.join(" ")}: ${document.stdout}`);
    const table = await mtr(world, ["-C", ...COMMON, ...args], options);
    for (const row of readCsv(table.stdout)) assertFits(csv, row, `${args.join(" ")}: ${table.stdout}`);
    const archive = await mtr(world, ["--jsonl", ...COMMON, ...args.filter((word) => word !== "-n")], options);
    for (const text of archive.stdout.trimEnd().split("\n")) {
      const line = JSON.parse(text) as { kind: string };
      assertFits(jsonl, line, `${args.join(" ")}: ${text}`);
      kinds.add(line.kind);
    }
  }));
  for (
    const kind of ["run", "target", "sent", "reply", "round", "finished", "name", "origin", "status", "end"]
  ) {
    assert.ok(kinds.has(kind), `${kind} is among ${[...kinds]}`);
  }
});

Deno.test("a run that is ended early, one that is refused and one that is lost fit them, too", async () => {
  await using world = await openWorld({ rules: [...ODD.prohibited, ...ODD.silent("r2")] });
  const [json, csv] = [await printed(world, "json"), await printed(world, "csv")];
  const early = async (format: string): Promise<RunResult> => {
    await using capture = await world.capture({ filter: "icmp" });
    await using run = world.start(commandOf([format, "-n", "-c", "1000", "-i", "0.1", "-Z", "0.3", target]));
    await capture.probes(12);
    run.kill("SIGTERM");
    return await run.result();
  };
  const lost = async (format: string, host: string): Promise<RunResult> =>
    await mtr(world, [format, "-n", ...COMMON, "-Z", "0.3", host]);
  for (
    const run of [early, (format: string) => lost(format, target), (format: string) => lost(format, "10.201.4.77")]
  ) {
    const document = await run("-j");
    assertFits(json, JSON.parse(document.stdout), told(document));
    const table = await run("-C");
    for (const row of readCsv(table.stdout)) assertFits(csv, row, told(table));
  }
});

Deno.test("what a run tells of itself is so: source, port, duration, settings", async () => {
  await using world = await openWorld();
  const resultOf = (...args: string[]): Promise<RunResult> =>
    mtr(world, ["-j", "-n", ...args], { asOrdinaryUser: POWERS === "root" });
  const readRun = (result: RunResult): Record<string, unknown> => {
    const { report } = JSON.parse(result.stdout) as { report: { run: Record<string, unknown> } };
    return report.run;
  };
  const runOf = async (...args: string[]): Promise<Record<string, unknown>> => readRun(await resultOf(...args));
  const whole = await resultOf("-c", "5", "-i", "0.2", target);
  const icmp = readRun(whole);
  assert.equal(icmp["source"], ADDRESSES[4].client);
  assert.equal(icmp["port"], null);
  // Four intervals lie between the first probe and the last round.
  const { durationMs } = icmp as { durationMs: number };
  assert.ok(durationMs >= 800 && durationMs < whole.durationMs, `${durationMs} ms`);
  assert.equal((icmp["options"] as Record<string, unknown>)["intervalMs"], 200);

  const six = await runOf(...COMMON, ADDRESSES[6].target);
  assert.equal(six["source"], ADDRESSES[6].client);
  const other = await runOf(...COMMON, "-I", "up1", ADDRESSES[4].r1);
  assert.equal(other["source"], ADDRESSES[4].otherLink);
  const tcp = await runOf(...COMMON, "-T", target);
  assert.deepEqual([tcp["port"], tcp["source"], tcp["protocol"]], [80, ADDRESSES[4].client, "tcp"]);
  assert.equal((await runOf(...COMMON, "-T", `${target}:443`))["port"], 443);
  const udp = await runOf(...COMMON, "-u", target);
  assert.equal(udp["port"], 33_434);
  assert.equal((await runOf(...COMMON, "-u", "--vary-flow", target))["port"], null);
  const lost = await runOf(...COMMON, unrouted);
  assert.deepEqual([lost["source"], lost["durationMs"], lost["status"]], [null, null, "NO_ROUTE"]);
});

Deno.test("what is imported from other programs fits them, too", async () => {
  const recordings = new URL("../golden/import/", import.meta.url);
  const names = [...Deno.readDirSync(recordings)].map(({ name }) => name).toSorted();
  assert.ok(names.length > 10, `${names}`);
  await using world = await openWorld({ pingSockets: "closed" });
  const [json, csv, jsonl] = [await printed(world, "json"), await printed(world, "csv"), await printed(world, "jsonl")];
  const options = (name: string) => ({ stdin: Deno.readTextFileSync(new URL(name, recordings)), asOrdinaryUser: true });
  const show = async (format: string, name: string): Promise<RunResult> =>
    await mtr(world, ["import", format, "-n", "-"], options(name));
  for (const name of names) {
    const [document, table, lines] = await Promise.all(["-j", "-C", "--jsonl"].map((format) => show(format, name)));
    // Several runs in one file are a document or a header each.
    for (const text of document!.stdout.split(/(?<=^\}\n)/m)) assertFits(json, JSON.parse(text), `${name}: ${text}`);
    for (const text of table!.stdout.split(/(?=^Mtr_Version)/m)) {
      for (const row of readCsv(text)) assertFits(csv, row, `${name}: ${text}`);
    }
    for (const text of lines!.stdout.split("\n")) {
      if (text !== "") assertFits(jsonl, JSON.parse(text), `${name}: ${text}`);
    }
  }
});
