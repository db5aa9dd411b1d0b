/**
 * `deno task bench accuracy`: the error of every single round-trip time that a program tells, against tcpdump's record of
 * the client's interface in the same moment, idle and with three loops for every core, as root and as an ordinary user.
 *
 * tcpdump's stamp of what arrives is the one that programs with the kernel's stamps read, so of those the error is that of
 * sending. Its stamp of what leaves lies between the packet scheduler and the driver, and it works for some 6 µs before
 * the packet goes on. Only what the kernel's TCP sends within one machine is stamped anew when it is delivered.
 */
import { echoTrips, transportTrips, type WireTrip } from "../tests/lab/wire_trips.ts";
import { ADDRESSES, CLIENT_LINK, ODD_NET, OPEN_PORTS } from "../tests/lab/topology.ts";
import type { World } from "../tests/lab/world.ts";
import { openTable, quantile } from "./figures.ts";
import { busyCores } from "./load.ts";
import { type Measurer, MEASURERS, type Protocol, type Task, type Told } from "./measurers.ts";

const LOOPS_PER_CORE = 3;
const IDLE = "idle";
const LOADS = [IDLE, `${LOOPS_PER_CORE} loops a core`] as const;
// Programs take turns, so that whatever else the machine does disturbs all alike.
const TURNS = 2;
const PROBES_A_TURN = 200;
const INTERVAL_MS = 20;
/** A capture's stamps are doubles of wall-clock µs. */
const CAPTURE_ROUNDING_US = 0.5;

interface Scene {
  readonly title: string;
  readonly link: string;
  readonly target: string;
  readonly protocol: Protocol;
  readonly asOrdinaryUser: boolean;
  readonly ttl: number | undefined;
}

const ROUTERS = { link: CLIENT_LINK, target: ADDRESSES[4].target, ttl: 4 } as const;
const SCENES: readonly Scene[] = [
  ...(["icmp", "udp", "tcp"] as const).flatMap((protocol) =>
    [false, true].map((asOrdinaryUser) => ({
      title: `${protocol.toUpperCase()}, ${asOrdinaryUser ? "ordinary user" : "root"}`,
      ...ROUTERS,
      protocol,
      asOrdinaryUser,
    }))
  ),
  // Hops that take their time, so that the program sleeps when the answer comes, as in life.
  {
    title: "ICMP, root, hops of 2 to 23 ms",
    link: ODD_NET.link,
    target: ODD_NET[4].target,
    protocol: "icmp",
    asOrdinaryUser: false,
    ttl: undefined,
  },
];

const HEADER = [
  "RTT error in µs",
  "load",
  "program",
  "median",
  "p95",
  "p99",
  "max",
  "probes",
  "own bound",
  "beyond it",
];

/** What a table that is told line by line has room for. */
const LONG_FIGURES = Array.from({ length: 4 }, () => "99999.9");

/** Each line as soon as it is measured. */
export async function* accuracy(world: World): AsyncGenerator<string> {
  const hop = ODD_NET[4].hop;
  const delays = [[2, 3], [5, 6], [10, 12], [20, 23]];
  const paths = delays.map((delaysMs, index) => ({ from: [hop(index + 1)], delaysMs }));
  await using _slow = await world.attachOddPaths({ 4: paths, 6: [] });
  await using _ports = await world.servePorts();
  const installed = new Set<Measurer>();
  for (const measurer of MEASURERS) if (await isThere(world, measurer)) installed.add(measurer);
  const like = SCENES.flatMap(({ title }) =>
    LOADS.flatMap((load) => [...installed].map(({ name }) => [title, load, name, ...LONG_FIGURES]))
  );
  const { head, line } = openTable(HEADER, like);
  yield head;
  for (const scene of SCENES) {
    for (const load of LOADS) {
      await using _busy = load === IDLE ? undefined : busyCores(LOOPS_PER_CORE);
      const errors = new Map<Measurer, Errors>();
      for (let turn = 1; turn <= TURNS; turn++) {
        for (const measurer of installed) {
          const runs = measurer.runs({ ...TASK, ...scene });
          if (runs.length === 0) continue;
          const found = await measure(world, scene, measurer, errors.get(measurer));
          errors.set(measurer, found);
          if (turn === TURNS) yield line([scene.title, load, measurer.name, ...cellsOf(found)]);
        }
      }
    }
  }
  const missing = MEASURERS.filter((measurer) => !installed.has(measurer));
  for (const { name, package: wanted } of missing) yield `\n${name} was not found (Debian: apt-get install ${wanted}).`;
}

const TASK: Pick<Task, "port" | "probes" | "intervalMs"> = {
  port: OPEN_PORTS.tcp,
  probes: PROBES_A_TURN,
  intervalMs: INTERVAL_MS,
};

async function isThere(world: World, { name, package: wanted }: Measurer): Promise<boolean> {
  return wanted === "" || (await world.run(["bash", "-c", `type ${name}`])).code === 0;
}

/** What was found out about a program in a scene. */
interface Errors {
  readonly offUs: readonly number[];
  readonly boundsUs: readonly number[];
  readonly beyond: number;
  /** Why some of its runs cannot be compared. */
  readonly complaint?: string;
}

async function measure(
  world: World,
  scene: Scene,
  measurer: Measurer,
  before: Errors = { offUs: [], boundsUs: [], beyond: 0 },
): Promise<Errors> {
  const { title, link, target, protocol, asOrdinaryUser } = scene;
  console.error(`${title}: ${measurer.name}`);
  await using capture = await world.capture({ link, filter: "icmp or udp or tcp", immediate: false });
  const said: Told[] = [];
  for (const argv of measurer.runs({ ...TASK, ...scene })) {
    const { code, stdout, stderr } = await world.run(argv, { asOrdinaryUser });
    if (code !== 0) return { ...before, complaint: stderr.trim().split("\n")[0] ?? `exit ${code}` };
    said.push(...measurer.read(stdout));
  }
  const trips = protocol === "icmp"
    ? echoTrips(await capture.stop())
    : transportTrips(await capture.stopWithPorts(), target);
  if (trips.length !== said.length) {
    return { ...before, complaint: `tells of ${said.length} probes, the wire of ${trips.length}` };
  }
  return trips.reduce((errors, trip, index) => add(errors, trip, said[index]), before);
}

function add({ offUs, boundsUs, beyond, ...rest }: Errors, { sentUs, answeredUs }: WireTrip, told: Told): Errors {
  if (answeredUs === undefined || told === undefined) return { offUs, boundsUs, beyond, ...rest };
  const off = Math.abs(told.rttUs - (answeredUs - sentUs));
  const { errorUs } = told;
  return {
    ...rest,
    offUs: [...offUs, off],
    boundsUs: errorUs === undefined ? boundsUs : [...boundsUs, errorUs],
    beyond: beyond + (errorUs !== undefined && off > errorUs + CAPTURE_ROUNDING_US ? 1 : 0),
  };
}

function cellsOf({ offUs, boundsUs, beyond, complaint }: Errors): readonly string[] {
  if (complaint !== undefined) return [complaint];
  const at = (share: number): string => (quantile(offUs, share) ?? NaN).toFixed(1);
  const bound = boundsUs.length === 0 ? ["", ""] : [(quantile(boundsUs, 0.5) ?? NaN).toFixed(1), `${beyond}`];
  return [at(0.5), at(0.95), at(0.99), at(1), `${offUs.length}`, ...bound];
}
