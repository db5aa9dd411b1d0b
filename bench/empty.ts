/**
 * The least program with a Worker, for comparison: when the worker has said its first word, prints the time of day in ms,
 * and its memory in MB, which has never been more than then.
 */
const worker = new Worker(new URL("./empty_worker.ts", import.meta.url), { type: "module" });
worker.onmessage = (): void => {
  console.log(performance.timeOrigin + performance.now());
  console.log(Deno.memoryUsage().rss / (1 << 20));
  Deno.exit(0);
};
