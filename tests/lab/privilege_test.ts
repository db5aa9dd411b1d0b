/** What the program may do, says when it may not, and gives up before it hears the first byte. */
import assert from "node:assert/strict";
import { POWERS } from "./set_up.ts";
import { ADDRESSES, CLIENT_LINK } from "./topology.ts";
import type { RunOptions } from "./world.ts";
import { commandOf, mtr, openWorld, told } from "./program.ts";

const LONG_RUN = ["-C", "-n", "-c", "600", "-i", "0.1"];

Deno.test("without raw and without datagram sockets: exit 2 and the three remedies", async () => {
  await using world = await openWorld({ pingSockets: "closed" });
  for (const family of [4, 6] as const) {
    const args = ["-C", "-n", "-c", "1", "-i", "0.1", ADDRESSES[family].target];
    const result = await mtr(world, args, { asOrdinaryUser: true });
    assert.equal(result.code, 2, told(result));
    assert.equal(result.stdout, "");
    for (const remedy of [/sudo/, /setcap cap_net_raw\+ep \S+/, /net\.ipv4\.ping_group_range/]) {
      assert.match(result.stderr, remedy);
    }
    assert.doesNotMatch(result.stderr, /\bat .*\.ts:\d+/, "no stack");
  }
});

Deno.test("without datagram sockets root needs none", async () => {
  await using world = await openWorld({ pingSockets: "closed" });
  const result = await mtr(world, ["-C", "-n", "-c", "1", "-i", "0.1", ADDRESSES[4].target]);
  assert.equal(result.code, 0, told(result));
});

/** What the kernel says about each thread of the program while it runs. */
interface Thread {
  readonly name: string;
  readonly uids: readonly string[];
  readonly gids: readonly string[];
  readonly groups: string;
  readonly effective: bigint;
  readonly permitted: bigint;
  readonly noNewPrivileges: boolean;
}

async function threadsWhileRunning(options: RunOptions): Promise<readonly Thread[]> {
  await using world = await openWorld();
  await using capture = await world.capture({ link: CLIENT_LINK, filter: "icmp" });
  await using run = world.start(commandOf([...LONG_RUN, ADDRESSES[4].target]), options);
  await capture.probes(1);
  const threads: Thread[] = [];
  for (const task of Deno.readDirSync(`/proc/${run.pid}/task`)) {
    threads.push(parseStatus(Deno.readTextFileSync(`/proc/${run.pid}/task/${task.name}/status`)));
  }
  return threads;
}

function parseStatus(text: string): Thread {
  const field = (name: string): string => new RegExp(`^${name}:[ \\t]*(.*)$`, "m").exec(text)?.[1]?.trim() ?? "";
  return {
    name: field("Name"),
    uids: field("Uid").split(/\s+/),
    gids: field("Gid").split(/\s+/),
    groups: field("Groups"),
    effective: BigInt(`0x${field("CapEff")}`),
    permitted: BigInt(`0x${field("CapPrm")}`),
    noNewPrivileges: field("NoNewPrivs") === "1",
  };
}

/** The threads that run the program's own code: the main thread, and the worker, which Deno names so. */
function own(threads: readonly Thread[]): readonly Thread[] {
  const [main, ...others] = threads;
  assert.ok(main !== undefined);
  return [main, ...others.filter(({ name }) => /worker/i.test(name) && !/V8|tokio/i.test(name))];
}

Deno.test({
  name: "root by sudo becomes the user who asked, in every thread, for good",
  // A user namespace of an ordinary user has no second user to become.
  ignore: POWERS !== "root",
  fn: async () => {
    const threads = await threadsWhileRunning({ env: { SUDO_UID: "65534", SUDO_GID: "65533" } });
    for (const { name, uids, gids, effective, permitted } of threads) {
      assert.deepEqual(uids, ["65534", "65534", "65534", "65534"], name);
      assert.deepEqual(gids, ["65533", "65533", "65533", "65533"], name);
      assert.equal(effective, 0n, name);
      assert.equal(permitted, 0n, name);
    }
    assert.deepEqual(new Set(threads.map(({ groups }) => groups)), new Set([""]));
    for (const { name, noNewPrivileges } of own(threads)) assert.ok(noNewPrivileges, name);
  },
});

Deno.test("root without sudo keeps its id and no capability", async () => {
  for (const { name, effective, permitted, noNewPrivileges } of own(await threadsWhileRunning({}))) {
    assert.equal(effective, 0n, name);
    assert.equal(permitted, 0n, name);
    assert.ok(noNewPrivileges, name);
  }
});

Deno.test({
  name: "a file capability alone gives raw sockets, and is given up, too",
  ignore: POWERS !== "root",
  fn: async () => {
    await using world = await openWorld({ pingSockets: "closed" });
    await using capture = await world.capture({ link: CLIENT_LINK, filter: "icmp" });
    // What `setcap cap_net_raw+ep` gives, without changing the file.
    const asUser = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    const capability = ["--inh-caps=+net_raw", "--ambient-caps=+net_raw", "--bounding-set=-all,+net_raw"];
    await using run = world.start([...asUser, ...capability, ...commandOf([...LONG_RUN, ADDRESSES[4].target])]);
    await capture.probes(1);
    const status = parseStatus(Deno.readTextFileSync(`/proc/${run.pid}/status`));
    assert.deepEqual([status.effective, status.permitted, status.noNewPrivileges], [0n, 0n, true]);
    assert.deepEqual(status.uids, ["65534", "65534", "65534", "65534"]);
  },
});

Deno.test("what SUDO_UID says is believed only if it is a user id", async () => {
  await using world = await openWorld();
  for (const uid of ["root", "-1", "1e3", "99999999999", "0x10"]) {
    const result = await mtr(world, ["-C", "-n", "-c", "1", "-i", "0.1", ADDRESSES[4].target], {
      env: { SUDO_UID: uid, SUDO_GID: uid },
    });
    assert.ok(result.code === 0 || result.code === 2, told(result));
    assert.doesNotMatch(result.stderr, /\bat .*\.ts:\d+/, "no stack");
  }
});
