/**
 * mtr-packet's place taken by this program: commands on the standard input, replies on the standard output, probes
 * through the kernel. One thread, which waits in `ppoll` for sockets and commands alike.
 *
 * All sockets are opened, then privileges are given up, then the first byte is read. `CAP_NET_RAW` alone stays, and only for
 * clients that may set firewall marks: the kernel asks for it at each message that has one. Everything else a probe can ask
 * for (interface, source address, traffic class, TTL) needs nothing.
 */
import type { PrivilegesToGiveUp } from "../core/messages.ts";
import type { Family } from "../core/network.ts";
import { DEFAULT_PLAN, PROTOCOL_NAMES, type ProtocolName } from "../core/plan.ts";
import type { RelayDialect } from "../core/relay/dialects.ts";
import { RelayServer } from "../core/relay/server.ts";
import { certainly, SystemCallError } from "./errno.ts";
import { KernelNetwork } from "./kernel_network.ts";
import { kernelHasSctp } from "./kernel_sctp.ts";
import { libc } from "./libc.ts";
import { giveUpPrivileges } from "./privilege.ts";
import type { Polled } from "./poll_set.ts";

/** This system lacks what the server needs. */
export class NoServerError extends Error {
  override readonly name = "NoServerError";
}

export interface PacketServerOptions {
  readonly dialect: RelayDialect;
  /** SCTP is offered only where the kernel has it, as by mtr-packet; our own probes do not need that. */
  readonly strictly: boolean;
  readonly giveUp: PrivilegesToGiveUp;
}

const STDIN = 0;
const STDOUT = 1;
// As much as mtr-packet reads at once; a pipe seldom holds more.
const INPUT_BYTES = 4_096;

/**
 * Serves until the input has ended and no probe is out, or nobody reads the replies any more. Throws
 * `NotPermittedError` if no socket is allowed, `NoServerError` on a system other than Linux, and `SystemCallError` for
 * what keeps a reply from being written.
 */
export function servePackets({ dialect, strictly, giveUp }: PacketServerOptions): void {
  const { constants } = libc();
  if (!constants.features.errorQueue) throw new NoServerError("Cannot take mtr-packet's place here: that needs Linux");
  using network = KernelNetwork.open({ ...DEFAULT_PLAN, flow: "varying" }, undefined, {
    protocols: PROTOCOL_NAMES,
    firstPort: dialect.sequences.first,
    dontFragment: dialect.dontFragment,
    ...(dialect.ipv4Header === "program" && { writesHeaders: true }),
  });
  const offered = PROTOCOL_NAMES.filter((protocol) => protocol !== "sctp" || !strictly || kernelHasSctp());
  const has = (family: Family, protocol: ProtocolName): boolean =>
    offered.includes(protocol) && network.canSend(family, protocol);
  giveUpPrivileges(giveUp, { keepsRaw: dialect.marks });

  const server = new RelayServer(network, { dialect, abilities: { has } });
  const input = new Uint8Array(INPUT_BYTES);
  let isReadable = false;
  const stdin: Polled = { fd: STDIN, events: constants.POLLIN, ready: () => isReadable = true };
  network.watch(stdin);
  while (!server.isDone) {
    server.take(network.receive(server.nextUs));
    if (isReadable) {
      isReadable = false;
      const length = readSome(input);
      if (length === 0) {
        network.watchNoLonger(stdin);
        server.end();
      }
      server.read(input.subarray(0, Math.max(0, length)));
    }
    server.expire();
    server.run();
    if (!writeAll(server.drain())) return;
  }
}

/** Number of bytes read; 0 at the end of the input, below 0 if there is nothing yet. */
function readSome(into: Uint8Array<ArrayBuffer>): number {
  const { call, constants: { errno } } = libc();
  const length = certainly(() => call.read(STDIN, into, into.length));
  if (length >= 0) return length;
  // Whatever else keeps it from being read, nothing more will come.
  return length === -errno.EAGAIN || length === -errno.EINTR ? -1 : 0;
}

/** False if nobody reads any more. */
function writeAll(text: string): boolean {
  if (text === "") return true;
  const { call, constants: { errno } } = libc();
  let bytes = new TextEncoder().encode(text);
  while (bytes.length > 0) {
    const rest = bytes;
    const length = certainly(() => call.write(STDOUT, rest, rest.length));
    if (length >= 0) bytes = rest.subarray(length);
    else if (length === -errno.EPIPE) return false;
    else if (length === -errno.EAGAIN) waitUntilWritable();
    else if (length !== -errno.EINTR) throw new SystemCallError("write", -length, "write a reply");
  }
  return true;
}

/** A client may have given a pipe that does not wait. */
function waitUntilWritable(): void {
  const { call, constants } = libc();
  const pollfd = new Uint8Array(8);
  const view = new DataView(pollfd.buffer);
  view.setInt32(0, STDOUT, true);
  view.setInt16(4, constants.POLLOUT, true);
  call.poll(pollfd, 1, -1);
}
