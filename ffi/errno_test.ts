import assert from "node:assert/strict";
import { DARWIN } from "./constant/darwin.ts";
import { LINUX } from "./constant/linux.ts";
import { check, errnoText, sendFailure, SystemCallError } from "./errno.ts";
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
