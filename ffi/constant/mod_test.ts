import assert from "node:assert/strict";
import { DARWIN } from "./darwin.ts";
import { LINUX } from "./linux.ts";
import { type Constants, systemConstants } from "./mod.ts";

const TABLES = { linux: LINUX, darwin: DARWIN } as const;

Deno.test("Linux and macOS have tables", () => {
  for (const [os, table] of Object.entries(TABLES)) assert.equal(systemConstants(os as keyof typeof TABLES), table);
  assert.equal(systemConstants(), TABLES[Deno.build.os as keyof typeof TABLES]);
});

Deno.test("any other system is refused by name", () => {
  for (const os of ["windows", "freebsd", "android", "solaris"] as const) {
    assert.throws(() => systemConstants(os), { message: new RegExp(`^Cannot run on ${os}: `) });
  }
});

/** The table of deno-ffi facts that differ: as the headers of both systems have them. */
const DIFFERENT: Partial<Record<keyof Constants, readonly [linux: number, darwin: number]>> = {
  AF_INET6: [10, 30],
  SOL_SOCKET: [1, 0xffff],
  SO_ERROR: [4, 0x1007],
  SO_LINGER: [13, 0x1080],
  SO_RCVBUF: [8, 0x1002],
  IP_TOS: [1, 3],
  IP_TTL: [2, 4],
  IP_RECVTTL: [12, 24],
  IPV6_UNICAST_HOPS: [16, 4],
  IPV6_HOPLIMIT: [52, 47],
  IPV6_RECVHOPLIMIT: [51, 37],
  IPV6_TCLASS: [67, 36],
  ICMP6_FILTER: [1, 18],
  MSG_DONTWAIT: [0x40, 0x80],
  CLOCK_MONOTONIC: [1, 6],
  EAI_NONAME: [-2, 8],
  NI_NAMEREQD: [8, 4],
};

Deno.test("numbers that differ between the systems are those of the headers", () => {
  for (const [name, [linux, darwin]] of Object.entries(DIFFERENT)) {
    assert.equal(LINUX[name as keyof Constants], linux, `${name} of Linux`);
    assert.equal(DARWIN[name as keyof Constants], darwin, `${name} of macOS`);
  }
});

const SAME = [
  "AF_INET",
  "SOCK_STREAM",
  "SOCK_DGRAM",
  "SOCK_RAW",
  "IPPROTO_IP",
  "IPPROTO_ICMP",
  "IPPROTO_IPV6",
  "IPPROTO_ICMPV6",
] as const;

Deno.test("numbers that do not differ are the same", () => {
  for (const name of [...SAME, "POLLIN", "POLLOUT", "POLLERR", "CLOCK_REALTIME"] as const) {
    assert.equal(LINUX[name], DARWIN[name], name);
  }
  for (const name of ["EPERM", "EINTR", "EACCES", "ENODEV", "EINVAL", "EMFILE"] as const) {
    assert.equal(LINUX.errno[name], DARWIN.errno[name], name);
  }
});

for (const [os, table] of Object.entries(TABLES)) {
  Deno.test(`each errno of ${os} has a number of its own`, () => {
    const numbers = Object.values(table.errno);
    assert.equal(new Set(numbers).size, numbers.length);
    assert.ok(numbers.every((number) => number > 0));
  });

  Deno.test(`the fields of ${os}'s structures neither overlap nor stick out`, () => {
    const { msghdr: m, cmsghdr: c, addrinfo: a } = table.layouts;
    const inOrder = [m.name, m.namelen, m.iov, m.iovlen, m.control, m.controllen, m.flags, m.size];
    assert.deepEqual(inOrder, [...inOrder].sort((one, other) => one - other));
    assert.ok(m.flags + 4 <= m.size && m.controllen + 4 <= m.flags && m.size % 8 === 0);
    assert.ok(c.level + 4 <= c.type && c.type + 4 <= c.data && c.data % c.align === 0);
    assert.ok([a.addrlen + 4, a.addr + 8, a.next + 8].every((end) => end <= a.size));
  });

  Deno.test(`what ${os} lacks is switched off by a feature`, () => {
    if (!table.features.errorQueue) assert.equal(table.IP_RECVERR, -1);
    else {assert.ok([table.IP_RECVERR, table.IPV6_RECVERR, table.MSG_ERRQUEUE, table.SO_TIMESTAMPING].every((n) =>
        n >= 0
      ));}
    if (table.features.capabilities) assert.ok(table.PR_SET_NO_NEW_PRIVS >= 0 && table.PR_SET_TIMERSLACK >= 0);
    assert.ok(table.SO_BINDTODEVICE >= 0 || (table.IP_BOUND_IF >= 0 && table.IPV6_BOUND_IF >= 0));
    assert.ok(table.SO_TIMESTAMPING >= 0 || table.SO_TIMESTAMP >= 0);
  });
}
