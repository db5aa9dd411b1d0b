/**
 * Giving up, for good, what was needed to open the sockets: root, and every capability.
 *
 * User and group ids are the process's: the C library changes them on all threads. Capabilities and PR_SET_NO_NEW_PRIVS
 * are a thread's own, and are inherited by the threads that it starts: so each thread that runs code of this program
 * calls `giveUpCapabilities`.
 */
import type { PrivilegesToGiveUp } from "../core/messages.ts";
import { check } from "./errno.ts";
import { libc } from "./libc.ts";

const ROOT = 0;
/** struct __user_cap_header_struct (version, pid) and two of __user_cap_data_struct, all zero. */
const CAPABILITY_HEADER_BYTES = 8;
const CAPABILITY_DATA_BYTES = 24;

/**
 * Becomes an ordinary user: `uid` and `gid` if root started the program on behalf of somebody, else the real ids. Then
 * drops this thread's capabilities. Throws `SystemCallError` where the system refuses, so that nothing goes on as root.
 */
export function giveUpPrivileges({ uid, gid }: PrivilegesToGiveUp): void {
  const realUid = libc().call.getuid();
  const isRoot = realUid === ROOT;
  become(isRoot ? uid ?? realUid : realUid, isRoot ? gid : undefined);
  giveUpCapabilities();
}

/** Takes on these ids, real, effective and saved, on all threads; without `gid` the real group stays. */
function become(uid: number, gid = libc().call.getgid()): void {
  const { call, constants } = libc();
  const isAlready = (): boolean => call.geteuid() === uid && call.getegid() === gid;
  // The saved ids are the effective ones until a program changes them, and this one has not.
  if (call.getuid() === uid && call.getgid() === gid && isAlready()) return;
  // Written out before the calls: errno is to be read as the next thing after them.
  const group = `become the group ${gid}`;
  const user = `become the user ${uid}`;
  if (call.geteuid() === ROOT && uid !== ROOT) check(call.setgroups(0, null), "setgroups", "leave the groups of root");
  if (constants.features.capabilities) {
    check(call.setresgid!(gid, gid, gid), "setresgid", group);
    check(call.setresuid!(uid, uid, uid), "setresuid", user);
  } else {
    check(call.setgid(gid), "setgid", group);
    check(call.setuid(uid), "setuid", user);
  }
  if (!isAlready()) throw new Error(`Cannot ${user} and ${group}: nothing changed`);
}

/** Whether this process can do nothing that its user could not do without it. */
export function isOrdinaryUser(): boolean {
  const { call } = libc();
  return call.getuid() !== ROOT && call.geteuid() !== ROOT;
}

/**
 * For a thread that does not open the sockets: renounces new privileges, and drops its capabilities, unless root is about to
 * become another user. Then that change takes them, and this thread has to be allowed to make it.
 */
export function renounce({ uid }: PrivilegesToGiveUp): void {
  if (uid !== undefined && uid !== ROOT && libc().call.getuid() === ROOT) renounceNewPrivileges();
  else giveUpCapabilities();
}

/** Drops every capability of this thread, and its way to get any by starting a program. */
export function giveUpCapabilities(): void {
  const { call, constants } = libc();
  if (!constants.features.capabilities) return;
  renounceNewPrivileges();
  const header = new Uint8Array(CAPABILITY_HEADER_BYTES);
  new DataView(header.buffer).setUint32(0, constants.LINUX_CAPABILITY_VERSION_3, true);
  check(call.capset!(header, new Uint8Array(CAPABILITY_DATA_BYTES)), "capset", "drop the capabilities");
}

function renounceNewPrivileges(): void {
  const { call, constants } = libc();
  if (!constants.features.capabilities) return;
  check(call.prctl!(constants.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl", "renounce new privileges");
}
