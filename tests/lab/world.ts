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

/** A namespace of the world. */
export type Place = "client" | "r1" | "r2" | "r3" | "target";

const PLACES: readonly Place[] = ["client", "r1", "r2", "r3", "target"];

/**
 * Where a rule sits: packets that arrive for the place, pass through it, or leave from it; all that come, before their way is
 * chosen; and all that go, where addresses are translated.
 */
const HOOKS = {
  input: "type filter hook input priority 0",
  forward: "type filter hook forward priority 0",
  output: "type filter hook output priority 0",
  prerouting: "type filter hook prerouting priority 0",
  postrouting: "type nat hook postrouting priority srcnat",
} as const;

type Hook = keyof typeof HOOKS;

/** One line of nftables at a place. */
export interface Rule {
  readonly at: Place;
  readonly hook: Hook;
  readonly rule: string;
}

export interface WorldPlan {
  readonly rules: readonly Rule[];
  /** Whether users without privileges may open ICMP datagram sockets at the client. */
  readonly pingSockets: "open" | "closed";
  /** Files that everybody in the world can read and execute, wherever they lie outside: name to path. */
  readonly files: Readonly<Record<string, string>>;
}

/** Where a file of the plan is found inside. */
export function insidePath(name: string): string {
  return `${RUN}/${name}`;
}

/** Which name server the client asks: one that answers, or an address where nobody does. */
export type NameServer = "live" | "dead";

/** Addresses of the chain: a place's upper side looks to the client, its lower side to the target. */
export const ADDRESSES = {
  4: {
    client: "10.201.1.1",
    r1: "10.201.1.2",
    r2: "10.201.2.2",
    r3: "10.201.3.2",
    target: "10.201.4.2",
    /** A second link from the client to r1, used only when asked for. */
    otherLink: "10.201.9.1",
    /** No route leads there. */
    unrouted: "192.0.2.1",
  },
  6: {
    client: "fd00:201:1::1",
    r1: "fd00:201:1::2",
    r2: "fd00:201:2::2",
    r3: "fd00:201:3::2",
    target: "fd00:201:4::2",
    otherLink: "fd00:201:9::1",
    unrouted: "2001:db8::1",
  },
} as const;

/** The client's interfaces: the one that routes use, and the second link. */
export const CLIENT_LINK = "up0";
export const CLIENT_OTHER_LINK = "up1";

/** The addresses that answer on the way to the target, in order. */
export function pathOf(family: 4 | 6): readonly string[] {
  const a = ADDRESSES[family];
  return [a.r1, a.r2, a.r3, a.target];
}

/** Rules that make the world odd. Each is a list, so that they can be joined. */
export const ODD = {
  /** A router that forwards and never says "time exceeded". */
  silent: (at: Place): readonly Rule[] => [
    { at, hook: "output", rule: "icmp type time-exceeded drop" },
    { at, hook: "output", rule: "icmpv6 type time-exceeded drop" },
  ],
  /** r3 answers for itself, and drops what goes on. */
  blackholed: [
    { at: "r3", hook: "forward", rule: `ip daddr ${ADDRESSES[4].target} drop` },
    { at: "r3", hook: "forward", rule: `ip6 daddr ${ADDRESSES[6].target} drop` },
  ],
  /** r3 answers for itself, and refuses what goes on with "communication administratively prohibited". */
  prohibited: [
    {
      at: "r3",
      hook: "forward",
      rule: `ip daddr ${ADDRESSES[4].target} reject with icmp type admin-prohibited`,
    },
    {
      at: "r3",
      hook: "forward",
      rule: `ip6 daddr ${ADDRESSES[6].target} reject with icmpv6 type admin-prohibited`,
    },
  ],
  /** Of every `every` "time exceeded" of a router, the one numbered `which` (from 0) is lost. */
  routerLoses: (at: Place, every: number, which: number): readonly Rule[] => [
    { at, hook: "output", rule: `icmp type time-exceeded numgen inc mod ${every} == ${which} drop` },
    { at, hook: "output", rule: `icmpv6 type time-exceeded numgen inc mod ${every} == ${which} drop` },
  ],
  /**
   * Of every `every` probes that reach the target with their last hop, the one numbered `which` (from 0) is lost. Probes
   * with more life, which the first round may send beyond the target, pass and are not counted.
   */
  targetLoses: (every: number, which: number): readonly Rule[] => [
    {
      at: "target",
      hook: "input",
      rule: `icmp type echo-request ip ttl 1 numgen inc mod ${every} == ${which} drop`,
    },
    {
      at: "target",
      hook: "input",
      rule: `icmpv6 type echo-request ip6 hoplimit 1 numgen inc mod ${every} == ${which} drop`,
    },
  ],
  /** Only echo requests with this firewall mark leave the client. */
  onlyMarked: (mark: number): readonly Rule[] => [
    { at: "client", hook: "output", rule: `icmp type echo-request meta mark != ${mark} drop` },
    { at: "client", hook: "output", rule: `icmpv6 type echo-request meta mark != ${mark} drop` },
  ],
} as const satisfies Record<string, readonly Rule[] | ((...args: never[]) => readonly Rule[])>;

export const PLAIN: WorldPlan = { rules: [], pingSockets: "open", files: {} };

/** The net behind the link of `attachOddPaths`. */
export const ODD_NET = {
  link: "odd0",
  farLink: "odd1",
  /** The far end's hardware address; no interface has it, so that no kernel takes the packets for its own. */
  hardware: "02:00:00:00:00:02",
  4: {
    client: "10.202.0.1",
    gateway: "10.202.0.2",
    target: "10.202.9.9",
    hop: (index: number): string => `10.202.1.${index}`,
  },
  6: {
    client: "fd00:202::1",
    gateway: "fd00:202::2",
    target: "fd00:202:9::9",
    hop: (index: number): string => `fd00:202:1::${index}`,
  },
} as const;

/** Where the packet goes that ends a capture on an interface of the client. */
const MARKERS: Readonly<Record<string, string>> = {
  lo: "127.0.0.1",
  [CLIENT_LINK]: ADDRESSES[4].r1,
  [CLIENT_OTHER_LINK]: "10.201.9.2",
  [ODD_NET.link]: ODD_NET[4].target,
};

/** Names that the live name server knows, beside the reverse of each. */
export const NAMES: Readonly<Record<string, readonly string[]>> = {
  "r1.lab.test": [ADDRESSES[4].r1, ADDRESSES[6].r1],
  "r3.lab.test": [ADDRESSES[4].r3, ADDRESSES[6].r3],
  "target.lab.test": [ADDRESSES[4].target, ADDRESSES[6].target],
  "only4.lab.test": [ADDRESSES[4].target],
  "only6.lab.test": [ADDRESSES[6].target],
  "xn--mnchen-3ya.lab.test": [ADDRESSES[4].target],
};

/** TXT records that the live name server knows: what the zones of AS information say, some of it by a foe. */
export const TEXTS: Readonly<Record<string, string>> = {
  "2.1.201.10.origin.asn.cymru.com": "64496 | 10.201.1.0/24 | ZZ | arin | 2010-01-01",
  "2.2.201.10.origin.asn.cymru.com": "64497 64498 | 10.201.2.0/24 | \x1b[2J | =1+1 | ",
  "0.0.0.0.1.0.0.0.1.0.2.0.0.0.d.f.origin6.asn.cymru.com": "64499 | fd00:201:1::/48 | YY | ripencc | 2011-02-03",
  "2.1.201.10.four.lab.test": "65001 | 10.201.0.0/16",
  "0.0.0.0.1.0.0.0.1.0.2.0.0.0.d.f.six.lab.test": "65002 | fd00:201::/32",
};

/** A name that stands in the client's hosts file only: r2, by addresses that are no hop's. */
export const HOSTS_FILE = { name: "in-hosts-file.lab.test", 4: "10.201.3.1", 6: "fd00:201:3::1" } as const;

/** The target's ports that somebody listens at, once `servePorts` has been called; no other port is open. */
export const OPEN_PORTS = { udp: 5_353, tcp: 80 } as const;

const RUN = "/run/lab";
const NAME_SERVERS: Readonly<Record<NameServer, string>> = { live: ADDRESSES[4].r1, dead: "10.201.0.53" };

/** A command of the set-up. `mayFail` is for settings that some kernels keep to themselves. */
interface Command {
  readonly argv: readonly string[];
  readonly mayFail?: true;
}

/** The set-up of a world, without its rules, as commands, in order. */
export function commandsOf({ pingSockets }: WorldPlan, powers: Powers): readonly Command[] {
  const commands: Command[] = [];
  const add = (...argv: string[]): void => void commands.push({ argv });
  const inside = (place: Place, ...argv: string[]): void => add("ip", "netns", "exec", place, ...argv);

  for (const place of PLACES) add("ip", "netns", "add", place);
  for (const place of PLACES) {
    inside(
      place,
      "sysctl",
      "-q",
      "-w",
      "net.ipv4.ip_forward=1",
      "net.ipv6.conf.all.forwarding=1",
      "net.ipv4.conf.all.rp_filter=0",
      "net.ipv4.conf.default.rp_filter=0",
      "net.ipv4.conf.all.send_redirects=0",
      "net.ipv4.conf.default.send_redirects=0",
      "net.ipv6.conf.all.accept_dad=0",
      "net.ipv6.conf.default.accept_dad=0",
      "net.ipv6.conf.default.router_solicitations=0",
      "net.ipv4.icmp_ratelimit=0",
      "net.ipv6.icmp.ratelimit=0",
    );
    // Older kernels have these for the whole machine only, and refuse here.
    for (const key of ["icmp_msgs_per_sec", "icmp_msgs_burst"]) {
      commands.push({
        argv: ["ip", "netns", "exec", place, "sysctl", "-q", "-w", `net.ipv4.${key}=1000000`],
        mayFail: true,
      });
    }
    add("ip", "-n", place, "link", "set", "lo", "up");
  }
  link(add, { upper: "client", lower: "r1", net: 1, index: 0 });
  link(add, { upper: "r1", lower: "r2", net: 2, index: 0 });
  link(add, { upper: "r2", lower: "r3", net: 3, index: 0 });
  link(add, { upper: "r3", lower: "target", net: 4, index: 0 });
  link(add, { upper: "client", lower: "r1", net: 9, index: 1 });

  // Every place knows the way to every net of the world, and nothing beyond.
  const onward: readonly [Place, readonly number[], string][] = [
    ["client", [2, 3, 4], "1::2"],
    ["r1", [3, 4], "2::2"],
    ["r2", [4], "3::2"],
    ["r2", [1, 9], "2::1"],
    ["r3", [1, 2, 9], "3::1"],
    ["target", [1, 2, 3, 9], "4::1"],
  ];
  for (const [place, nets, via] of onward) {
    const [net, host] = via.split("::");
    for (const to of nets) {
      add("ip", "-n", place, "route", "add", `10.201.${to}.0/24`, "via", `10.201.${net}.${host}`);
      add("ip", "-n", place, "-6", "route", "add", `fd00:201:${to}::/64`, "via", `fd00:201:${via}`);
    }
  }
  // What is bound to the second link finds a way there; nothing else prefers it.
  const second = ["dev", CLIENT_OTHER_LINK, "metric", "5000"];
  add("ip", "-n", "client", "route", "add", "10.201.0.0/16", "via", "10.201.9.2", ...second);
  add("ip", "-n", "client", "-6", "route", "add", "fd00:201::/32", "via", "fd00:201:9::2", ...second);

  // The dead name server: packets to it vanish without a word.
  add("ip", "-n", "client", "route", "add", `${NAME_SERVERS.dead}/32`, "via", ADDRESSES[4].r1);
  add("ip", "-n", "r1", "route", "add", "blackhole", `${NAME_SERVERS.dead}/32`);

  // A new network has an empty range. Only ids that exist in the world's user namespace may stand in it.
  const groups = powers === "root" ? "0 2147483647" : "0 0";
  if (pingSockets === "open") inside("client", "sysctl", "-q", "-w", `net.ipv4.ping_group_range=${groups}`);
  return commands;
}

/** The rules as commands, for a world that stands. */
export function ruleCommandsOf(rules: readonly Rule[]): readonly Command[] {
  return rules.map(({ at, hook, rule }) => {
    const chain = `add table inet lab; add chain inet lab ${hook} { ${HOOKS[hook]}; }`;
    return { argv: ["ip", "netns", "exec", at, "nft", `${chain}; add rule inet lab ${hook} ${rule}`] };
  });
}

/** A veth pair: `up<index>` at the client's side of the lower place is called `down<index>`. */
function link(
  add: (...argv: string[]) => void,
  { upper, lower, net, index }: { upper: Place; lower: Place; net: number; index: number },
): void {
  const [above, below] = [`up${index}`, `down${index}`];
  // The kernel is slow (a second) to bring up a link whose two ends have the same index.
  const [upperIndex, lowerIndex] = [`${net}1`, `${net}2`];
  const peer = ["peer", "name", below, "netns", lower, "index", lowerIndex];
  add("ip", "link", "add", above, "netns", upper, "index", upperIndex, "type", "veth", ...peer);
  for (const [place, name, host] of [[upper, above, 1], [lower, below, 2]] as const) {
    add("ip", "-n", place, "addr", "add", `10.201.${net}.${host}/24`, "dev", name);
    add("ip", "-n", place, "-6", "addr", "add", `fd00:201:${net}::${host}/64`, "dev", name, "nodad");
    add("ip", "-n", place, "link", "set", name, "up");
  }
}

/** Whether this process is root of the machine, or root of its own user namespace only. */
export type Powers = "root" | "namespace";

export const POWERS: Powers = Deno.uid() === 0 ? "root" : "namespace";

/** What the lab runs, and where Debian keeps it. */
const PROGRAMS: Readonly<Record<string, string>> = {
  unshare: "util-linux",
  nsenter: "util-linux",
  setpriv: "util-linux",
  mount: "mount",
  ip: "iproute2",
  sysctl: "procps",
  nft: "nftables",
  ping: "iputils-ping",
  tcpdump: "tcpdump",
  bash: "bash",
};

/** Throws a message that names the package of each program that is missing. */
export function requirePrograms(programs: Readonly<Record<string, string>>): void {
  const missing = Object.keys(programs).filter((name) => !SEARCH.some((folder) => exists(`${folder}/${name}`)));
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map((name) => programs[name]))].join(" ");
  throw new Error(
    `Cannot find ${missing.join(", ")}: install the packages first (Debian: apt-get install ${packages})`,
  );
}

const SEARCH = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return false;
    throw error;
  }
}

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

/** The holder: sets up, says so, and stays until its standard input ends; then ends whatever is left inside. */
function scriptOf(plan: WorldPlan, powers: Powers): string {
  const line = ({ argv, mayFail }: Command): string =>
    argv.map(quote).join(" ") + (mayFail === undefined ? "" : " 2> /dev/null || true");
  const files: Readonly<Record<string, string>> = {
    "resolv.live": `nameserver ${NAME_SERVERS.live}\n`,
    "resolv.dead": `nameserver ${NAME_SERVERS.dead}\n`,
    hosts: [
      "127.0.0.1 localhost",
      "::1 localhost",
      `${HOSTS_FILE[4]} ${HOSTS_FILE.name}`,
      `${HOSTS_FILE[6]} ${HOSTS_FILE.name}`,
      "",
    ].join("\n"),
    nsswitch: "hosts: files dns\npasswd: files\ngroup: files\n",
  };
  return [
    "set -e",
    "mount -t tmpfs -o mode=755 tmpfs /run",
    `mkdir -p /run/netns ${RUN}`,
    ...Object.entries(files).map(([name, text]) => `printf %s ${quote(text)} > ${RUN}/${name}`),
    ...Object.entries(plan.files).map(([name, path]) =>
      `: > ${RUN}/${name}; mount --bind ${quote(path)} ${RUN}/${name}`
    ),
    // The file may be a link into the /run that is hidden now.
    'resolv="$(readlink -m /etc/resolv.conf)"; test -e "$resolv" || { mkdir -p "${resolv%/*}"; : > "$resolv"; }',
    `mount --bind ${RUN}/hosts "$(readlink -m /etc/hosts)"`,
    `test ! -e /etc/nsswitch.conf || mount --bind ${RUN}/nsswitch "$(readlink -m /etc/nsswitch.conf)"`,
    ...commandsOf(plan, powers).map(line),
    // Both ends of a link need a moment until they have noticed each other: the world stands when the chain answers.
    WAIT_FOR,
    ...([4, 6] as const).flatMap((family) => {
      const a = ADDRESSES[family];
      return [`wait_for client ${a.target}`, `wait_for r3 ${a.otherLink}`];
    }),
    ...ruleCommandsOf(plan.rules).map(line),
    "echo ready",
    "cat > /dev/null || true",
    `for place in ${PLACES.join(" ")}; do ip netns pids "$place" | xargs -r kill -9; done`,
  ].join("\n");
}

/** A function of bash: asks an address from a place again and again until it answers, 10 s at most. */
const WAIT_FOR = [
  "wait_for() {",
  "  for try in {1..200}; do",
  '    if ip netns exec "$1" ping -n -c 1 -W 0.05 "$2" > /dev/null 2>&1; then return; fi',
  "  done",
  '  echo "$2 does not answer $1" >&2; return 1',
  "}",
].join("\n");

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
