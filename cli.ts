/**
 * The program. A worker takes a while to start: it is the first thing that is done, where the arguments look like a trace;
 * meanwhile this thread loads the rest and finds out what it shall do.
 *
 * This file and `cli/` alone own stdin, stdout, stderr, signals, the calendar and the exit status. They measure nothing:
 * every time comes from the worker's events.
 */
import { isLikelyTrace } from "./cli/likely_trace.ts";
import { startWorker } from "./ffi/start_worker.ts";

if (import.meta.main) void start();

async function start(): Promise<void> {
  const [MTR_OPTIONS, MTR_DENO_CONFIG] = ["MTR_OPTIONS", "MTR_DENO_CONFIG"].map((name) => Deno.env.get(name));
  const worker = isLikelyTrace(Deno.args, { MTR_OPTIONS, MTR_DENO_CONFIG }) ? startWorker() : undefined;
  const { run } = await import("./cli/main.ts");
  // The worker may wait in poll, and lookups in a name server's silence: neither holds up the end.
  Deno.exit(await run(Deno.args, worker));
}
