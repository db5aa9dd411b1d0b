/**
 * In mtr-packet's place: the dialogues that were recorded with it, word for word, and Debian's mtr with our prober beside
 * the same mtr with its own.
 */
import assert from "node:assert/strict";
import { type Dialogue, hold, readDialogue, type Release, RELEASES } from "./dialogue.ts";
import { commandOf, openWorld, readHops, summary, told } from "./program.ts";
import { requirePrograms } from "./programs.ts";
import { ODD } from "./rules.ts";
import { insidePath, POWERS } from "./set_up.ts";
import { ADDRESSES, pathOf } from "./topology.ts";
import type { RunOptions, World } from "./world.ts";

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
        const replies = await hold(world, serverOf(release), dialogue.commands, { isSilent: silentIn(dialogue) });
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
      assert.deepEqual(await hold(world, serverOf(release), [text], { isSilent: () => true }), replies);
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

Deno.test("IPv4 packets may be fragmented, or not, as each release has it", async () => {
  const fragmentable = "ip frag-off & 0x4000 == 0x0 drop";
  const rules = ["icmp type echo-request", "udp dport >= 33000", "tcp dport 80"].map((which) => (
    { at: "client", hook: "output", rule: `${which} ${fragmentable}` } as const
  ));
  await using world = await openWorld({ rules });
  const commands = ["icmp", "udp", "tcp"].map((protocol, token) =>
    `${token} send-probe ip-4 ${ADDRESSES[4].target} timeout 1 protocol ${protocol}`
  );
  const names = async (release: Release): Promise<readonly string[]> => {
    const replies = await hold(world, serverOf(release), commands, { isSilent: () => true });
    return replies.map((line) => line.split(" ").slice(0, 2).join(" ")).sort();
  };
  assert.deepEqual(await names("0.96-head"), ["0 reply", "1 reply", "2 reply"]);
  assert.deepEqual(await names("0.95"), ["0 permission-denied", "1 permission-denied", "2 reply"]);
});

/** What the main thread, which is the only one that runs the program's code, may do: `CapPrm`, and whether it may get more. */
async function rightsOf(argv: readonly string[], run: RunOptions = {}): Promise<readonly string[]> {
  await using world = await openWorld();
  let status = "";
  await hold(world, commandOf(argv), ["1 check-support feature version"], {
    run,
    afterwards: (pid) => status = Deno.readTextFileSync(`/proc/${pid}/status`),
  });
  const field = (name: string): string => new RegExp(`^${name}:\\s*(.*)$`, "m").exec(status)?.[1] ?? "";
  const uids = new Set(field("Uid").split(/\s+/));
  return [...["CapPrm", "CapEff"].map((name) => BigInt(`0x${field(name)}`).toString(16)), field("NoNewPrivs"), ...uids];
}

Deno.test("while it serves, it may set marks and nothing else, and as 0.96 not even that", async () => {
  const uid = String(Deno.uid());
  const netRaw = "2000";
  assert.deepEqual(await rightsOf(["packet"]), [netRaw, netRaw, "1", uid]);
  assert.deepEqual(await rightsOf(["packet", "--compat", "0.96"]), ["0", "0", "1", uid]);
  const user = POWERS === "root" ? "65534" : uid;
  assert.deepEqual(await rightsOf(["packet"], { asOrdinaryUser: true }), ["0", "0", "1", user]);
});

Deno.test({
  name: "root by sudo becomes the user who asked, and marks still work",
  ignore: POWERS !== "root",
  fn: async () => {
    const env = { SUDO_UID: "65534", SUDO_GID: "65533" };
    assert.deepEqual(await rightsOf(["packet"], { env }), ["2000", "2000", "1", "65534"]);
    await using world = await openWorld({ rules: ODD.onlyMarked(7) });
    const probe = `send-probe ip-4 ${ADDRESSES[4].r1} timeout 1`;
    const replies = await hold(world, commandOf(["packet"]), [`1 ${probe} mark 7`, `2 ${probe} mark 8`], {
      run: { env },
    });
    assert.deepEqual(replies.map((line) => line.split(" ").slice(0, 2).join(" ")), ["1 reply", "2 permission-denied"]);
  },
});
