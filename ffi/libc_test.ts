/** Every symbol of the table is called once with a known outcome, so that a wrong prototype shows here first. */
import assert from "node:assert/strict";
import { inNamespace } from "./_namespace_test.ts";
import { systemConstants } from "./constant/mod.ts";
import { libc } from "./libc.ts";
import {
  addressOf,
  ControlMessage,
  cString,
  int,
  readSockaddr,
  ReceiveMessage,
  Timespec,
  writeSockaddr,
} from "./struct.ts";

const NO_FLAGS = 0;
// Above every address family of Linux.
const AF_UNHEARD_OF = 1_000;
const PR_GET_TIMERSLACK = 30;
const EBADF = 9;
const EFAULT = 14;
const LOOPBACK = { 4: "127.0.0.1", 6: "::1" } as const;
const TEXT = new TextEncoder().encode("one datagram");

/** Expects a failure with this number; `errno` is read as the callers read it. */
function fails(call: () => number, errno: number): void {
  const result = call();
  const told = libc().errno[0];
  assert.equal(result, -1);
  assert.equal(told, errno);
}

function udpSocket(family: 4 | 6): number {
  const { call, constants } = libc();
  const fd = call.socket(family === 4 ? constants.AF_INET : constants.AF_INET6, constants.SOCK_DGRAM, 0);
  assert.ok(fd > 2, `socket gives ${fd}, errno ${libc().errno[0]}`);
  return fd;
}

/** A socket bound to the loopback address, with the port that the system chose. */
function boundSocket(family: 4 | 6): { fd: number; port: number } {
  const { call, constants } = libc();
  const fd = udpSocket(family);
  const address = writeSockaddr({ family, address: LOOPBACK[family], scopeId: 0 }, 0, constants);
  assert.equal(call.bind(fd, address, address.length), 0);
  const local = new Uint8Array(address.length);
  const length = int(local.length);
  assert.equal(call.getsockname(fd, local, length), 0);
  assert.deepEqual(length, int(address.length));
  const told = readSockaddr(local, 0, constants);
  assert.equal(told?.address, LOOPBACK[family]);
  assert.ok(told.port > 0);
  return { fd, port: told.port };
}

/** struct pollfd: int fd, short events, short returned. */
function pollfd(fd: number): { bytes: Uint8Array<ArrayBuffer>; returned(): number } {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, fd, true);
  view.setInt16(4, libc().constants.POLLIN, true);
  return { bytes, returned: () => view.getInt16(6, true) };
}

/** A msghdr to send one buffer with; what it points to is kept with it. */
function outgoing(to: Uint8Array<ArrayBuffer>, data: Uint8Array<ArrayBuffer>): { header: Uint8Array<ArrayBuffer> } {
  const { size, name, namelen, iov, iovlen } = libc().constants.layouts.msghdr;
  const vector = new Uint8Array(16);
  const vectorView = new DataView(vector.buffer);
  vectorView.setBigUint64(0, addressOf(data), true);
  vectorView.setUint32(8, data.length, true);
  const header = new Uint8Array(size);
  const view = new DataView(header.buffer);
  view.setBigUint64(name, addressOf(to), true);
  view.setUint32(namelen, to.length, true);
  view.setBigUint64(iov, addressOf(vector), true);
  view.setUint32(iovlen, 1, true);
  return Object.assign({ header }, { to, data, vector });
}

for (const family of [4, 6] as const) {
  inNamespace(import.meta, `sendto and recvfrom carry a datagram and its sender over IPv${family}`, () => {
    const { call, constants } = libc();
    const [a, b] = [boundSocket(family), boundSocket(family)];
    const to = writeSockaddr({ family, address: LOOPBACK[family], scopeId: 0 }, b.port, constants);
    assert.equal(call.sendto(a.fd, TEXT, TEXT.length, NO_FLAGS, to, to.length), TEXT.length);
    const data = new Uint8Array(100);
    const from = new Uint8Array(28);
    const fromLength = int(from.length);
    const length = call.recvfrom(b.fd, data, data.length, constants.MSG_DONTWAIT, from, fromLength);
    assert.deepEqual(data.subarray(0, length), TEXT);
    assert.deepEqual(fromLength, int(to.length));
    assert.deepEqual(readSockaddr(from, 0, constants), { family, address: LOOPBACK[family], scopeId: 0, port: a.port });
  });

  inNamespace(import.meta, `sendmsg and recvmsg carry a datagram, its sender and its TTL over IPv${family}`, () => {
    const { call, constants: c } = libc();
    const [a, b] = [boundSocket(family), boundSocket(family)];
    const [level, sendTtl, wantTtl, toldTtl] = family === 4
      ? [c.IPPROTO_IP, c.IP_TTL, c.IP_RECVTTL, c.IP_TTL]
      : [c.IPPROTO_IPV6, c.IPV6_UNICAST_HOPS, c.IPV6_RECVHOPLIMIT, c.IPV6_HOPLIMIT];
    assert.equal(call.setsockopt(a.fd, level, sendTtl, int(77), 4), 0);
    assert.equal(call.setsockopt(b.fd, level, wantTtl, int(1), 4), 0);
    const to = writeSockaddr({ family, address: LOOPBACK[family], scopeId: 0 }, b.port, c);
    const { header } = outgoing(to, TEXT);
    assert.equal(call.sendmsg(a.fd, header, NO_FLAGS), TEXT.length);
    const message = new ReceiveMessage(c);
    message.reset();
    const length = call.recvmsg(b.fd, message.header, c.MSG_DONTWAIT);
    assert.deepEqual(message.data.subarray(0, length), TEXT);
    assert.deepEqual(message.sender(), { family, address: LOOPBACK[family], scopeId: 0, port: a.port });
    const control = new ControlMessage();
    assert.ok(message.next(control));
    assert.deepEqual([control.level, control.type, control.bytes], [level, toldTtl, 4]);
    assert.equal(message.controlView.getInt32(control.at, true), 77);
    assert.equal(message.next(control), false);
  });

  inNamespace(import.meta, `connect names the peer over IPv${family}, and a refusal comes back as ECONNREFUSED`, () => {
    const { call, constants: c } = libc();
    const closed = boundSocket(family);
    assert.equal(call.close(closed.fd), 0);
    const fd = udpSocket(family);
    const to = writeSockaddr({ family, address: LOOPBACK[family], scopeId: 0 }, closed.port, c);
    assert.equal(call.connect(fd, to, to.length), 0);
    const local = new Uint8Array(28);
    assert.equal(call.getsockname(fd, local, int(local.length)), 0);
    assert.equal(readSockaddr(local, 0, c)?.address, LOOPBACK[family]);
    assert.equal(call.sendto(fd, TEXT, TEXT.length, NO_FLAGS, to, to.length), TEXT.length);
    fails(
      () => call.recvfrom(fd, new Uint8Array(9), 9, c.MSG_DONTWAIT, new Uint8Array(28), int(28)),
      c.errno.ECONNREFUSED,
    );
  });
}

inNamespace(import.meta, "getsockopt gives what setsockopt set, and its length", () => {
  const { call, constants: c } = libc();
  const fd = udpSocket(4);
  assert.equal(call.setsockopt(fd, c.IPPROTO_IP, c.IP_TOS, int(0xb8), 4), 0);
  const value = new Uint8Array(4);
  const length = int(4);
  assert.equal(call.getsockopt(fd, c.IPPROTO_IP, c.IP_TOS, value, length), 0);
  assert.deepEqual(value, int(0xb8));
  assert.deepEqual(length, int(4));
});

inNamespace(import.meta, "poll and ppoll tell silence at once, and a datagram that waits", () => {
  const { call, constants: c } = libc();
  const { fd, port } = boundSocket(4);
  const { bytes, returned } = pollfd(fd);
  const zero = new Timespec();
  assert.equal(call.poll(bytes, 1, 0), 0);
  assert.equal(call.ppoll!(bytes, 1, zero.bytes, null), 0);
  assert.equal(returned(), 0);
  const to = writeSockaddr({ family: 4, address: "127.0.0.1", scopeId: 0 }, port, c);
  assert.equal(call.sendto(fd, TEXT, TEXT.length, NO_FLAGS, to, to.length), TEXT.length);
  for (const poll of [() => call.poll(bytes, 1, 0), () => call.ppoll!(bytes, 1, zero.bytes, null)]) {
    bytes.fill(0, 6);
    assert.equal(poll(), 1);
    assert.equal(returned(), c.POLLIN);
  }
});

inNamespace(import.meta, "poll tells an error without being asked for it", () => {
  const { call, constants: c } = libc();
  const closed = boundSocket(4);
  call.close(closed.fd);
  const fd = udpSocket(4);
  const to = writeSockaddr({ family: 4, address: "127.0.0.1", scopeId: 0 }, closed.port, c);
  call.connect(fd, to, to.length);
  call.sendto(fd, TEXT, TEXT.length, NO_FLAGS, to, to.length);
  const { bytes, returned } = pollfd(fd);
  assert.equal(call.poll(bytes, 1, 0), 1);
  assert.equal(returned() & c.POLLERR, c.POLLERR);
});

inNamespace(import.meta, "without a route a send fails with ENETUNREACH", () => {
  const { call, constants: c } = libc();
  for (const [family, address] of [[4, "192.0.2.1"], [6, "2001:db8::1"]] as const) {
    const to = writeSockaddr({ family, address, scopeId: 0 }, 9, c);
    const fd = udpSocket(family);
    fails(() => call.sendto(fd, TEXT, TEXT.length, NO_FLAGS, to, to.length), c.errno.ENETUNREACH);
  }
});

inNamespace(import.meta, "each failure has its own number", () => {
  const { call, constants: c } = libc();
  const [a, b] = [boundSocket(4), udpSocket(4)];
  const taken = writeSockaddr({ family: 4, address: "127.0.0.1", scopeId: 0 }, a.port, c);
  const foreign = writeSockaddr({ family: 4, address: "192.0.2.1", scopeId: 0 }, 0, c);
  const everybody = writeSockaddr({ family: 4, address: "127.255.255.255", scopeId: 0 }, 9, c);
  fails(() => call.bind(b, taken, taken.length), c.errno.EADDRINUSE);
  fails(() => call.bind(b, foreign, foreign.length), c.errno.EADDRNOTAVAIL);
  fails(
    () => call.recvfrom(b, new Uint8Array(9), 9, c.MSG_DONTWAIT, new Uint8Array(28), int(28)),
    c.errno.EAGAIN,
  );
  fails(() => call.sendto(b, TEXT, TEXT.length, 0, everybody, everybody.length), c.errno.EACCES);
  const long = new Uint8Array(65_536);
  fails(() => call.sendto(b, long, long.length, 0, taken, taken.length), c.errno.EMSGSIZE);
  fails(() => call.setsockopt(b, c.IPPROTO_IP, c.IP_TTL, int(256), 4), c.errno.EINVAL);
  fails(() => call.setsockopt(b, c.SOL_SOCKET, c.SO_BINDTODEVICE, cString("nowhere0"), 9), c.errno.ENODEV);
  fails(() => call.socket(c.AF_INET, c.SOCK_DGRAM, 200), c.errno.EPROTONOSUPPORT);
  fails(() => call.socket(AF_UNHEARD_OF, c.SOCK_DGRAM, 0), c.errno.EAFNOSUPPORT);
});

// In a user namespace that an ordinary user made, groups are out of reach.
const NO_GROUPS = Deno.readTextFileSync("/proc/self/setgroups").trim() === "deny";
const OF_THE_SYSTEM = [
  ["close", EBADF, () => libc().call.close(-1)],
  ["bind", EBADF, () => libc().call.bind(-1, new Uint8Array(16), 16)],
  ["connect", EBADF, () => libc().call.connect(-1, new Uint8Array(16), 16)],
  ["sendmsg", EBADF, () => libc().call.sendmsg(-1, new Uint8Array(56), 0)],
  ["recvmsg", EBADF, () => libc().call.recvmsg(-1, new Uint8Array(56), 0)],
  ["clock_gettime", 22, () => libc().call.clock_gettime(12_345, new Uint8Array(16))],
  ["capset", 22, () => libc().call.capset!(new Uint8Array(8), new Uint8Array(24))],
  ["prctl", 22, () => libc().call.prctl!(libc().constants.PR_SET_NO_NEW_PRIVS, 1, 1, 0, 0)],
  ["setgroups", NO_GROUPS ? 1 : EFAULT, () => libc().call.setgroups(1, null)],
] as const;

inNamespace(import.meta, "errno is that of the call just made, whichever was before", () => {
  for (const [name, errno, call] of OF_THE_SYSTEM) {
    const result = call();
    const told = libc().errno[0];
    assert.deepEqual({ name, result, errno: told }, { name, result: -1, errno });
  }
});

inNamespace(
  import.meta,
  "user and group ids are the process's, and setting them to what they are changes nothing",
  () => {
    const { call } = libc();
    assert.deepEqual([call.getuid(), call.geteuid()], [Deno.uid(), Deno.uid()]);
    assert.deepEqual([call.getgid(), call.getegid()], [Deno.gid(), Deno.gid()]);
    const [uid, gid] = [call.getuid(), call.getgid()];
    assert.equal(call.setgid(gid), 0);
    assert.equal(call.setuid(uid), 0);
    assert.equal(call.setresgid!(gid, gid, gid), 0);
    assert.equal(call.setresuid!(uid, uid, uid), 0);
    assert.deepEqual([call.getuid(), call.getgid()], [uid, gid]);
  },
);

inNamespace(import.meta, "open and flock: a lock belongs to a file as it was opened, and ends with it", () => {
  const { call, errno, constants } = libc();
  const [readOnly, exclusively, atOnce] = [0, 2, 4];
  const path = Deno.makeTempFileSync();
  const open = (): number => call.open(cString(path), readOnly);
  const [a, b] = [open(), open()];
  assert.ok(a > 2 && b > 2);
  assert.equal(call.flock(a, exclusively | atOnce), 0);
  const refused = call.flock(b, exclusively | atOnce);
  assert.deepEqual([refused, errno[0]], [-1, constants.errno.EAGAIN]);
  assert.equal(call.close(a), 0);
  assert.equal(call.flock(b, exclusively | atOnce), 0);
  assert.equal(call.close(b), 0);
  Deno.removeSync(path);
  const ENOENT = 2;
  fails(open, ENOENT);
});

inNamespace(import.meta, "umask gives the one before", () => {
  const { call } = libc();
  const before = call.umask(0o027);
  assert.equal(call.umask(before), 0o027);
  assert.equal(call.umask(before), before);
});

inNamespace(import.meta, "if_nametoindex knows lo, and gives 0 for a name that nobody has", () => {
  const { call } = libc();
  assert.equal(call.if_nametoindex(cString("lo")), 1);
  assert.equal(call.if_nametoindex(cString("nowhere0")), 0);
});

inNamespace(import.meta, "prctl sets the timer slack and no_new_privs", () => {
  const { call, constants: c } = libc();
  assert.equal(call.prctl!(c.PR_SET_TIMERSLACK, 1, 0, 0, 0), 0);
  assert.equal(call.prctl!(c.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
  assert.match(Deno.readTextFileSync("/proc/thread-self/status"), /^NoNewPrivs:\s*1$/m);
  assert.equal(call.prctl!(PR_GET_TIMERSLACK, 0, 0, 0, 0), 1);
});

Deno.test("CLOCK_MONOTONIC never goes back, and CLOCK_REALTIME is the time of day", () => {
  const { call, constants } = libc();
  const time = new Timespec();
  let lastUs = -Infinity;
  for (let reading = 0; reading < 10_000; reading++) {
    assert.equal(call.clock_gettime(constants.CLOCK_MONOTONIC, time.bytes), 0);
    const nowUs = time.us(0);
    assert.ok(nowUs >= lastUs, `${nowUs} after ${lastUs}`);
    lastUs = nowUs;
  }
  const beforeMs = Date.now();
  assert.equal(call.clock_gettime(constants.CLOCK_REALTIME, time.bytes), 0);
  const wallMs = Math.floor(time.us(0) / 1e3);
  assert.ok(beforeMs <= wallMs && wallMs <= Date.now(), `${wallMs} is not ${beforeMs}`);
});

Deno.test("the library is opened once a thread", () => {
  assert.equal(libc(), libc());
  assert.equal(libc().constants, systemConstants());
});
