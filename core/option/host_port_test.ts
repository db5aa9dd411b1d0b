import { deepEqual, match } from "node:assert/strict";
import { splitPort } from "./host_port.ts";

function check(typed: string, host: string, port?: number): void {
  deepEqual(splitPort(typed), port === undefined ? { ok: true, host } : { ok: true, host, port });
}

Deno.test("a host without a port stays as it is", () => {
  for (const typed of ["host", "192.0.2.1", "::1", "2001:db8::1:80", "fe80::1%eth0", "[::1]"]) check(typed, typed);
});

Deno.test("a port stands behind one colon, or behind brackets", () => {
  check("host:80", "host", 80);
  check("192.0.2.1:65535", "192.0.2.1", 65_535);
  check("[2001:db8::1]:443", "2001:db8::1", 443);
  check("[fe80::1%eth0]:1", "fe80::1%eth0", 1);
});

Deno.test("what cannot be a port is refused with host, value and range", () => {
  for (const typed of ["host:0", "host:65536", "host:", "host:http", "[::1]:-1", "host:8 0"]) {
    const result = splitPort(typed);
    match(result.ok ? "" : result.message, /as the port of "(host|::1)": it must be 1 to 65535/);
  }
});
