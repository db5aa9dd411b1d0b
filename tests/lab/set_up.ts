/** How a world is built: a plan as commands, and the script of the process that holds it. */
import { HOOKS, type Rule } from "./rules.ts";
import { ADDRESSES, CLIENT_OTHER_LINK, HOSTS_FILE, NAME_SERVERS, type Place, PLACES } from "./topology.ts";

/** Whether this process is root of the machine, or root of its own user namespace only. */
export type Powers = "root" | "namespace";

export const POWERS: Powers = Deno.uid() === 0 ? "root" : "namespace";

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

export const PLAIN: WorldPlan = { rules: [], pingSockets: "open", files: {} };

/** What is the world's own of /run. */
export const RUN = "/run/lab";

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

/** The holder: sets up, says so, and stays until its standard input ends; then ends whatever is left inside. */
export function scriptOf(plan: WorldPlan, powers: Powers): string {
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
export const WAIT_FOR = [
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
