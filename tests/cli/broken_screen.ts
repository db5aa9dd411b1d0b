/** A program that takes the terminal and breaks down in the way that its argument names. */
import { Terminal } from "../../ffi/terminal.ts";

const WAYS: Readonly<Record<string, () => void>> = {
  thrown: () => {
    throw new Error("thrown");
  },
  rejected: () => void Promise.reject(new Error("rejected")),
  exit: () => Deno.exit(7),
  worker: () => {
    // Nobody listens to its errors, so they are this thread's.
    new Worker(`data:application/javascript,throw new Error("in the worker")`, { type: "module" });
  },
};

const terminal = new Terminal({
  typed: () => {},
  lost: () => {},
  changed: () => {},
  quit: (status) => Deno.exit(status),
});
await terminal.write("\x1b[HTaken");
setTimeout(WAYS[Deno.args[0] ?? ""]!, 300);
