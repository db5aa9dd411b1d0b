/**
 * `deno task soak [MINUTES]`: the live screen for 20 minutes in a real terminal, ten rounds a second over four hops, keys
 * typed all the while; then what memory both threads took, minute by minute. Fails if it grows. As root or in a user
 * namespace; needs tmux beside what the lab needs.
 *
 * The heap of each thread is what V8 says after its collections (--trace-gc), which it writes between the frames. The
 * executable takes no such flag, so the program runs from its source.
 */
import { ADDRESSES, World } from "../tests/lab/world.ts";
import { TestTerminal } from "../tests/cli/terminal.ts";
import { V8_FLAGS } from "../tools/permissions.ts";
import { chooseRegistry, registryOptions } from "../tools/registry.ts";
import { median, table } from "./figures.ts";

const ROOT = new URL("..", import.meta.url).pathname;
const MINUTE_MS = 60_000;
const LOOK_MS = 5_000;
/** All modes, columns, a hop and its details, and back. */
const KEYS = ["d", "d", "d", "d", "j", "j", "Down", "Enter", "Escape", "Up", "+", "-", "r", "c", "c"];
/** What the second half may have more than the first quarter leaves behind: V8 frees in its own time. */
const MOST_GROWTH = 1.1;

const COLLECTION = /\[\d+:(0x[0-9a-f]+)\]\s+\d+ ms: .*?-> ([\d.]+) \(/g;

interface Sample {
  readonly minute: number;
  readonly rssMb: number;
  readonly anonymousMb: number;
  /** By isolate, in the order of appearance. */
  readonly heapsMb: readonly number[];
}

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
  for (let looks = 0; performance.now() - startedAtMs < minutes * MINUTE_MS; looks++) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    await terminal.press(KEYS[looks % KEYS.length]!);
    samples.push({ minute: (performance.now() - startedAtMs) / MINUTE_MS, ...memoryOf(pid), heapsMb: heapsIn(log) });
  }
  const sent = Number(/^ ?4\. .*?% +(\d+)/m.exec((await terminal.screen()).join("\n"))?.[1]);
  console.log(tableOf(samples, minutes));
  const columns = columnsOf(samples.at(-1)?.heapsMb.length ?? 0);
  const grown = columns.filter(({ of }) => growth(samples.map(of)) > MOST_GROWTH).map(({ name }) => name);
  console.log(
    `\n${sent} probes of the last hop since the figures began anew; ${
      grown.length === 0 ? "nothing grows" : `${grown.join(", ")} grew`
    }.`,
  );
  return grown.length === 0 ? 0 : 1;
}

function memoryOf(pid: number): Pick<Sample, "rssMb" | "anonymousMb"> {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  const mb = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) / 1_024;
  return { rssMb: mb("VmRSS"), anonymousMb: mb("RssAnon") };
}

/** The latest size of each heap. */
function heapsIn(log: string): readonly number[] {
  const latest = new Map<string, number>();
  for (const [, isolate = "", mb] of Deno.readTextFileSync(log).matchAll(COLLECTION)) latest.set(isolate, Number(mb));
  return [...latest.values()];
}

function columnsOf(heaps: number): readonly { readonly name: string; readonly of: (sample: Sample) => number }[] {
  const names = ["heap, main thread", "heap, worker"];
  return [
    { name: "RSS", of: ({ rssMb }) => rssMb },
    { name: "anonymous", of: ({ anonymousMb }) => anonymousMb },
    ...Array.from({ length: heaps }, (_, at) => ({
      name: names[at] ?? `heap ${at + 1}`,
      of: ({ heapsMb }: Sample) => heapsMb[at] ?? 0,
    })),
  ];
}

/** The last quarter by the second one: until then pages are still touched for the first time. */
function growth(values: readonly number[]): number {
  const quarter = Math.max(1, Math.floor(values.length / 4));
  return (median(values.slice(-quarter)) ?? 0) / (median(values.slice(quarter, 2 * quarter)) ?? 0);
}

function tableOf(samples: readonly Sample[], minutes: number): string {
  const columns = columnsOf(samples.at(-1)?.heapsMb.length ?? 0);
  const rows = Array.from({ length: Math.ceil(minutes) }, (_, minute) => {
    const within = samples.filter((sample) => Math.floor(sample.minute) === minute);
    return [`${minute + 1}`, ...columns.map(({ of }) => median(within.map(of))?.toFixed(1) ?? "-")];
  });
  return table(["minute", ...columns.map(({ name }) => `${name} (MB)`)], rows);
}

if (import.meta.main) Deno.exit(await main(Number(Deno.args[0] ?? 20)));
