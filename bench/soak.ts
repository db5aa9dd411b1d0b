/**
 * `deno task soak [MINUTES]`: the live screen for 20 minutes in a real terminal, ten rounds a second over four hops, keys
 * typed all the while; then what memory both threads took, minute by minute. Fails if it grows. As root or in a user
 * namespace; needs tmux beside what the lab needs.
 *
 * The heap of each thread is what V8 says after its full collections (Mark-Compact of --trace-gc, which it writes between
 * the frames): what lies about until the next one is no growth, and takes 8 MB before V8 looks. The executable takes no
 * such flag, so the program runs from its source.
 *
 * It judges the second half of the run, since all tables are full by then: closed probes after 70 seconds, moments of the
 * screen after ten minutes. What the last full collection leaves is compared with what the last one of the first half did,
 * and pages of the last quarter with those of the third.
 */
import { ADDRESSES } from "../tests/lab/topology.ts";
import { World } from "../tests/lab/world.ts";
import { TestTerminal } from "../tests/cli/terminal.ts";
import { V8_FLAGS } from "../tools/permissions.ts";
import { chooseRegistry, registryOptions } from "../tools/registry.ts";
import { median, table } from "./figures.ts";

const ROOT = new URL("..", import.meta.url).pathname;
const MINUTE_MS = 60_000;
const LOOK_MS = 5_000;
/** All modes, columns, a hop and its details, and back; none of them lets the figures begin anew. */
const KEYS = ["d", "d", "d", "d", "j", "j", "Down", "Enter", "Escape", "Up", "+", "-", "c", "c"];
/** V8 frees in its own time, and not what it may need for code. */
const MOST_GROWTH = 1.1;

const LAST_HOP = /^ ?4\. .*?% +(\d+)/m;
const COLLECTION = /\[\d+:(0x[0-9a-f]+)\]\s+\d+ ms: ([^\n]*?)-> ([\d.]+) \(/g;

interface Sample {
  readonly minute: number;
  readonly rssMb: number;
  readonly anonymousMb: number;
  /** Of each isolate, in the order of appearance: heap after its latest full collection, and how many it has had. */
  readonly heaps: readonly { readonly mb: number | undefined; readonly collections: number }[];
}

interface Column {
  readonly name: string;
  readonly of: (sample: Sample) => number | undefined;
  /** How many times as much there is at the end; `undefined`: nobody can tell. */
  readonly growth: (samples: readonly Sample[]) => number | undefined;
}

const COLUMNS: readonly Column[] = [
  pages("RSS", ({ rssMb }) => rssMb),
  pages("anonymous", ({ anonymousMb }) => anonymousMb),
  heap("heap, main thread", 0),
  heap("heap, worker", 1),
];

async function main(minutes: number): Promise<number> {
  await using world = await World.open();
  await using terminal = await TestTerminal.open(world, { columns: 120, rows: 40 });
  const log = `${terminal.folder}/collections`;
  await terminal.copyTo(log);
  const packages = registryOptions(await chooseRegistry(), ROOT.replace(/\/$/, ""));
  const deno = [
    Deno.execPath(),
    "run",
    "--quiet",
    "--no-check",
    "-A",
    `--v8-flags=${V8_FLAGS},--trace-gc`,
    ...packages,
  ];
  await terminal.type([...deno, `${ROOT}cli.ts`, "-n", "-i", "0.1", ADDRESSES[4].target].join(" "));
  await terminal.shows("Loss%");
  const pid = await terminal.foreground();
  const samples: Sample[] = [];
  const startedAtMs = performance.now();
  let looks = 0;
  for (; performance.now() - startedAtMs < minutes * MINUTE_MS; looks++) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    await terminal.press(KEYS[looks % KEYS.length]!);
    samples.push({ minute: (performance.now() - startedAtMs) / MINUTE_MS, ...memoryOf(pid), heaps: heapsIn(log) });
  }
  // To the table again.
  for (; looks % KEYS.length > 0; looks++) await terminal.press(KEYS[looks % KEYS.length]!);
  const [, sent] = LAST_HOP.exec(await terminal.shows(LAST_HOP)) ?? [];
  console.log(tableOf(samples, minutes));
  const judged = COLUMNS.map(({ name, growth }) => ({ name, growth: growth(samples) }));
  const grown = judged.filter(({ growth = Infinity }) => growth > MOST_GROWTH);
  const words = judged.map(({ name, growth }) => `${name} ${growth?.toFixed(2) ?? "unknown"}`).join(", ");
  console.log(
    `\n${sent} probes of the last hop. At the end by half-time, ${MOST_GROWTH} at the most: ${words}; ${
      grown.length === 0 ? "nothing grows" : `${grown.map(({ name }) => name).join(", ")} grew, or nobody knows`
    }.`,
  );
  return grown.length === 0 ? 0 : 1;
}

function memoryOf(pid: number): Pick<Sample, "rssMb" | "anonymousMb"> {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  const mb = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) / 1_024;
  return { rssMb: mb("VmRSS"), anonymousMb: mb("RssAnon") };
}

function heapsIn(log: string): Sample["heaps"] {
  const heaps = new Map<string, Sample["heaps"][number]>();
  for (const [, isolate = "", kind = "", mb] of Deno.readTextFileSync(log).matchAll(COLLECTION)) {
    const known = heaps.get(isolate) ?? { mb: undefined, collections: 0 };
    const isFull = kind.includes("Mark-Compact");
    heaps.set(isolate, isFull ? { mb: Number(mb), collections: known.collections + 1 } : known);
  }
  return [...heaps.values()];
}

function pages(name: string, of: (sample: Sample) => number): Column {
  return { name, of, growth: (samples) => growthOfPages(samples.map(of)) };
}

function heap(name: string, at: number): Column {
  return {
    name,
    of: ({ heaps }) => heaps[at]?.mb,
    growth: (samples) => growthOfHeap(samples.map(({ heaps }) => heaps[at])),
  };
}

/** The last quarter by the third one. */
function growthOfPages(values: readonly number[]): number | undefined {
  const quarter = Math.max(1, Math.floor(values.length / 4));
  const [before, after] = [median(values.slice(-2 * quarter, -quarter)), median(values.slice(-quarter))];
  return before === undefined || after === undefined ? undefined : after / before;
}

/** By the last full collection of the first half; `undefined` if there was none since. */
function growthOfHeap(heaps: readonly (Sample["heaps"][number] | undefined)[]): number | undefined {
  const [before, after] = [heaps[Math.floor(heaps.length / 2)], heaps.at(-1)];
  if (before?.mb === undefined || after?.mb === undefined || after.collections === before.collections) return undefined;
  return after.mb / before.mb;
}

function tableOf(samples: readonly Sample[], minutes: number): string {
  const columns = COLUMNS;
  const rows = Array.from({ length: Math.ceil(minutes) }, (_, minute) => {
    const within = samples.filter((sample) => Math.floor(sample.minute) === minute);
    return [
      `${minute + 1}`,
      ...columns.map(({ of }) => median(within.flatMap((one) => of(one) ?? []))?.toFixed(1) ?? "-"),
    ];
  });
  return table(["minute", ...columns.map(({ name }) => `${name} (MB)`)], rows);
}

if (import.meta.main) Deno.exit(await main(Number(Deno.args[0] ?? 20)));
