/**
 * For the tests of this room that need sockets: each runs in a process of its own, in a network namespace of its own,
 * where `lo` is up, both families work, and nobody else is. It works for root and, with a user namespace, for anybody. It
 * has no tests itself.
 */
import assert from "node:assert/strict";
import { writeUdpWithChecksum } from "../core/packet/udp.ts";
import { DEFAULT_PLAN } from "../core/plan.ts";
import { KernelNetwork } from "./kernel_network.ts";

/** How the namespace is set up beside `lo`. */
export interface NamespaceOptions {
  /** Whether the process may open ICMP datagram sockets; not unless told. */
  readonly pingSockets?: boolean;
}

/**
 * A test whose `body` runs inside. `module` is the `import.meta` of the file that calls this at its top level: the file is
 * started again as a program, with the name of the test.
 */
export function inNamespace(
  module: ImportMeta,
  name: string,
  body: () => void | Promise<void>,
  { pingSockets = false }: NamespaceOptions = {},
): void {
  if (!module.main) Deno.test(name, () => startAgain(module.url, name, pingSockets));
  else if (Deno.args[0] === name) run(body);
}

/** As the body of a program: what it throws ends the program with a failure. */
async function run(body: () => void | Promise<void>): Promise<void> {
  await body();
  Deno.exit(0);
}

async function startAgain(url: string, name: string, pingSockets: boolean): Promise<void> {
  const user = Deno.uid() === 0 ? [] : ["--user", "--map-root-user"];
  // The group of this process is 0 inside, whoever started it.
  const groups = pingSockets ? "echo 0 0 >/proc/sys/net/ipv4/ping_group_range && " : "";
  const deno = [Deno.execPath(), "run", "--quiet", "--no-check", "--no-config", "--no-lock", "--allow-all"];
  const script = `ip link set lo up && ${groups}exec "$@"`;
  const { code, stdout, stderr } = await new Deno.Command("unshare", {
    args: [...user, "--net", "sh", "-c", script, "sh", ...deno, decodeURIComponent(new URL(url).pathname), name],
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  assert.equal(code, 0, `exit ${code}: ${text(stdout)}${text(stderr)}`);
}

const SELF = "127.0.0.1";
const CLOSED_PORT = 9;
const MOST_PROBES = 10_000;

/**
 * The kernel stamps what arrives from some time after the first socket has asked for that, which is later where other
 * programs want the processor: this waits for it, and keeps it so until it is disposed.
 */
export function stampArrivals(): Disposable {
  const network = KernelNetwork.open({ ...DEFAULT_PLAN, protocol: "udp" }, [4]);
  const bytes = new Uint8Array(16);
  const ports = { sourcePort: network.ownPort, destinationPort: CLOSED_PORT, fill: 0, checksum: 1 };
  writeUdpWithChecksum(bytes, ports, { source: SELF, destination: SELF });
  for (let probes = 0; probes < MOST_PROBES; probes++) {
    network.send({ to: { family: 4, address: SELF, scopeId: 0 }, transport: "udp", ttl: 1, bytes });
    const heard = network.receive(network.nowUs() + 1e6);
    if (heard.some((inbound) => "received" in inbound && inbound.received.source === "driver")) break;
  }
  return network;
}
