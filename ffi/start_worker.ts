/** Starts a worker: all that a program has to load before it does. */

/** It does nothing until a session tells it to, and says nothing before that. */
export function startWorker(): Worker {
  return new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
}
