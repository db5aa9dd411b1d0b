import assert from "node:assert/strict";
import { DARWIN } from "./constant/darwin.ts";
import { LINUX } from "./constant/linux.ts";
import { certainly, check, checkCertainly, errnoText, mayBeStray, sendFailure, SystemCallError } from "./errno.ts";
import { libc } from "./libc.ts";

Deno.test("a call that succeeded gives its result", () => {
  for (const result of [0, 1, 65_535]) assert.equal(check(result, "recvfrom", "receive"), result);
});

Deno.test("a call that failed is named with its aim and the system's word", () => {
  const fails = (): number => check(libc().call.bind(-1, new Uint8Array(16), 16), "bind", "send from 192.0.2.1");
  assert.throws(fails, (error) => {
    assert.ok(error instanceof SystemCallError);
    assert.equal(error.message, "Cannot send from 192.0.2.1: errno 9, says bind");
    assert.deepEqual([error.name, error.call, error.errno], ["SystemCallError", "bind", 9]);
    return true;
  });
});

/** A call that fails with these numbers, one after the other, and then gives 7. */
function failing(...numbers: readonly number[]): () => number {
  const { errno } = libc();
  const left = [...numbers];
  return () => {
    if (left.length === 0) return 7;
    errno[0] = left.shift()!;
    return -1;
  };
}

Deno.test("a failure is what two tries in a row told, whatever came between a call and its number", () => {
  const [EPERM, ENOENT, EAGAIN] = [1, 2, 11];
  assert.equal(certainly(failing()), 7);
  assert.equal(certainly(failing(EPERM, EPERM)), -EPERM);
  assert.equal(certainly(failing(ENOENT, EPERM, EPERM)), -EPERM);
  assert.equal(certainly(failing(EPERM, ENOENT, EAGAIN, EAGAIN)), -EAGAIN);
  assert.equal(certainly(failing(ENOENT)), 7);
  assert.ok(certainly(failing(...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10])) < 0);
  const { constants: { AF_INET, SOCK_DGRAM }, call } = libc();
  const again = failing(ENOENT, EPERM, EPERM);
  assert.throws(() => checkCertainly(again, "socket", "open a socket"), { call: "socket", errno: EPERM });
  const fd = checkCertainly(() => call.socket(AF_INET, SOCK_DGRAM, 0), "socket", "open a socket");
  assert.ok(fd > 2);
  assert.equal(call.close(fd), 0);
});

Deno.test("a number may be the runtime's own where it waits, or where no call of this program says it", () => {
  const [ENOENT, ENOMEM] = [2, 12];
  const { EPERM, EAGAIN, EINTR, ENETUNREACH, EHOSTUNREACH, ENOBUFS, EINVAL } = libc().constants.errno;
  for (const number of [ENOENT, ENOMEM, EAGAIN, EINTR]) assert.ok(mayBeStray(number), `${number}`);
  for (const number of [EPERM, ENETUNREACH, EHOSTUNREACH, ENOBUFS, EINVAL]) assert.ok(!mayBeStray(number), `${number}`);
});

Deno.test("a number has its own system's words and name", () => {
  for (const table of [LINUX, DARWIN]) {
    for (const [name, number] of Object.entries(table.errno)) {
      assert.match(errnoText(number, table), new RegExp(`^[a-z][a-z ]+ \\(${name}\\)$`));
    }
  }
  assert.equal(errnoText(61, DARWIN), "connection refused (ECONNREFUSED)");
  assert.equal(errnoText(61, LINUX), "errno 61");
});

Deno.test("a failed send has a meaning, `other` where none is known", () => {
  const { errno } = libc().constants;
  const meanings = [
    [errno.ENETUNREACH, "noRoute"],
    [errno.EHOSTUNREACH, "hostUnreachable"],
    [errno.EHOSTDOWN, "hostUnreachable"],
    [errno.ENETDOWN, "networkDown"],
    [errno.EPERM, "permissionDenied"],
    [errno.EACCES, "permissionDenied"],
    [errno.EMSGSIZE, "tooLarge"],
    [errno.EADDRNOTAVAIL, "addressNotAvailable"],
    [errno.ENOBUFS, "noBuffer"],
    [errno.EMFILE, "noBuffer"],
    [errno.EAGAIN, "noBuffer"],
    [errno.EINTR, "other"],
    [9, "other"],
    [0, "other"],
    [-1, "other"],
  ] as const;
  for (const [number, meaning] of meanings) assert.equal(sendFailure(number), meaning, `errno ${number}`);
});
