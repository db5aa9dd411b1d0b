/**
 * The terminal of the standard input and output: taken for a screen, and given back exactly as it was, however the program
 * ends (termios(3); xterm's "Control Sequences": private modes 7, 25, 1000, 1006 and 1049).
 *
 * It knows bytes and sizes only. What is typed means something elsewhere, as does what is written.
 */
import { check } from "./errno.ts";
import { libc } from "./libc.ts";

export interface TerminalEars {
  typed(bytes: Uint8Array): void;
  /** Nobody types, or nobody reads, any more. */
  lost(): void;
  /** It has another size, or shows something else since the program was stopped: all is to be written anew. */
  changed(): void;
  /** A signal: the program has to end now, with this status; the terminal has been given back. */
  quit(status: number): void;
}

const STDIN = 0;
const STDOUT = 1;
// Longer than `struct termios` of any system: 60 bytes with glibc, 72 on macOS.
const TERMIOS_BYTES = 128;
/** At once: to wait for what has been written would be for ever where nobody reads. */
const TCSANOW = 0;
/** What a shell tells of a program that a signal has ended: this, and the number of the signal. */
const ENDED_BY_SIGNAL = 128;
// How long it may take to notice that nobody listens any more.
const LOOK_MS = 1_000;
// A terminal behind a dead connection takes nothing, and the end shall come all the same.
const STUCK_MS = 500;
// A terminal that can be written to has room for so much (Linux promises a few thousand bytes, macOS 1,800), so that no
// write waits, and a frame can be given up between two.
const PIECE_BYTES = 1_024;
const READ_BYTES = 4_096;
/** What a terminal has that does not know its size. */
const USUAL = { columns: 80, rows: 24 } as const;

// The screen that programs have beside the shell's; no wrapping at its edge; the mouse, for its wheel; no cursor.
const ENTER = "\x1b[?1049h\x1b[?7l\x1b[?1000h\x1b[?1006h\x1b[?25l";
const LEAVE = "\x1b[m\x1b[?25h\x1b[?1006l\x1b[?1000l\x1b[?7h\x1b[?1049l";

export class Terminal {
  readonly #ears: TerminalEars;
  readonly #saved = new Uint8Array(TERMIOS_BYTES);
  readonly #raw: Uint8Array<ArrayBuffer>;
  readonly #listeners: Readonly<Partial<Record<Deno.Signal, () => void>>>;
  readonly #end = (): void => this.#giveBack();
  #writing: Promise<void> = Promise.resolve();
  /** Number of the frame that may be written; any other is given up. */
  #frame = 0;
  #isTaken = false;
  /** It has not taken a frame in time. */
  #isStuck = false;
  /** It is being given back for a while. */
  #isStopping = false;
  #isClosed = false;

  /** Takes the terminal. Throws `SystemCallError`. */
  constructor(ears: TerminalEars) {
    this.#ears = ears;
    const { call, constants } = libc();
    check(call.tcgetattr(STDIN, this.#saved), "tcgetattr", "read the terminal's settings");
    this.#raw = this.#saved.slice();
    call.cfmakeraw(this.#raw);
    this.#listeners = {
      SIGWINCH: () => ears.changed(),
      SIGTSTP: () => void this.#stop(),
      SIGCONT: () => this.#goOn(),
      ...Object.fromEntries(
        Object.entries(constants.DEADLY_SIGNALS).map(([signal, number]) => [signal, () => {
          this.#giveBack();
          ears.quit(ENDED_BY_SIGNAL + number);
        }]),
      ),
    };
    // Before anything is changed: these are the ways out that nobody sees coming, `Deno.exit` among them.
    for (const event of ["unload", "error", "unhandledrejection"]) globalThis.addEventListener(event, this.#end);
    for (const [signal, listener] of this.#signals()) Deno.addSignalListener(signal, listener);
    this.#take();
    void this.#read();
  }

  get size(): { readonly columns: number; readonly rows: number } {
    const { columns, rows } = Deno.consoleSize();
    return { columns: columns || USUAL.columns, rows: rows || USUAL.rows };
  }

  /** Fulfilled when the terminal has taken it, or never will. One at a time. */
  write(text: string): Promise<void> {
    // What shows the screen again asks for all of it.
    if (this.#isStopping || this.#isClosed) return Promise.resolve();
    return this.#writing = this.#write(new TextEncoder().encode(text), ++this.#frame);
  }

  /**
   * Gives the terminal back and stops the program, with all of its job, until the shell continues it. `false`: the program
   * was started without a shell that could.
   */
  suspend(): boolean {
    const { call } = libc();
    // A shell with job control puts each job into a group of its own.
    if (call.getpgid(0) === call.getsid(0)) return false;
    Deno.kill(0, "SIGTSTP");
    return true;
  }

  /** Gives the terminal back, after the frame that is being written; without its rest if the terminal is stuck. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#written();
    this.#giveBack();
    for (const event of ["unload", "error", "unhandledrejection"]) globalThis.removeEventListener(event, this.#end);
    for (const [signal, listener] of this.#signals()) Deno.removeSignalListener(signal, listener);
  }

  #signals(): readonly (readonly [Deno.Signal, () => void])[] {
    return Object.entries(this.#listeners) as [Deno.Signal, () => void][];
  }

  #take(): void {
    libc().call.tcsetattr(STDIN, TCSANOW, this.#raw);
    if (!this.#isTaken) writeNow(ENTER);
    this.#isTaken = true;
  }

  /** At once, and once: nothing here waits for the event loop. */
  #giveBack(): void {
    if (!this.#isTaken) return;
    this.#isTaken = false;
    this.#frame += 1;
    const { call, constants } = libc();
    // It is full, or was for long: what it has not taken would be gone with the screen in any case. The next sequence ends
    // one that was cut off.
    if (this.#isStuck || !hasRoom(0)) call.tcflush(STDOUT, constants.TCOFLUSH);
    writeNow(LEAVE);
    call.tcsetattr(STDIN, TCSANOW, this.#saved);
  }

  /** The frame that is on its way is there, or the terminal is stuck. */
  async #written(): Promise<void> {
    const timer = Promise.withResolvers<void>();
    const id = setTimeout(() => {
      this.#isStuck = true;
      timer.resolve();
    }, STUCK_MS);
    await Promise.race([this.#writing, timer.promise]);
    clearTimeout(id);
  }

  /** The signal that asks for it was caught, so another one has to do it. */
  async #stop(): Promise<void> {
    this.#isStopping = true;
    await this.#written();
    this.#giveBack();
    Deno.kill(Deno.pid, "SIGSTOP");
  }

  /** Whoever has stopped the program, the settings have been another's since. */
  #goOn(): void {
    if (this.#isClosed) return;
    this.#isStopping = false;
    this.#isStuck = false;
    this.#take();
    this.#ears.changed();
  }

  /** Waits before it reads: a read that waits would take what is typed after the end for whoever comes next. */
  async #read(): Promise<void> {
    const { call, constants } = libc();
    const bytes = new Uint8Array(READ_BYTES);
    const polled = pollfd(STDIN, constants.POLLIN);
    while (!this.#isClosed) {
      if (await call.pollElsewhere(polled, 1, LOOK_MS) <= 0 || !this.#isTaken) continue;
      const length = readNow(bytes);
      if (length === undefined) break;
      this.#ears.typed(bytes.subarray(0, length));
    }
    if (!this.#isClosed) this.#ears.lost();
  }

  /** Piece by piece, as there is room: a write that waited could not be called back, and nobody else could write. */
  async #write(bytes: Uint8Array<ArrayBuffer>, frame: number): Promise<void> {
    const { call, constants } = libc();
    const polled = pollfd(STDOUT, constants.POLLOUT);
    for (let at = 0; at < bytes.length;) {
      const isReady = hasRoom(0) || await call.pollElsewhere(polled, 1, LOOK_MS) > 0;
      if (frame !== this.#frame) return;
      if (!isReady) continue;
      // On another thread, should somebody else have taken the room.
      const piece = bytes.subarray(at, at + PIECE_BYTES);
      const length = await call.writeElsewhere(STDOUT, piece, piece.length);
      if (length < 0) {
        // EIO or EPIPE: the terminal is gone.
        if (!this.#isClosed) this.#ears.lost();
        return;
      }
      at += length;
    }
  }
}

/** How many bytes there were; `undefined`: there will be no more. */
function readNow(bytes: Uint8Array): number | undefined {
  try {
    return Deno.stdin.readSync(bytes) ?? undefined;
  } catch (error) {
    // EIO: the terminal is gone.
    if (!(error instanceof Error)) throw error;
    return undefined;
  }
}

/** `struct pollfd`: descriptor, events asked for, events found. */
function pollfd(fd: number, events: number): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(8));
  view.setInt32(0, fd, true);
  view.setInt16(4, events, true);
  return new Uint8Array(view.buffer);
}

/** Whether the terminal can be written to, within so many ms. */
function hasRoom(withinMs: number): boolean {
  const { call, constants } = libc();
  return call.poll(pollfd(STDOUT, constants.POLLOUT), 1, withinMs) > 0;
}

/** At once: nothing here waits for the event loop. Nothing, if the terminal takes nothing. */
function writeNow(text: string): void {
  if (!hasRoom(STUCK_MS)) return;
  const bytes = new TextEncoder().encode(text);
  libc().call.write(STDOUT, bytes, bytes.length);
}
