/** A real terminal for tests: a tmux server of their own inside a world, with a shell in it; keys go in, the screen comes out. */
import assert from "node:assert/strict";
import { requirePrograms } from "../lab/programs.ts";
import type { Running, World } from "../lab/world.ts";

requirePrograms({ tmux: "tmux" });

/** What a screen may take to show something, on a machine that has much to do. */
const MOST_MS = 60_000;
const LOOK_MS = 50;
// Of a program that could draw ten frames in that time.
const LOOKS_UNTIL_FULL = 20;
// A whole one is longer; the threads wake each other with fewer bytes.
const FRAME_BYTES = 1_000;
const PROMPT = "ready> ";

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

export class TestTerminal implements AsyncDisposable {
  readonly #server: Running;
  readonly #folder: string;
  /** The programs of the world, by their names, are in it. */
  readonly #socket: string;
  #runs = 0;

  private constructor(server: Running, folder: string) {
    this.#server = server;
    this.#folder = folder;
    this.#socket = `${folder}/tmux`;
  }

  /** Opens one with a shell that is ready. */
  static async open(
    world: World,
    { columns = 80, rows = 24, env = {} }: Partial<Size> & { env?: Readonly<Record<string, string>> } = {},
  ): Promise<TestTerminal> {
    const folder = await Deno.makeTempDir({ prefix: "mtr-deno-terminal-" });
    const server = world.start(["tmux", "-D", "-S", `${folder}/tmux`, "-f", "/dev/null"], {
      env: { LC_ALL: "C.UTF-8", TERM: "xterm-256color", ...env },
      cwd: folder,
    });
    const terminal = new TestTerminal(server, folder);
    await until("the server listens", async () => (await terminal.#tmux("show-options", "-g")).success);
    await terminal.#do("new-session", "-d", "-x", `${columns}`, "-y", `${rows}`, "bash", "--norc", "--noprofile");
    await terminal.type(`PS1='${PROMPT}'; clear`);
    await terminal.shows(/^ready>\s*$/m);
    return terminal;
  }

  /** A folder for what programs leave behind. */
  get folder(): string {
    return this.#folder;
  }

  /** A line for the shell. */
  async type(line: string): Promise<void> {
    await this.#do("send-keys", "-l", line);
    await this.#do("send-keys", "Enter");
  }

  /** Has the shell do a line on an empty screen, and gives what it shows when that is over: at last `status STATUS`. */
  async run(line: string): Promise<string> {
    await this.begin(line);
    return await this.over();
  }

  /** The same without waiting: what is typed next is for what was started. */
  async begin(line: string): Promise<void> {
    await this.type(`clear; ${line}; echo "status $? of run ${++this.#runs}"`);
  }

  /** Waits for the end of what `begin` has begun. */
  async over(): Promise<string> {
    const screen = await this.shows(new RegExp(`^status \\d+ of run ${this.#runs}\nready>`, "m"));
    return screen.replace(/^(status \d+) of run \d+$/m, "$1");
  }

  /** Keys by tmux's names: `q`, `Up`, `C-z`, `Enter`. */
  async press(...keys: readonly string[]): Promise<void> {
    await this.#do("send-keys", ...keys);
  }

  async resize({ columns, rows }: Size): Promise<void> {
    await this.#do("resize-window", "-x", `${columns}`, "-y", `${rows}`);
  }

  /** From now on everything that is written to the terminal goes to this file, too. */
  async copyTo(file: string): Promise<void> {
    await this.#do("pipe-pane", "-O", `cat >> ${file}`);
  }

  /** Ends the terminal as a lost connection does. */
  async hangUp(): Promise<void> {
    await this.#do("kill-session");
  }

  /** It reads no more, as a connection that is stuck; the program draws until there is no room left. */
  async freeze(pid: number): Promise<void> {
    this.#server.kill("SIGSTOP");
    const written = (): number => Number(/^wchar: (\d+)$/m.exec(Deno.readTextFileSync(`/proc/${pid}/io`))?.[1]);
    let before = written();
    let looks = 0;
    await until("the terminal is full", () => {
      // All is drawn anew.
      Deno.kill(pid, "SIGWINCH");
      looks += 1;
      if (looks % LOOKS_UNTIL_FULL !== 0) return false;
      const grownBytes = written() - before;
      before += grownBytes;
      return grownBytes < FRAME_BYTES;
    });
  }

  /** It reads again. */
  thaw(): void {
    this.#server.kill("SIGCONT");
  }

  /** The lines of the screen, without blanks at their ends. */
  async screen(): Promise<readonly string[]> {
    return (await this.#do("capture-pane", "-p")).replace(/\n$/, "").split("\n").map((line) => line.trimEnd());
  }

  /** Fulfilled with the screen when that shows it. */
  async shows(pattern: RegExp | string): Promise<string> {
    let screen = "";
    await until(() => `the screen shows ${pattern}\n${screen}`, async () => {
      screen = await this.#do("capture-pane", "-p");
      return typeof pattern === "string" ? screen.includes(pattern) : pattern.test(screen);
    });
    return screen;
  }

  /** Modes of the terminal that a program may have changed. */
  async modes(): Promise<string> {
    const names = ["alternate_on", "cursor_flag", "wrap_flag", "mouse_any_flag", "keypad_cursor_flag", "keypad_flag"];
    return await this.#do("display-message", "-p", names.map((name) => `${name} #{${name}}`).join(", "));
  }

  /** Everything that a program has to leave as it was: the settings, and the modes. */
  async state(): Promise<string> {
    const name = `${this.#folder}/stty-${crypto.randomUUID()}`;
    await this.type(`stty -a > ${name}; clear; echo written`);
    await this.shows(/^written\nready>\s*$/m);
    return `${await Deno.readTextFile(name)}${await this.modes()}`;
  }

  /** Number of the process that the shell has started last. */
  async foreground(): Promise<number> {
    const shell = (await this.#do("display-message", "-p", "#{pane_pid}")).trim();
    const children = await Deno.readTextFile(`/proc/${shell}/task/${shell}/children`);
    const last = children.trim().split(" ").at(-1);
    assert.match(last ?? "", /^\d+$/, "the shell has started a program");
    return Number(last);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.thaw();
    await this.#tmux("kill-server");
    await this.#server[Symbol.asyncDispose]();
    await Deno.remove(this.#folder, { recursive: true });
  }

  async #do(...command: readonly string[]): Promise<string> {
    const { success, stdout, stderr } = await this.#tmux(...command);
    assert.ok(success, `tmux ${command.join(" ")}: ${new TextDecoder().decode(stderr)}`);
    return new TextDecoder().decode(stdout);
  }

  #tmux(...command: readonly string[]): Promise<Deno.CommandOutput> {
    // Its screen is in UTF-8, whatever the tests run in.
    return new Deno.Command("tmux", { args: ["-N", "-u", "-S", this.#socket, ...command] }).output();
  }
}

/** Looks until it is so. */
export async function until(what: string | (() => string), isSo: () => boolean | Promise<boolean>): Promise<void> {
  const lastMs = performance.now() + MOST_MS;
  while (!await isSo()) {
    assert.ok(performance.now() < lastMs, `It does not come to pass that ${typeof what === "string" ? what : what()}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** Whether a process is there. */
export function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return false;
  }
}
