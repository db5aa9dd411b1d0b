/** Every command of the cookbook and of the contract, run with the executable: what it prints is what the document says. */
import assert from "node:assert/strict";
import { openWorld } from "../lab/program.ts";
import { POWERS } from "../lab/set_up.ts";
import type { World } from "../lab/world.ts";
import { type Block, blocksOf, readDocument } from "./markdown.ts";
import { DEAD, furnish, isAsExpected, runScript, runSession, type Step, stepsOf } from "./session.ts";

const COOKBOOK = blocksOf(readDocument("docs/cookbook.md"));
const BLOCKS = [...COOKBOOK, ...blocksOf(readDocument("docs/scripts.md"))];
// Most of a recipe is waiting for answers.
const AT_ONCE = 6;

/** Which blocks there are, and what is done with them. */
const CHECKS: Readonly<Record<string, (world: World, block: Block) => Promise<void>>> = {
  console: checkSession,
  cron: checkCron,
  systemd: checkUnit,
  logrotate: checkLogrotate,
};

function of(language: string): readonly Block[] {
  return BLOCKS.filter((block) => block.language === language);
}

for (const [language, check] of Object.entries(CHECKS)) {
  Deno.test(`the documents' blocks do what they say: ${language}`, async () => {
    await using world = await openWorld({ rules: DEAD });
    await using _names = await world.serveNames();
    await furnish(world);
    const blocks = of(language);
    assert.ok(blocks.length > 0);
    const problems: string[] = [];
    for (let at = 0; at < blocks.length; at += AT_ONCE) {
      await Promise.all(
        blocks.slice(at, at + AT_ONCE).map(async (block) => {
          try {
            await check(world, block);
          } catch (error) {
            if (!(error instanceof assert.AssertionError)) throw error;
            problems.push(`${block.heading} (line ${block.line}): ${error.message}`);
          }
        }),
      );
    }
    assert.equal(problems.join("\n\n"), "");
  });
}

Deno.test("every block of the cookbook is run, every recipe has one, and there are thirty at least", () => {
  const text = readDocument("docs/cookbook.md");
  const unknown = BLOCKS.filter(({ language }) => !Object.hasOwn(CHECKS, language));
  assert.deepEqual(unknown, []);
  const recipes = [...text.matchAll(/^### (.*)$/gm)].map(([, heading = ""]) => heading);
  const withBlock = new Set(COOKBOOK.map(({ heading }) => heading));
  assert.deepEqual(recipes.filter((heading) => !withBlock.has(heading)), []);
  assert.ok(recipes.length >= 30, `${recipes.length} recipes`);
});

async function checkSession(world: World, { lines }: Block): Promise<void> {
  const steps = stepsOf(lines);
  const done = await runSession(world, steps);
  steps.forEach((step, index) => assertDone(step, steps[index + 1], done[index]!));
}

function assertDone(
  { command, expected }: Step,
  next: Step | undefined,
  { output, status }: { output: string; status: number },
): void {
  assert.ok(isAsExpected(output, expected), `${command}\nprinted:\n${output}\nexpected:\n${expected.join("\n")}`);
  const isTold = next?.command.includes("$?") === true;
  assert.ok(status === 0 || isTold, `${command}\nexited with ${status}, and nobody is told`);
}

/** As cron does it: the sixth field is the user, `%` a new line unless escaped, nearly nothing in the environment. */
async function checkCron(world: World, { lines }: Block): Promise<void> {
  for (const line of lines.filter((text) => text !== "" && !text.startsWith("#"))) {
    const [, user, command = ""] = /^(?:\S+\s+){5}(\S+)\s+(.*)$/.exec(line) ?? [];
    assert.equal(user, "root", line);
    assert.doesNotMatch(command, /(?<!\\)%/, "cron takes % for a new line");
    const shell = "env -i SHELL=/bin/sh PATH=/usr/bin:/bin HOME=/root LOGNAME=root setsid --wait /bin/sh -c";
    const script = `for run in 1 2; do ${shell} ${quote(command.replaceAll("\\%", "%"))} < /dev/null || exit; done`;
    const { output, status } = await runScript(world, `${script}\ncat /var/log/mtr/*.csv | cut -d, -f3,4`);
    assert.equal(status, 0, output);
    // One header, and the rows of two runs; cron would mail anything else.
    const [header, ...rows] = output.trimEnd().split("\n");
    assert.equal(header, "Status,Host", output);
    assert.ok(rows.length >= 8 && rows.every((row) => /^OK,(www|gateway)\.example$/.test(row)), output);
  }
}

/** Units are written where their first line says, verified by systemd where there is one, and their command is run. */
async function checkUnit(world: World, { lines }: Block): Promise<void> {
  const name = /^# \/etc\/systemd\/system\/(mtr@\.(?:service|timer))$/.exec(lines[0] ?? "")?.[1];
  assert.ok(name !== undefined, lines[0]);
  const units = of("systemd").map((block) => ({
    name: block.lines[0]?.split("/").at(-1) ?? "",
    text: block.lines.join("\n"),
  }));
  const write = units.map((unit) => `printf '%s\\n' ${quote(unit.text)} > ${unit.name}`).join("\n");
  const verify = `command -v systemd-analyze > /dev/null || exit 0\nsystemd-analyze verify ./mtr@www.example.${
    name.split(".").at(-1)
  }`;
  const rename = units.map((unit) => `cp ${unit.name} ${unit.name.replace("@", "@www.example")}`).join("\n");
  const verified = await runScript(world, `${write}\n${rename}\n${verify}`);
  assert.ok(!/mtr@/.test(verified.output) && verified.status === 0, verified.output);

  const settings = new Map(lines.flatMap((line) => {
    const [, key, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
    return key === undefined || value === undefined ? [] : [[key, value] as const];
  }));
  const command = settings.get("ExecStart");
  if (command === undefined) return assert.match(settings.get("OnCalendar") ?? "", /./);
  assert.equal(settings.get("DynamicUser"), "yes");
  assert.equal(settings.get("AmbientCapabilities"), "CAP_NET_RAW");
  assert.notEqual(settings.get("MemoryDenyWriteExecute"), "yes");
  // As the service has it: a user whom no file knows, one capability, nothing to write to but its own folder.
  const ids = POWERS === "root" ? "--reuid=61234 --regid=61234 --clear-groups" : "";
  const caps = "--inh-caps=-all,+net_raw --ambient-caps=-all,+net_raw --bounding-set=-all,+net_raw";
  const script = [
    POWERS === "root" ? "chown 61234:61234 /var/log/mtr" : ":",
    `cd / && setpriv ${ids} ${caps} --no-new-privs env -i PATH=/usr/bin:/bin ${
      command.replaceAll("%i", "www.example")
    } || exit`,
    "tail -n 1 /var/log/mtr/www.example.csv | cut -d, -f3-6",
  ].join("\n");
  const { output, status } = await runScript(world, script);
  assert.equal(output, "OK,www.example,4,10.201.4.2\n");
  assert.equal(status, 0);
}

/** logrotate reads it, where there is one; else every line is one of its words. */
async function checkLogrotate(world: World, { lines }: Block): Promise<void> {
  const script = `printf '%s\\n' ${quote(lines.join("\n"))} > mtr; chmod 644 mtr
    command -v logrotate > /dev/null || exit 0; logrotate -d -s state mtr 2>&1 | grep -i error; true`;
  const { output } = await runScript(world, script);
  assert.equal(output, "");
  for (const line of lines.slice(1, -1)) assert.match(line, /^ {4}(weekly|rotate \d+|compress|missingok|notifempty)$/);
}

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
