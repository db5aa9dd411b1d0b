/** An address on this host's own link that nobody has: what is sent there waits for it, and never leaves. */
import assert from "node:assert/strict";
import { mtr, openWorld, told } from "./program.ts";
import type { World } from "./world.ts";

const NOBODY = { 4: "10.201.1.77", 6: "fd00:201:1::77" } as const;
const FAMILIES = [4, 6] as const;
const PROTOCOLS = [[], ["-u"], ["-T"]] as const;

interface Report {
  readonly run: { readonly status: string };
  readonly hubs: readonly { readonly host: string; readonly sendFailed: number; readonly lost: number }[];
}

/** What a run says of probes of which none can leave. */
async function reportOf(world: World, args: readonly string[], asOrdinaryUser: boolean): Promise<void> {
  const result = await mtr(world, ["-j", "-n", "-c", "1", "-m", "3", ...args], { asOrdinaryUser });
  const message = `${args}, ${asOrdinaryUser}: ${told(result)}`;
  assert.equal(result.code, 2, message);
  assert.match(result.stderr, /^mtr-deno: No route to .*: this host says that the next hop does not answer /, message);
  const { report } = JSON.parse(result.stdout) as { readonly report: Report };
  assert.equal(report.run.status, "NO_ROUTE", message);
  assert.ok(
    report.hubs.every(({ host, lost, sendFailed }) => host === "???" && lost === 1 && sendFailed === 1),
    message,
  );
}

Deno.test("the kernel's own word is no answer: nothing has left", async () => {
  await using world = await openWorld();
  await using capture = await world.capture({ filter: "icmp or icmp6 or tcp" });
  // The kernel asks for three seconds, so all wait at once.
  await Promise.all(FAMILIES.flatMap((family) =>
    PROTOCOLS.flatMap((protocol) =>
      [false, true]
        // Its connections are closed before the kernel says anything.
        .filter((asOrdinaryUser) => !(asOrdinaryUser && protocol[0] === "-T"))
        .map((asOrdinaryUser) => reportOf(world, [...protocol, NOBODY[family]], asOrdinaryUser))
    )
  ));
  const packets = await capture.stop();
  assert.deepEqual(packets.filter(({ kind }) => kind !== "other"), []);
});
