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
/** An id that stays as it is. */
const NO_CHANGE = 0xffff_ffff;
/** struct __user_cap_header_struct (version, pid) and two of __user_cap_data_struct, all zero. */
const CAPABILITY_HEADER_BYTES = 8;
const CAPABILITY_DATA_BYTES = 24;
/** In each of the latter: what may be done, and what may be taken up. */
const CAPABILITY_AT = { effective: 0, permitted: 4 } as const;
/** CAP_NET_RAW of <linux/capability.h>, as a bit. */
const NET_RAW = 1 << 13;

/**
 * Becomes an ordinary user: `uid` and `gid` if root started the program on behalf of somebody, else the real ids. Then
 * drops this thread's capabilities, but for CAP_NET_RAW with `keepsRaw`, where it was there. Throws `SystemCallError` where
 * the system refuses, so that nothing goes on as root.
 */
export function giveUpPrivileges(
  { uid, gid }: PrivilegesToGiveUp,
  { keepsRaw = false }: { readonly keepsRaw?: boolean } = {},
): void {
  const { call, constants } = libc();
  const keeps = keepsRaw && constants.features.capabilities;
  if (keeps) check(call.prctl!(constants.PR_SET_KEEPCAPS, 1, 0, 0, 0), "prctl", "keep a capability");
  const realUid = call.getuid();
  const isRoot = realUid === ROOT;
  become(isRoot ? uid ?? realUid : realUid, isRoot ? gid : undefined);
  if (!keeps || !tryKeepRaw()) giveUpCapabilities();
}

/**
 * Does something as the user on whose behalf root was started, or who started a program of root's, and is root again after
 * it. The groups of root are left for good. Throws `SystemCallError` where the system refuses.
 */
export function asCaller<Result>(caller: PrivilegesToGiveUp, action: () => Result): Result {
  const { call, constants } = libc();
  const realUid = call.getuid();
  const { uid, gid } = realUid === ROOT ? caller : { uid: realUid, gid: call.getgid() };
  if (uid === undefined || gid === undefined || call.geteuid() !== ROOT || !constants.features.capabilities) {
    return action();
  }
  const aim = `act as the user ${uid}`;
  check(call.setgroups(0, null), "setgroups", aim);
  check(call.setresgid!(NO_CHANGE, gid, NO_CHANGE), "setresgid", aim);
  check(call.setresuid!(NO_CHANGE, uid, NO_CHANGE), "setresuid", aim);
  try {
    return action();
  } finally {
    check(call.setresuid!(NO_CHANGE, ROOT, NO_CHANGE), "setresuid", "be root again");
    check(call.setresgid!(NO_CHANGE, ROOT, NO_CHANGE), "setresgid", "be in root's group again");
  }
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

/** The real user's id. */
export function userId(): number {
  return libc().call.getuid();
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
  if (!libc().constants.features.capabilities) return;
  renounceNewPrivileges();
  check(setCapabilities(0), "capset", "drop the capabilities");
}

/** The same but for CAP_NET_RAW; false, with nothing dropped, where this thread does not have that. */
function tryKeepRaw(): boolean {
  renounceNewPrivileges();
  return setCapabilities(NET_RAW) === 0;
}

function setCapabilities(mask: number): number {
  const { call, constants } = libc();
  const header = new Uint8Array(CAPABILITY_HEADER_BYTES);
  new DataView(header.buffer).setUint32(0, constants.LINUX_CAPABILITY_VERSION_3, true);
  const data = new Uint8Array(CAPABILITY_DATA_BYTES);
  const view = new DataView(data.buffer);
  for (const at of Object.values(CAPABILITY_AT)) view.setUint32(at, mask, true);
  return call.capset!(header, data);
}

function renounceNewPrivileges(): void {
  const { call, constants } = libc();
  if (!constants.features.capabilities) return;
  check(call.prctl!(constants.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl", "renounce new privileges");
}
