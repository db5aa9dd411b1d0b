/**
 * `deno task compile [--entry FILE [--worker FILE]] [--output FILE] [--target TRIPLE]`: one executable and its SHA-256.
 *
 * The program and its worker are bundled first, each by itself: what is imported by `import()` becomes a file of its own,
 * which a run that does not need it never parses, and what is loaded together becomes one. Plain JavaScript starts sooner
 * than TypeScript, which the executable keeps together with its source map; bundles hold only code that is used, and need no
 * registry when they are compiled.
 */

import { DENORT_TARGET, denortFromNpm, MATCHING_DENO, sha256 } from "./denort.ts";
import { joinFiles } from "./join.ts";
import { PERMISSIONS, V8_FLAGS } from "./permissions.ts";
import { isReachable } from "./registry.ts";
import { runCommand, runDeno } from "./run_deno.ts";
import type { Place } from "./task.ts";

/** cli-table3 loads it for coloured headers only, and goes without if it is missing. */
const NOT_BUNDLED = "@colors/colors/safe";
const DOWNLOADS = "https://dl.deno.land/release-latest.txt";

interface CompileOptions {
  entry: string;
  workers: string[];
  output: string;
  target: string;
}

export async function compile(args: string[], place: Place): Promise<number> {
  const options = parseOptions(args);
  const folder = await Deno.makeTempDir({ prefix: "mtr-deno-compile-" });
  try {
    for (const file of [options.entry, ...options.workers]) {
      await bundle(file, { folder, workers: options.workers }, place);
    }
    const made = `${folder}/executable`;
    const code = await compileBundles(options, folder, made);
    const { output } = options;
    if (code === 0) await install(made, output.startsWith("/") ? output : `${place.root}/${output}`);
    return code;
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    console.error(error.message);
    return 1;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

class CompileError extends Error {}

function parseOptions(args: string[]): CompileOptions {
  const given: Record<string, string[]> = { entry: [], worker: [], output: [], target: [] };
  for (let at = 0; at < args.length; at += 2) {
    const values = given[args[at]?.replace(/^--/, "") ?? ""];
    const value = args[at + 1];
    if (values === undefined || value === undefined) {
      throw new Error(
        `Cannot compile with ${args[at]}: use --entry, --worker, --output or --target, each with a value`,
      );
    }
    values.push(value);
  }
  return {
    entry: given["entry"]?.[0] ?? "cli.ts",
    workers: given["entry"]?.length === 0 ? ["ffi/worker.ts"] : given["worker"] ?? [],
    output: given["output"]?.[0] ?? "dist/mtr-deno",
    target: given["target"]?.[0] ?? Deno.build.target,
  };
}

/** Makes `file`, which is relative to the repository, a module of the same name in `folder`, and others beside it. */
async function bundle(
  file: string,
  { folder, workers }: { folder: string; workers: readonly string[] },
  { root, packages }: Place,
): Promise<void> {
  await Deno.stat(`${root}/${file}`).catch((error) => {
    throw error instanceof Deno.errors.NotFound
      ? new CompileError(`Cannot compile ${file}: there is no such file`)
      : error;
  });
  const made = `${folder}/${file}`;
  const beside = made.slice(0, made.lastIndexOf("/"));
  const code = await runDeno(
    [
      "bundle",
      "--quiet",
      "--minify",
      "--code-splitting",
      ...packages,
      "--platform=browser",
      `--external=${NOT_BUNDLED}`,
      `--outdir=${beside}`,
      file,
    ],
    { cwd: root },
  );
  if (code !== 0) throw new CompileError(`Cannot bundle ${file}: deno bundle failed`);
  await joinFiles(beside, bundleOf(file.slice(file.lastIndexOf("/") + 1)));
  // What names a worker may be in another folder than before.
  const own = file.slice(0, file.lastIndexOf("/") + 1);
  const toWorker = (name: string): string => {
    const worker = workers.find((other) => other.endsWith(`/${name}`)) ?? name;
    return bundleOf(worker.startsWith(own) ? `./${worker.slice(own.length)}` : name);
  };
  for await (const { name, isFile } of Deno.readDir(beside)) {
    if (isFile) await makeRelative(`${beside}/${name}`, toWorker);
  }
}

async function makeRelative(module: string, toWorker: (name: string) => string): Promise<void> {
  const text = await Deno.readTextFile(module);
  // esbuild names every source file by its path on this machine; workers it does not know.
  const relative = text.replaceAll(/^\/\/ (?:\.\.\/)+.*$\n/gm, "")
    .replaceAll(/(?<=new URL\(")[^"]*?([^"/]+\.ts)(?=", ?import\.meta\.url\))/g, (_, name) => toWorker(name));
  if (relative !== text) await Deno.writeTextFile(module, relative);
}

function bundleOf(file: string): string {
  return file.replace(/\.ts$/, ".js");
}

async function compileBundles(options: CompileOptions, folder: string, output: string): Promise<number> {
  const args = [
    "compile",
    "--quiet",
    "--no-check",
    "--no-config",
    "--no-lock",
    "--no-code-cache",
    `--v8-flags=${V8_FLAGS}`,
    ...PERMISSIONS,
    ...options.workers.map((worker) => `--include=${bundleOf(worker)}`),
    `--target=${options.target}`,
    `--output=${output}`,
    bundleOf(options.entry),
  ];
  if (Deno.env.has("DENORT_BIN") || await isReachable(DOWNLOADS)) return await runDeno(args, { cwd: folder });

  if (options.target !== DENORT_TARGET) {
    throw new CompileError(
      `Cannot compile for ${options.target}: dl.deno.land, which has its denort, cannot be reached`,
    );
  }
  const denort = await denortFromNpm();
  console.error(
    `dl.deno.land cannot be reached: compiling with ${MATCHING_DENO} and the pinned denort 2.6.10 from npm`,
  );
  return await runCommand("npx", ["--yes", MATCHING_DENO, ...args], { cwd: folder, env: { DENORT_BIN: denort } });
}

/** Puts the executable in its place at once, runnable and readable for everyone (setcap needs that), with its SHA-256. */
async function install(made: string, output: string): Promise<void> {
  const folder = output.slice(0, output.lastIndexOf("/"));
  const name = output.slice(folder.length + 1);
  await Deno.mkdir(folder, { recursive: true });
  await Deno.copyFile(made, `${output}.tmp`);
  await Deno.chmod(`${output}.tmp`, 0o755);
  await Deno.rename(`${output}.tmp`, output);
  await Deno.writeTextFile(`${output}.sha256`, `${await sha256(await Deno.readFile(output))}  ${name}\n`);
}
