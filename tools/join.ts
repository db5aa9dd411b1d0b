/**
 * Files that are loaded together become one: a file costs some 0.1 ms by itself, and the bundler makes one of whatever
 * several others share, so that a start would load thirty.
 */
import { runDeno } from "./run_deno.ts";

const JOINED = "_joined.js";
/** How the bundler ends a file that others import from. */
const EXPORTS = /export\{([^{}]*)\};?\s*$/;

/**
 * Joins `entry` with all that it imports, and then each file that it imports by `import()` with what that imports further.
 * In place of the others there are files that name the one they went into. An entry must not wait for `import()` while it is
 * evaluated, since what it waits for may import from it.
 */
export async function joinFiles(folder: string, entry: string): Promise<void> {
  const entries: string[] = [];
  const joined = new Set<string>();
  for (const first of [entry, ...importsOf(await read(folder, entry), /\bimport\("\.\/([^"]+)"\)/g)]) {
    entries.push(first);
    const loaded = await loadedWith(folder, first, entries);
    const others = loaded.filter((file) => !joined.has(file));
    if (loaded.length > 0) await join(folder, { first, loaded, others });
    for (const file of others) joined.add(file);
  }
}

/** All that `first` loads with it but for `entries`. */
async function loadedWith(folder: string, first: string, entries: readonly string[]): Promise<readonly string[]> {
  const files = [first];
  for (const file of files) {
    for (const further of importsOf(await read(folder, file), /\b(?:from|import)"\.\/([^"]+)"/g)) {
      if (!entries.includes(further) && !files.includes(further)) files.push(further);
    }
  }
  return files.slice(1);
}

interface Joint {
  readonly first: string;
  /** Become one file with it. */
  readonly loaded: readonly string[];
  /** Those of them that name no other file yet. */
  readonly others: readonly string[];
}

async function join(folder: string, { first, loaded, others }: Joint): Promise<void> {
  const made = [await read(folder, first)];
  const left: string[] = [];
  for (const [at, file] of others.entries()) {
    const exported = EXPORTS.exec(await read(folder, file))?.[1]?.split(",") ?? [];
    // `a as b`, or `b`.
    const names = exported.map((one) => one.split(" ").at(-1)!);
    made.push(`export { ${names.map((name) => `${name} as ${name}_${at}`)} } from "./${file}";`);
    left.push(`export { ${names.map((name) => `${name}_${at} as ${name}`)} } from "./${first}";`);
  }
  await Deno.writeTextFile(`${folder}/${first}`, made.join("\n"));
  const apart = [...Deno.readDirSync(folder)].map(({ name }) => name)
    .filter((name) => name !== first && !loaded.includes(name));
  const externals = apart.map((name) => `--external=./${name}`);
  const options = ["--quiet", "--no-config", "--minify", "--platform=browser", ...externals];
  const code = await runDeno(["bundle", ...options, `--output=${JOINED}`, first], { cwd: folder });
  if (code !== 0) throw new Error(`Cannot join ${first} with what it imports: deno bundle failed`);
  await Deno.rename(`${folder}/${JOINED}`, `${folder}/${first}`);
  for (const [at, file] of others.entries()) await Deno.writeTextFile(`${folder}/${file}`, left[at]!);
}

function importsOf(text: string, pattern: RegExp): readonly string[] {
  return [...new Set([...text.matchAll(pattern)].map(([, file]) => file!))];
}

function read(folder: string, file: string): Promise<string> {
  return Deno.readTextFile(`${folder}/${file}`);
}
