/**
 * A small real network for tests: client - r1 - r2 - r3 - target, IPv4 and IPv6, in namespaces of its own.
 *
 * The routers are the kernel's. The world is plain data (`WorldPlan`), turned into commands (`commandsOf`), run once by
 * a holder process; when the holder ends, however it ends, the world vanishes. Nothing here touches the network,
 * the mounts or the files of the machine: as root the world has its own network and mount namespace, as anybody else
 * its own user namespace, too. The library knows nothing of the program that is tested.
 */
import { type Capture, openCapture } from "./capture.ts";
import type { OddPaths } from "./odd_router.ts";
import { PROGRAMS, requirePrograms, SEARCH } from "./programs.ts";
import { PLAIN, POWERS, RUN, scriptOf, WAIT_FOR, type WorldPlan } from "./set_up.ts";
import {
  ADDRESSES,
  CLIENT_LINK,
  CLIENT_OTHER_LINK,
  NAME_SERVERS,
  NAMES,
  type NameServer,
  ODD_NET,
  OPEN_PORTS,
  type Place,
  TEXTS,
} from "./topology.ts";

/** Where the packet goes that ends a capture on an interface of the client. */
const MARKERS: Readonly<Record<string, string>> = {
  lo: "127.0.0.1",
  [CLIENT_LINK]: ADDRESSES[4].r1,
  [CLIENT_OTHER_LINK]: "10.201.9.2",
  [ODD_NET.link]: ODD_NET[4].target,
};

/** How a command runs in the world. */
export interface RunOptions {
  /** The place; the client unless told. */
  readonly at?: Place;
  /** The whole environment beside PATH: nothing is inherited. */
  readonly env?: Readonly<Record<string, string>>;
  /** As a user without any capability, and without a way to get one. */
  readonly asOrdinaryUser?: boolean;
  /** Which name server resolv.conf names; without it, the dead one. */
  readonly nameServer?: NameServer;
  /** What the command reads; without it, nothing. */
  readonly stdin?: string;
  /** The folder to run in. */
  readonly cwd?: string;
}

export interface RunResult {
  /** Exit status; 128 + number when a signal ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
}

/** A command that runs on while the test goes on. Disposing ends it. */
export interface Running extends AsyncDisposable {
  /** The process that the command became: no shell in between. */
  readonly pid: number;
  kill(signal: Deno.Signal): void;
  /** Waits for the end. */
  result(): Promise<RunResult>;
}

export class World implements AsyncDisposable {
  readonly #holder: Deno.ChildProcess;
  readonly #output: ReadableStreamDefaultReader<Uint8Array>;
  readonly #running = new Set<Running>();

  private constructor(holder: Deno.ChildProcess, output: ReadableStreamDefaultReader<Uint8Array>) {
    this.#holder = holder;
    this.#output = output;
  }

  /** Builds a world and waits until the whole chain answers in both families. */
  static async open(plan: Partial<WorldPlan> = {}): Promise<World> {
    requirePrograms(PROGRAMS);
    const script = scriptOf({ ...PLAIN, ...plan }, POWERS);
    const user = POWERS === "root" ? [] : ["--user", "--map-root-user"];
    const holder = new Deno.Command("unshare", {
      args: [...user, "--net", "--mount", "bash", "-c", script],
      env: { PATH: SEARCH.join(":"), LC_ALL: "C" },
      clearEnv: true,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const output = holder.stdout.getReader();
    if ((await output.read()).done) {
      await holder.stdin.close().catch(ignoreBrokenPipe);
      const why = await new Response(holder.stderr).text();
      await holder.status;
      throw new Error(
        `Cannot build a world of namespaces as ${
          POWERS === "root" ? "root" : "an ordinary user"
        }: ${why.trim()} (the kernel must have network and user namespaces, veth and nftables; in a container, CAP_SYS_ADMIN)`,
      );
    }
    await holder.stderr.cancel();
    return new World(holder, output);
  }

  /** The command line that starts `argv` inside; every link of it execs the next, so the process stays one. */
  commandLine(argv: readonly string[], options: RunOptions = {}): [string, ...string[]] {
    const target = String(this.#holder.pid);
    const user = POWERS === "root" ? [] : ["--user", "--preserve-credentials"];
    const ordinary = options.asOrdinaryUser !== true
      ? []
      : POWERS === "root"
      ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all", "--no-new-privs"]
      : ["setpriv", "--inh-caps=-all", "--bounding-set=-all", "--no-new-privs"];
    return [
      "nsenter",
      "--target",
      target,
      ...user,
      "--net",
      "--mount",
      "ip",
      "netns",
      "exec",
      options.at ?? "client",
      "bash",
      "-c",
      'mount --bind "$1" "$(readlink -m /etc/resolv.conf)" && cd "$2" && shift 2 && exec "$@"',
      "bash",
      `${RUN}/resolv.${options.nameServer ?? "dead"}`,
      options.cwd ?? "/",
      ...ordinary,
      ...argv,
    ];
  }

  /** Runs a command to its end. */
  async run(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    await using running = this.start(argv, options);
    return await running.result();
  }

  /** Starts a command. It ends with the world at the latest. */
  start(argv: readonly string[], options: RunOptions = {}): Running {
    const [program, ...args] = this.commandLine(argv, options);
    const startedAtMs = performance.now();
    const child = new Deno.Command(program, {
      args,
      env: { PATH: SEARCH.join(":"), LC_ALL: "C", ...options.env },
      clearEnv: true,
      stdin: options.stdin === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const ended = collect(child, options.stdin, startedAtMs);
    const running: Running = {
      pid: child.pid,
      kill: (signal) => child.kill(signal),
      result: () => ended,
      [Symbol.asyncDispose]: async () => {
        this.#running.delete(running);
        endNow(child);
        await ended;
      },
    };
    this.#running.add(running);
    return running;
  }

  /** Records the packets of one interface of a place from now on. */
  async capture(
    { at = "client", link = CLIENT_LINK, filter, immediate = true }: {
      at?: Place;
      link?: string;
      filter: string;
      immediate?: boolean;
    },
  ): Promise<Capture> {
    const marker = at === "client" ? MARKERS[link] : undefined;
    return await openCapture({
      link,
      filter,
      immediate,
      // tcpdump gives up root when it starts, which a user namespace does not allow.
      recorder: POWERS === "root" ? undefined : [...scriptCommand("recorder.ts"), link],
      commandLine: (argv) => this.commandLine(argv, { at }),
      mark: async () => {
        if (marker === undefined) throw new Error(`Cannot end a capture on ${link} at ${at}: no marker goes there`);
        const { code, stderr } = await this.run(["bash", "-c", `echo end > /dev/udp/${marker}/9`], { at });
        if (code !== 0) throw new Error(`Cannot mark the end of a capture: ${stderr}`);
      },
    });
  }

  /** Starts the live name server at r1 and waits until it listens. */
  async serveNames(): Promise<AsyncDisposable> {
    return await this.#startScript("dns_server.ts", "r1", [
      NAME_SERVERS.live,
      JSON.stringify(NAMES),
      JSON.stringify(TEXTS),
    ]);
  }

  /** Starts servers at the target: see `port_server.ts`. */
  async servePorts(): Promise<AsyncDisposable> {
    const addresses = [ADDRESSES[4].target, ADDRESSES[6].target];
    return await this.#startScript("port_server.ts", "target", [JSON.stringify({ addresses, ...OPEN_PORTS })]);
  }

  /** Starts another program at the client, which disturbs: see `port_noise.ts`. */
  async disturbPorts(udpPorts: readonly number[], tcpPorts: readonly number[]): Promise<AsyncDisposable> {
    const addresses = [ADDRESSES[4].target, ADDRESSES[6].target];
    return await this.#startScript("port_noise.ts", "client", [JSON.stringify({ addresses, udpPorts, tcpPorts })]);
  }

  /** Starts the forger at r1, before the client's first link. */
  async forge(): Promise<AsyncDisposable> {
    return await this.#startScript("forger.ts", "r1", ["down0"]);
  }

  /** Gives the client one more link, with routers behind it that do what they are told; see `ODD_NET`. */
  async attachOddPaths(paths: OddPaths): Promise<AsyncDisposable> {
    const { link, farLink, hardware } = ODD_NET;
    const [four, six] = [ODD_NET[4], ODD_NET[6]];
    for (
      const line of [
        `link add ${farLink} netns target index 101 type veth peer name ${link} index 102`,
        `addr add ${four.client}/30 dev ${link}`,
        `-6 addr add ${six.client}/126 dev ${link} nodad`,
        `link set ${link} up`,
        `neigh add ${four.gateway} lladdr ${hardware} dev ${link} nud permanent`,
        `-6 neigh add ${six.gateway} lladdr ${hardware} dev ${link} nud permanent`,
        `route add 10.202.0.0/16 via ${four.gateway}`,
        `-6 route add fd00:202::/32 via ${six.gateway}`,
        `netns exec target ip link set ${farLink} up`,
      ]
    ) await this.#must(["ip", ...line.split(" ")]);
    const router = await this.#startScript("odd_router.ts", "target", [farLink, JSON.stringify(paths)]);
    for (const family of [4, 6] as const) {
      if (paths[family].length > 0) {
        await this.#must(["bash", "-c", `${WAIT_FOR}; wait_for client ${ODD_NET[family].target}`]);
      }
    }
    return router;
  }

  /** Gives the target every address of a net that the world does not know yet, and everybody the way there. */
  async addTargets(net: string): Promise<void> {
    const { r1, r2, r3, target } = ADDRESSES[net.includes(":") ? 6 : 4];
    const ways = { client: r1, r1: r2, r2: r3, r3: target };
    for (const [place, via] of Object.entries(ways)) {
      await this.#must(["ip", "-n", place, "route", "add", net, "via", via]);
    }
    await this.#must(["ip", "-n", "target", "route", "add", "local", net, "dev", "lo"]);
  }

  async #must(argv: readonly string[]): Promise<void> {
    const { code, stderr } = await this.run(argv);
    if (code !== 0) throw new Error(`Cannot ${argv.join(" ")}: ${stderr}`);
  }

  /** Starts a script of the lab inside and waits for its first line, which says that it is ready. */
  async #startScript(name: string, at: Place, args: readonly string[]): Promise<AsyncDisposable> {
    const [program, ...words] = this.commandLine([...scriptCommand(name), ...args], { at });
    const child = new Deno.Command(program, { args: words, stdin: "null", stdout: "piped", stderr: "inherit" }).spawn();
    const reader = child.stdout.getReader();
    if ((await reader.read()).done) throw new Error(`${name} ended before it was ready`);
    return {
      [Symbol.asyncDispose]: async () => {
        endNow(child);
        await reader.cancel();
        await child.status;
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const running of [...this.#running]) await running[Symbol.asyncDispose]();
    await this.#holder.stdin.close();
    await this.#output.cancel();
    await this.#holder.status;
  }
}

/** The command line that runs a script of the lab. */
function scriptCommand(name: string): readonly string[] {
  const script = decodeURIComponent(new URL(`./${name}`, import.meta.url).pathname);
  return [Deno.execPath(), "run", "--quiet", "--no-config", "--no-lock", "--allow-net", "--allow-ffi", script];
}

async function collect(child: Deno.ChildProcess, stdin: string | undefined, startedAtMs: number): Promise<RunResult> {
  const fed = stdin === undefined ? undefined : feed(child, stdin);
  const [status, stdout, stderr] = await Promise.all([
    child.status,
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    fed,
  ]);
  return { code: status.code, stdout, stderr, durationMs: performance.now() - startedAtMs };
}

async function feed(child: Deno.ChildProcess, text: string): Promise<void> {
  const writer = child.stdin.getWriter();
  try {
    await writer.write(new TextEncoder().encode(text));
    await writer.close();
  } catch (error) {
    ignoreBrokenPipe(error);
  }
}

/** A command may end without reading its input. */
function ignoreBrokenPipe(error: unknown): void {
  if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
}

function endNow(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch (error) {
    // It has ended by itself.
    if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error;
  }
}
