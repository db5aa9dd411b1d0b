/** The executable as mtr, with a scripted program in the place of mtr-packet: every byte as mtr printed it. */
import assert from "node:assert/strict";
import { DIALECT_NAMES, type DialectName } from "../../core/compat/dialect.ts";
import { type RecordedRun, recordedRuns } from "../golden/compat/_recorded_run.ts";
import { openWorld, told } from "../lab/program.ts";
import { addRecordedAddresses, asMtr, onRecordedHost } from "../lab/recorded_chain.ts";
import type { World } from "../lab/world.ts";

/** Runs that are the same however late an answer is: of those to be told as it goes, those without an end to find. */
const CHOSEN: readonly string[] = [
  "mixed_r",
  "mixed_rw",
  "mixed_r_spaces",
  "mixed_r_c1",
  "mixed_rwez",
  "mixed_C_all",
  "mixed_Cw",
  "mixed_j_all",
  "mixed_x",
  "mixed_p",
  "alllost_r",
  "alllost_l",
  "alllost_sched_U3",
  "alllost_sched_f3",
  "alllost_sched_m4",
  "early_target_j",
  "ecmp10_rw",
  "errors_C",
  "errors_r",
  "fatal_permission-denied_j",
  "fatal_permission-denied_r",
  "fatal_unknown-reply_r",
  "incomplete_C",
  "v6_r",
  "v6_x",
];
const AT_ONCE = 6;

const PROBER = decodeURIComponent(new URL("./scripted_packet.ts", import.meta.url).pathname);

/** An input that stays open as long as the program runs, which mtr wants where it listens to keys. */
const WITH_OPEN_INPUT = ["bash", "-c", 'exec "$@" < <(exec tail --pid=$$ -f /dev/null 2> /dev/null)', "bash"];

function proberWith(scenario: string, log: string): string {
  const deno = [Deno.execPath(), "run", "--quiet", "--no-config", "--no-lock", "--no-check"];
  return [...deno, "--allow-read", "--allow-write", PROBER, scenario, log].map((word) => `'${word}'`).join(" ");
}

/** What is left of a text when the time of day is out of it; of split, what was said last of each hop. */
function comparable(text: string, argv: readonly string[]): string {
  if (argv.some((word) => /^-p/.test(word))) {
    return [...new Map(text.split("\n").map((line) => [line.split(" ")[0], line])).values()].join("\n");
  }
  return text.replace(/^Start: .*$/gm, "Start:").replace(/^(MTR\.[^,]*),\d+,/gm, "$1,#,");
}

async function check(world: World, dialect: DialectName, recorded: RecordedRun, folder: string): Promise<void> {
  const { name, argv, scenario } = recorded;
  const [scenarioFile, log] = [`${folder}/${name}.scenario`, `${folder}/${name}.log`];
  await Deno.writeTextFile(scenarioFile, scenario);
  const result = await world.run([...WITH_OPEN_INPUT, ...onRecordedHost(asMtr(dialect, argv))], {
    env: { MTR_PACKET: proberWith(scenarioFile, log), TZ: "UTC" },
    nameServer: "live",
  });
  const where = `${name}: ${told(result)}`;
  assert.equal(comparable(result.stdout, argv), comparable(recorded.stdout, argv), where);
  assert.deepEqual([result.code, result.stderr], [recorded.status, recorded.stderr], where);
  if (recorded.commands === undefined) return;
  // A late answer makes the first round longer.
  const commands = (await Deno.readTextFile(log)).split("\n").slice(0, recorded.commands.length);
  assert.deepEqual(commands, recorded.commands, where);
}

for (const dialect of DIALECT_NAMES) {
  Deno.test(`with a scripted prober it prints what mtr ${dialect} printed, byte for byte`, async () => {
    const folder = await Deno.makeTempDir({ prefix: "mtr-deno-scripted-" });
    try {
      await using world = await openWorld();
      await addRecordedAddresses(world);
      const waiting = recordedRuns(dialect).filter(({ name }) => CHOSEN.includes(name.replace(/\.txt$/, "")));
      assert.equal(waiting.length, CHOSEN.length);
      await Promise.all(Array.from({ length: AT_ONCE }, async () => {
        for (let recorded; (recorded = waiting.shift()) !== undefined;) await check(world, dialect, recorded, folder);
      }));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
