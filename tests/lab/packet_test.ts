/**
 * In mtr-packet's place: the dialogues that were recorded with it, word for word, and Debian's mtr with our prober beside
 * the same mtr with its own.
 */
import assert from "node:assert/strict";
import { type Dialogue, hold, readDialogue, type Release, RELEASES } from "./dialogue.ts";
import { commandOf, openWorld, readHops, summary, told } from "./program.ts";
import { ADDRESSES, insidePath, ODD, pathOf, requirePrograms, type RunOptions, type World } from "./world.ts";

requirePrograms({ mtr: "mtr-tiny" });

const OURS = insidePath("mtr-deno");
const COMPAT: Readonly<Record<Release, string>> = { "0.95": "0.95", "0.96-head": "0.96" };

function serverOf(release: Release): readonly string[] {
  return commandOf(["packet", "--compat", COMPAT[release]]);
}

/** The link of the recordings, between the client and the target. */
async function attachRecordedLink(world: World): Promise<void> {
  for (
    const line of [
      "link add gaPA index 103 type veth peer name gaPB netns target index 104",
      "addr add 10.200.200.1/24 dev gaPA",
      "-6 addr add fd00:200:0:200::1/64 dev gaPA nodad",
      "link set gaPA up",
      "-n target addr add 10.200.200.2/24 dev gaPB",
      "-n target -6 addr add fd00:200:0:200::2/64 dev gaPB nodad",
      "-n target link set gaPB up",
    ]
  ) {
    const result = await world.run(["ip", ...line.split(" ")]);
    assert.equal(result.code, 0, told(result));
  }
  for (const to of ["10.200.200.2", "fd00:200:0:200::2"]) {
    const wait = `for try in {1..200}; do ping -n -c 1 -W 0.05 ${to} && exit 0; done; exit 1`;
    assert.equal((await world.run(["bash", "-c", wait])).code, 0);
  }
}

/** The recorded path, where this world has the same one under other addresses. */
function here({ commands, replies }: Dialogue): Dialogue {
  const turn = (line: string): string => line.replaceAll("10.200.", "10.201.").replaceAll("fd00:200:0:", "fd00:201:");
  return { commands: commands.map(turn), replies: replies.map(turn) };
}

/** Commands whose reply comes by the time limit. */
function silentIn({ replies }: Dialogue): (command: string) => boolean {
  const tokens = new Set(replies.filter((line) => line.endsWith(" no-reply")).map((line) => line.split(" ")[0]));
  return (command) => tokens.has(command.split(" ")[0]);
}

for (const release of RELEASES) {
  Deno.test(`the dialogues with mtr-packet ${release} are the same, line for line`, async (t) => {
    await using world = await openWorld();
    await attachRecordedLink(world);
    const compare = (name: string, dialogue: Dialogue): Promise<boolean> =>
      t.step(name, async () => {
        const replies = await hold(world, serverOf(release), dialogue.commands, silentIn(dialogue));
        assert.deepEqual(replies, dialogue.replies);
      });
    for (const name of ["check_support", "parse", "send_probe_args", "no_reply_timeout"]) {
      await compare(name, readDialogue(release, name));
    }
    for (const name of ["path_icmp6", "path_udp"]) await compare(name, here(readDialogue(release, name)));
    await t.step("overflow", async () => {
      // The recording names its first line by its beginning and length.
      const { commands: [, last], replies } = readDialogue(release, "overflow");
      const text = `${"x".repeat(65_536)}\n${last}`;
      assert.deepEqual(await hold(world, serverOf(release), [text], () => true), replies);
    });
  });
}

const PROTOCOLS = { ICMP: [], UDP: ["-u"], "UDP to a port": ["-u", "-P", "7"], TCP: ["-T"] } as const;

async function driven(
  world: World,
  prober: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const result = await world.run(["mtr", "-rn", ...args], { ...options, env: { MTR_PACKET: prober } });
  assert.equal(result.code, 0, told(result));
  return result.stdout;
}

for (const [protocol, words] of Object.entries(PROTOCOLS)) {
  Deno.test(`Debian's mtr sees the same hops with our prober as with its own: ${protocol}`, async () => {
    await using world = await openWorld();
    for (const family of [4, 6] as const) {
      const args = ["-c", "3", "-i", "0.3", "-G", "1", ...words, ADDRESSES[family].target];
      const [ours, theirs] = await Promise.all([driven(world, OURS, args), driven(world, "mtr-packet", args)]);
      assert.deepEqual(summary(readHops("-r", ours)), summary(readHops("-r", theirs)));
      assert.deepEqual(readHops("-r", ours).map(({ host }) => host), pathOf(family));
    }
  });
}

Deno.test("for an ordinary user, too, mtr sees every hop with our prober", async () => {
  await using world = await openWorld();
  for (const words of Object.values(PROTOCOLS)) {
    for (const family of [4, 6] as const) {
      const args = ["-c", "2", "-G", "1", ...words, ADDRESSES[family].target];
      const report = await driven(world, OURS, args, { asOrdinaryUser: true });
      assert.deepEqual(readHops("-r", report).map(({ host }) => host), pathOf(family), report);
    }
  }
});

Deno.test("what mtr asks for shows on the wire: traffic class, size, mark, address", async () => {
  const other = ADDRESSES[4].otherLink;
  const mark = 9;
  await using world = await openWorld({ rules: ODD.onlyMarked(mark) });
  await using capture = await world.capture({ filter: "icmp" });
  const args = ["-c", "1", "-i", "0.3", "-G", "1", "-Q", "16", "-s", "200", "-M", String(mark), "-a", other];
  await driven(world, OURS, [...args, ADDRESSES[4].target]);
  const probes = (await capture.stop()).filter(({ to, kind }) => kind === "echoRequest" && to === ADDRESSES[4].target);
  assert.ok(probes.length >= 4);
  for (const probe of probes) assert.deepEqual([probe.from, probe.trafficClass, probe.packetBytes], [other, 16, 200]);
});
