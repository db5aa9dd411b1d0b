/**
 * The task runner: `deno task NAME` of deno.json comes here. It chooses the registry and runs Deno with it, and needs no
 * package itself.
 */

import { chooseRegistry, type Registry, registryOptions } from "./registry.ts";
import { PERMISSIONS, V8_FLAGS } from "./permissions.ts";
import { runDeno } from "./run_deno.ts";
import { compile } from "./compile.ts";
import { runTests } from "./run_tests.ts";
import { runChecks } from "./check.ts";

export interface Place {
  /** Absolute path of the repository. */
  root: string;
  registry: Registry;
  /** Options for Deno that make it find the packages. */
  packages: string[];
}

const TASKS: Record<string, (args: string[], place: Place) => Promise<number>> = {
  mtr: (args, place) =>
    runDeno(
      ["run", "--quiet", `--v8-flags=${V8_FLAGS}`, ...place.packages, ...PERMISSIONS, `${place.root}/cli.ts`, ...args],
      fromHere(),
    ),
  test: runTests,
  check: (_, place) => runChecks(place),
  fmt: (args, place) => runDeno(["fmt", `--config=${place.root}/deno.json`, ...args], { cwd: place.root }),
  compile,
  bench: (args, place) =>
    runDeno(["run", "--quiet", ...place.packages, "--allow-all", `${place.root}/bench/main.ts`, ...args], fromHere()),
  soak: (args, place) =>
    runDeno(["run", "--quiet", ...place.packages, "--allow-all", `${place.root}/bench/soak.ts`, ...args], fromHere()),
};

async function main([name = "", ...args]: string[]): Promise<number> {
  const task = TASKS[name];
  if (task === undefined) throw new Error(`Cannot run task "${name}": it must be ${Object.keys(TASKS).join(", ")}`);
  const root = decodeURIComponent(new URL("..", import.meta.url).pathname).replace(/\/$/, "");
  const registry = await chooseRegistry();
  return await task(args, { root, registry, packages: registryOptions(registry, root) });
}

/** Relative file names mean the folder that the user is in; `deno task` goes to the one of deno.json. */
function fromHere(): { cwd: string } {
  return { cwd: Deno.env.get("INIT_CWD") ?? Deno.cwd() };
}

if (import.meta.main) {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
