/**
 * Where the packages come from: jsr where it can be reached, else stand-ins from the npm registry. Asked once a day and
 * remembered in the user's cache folder; MTR_DENO_REGISTRY=jsr or =npm decides instead.
 */

export type Registry = "jsr" | "npm";

const PROBE_URL = "https://jsr.io/@std/cli/meta.json";
const PROBE_LIMIT_MS = 1500;
const REMEMBERED_FOR_MS = 24 * 60 * 60 * 1000;

export async function chooseRegistry(): Promise<Registry> {
  const override = Deno.env.get("MTR_DENO_REGISTRY");
  if (override === "jsr" || override === "npm") return override;
  if (override !== undefined && override !== "") {
    throw new Error(`Cannot use MTR_DENO_REGISTRY=${override}: it must be jsr or npm`);
  }
  const remembered = await recall();
  if (remembered !== undefined) return remembered;
  const registry = await isReachable(PROBE_URL) ? "jsr" : "npm";
  await remember(registry);
  return registry;
}

/** The options that make Deno find the packages. Paths are absolute, so they work in any folder. */
export function registryOptions(registry: Registry, root: string): string[] {
  const config = `--config=${root}/deno.json`;
  if (registry === "jsr") return [config, "--no-lock"];
  return [config, `--import-map=${root}/tools/npm/import_map.json`, `--lock=${root}/tools/npm/deno.lock`, "--frozen"];
}

export async function isReachable(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(PROBE_LIMIT_MS) });
    await response.body?.cancel();
    return response.ok;
  } catch (error) {
    // fetch tells a refused connection by a TypeError and the time limit by a TimeoutError.
    if (error instanceof TypeError || (error instanceof DOMException && error.name === "TimeoutError")) return false;
    throw error;
  }
}

/** A folder of the user's, outside the repository; a fresh one for a user without a home. */
export async function cacheFolder(): Promise<string> {
  const home = Deno.env.get("HOME");
  const base = Deno.env.get("XDG_CACHE_HOME") || (home ? `${home}/.cache` : await Deno.makeTempDir());
  const folder = `${base}/mtr-deno`;
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}

interface Remembered {
  url: string;
  registry: Registry;
  askedAtMs: number;
}

async function recall(): Promise<Registry | undefined> {
  try {
    const entry: Partial<Remembered> = JSON.parse(await Deno.readTextFile(`${await cacheFolder()}/registry.json`));
    const ageMs = Date.now() - (entry.askedAtMs ?? 0);
    if (entry.url !== PROBE_URL || ageMs < 0 || ageMs > REMEMBERED_FOR_MS) return undefined;
    return entry.registry === "jsr" || entry.registry === "npm" ? entry.registry : undefined;
  } catch (error) {
    // Nothing remembered, or damaged, or no folder to remember in: ask.
    if (error instanceof SyntaxError || isFileError(error)) return undefined;
    throw error;
  }
}

async function remember(registry: Registry): Promise<void> {
  const entry: Remembered = { url: PROBE_URL, registry, askedAtMs: Date.now() };
  try {
    const file = `${await cacheFolder()}/registry.json`;
    await Deno.writeTextFile(`${file}.${Deno.pid}`, JSON.stringify(entry));
    await Deno.rename(`${file}.${Deno.pid}`, file);
  } catch (error) {
    if (!isFileError(error)) throw error;
  }
}

/** True for what a read-only, missing or foreign home folder causes. */
function isFileError(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied ||
    (error instanceof Error && "code" in error && ["EROFS", "EACCES", "ENOTDIR"].includes(String(error.code)));
}
