/** Format, lint and types of every file. */

import { runDeno } from "./run_deno.ts";
import type { Place } from "./task.ts";

export async function runChecks(place: Place): Promise<number> {
  return await failedChecks(place) === 0 ? 0 : 1;
}

/** Runs all the checks and gives how many failed; Deno itself prints what is wrong. */
export async function failedChecks({ root, registry, packages }: Place): Promise<number> {
  const config = `--config=${root}/deno.json`;
  const files = (await typeScriptFiles(root)).filter((file) => registry === "npm" || !file.startsWith("tools/npm/"));
  const commands = [
    ["fmt", "--quiet", "--check", config],
    ["lint", "--quiet", config],
    ["check", "--quiet", ...packages, ...files],
  ];
  let failed = 0;
  for (const command of commands) {
    const code = await runDeno(command, { cwd: root });
    if (code === 0) continue;
    failed++;
    console.error(`deno ${command[0]} found something to mend`);
  }
  return failed;
}

/** Every TypeScript file of the repository, relative to `root`, sorted. */
export async function typeScriptFiles(root: string, folder = ""): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(`${root}/${folder}`)) {
    const path = folder + entry.name;
    if (entry.isDirectory && !entry.name.startsWith(".") && path !== "dist") {
      found.push(...await typeScriptFiles(root, `${path}/`));
    }
    if (entry.isFile && entry.name.endsWith(".ts")) found.push(path);
  }
  return found.sort();
}
