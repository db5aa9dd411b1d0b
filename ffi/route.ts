/** Which address this host would send from, and why it could not: asked of the kernel by naming a peer, sending nothing. */
import type { Endpoint } from "../core/network.ts";
import { SystemCallError } from "./errno.ts";
import { bindToDevice } from "./interface.ts";
import { libc } from "./libc.ts";
import { Socket } from "./socket.ts";

export type Way =
  | { readonly ok: true; readonly address: string }
  /** `mayComeBack`: the host behind a known network is not there, or not now. */
  | { readonly ok: false; readonly error: SystemCallError; readonly mayComeBack: boolean };

// Nothing is sent there: it only completes an address.
const ANY_PORT = 1;

/** The way to an endpoint, through `device` if named, by the routes of this moment. */
export function wayTo(to: Endpoint, device?: string): Way {
  const { AF_INET, AF_INET6, SOCK_DGRAM, errno } = libc().constants;
  try {
    using socket = new Socket(to.family === 4 ? AF_INET : AF_INET6, SOCK_DGRAM, 0, "look for a way");
    if (device !== undefined) bindToDevice(socket, to.family, device);
    socket.connect(to, ANY_PORT, `find the way to ${to.address}`);
    return { ok: true, address: socket.localAddress().address };
  } catch (error) {
    if (!(error instanceof SystemCallError)) throw error;
    return { ok: false, error, mayComeBack: error.errno === errno.EHOSTUNREACH };
  }
}
