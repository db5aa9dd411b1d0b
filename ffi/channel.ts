/** One socket that probes leave through or answers come to, and what the kernel knows of it. */
import type { Access } from "../core/messages.ts";
import type { Family, Transport } from "../core/network.ts";
import type { Polled } from "./poll_set.ts";
import type { SendNumbers } from "./send_numbers.ts";
import type { Socket } from "./socket.ts";

export interface Channel extends Polled {
  readonly family: Family;
  readonly transport: Transport;
  readonly access: Access;
  readonly socket: Socket;
  /** What the kernel writes into messages itself: the identifier of echo requests, the source port of UDP datagrams. */
  readonly own: number;
  /** It takes whole IPv4 packets. */
  readonly takesPackets: boolean;
  readonly numbers: SendNumbers;
  /** How many messages the kernel dropped. */
  overflowed: number;
  /** The TTL that the socket is set to. */
  ttl: number;
}
