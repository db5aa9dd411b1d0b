/** What the kernel says about this process once its privileges are given up. */
import assert from "node:assert/strict";
import { inNamespace } from "./_namespace_test.ts";
import { DEFAULT_PLAN } from "../core/plan.ts";
import { IcmpSocket } from "./icmp_socket.ts";
import { libc } from "./libc.ts";
import { asCaller, giveUpCapabilities, giveUpPrivileges } from "./privilege.ts";

/** A line of this thread's /proc status, its words one blank apart. */
function status(name: string): string {
  const line = new RegExp(`^${name}:[ \\t]*(.*)$`, "m").exec(Deno.readTextFileSync("/proc/thread-self/status"));
  return line![1]!.trim().replaceAll(/\s+/g, " ");
}

function assertNoCapabilities(): void {
  for (const set of ["CapEff", "CapPrm", "CapInh", "CapAmb"]) assert.equal(BigInt(`0x${status(set)}`), 0n, set);
  assert.equal(status("NoNewPrivs"), "1");
}

inNamespace(import.meta, "capabilities are given up, and user and groups kept", () => {
  const [uids, gids, groups] = [status("Uid"), status("Gid"), status("Groups")];
  assert.notEqual(BigInt(`0x${status("CapEff")}`), 0n, "the namespace gives some to begin with");
  giveUpCapabilities();
  assertNoCapabilities();
  assert.deepEqual([status("Uid"), status("Gid"), status("Groups")], [uids, gids, groups]);
});

inNamespace(import.meta, "giving up twice is giving up once", () => {
  giveUpPrivileges({ uid: undefined, gid: undefined });
  giveUpPrivileges({ uid: undefined, gid: undefined });
  assertNoCapabilities();
});

inNamespace(import.meta, "whoever has nobody to become keeps the real ids", () => {
  giveUpPrivileges({ uid: undefined, gid: undefined });
  const [uid, gid] = [libc().call.getuid(), libc().call.getgid()];
  assert.equal(status("Uid"), `${uid} ${uid} ${uid} ${uid}`);
  assert.equal(status("Gid"), `${gid} ${gid} ${gid} ${gid}`);
  assertNoCapabilities();
});

inNamespace(import.meta, "a socket that was open before is of use, and no further one is given", () => {
  const { call, constants } = libc();
  using icmp = IcmpSocket.open(4, DEFAULT_PLAN);
  giveUpCapabilities();
  assert.equal(icmp?.access, "raw");
  assert.equal(icmp.socket.localAddress().address, "0.0.0.0");
  const fd = call.socket(constants.AF_INET, constants.SOCK_RAW, constants.IPPROTO_ICMP);
  const errno = libc().errno[0];
  assert.deepEqual([fd, errno], [-1, constants.errno.EPERM]);
});

// A user namespace of an ordinary user knows one user only, so nobody else can be become there.
if (Deno.uid() === 0) {
  inNamespace(
    import.meta,
    "root becomes the user and the group that it is told, in all three ids, and leaves its groups",
    () => {
      giveUpPrivileges({ uid: 65_534, gid: 65_533 });
      assert.equal(status("Uid"), "65534 65534 65534 65534");
      assert.equal(status("Gid"), "65533 65533 65533 65533");
      assert.equal(status("Groups"), "");
      assertNoCapabilities();
    },
  );

  inNamespace(import.meta, "all threads become the user", () => {
    giveUpPrivileges({ uid: 65_534, gid: 65_533 });
    for (const { name } of Deno.readDirSync("/proc/self/task")) {
      assert.match(Deno.readTextFileSync(`/proc/self/task/${name}/status`), /^Uid:\s*65534\s65534\s65534\s65534$/m);
    }
  });

  inNamespace(import.meta, "there is no way back to root", () => {
    giveUpPrivileges({ uid: 65_534, gid: 65_533 });
    const { call, constants } = libc();
    for (const back of [() => call.setuid(0), () => call.setresuid!(0, 0, 0), () => call.setgid(0)]) {
      const result = back();
      const errno = libc().errno[0];
      assert.deepEqual([result, errno], [-1, constants.errno.EPERM]);
    }
  });

  inNamespace(import.meta, "who is no longer root becomes nobody else", () => {
    libc().call.setresgid!(65_533, 65_533, 65_533);
    libc().call.setresuid!(65_534, 65_534, 65_534);
    giveUpPrivileges({ uid: 1_000, gid: 1_000 });
    assert.equal(status("Uid"), "65534 65534 65534 65534");
    assert.equal(status("Gid"), "65533 65533 65533 65533");
  });

  inNamespace(import.meta, "a program that only its file made root (setuid) becomes its user again", () => {
    // Real user 65534, effective and saved user root: as after the start of a setuid file.
    libc().call.setresuid!(65_534, 0, 0);
    giveUpPrivileges({ uid: undefined, gid: undefined });
    assert.equal(status("Uid"), "65534 65534 65534 65534");
    assertNoCapabilities();
  });

  inNamespace(
    import.meta,
    "what is done as the caller is done with the caller's ids, and root is root again after it",
    () => {
      const during = asCaller({ uid: 65_534, gid: 65_533 }, () => [status("Uid"), status("Gid"), status("Groups")]);
      assert.deepEqual(during, ["0 65534 0 65534", "0 65533 0 65533", ""]);
      assert.deepEqual([status("Uid"), status("Gid")], ["0 0 0 0", "0 0 0 0"]);
    },
  );

  inNamespace(import.meta, "a program that only its file made root (setuid) acts as its user", () => {
    libc().call.setresgid!(65_533, 0, 0);
    libc().call.setresuid!(65_534, 0, 0);
    const during = asCaller({ uid: undefined, gid: undefined }, () => [status("Uid"), status("Gid")]);
    assert.deepEqual(during, ["65534 65534 0 65534", "65533 65533 0 65533"]);
    assert.equal(status("Uid"), "65534 0 0 0");
  });
}
