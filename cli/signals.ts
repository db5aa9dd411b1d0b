/** What reaches the program while it runs: signals and keys. */
import { SIGNAL_EXITS } from "../core/path/exit.ts";
import type { Interruption } from "../core/program/world.ts";
import { isSignalIgnored } from "../ffi/signal.ts";

// Their numbers on Linux and macOS.
const SIGNAL_NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
// Signals so near to each other were one thought of whoever sent them.
const SAME_SIGNAL_MS = 250;

type SignalName = keyof typeof SIGNAL_EXITS;

/**
 * The first signal ends the run in good order, a later one the program at once. Those that come together are one: `timeout`
 * signals its command, and then the command's group, to which that belongs as well.
 */
export function onSignals(stop: (signal: SignalName) => void): Interruption {
  const { promise, resolve } = Promise.withResolvers<void>();
  let status: number | undefined;
  let firstAtMs = 0;
  // Asked before the first listener: with that the runtime takes all of these signals, ignored ones, too.
  const signals = (Object.keys(SIGNAL_EXITS) as SignalName[]).map((signal) => {
    return { signal, isIgnored: isSignalIgnored(SIGNAL_NUMBERS[signal]) };
  });
  for (const { signal, isIgnored } of signals) {
    Deno.addSignalListener(signal, () => {
      // Who started the program so, as nohup does, wants it to go on.
      if (isIgnored) return;
      const nowMs = performance.now();
      if (status !== undefined) {
        if (nowMs - firstAtMs >= SAME_SIGNAL_MS) Deno.exit(SIGNAL_EXITS[signal]);
        return;
      }
      firstAtMs = nowMs;
      status = SIGNAL_EXITS[signal];
      stop(signal);
      resolve();
    });
  }
  return {
    get status() {
      return status;
    },
    happened: promise,
  };
}

/** Hands over what comes on the standard input, character by character, and `undefined` at its end. */
export function onKeys(hear: (key: string | undefined) => void): void {
  void (async () => {
    for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
      for (const key of text) hear(key);
    }
    hear(undefined);
  })().catch((error) => {
    if (!(error instanceof Error)) throw error;
    hear(undefined);
  });
}
