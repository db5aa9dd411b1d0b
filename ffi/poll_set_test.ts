/** Which sockets are told, in which order, while sockets come and go; on UDP sockets of loopback, where sending is arriving. */
import assert from "node:assert/strict";
import { DEFAULT_PLAN } from "../core/plan.ts";
import { inNamespace } from "./_namespace_test.ts";
import { libc } from "./libc.ts";
import { type Polled, PollSet } from "./poll_set.ts";
import type { Socket } from "./socket.ts";
import { writeSockaddr } from "./struct.ts";
import { openUdpSocket } from "./transport_socket.ts";

const SELF = { family: 4, address: "127.0.0.1", scopeId: 0 } as const;

/** Sends a datagram to a socket. */
function wake(socket: Socket): void {
  const to = writeSockaddr(SELF, socket.localAddress().port, libc().constants);
  assert.equal(libc().call.sendto(socket.fd, new Uint8Array(1), 1, 0, to, to.length), 1);
}

inNamespace(import.meta, "all sockets that have something are told, in the order in which they came", () => {
  using stack = new DisposableStack();
  const { POLLIN } = libc().constants;
  const polls = new PollSet();
  const told: number[] = [];
  const sockets = Array.from({ length: 40 }, () => stack.use(openUdpSocket(4, DEFAULT_PLAN, 0)));
  const polled = sockets.map(({ fd }, index): Polled => ({
    fd,
    events: POLLIN,
    ready: (returned) => {
      assert.equal(returned, POLLIN);
      told.push(index);
    },
  }));
  for (const one of polled) polls.add(one);
  polls.wait(0);
  assert.deepEqual(told.splice(0), []);
  for (const index of [39, 3, 17]) wake(sockets[index]!);
  polls.wait(1e6);
  assert.deepEqual(told.splice(0), [3, 17, 39]);
  polls.remove(polled[3]!);
  polls.remove(polled[3]!);
  polls.wait(0);
  assert.deepEqual(told.splice(0), [17, 39]);
  polls.add(polled[3]!);
  polls.wait(0);
  assert.deepEqual(told.splice(0), [17, 39, 3]);
});

inNamespace(import.meta, "who is told may take itself and others away", () => {
  using stack = new DisposableStack();
  const polls = new PollSet();
  const told: string[] = [];
  const make = (name: string): Polled => {
    const socket = stack.use(openUdpSocket(4, DEFAULT_PLAN, 0));
    wake(socket);
    const polled: Polled = {
      fd: socket.fd,
      events: libc().constants.POLLIN,
      ready: () => {
        told.push(name);
        polls.remove(polled);
      },
    };
    polls.add(polled);
    return polled;
  };
  for (const name of ["one", "two", "three"]) make(name);
  polls.wait(0);
  polls.wait(0);
  assert.deepEqual(told, ["one", "two", "three"]);
});
