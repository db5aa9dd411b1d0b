/** The network interfaces of this host, by their names. */
import type { Family } from "../core/network.ts";
import { SystemCallError } from "./errno.ts";
import { libc } from "./libc.ts";
import type { Socket } from "./socket.ts";
import { cString } from "./struct.ts";

/** Sends and hears through one interface only. */
export function bindToDevice(socket: Socket, family: Family, device: string): void {
  const { call, constants: c } = libc();
  const aim = `send through the interface "${device}"`;
  if (c.SO_BINDTODEVICE >= 0) {
    socket.set(c.SOL_SOCKET, c.SO_BINDTODEVICE, cString(device), aim);
    return;
  }
  const index = call.if_nametoindex(cString(device));
  if (index === 0) throw new SystemCallError("if_nametoindex", c.errno.ENODEV, aim);
  if (family === 4) socket.set(c.IPPROTO_IP, c.IP_BOUND_IF, index, aim);
  else socket.set(c.IPPROTO_IPV6, c.IPV6_BOUND_IF, index, aim);
}

/** Index of the interface that a zone names, by name or number; 0 if there is none. */
export function zoneIndex(zone: string): number {
  return /^[0-9]{1,9}$/.test(zone) ? Number(zone) : libc().call.if_nametoindex(cString(zone));
}
