/** The chain that mtr was recorded on: the addresses of the recordings on the links of a world, and their host's name. */
import assert from "node:assert/strict";
import { commandOf, told } from "./program.ts";
import type { Place } from "./topology.ts";
import type { World } from "./world.ts";

export const RECORDED_TARGET = "10.200.4.2";
/** An interface that a recording names. */
const RECORDED_LINK = "gaL1";
const HOST_NAME = "vm";

/** For each link of the chain: the place above, its interface there, and the same below. */
const LINKS: readonly (readonly [Place, string, Place, string])[] = [
  ["client", "up0", "r1", "down0"],
  ["r1", "up0", "r2", "down0"],
  ["r2", "up0", "r3", "down0"],
  ["r3", "up0", "target", "down0"],
];
/** Place, net and gateway. */
const ROUTES: readonly (readonly [Place, string, string])[] = [
  ["client", "default", "10.200.1.2"],
  ["r1", "10.200.3.0/24", "10.200.2.2"],
  ["r1", "10.200.4.0/24", "10.200.2.2"],
  ["r2", "10.200.4.0/24", "10.200.3.2"],
  ["r2", "10.200.1.0/24", "10.200.2.1"],
  ["r3", "10.200.1.0/24", "10.200.3.1"],
  ["r3", "10.200.2.0/24", "10.200.3.1"],
  ["target", "10.200.1.0/24", "10.200.4.1"],
];

/** Gives a world the recorded addresses, beside its own. */
export async function addRecordedAddresses(world: World): Promise<void> {
  const lines: string[] = [`ip link add ${RECORDED_LINK} type veth peer name ${RECORDED_LINK}p`];
  LINKS.forEach(([above, up, below, down], index) => {
    lines.push(`ip -n ${above} addr add 10.200.${index + 1}.1/24 dev ${up}`);
    lines.push(`ip -n ${below} addr add 10.200.${index + 1}.2/24 dev ${down}`);
  });
  // Of IPv6 only what a host needs that sends nothing itself.
  lines.push("ip -6 addr add fd00:200:0:1::1/64 dev up0 nodad", "ip -6 route add fd00:200::/32 via fd00:200:0:1::2");
  for (const [place, net, gateway] of ROUTES) lines.push(`ip -n ${place} route add ${net} via ${gateway}`);
  lines.push(`ping -n -c 1 -W 1 ${RECORDED_TARGET}`);
  const result = await world.run(["bash", "-ec", lines.join("\n")]);
  assert.equal(result.code, 0, told(result));
}

/** The command line that runs a program on a host of the recorded name. */
export function onRecordedHost(argv: readonly string[]): readonly string[] {
  return ["unshare", "--uts", "bash", "-c", `hostname ${HOST_NAME} && exec "$@"`, "bash", ...argv];
}

/** The program as mtr of a release. */
export function asMtr(release: string, args: readonly string[]): readonly string[] {
  return commandOf(["--compat", release, ...args]);
}
