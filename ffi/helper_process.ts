/**
 * Another program that sends the probes: started, written to and read from, line by line. What its lines mean is the
 * business of `core/probe/helper_prober.ts`.
 */
import type { PrivilegesToGiveUp } from "../core/messages.ts";
import type { Endpoint } from "../core/network.ts";
import type { HelperDoor } from "../core/probe/helper_prober.ts";
import { MOST_LINE_CHARACTERS } from "../core/relay/client_lines.ts";
import { Clock } from "./clock.ts";
import { wayTo } from "./route.ts";

// From bytes in the pipe to lines the event loop goes round a few times, a millisecond each.
const TURNS_TO_READ = 4;
// What a helper may take to leave once it is told to.
const PATIENCE_MS = 200;
// A longer wait is none: timers have 31 bits.
const MOST_WAIT_MS = 2 ** 31 - 1;

/** The program could not be started; the message says which and why. */
export class NotStartedError extends Error {
  override readonly name = "NotStartedError";
}

export class HelperProcess implements HelperDoor {
  readonly #clock = new Clock();
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  #lines: string[] = [];
  #news = Promise.withResolvers<void>();
  #hasEnded = false;
  readonly #relayed: Promise<void>;

  /**
   * Starts `command`, a program and its arguments, as the user that this program is going to become. `hear` is told what it
   * writes on its standard error; unless given, that goes to this program's own.
   */
  constructor(
    [program = "", ...args]: readonly string[],
    { uid, gid }: PrivilegesToGiveUp,
    hear?: (text: string) => void,
  ) {
    const child = start(program, {
      args,
      stdin: "piped",
      stdout: "piped",
      // What it has to complain about is for the user, but through here: whoever it leaves behind must not keep the user's
      // own standard error open.
      stderr: "piped",
      ...(uid !== undefined && { uid }),
      ...(gid !== undefined && { gid }),
    });
    this.#child = child;
    this.#writer = child.stdin.getWriter();
    void this.#listen(child.stdout);
    this.#relayed = relay(child.stderr, hear);
  }

  nowUs(): number {
    return this.#clock.nowUs();
  }

  write(line: string): void {
    // That it reads no more is seen where its lines end.
    this.#writer.write(new TextEncoder().encode(`${line}\n`)).catch(() => {});
  }

  read(): readonly string[] {
    const lines = this.#lines;
    this.#lines = [];
    return lines;
  }

  sourceAddress(to: Endpoint): string | undefined {
    const way = wayTo(to);
    return way.ok ? way.address : undefined;
  }

  /** It will write no more, and everything that it wrote has been read. */
  get hasEnded(): boolean {
    return this.#hasEnded && this.#lines.length === 0;
  }

  /**
   * Waits until there is something to read, it has ended, `wake` is called, or until `untilUs`. What it has written until
   * then is read, too: else on a busy machine a timer would be served before a line that came earlier.
   */
  async news(untilUs: number): Promise<void> {
    if (this.#lines.length > 0 || this.#hasEnded) return;
    const waitMs = Math.min(Math.max(0, (untilUs - this.nowUs()) / 1e3), MOST_WAIT_MS);
    const timer = setTimeout(() => this.wake(), waitMs);
    await this.#news.promise;
    clearTimeout(timer);
    for (let turn = 0; turn < TURNS_TO_READ && this.#lines.length === 0; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    this.#news = Promise.withResolvers();
  }

  wake(): void {
    this.#news.resolve();
  }

  /**
   * Ends it: nothing more will be written to it, and should that tell it nothing, a signal does, and at last one that it
   * cannot refuse. Fulfilled when it is gone, or is another user's, whom the end of its input must do for.
   */
  async close(): Promise<void> {
    this.#writer.close().catch(() => {});
    await this.#end();
    // Whom it has left behind may keep its standard error open.
    await Promise.race([this.#relayed, soon()]);
  }

  async #end(): Promise<void> {
    await this.#patience();
    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
      try {
        this.#child.kill(signal);
      } catch (error) {
        // It has ended by itself, or has become another user.
        if (!(error instanceof TypeError || error instanceof Deno.errors.PermissionDenied)) throw error;
        return;
      }
      await this.#patience();
    }
  }

  async #patience(): Promise<void> {
    await Promise.race([this.#child.status, soon()]);
  }

  async #listen(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let rest = "";
    try {
      for await (const chunk of stream) {
        const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
        rest = lines.pop() ?? "";
        // Somebody who never ends a line is to fill no memory; what is cut is no reply in any case.
        if (rest.length > MOST_LINE_CHARACTERS) rest = rest.slice(0, MOST_LINE_CHARACTERS + 1);
        if (lines.length === 0) continue;
        this.#lines.push(...lines);
        this.wake();
      }
    } finally {
      this.#hasEnded = true;
      this.wake();
    }
  }
}

function soon(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
}

/** Hands on what somebody writes to their standard error, as long as there is somebody to hand it to. */
async function relay(stream: ReadableStream<Uint8Array>, hear?: (text: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  try {
    for await (const chunk of stream) {
      if (hear === undefined) Deno.stderr.writeSync(chunk);
      else hear(decoder.decode(chunk, { stream: true }));
    }
  } catch (error) {
    if (!(error instanceof Error)) throw error;
  }
}

function start(
  program: string,
  options: Deno.CommandOptions & { stdin: "piped"; stdout: "piped"; stderr: "piped" },
): Deno.ChildProcess {
  try {
    return new Deno.Command(program, options).spawn();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const why = error instanceof Deno.errors.NotFound
      ? "there is no such program"
      : error instanceof Deno.errors.PermissionDenied
      ? "it may not be executed"
      : error.message.replace(/ \(os error [0-9]+\).*$/s, "");
    throw new NotStartedError(`Cannot start ${program} to send the probes: ${why}`);
  }
}
