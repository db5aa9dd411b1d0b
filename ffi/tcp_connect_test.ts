/** The call that has the kernel send a SYN, whatever number of the runtime's own comes between it and the reading of `errno`. */
import assert from "node:assert/strict";
import { inNamespace } from "./_namespace_test.ts";
import { libc } from "./libc.ts";
import { Socket } from "./socket.ts";
import { writeSockaddr } from "./struct.ts";
import { sendSyn } from "./tcp_connect.ts";
import { TcpInfo } from "./tcp_info.ts";

const SELF = { family: 4, address: "127.0.0.1", scopeId: 0 } as const;
const NOWHERE = { family: 4, address: "192.0.2.1", scopeId: 0 } as const;
const CLOSED_PORT = 9;

/** In the first tries, whether the kernel is asked, and what stands in the place of the number that it gives; then all is true. */
type Tries = readonly (readonly [isMade: boolean, stray: number | undefined])[];

/** What is made of such calls, and how often the kernel was asked. */
function sent(to: typeof SELF | typeof NOWHERE, port: number, tries: Tries): readonly [number | undefined, number] {
  const { call, constants: c, errno } = libc();
  const left = [...tries];
  const address = writeSockaddr(to, port, c);
  using socket = new Socket(c.AF_INET, c.SOCK_STREAM | c.SOCK_NONBLOCK, 0, "open a socket");
  let made = 0;
  const refusal = sendSyn(socket, new TcpInfo(), () => {
    const [isMade, stray] = left.shift() ?? [true, undefined];
    if (isMade) made += 1;
    const result = isMade ? call.connect(socket.fd, address, address.length) : -1;
    if (stray !== undefined) errno[0] = stray;
    return result;
  });
  return [refusal, made];
}

inNamespace(import.meta, "a SYN that was sent is under way, whatever number stands there, and no other is sent", () => {
  const { EAGAIN, EINTR } = libc().constants.errno;
  using listener = Deno.listen({ hostname: SELF.address, port: 0 });
  const open = (listener.addr as Deno.NetAddr).port;
  for (const port of [open, CLOSED_PORT]) {
    assert.deepEqual(sent(SELF, port, []), [undefined, 1]);
    for (const stray of [EAGAIN, EINTR, 2]) {
      assert.deepEqual(sent(SELF, port, [[true, stray]]), [undefined, 1], `${stray} at ${port}`);
      assert.deepEqual(sent(SELF, port, [[false, stray]]), [undefined, 1], `${stray} at ${port}`);
      assert.deepEqual(sent(SELF, port, [[false, stray], [true, stray]]), [undefined, 1], `${stray} at ${port}`);
    }
  }
});

inNamespace(import.meta, "a SYN that was not sent is refused with the system's own number", () => {
  const { EAGAIN, EINTR, ENETUNREACH } = libc().constants.errno;
  assert.deepEqual(sent(NOWHERE, CLOSED_PORT, []), [ENETUNREACH, 1]);
  assert.deepEqual(sent(NOWHERE, CLOSED_PORT, [[true, EAGAIN], [true, EINTR]]), [ENETUNREACH, 3]);
  assert.deepEqual(sent(NOWHERE, CLOSED_PORT, [[false, EAGAIN], [false, EAGAIN]]), [EAGAIN, 0]);
});
