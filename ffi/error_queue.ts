/**
 * ICMP errors as a socket's error queue has them (IP_RECVERR): taken apart by the kernel, with the quoted message behind
 * its ports (UDP) or from its header on (TCP, ICMP) as data. Reads bytes, calls nothing.
 */
import type { Family, Inbound, Transport } from "../core/network.ts";
import { divideUntold, type Quote } from "../core/packet/icmp.ts";
import { IP_HEADER_BYTES } from "../core/packet/ip.ts";
import { FRAGMENTATION_NEEDED, ICMP4_TYPE } from "../core/packet/icmp4.ts";
import { ICMP6_TYPE } from "../core/packet/icmp6.ts";
import { UDP_HEADER_BYTES } from "../core/packet/udp.ts";
import type { Constants } from "./constant/mod.ts";
import type { Told } from "./control.ts";
import { readSockaddr, type ReceiveMessage, type SocketAddress } from "./struct.ts";

/** struct sock_extended_err of <linux/errqueue.h>; the offender's address follows. */
export const EXTENDED_ERROR = { origin: 4, type: 5, code: 6, info: 8, data: 12, dataFlags: 14, offender: 16 } as const;
const EXTENSION_IS_INVALID = 1;

type IcmpError = Extract<Inbound, { kind: "error" }>;

/** What an error queue tells of an ICMP error; whose it is, and when it came, others know. */
export interface QueuedError
  extends Pick<IcmpError, "from" | "icmpType" | "icmpCode" | "mtu" | "quoted" | "extension" | "ttl"> {
  /** Where the quoted packet was going. */
  readonly to: SocketAddress;
}

/** Whether a message of the error queue tells of an ICMP error, of either family. */
export function isIcmpError(message: ReceiveMessage, told: Told, c: Constants): boolean {
  const origin = originOf(message, told);
  return origin === c.SO_EE_ORIGIN_ICMP || origin === c.SO_EE_ORIGIN_ICMP6;
}

/** Whether it tells when a message left. */
export function isTransmitStamp(message: ReceiveMessage, told: Told, c: Constants): boolean {
  return originOf(message, told) === c.SO_EE_ORIGIN_TIMESTAMPING;
}

function originOf({ controlView }: ReceiveMessage, { errorAt, errorBytes }: Told): number | undefined {
  return errorBytes < EXTENDED_ERROR.offender ? undefined : controlView.getUint8(errorAt + EXTENDED_ERROR.origin);
}

/** Of what socket an error queue is, and how many bytes a message of it has. */
interface Queue {
  readonly family: Family;
  readonly transport: Transport;
  readonly length: number;
}

/** Reads an ICMP error; `undefined` if it does not say from whom it is, and about what. */
export function readQueuedError(
  message: ReceiveMessage,
  { errorAt: at, ttl }: Told,
  { family, transport, length }: Queue,
  constants: Constants,
): QueuedError | undefined {
  const { control, controlView: view } = message;
  const from = readSockaddr(control, at + EXTENDED_ERROR.offender, constants);
  const to = message.sender();
  if (from === undefined || to === undefined) return undefined;
  const icmpType = view.getUint8(at + EXTENDED_ERROR.type);
  const icmpCode = view.getUint8(at + EXTENDED_ERROR.code);
  // Of other errors the field has what else stands in their header: a pointer, or the length of the quote.
  const isMtuTold = view.getUint8(at + EXTENDED_ERROR.origin) === constants.SO_EE_ORIGIN_ICMP6
    ? icmpType === ICMP6_TYPE.packetTooBig
    : icmpType === ICMP4_TYPE.unreachable && icmpCode === FRAGMENTATION_NEEDED;
  const headerBytes = IP_HEADER_BYTES[family] + (transport === "udp" ? UDP_HEADER_BYTES : 0);
  return {
    from: from.address,
    icmpType,
    icmpCode,
    mtu: isMtuTold ? view.getUint32(at + EXTENDED_ERROR.info, true) : 0,
    to,
    ...divide(message.data.slice(0, length), {
      extensionAt: view.getUint16(at + EXTENDED_ERROR.data, true),
      isIntact: (view.getUint8(at + EXTENDED_ERROR.dataFlags) & EXTENSION_IS_INVALID) === 0,
      headerBytes,
    }),
    ttl,
  };
}

/**
 * Divides what a queue shows of a body, from behind `headerBytes` of the quoted packet on. The kernel knows only of
 * extensions whose place the error tells (RFC 4884); 0 is none.
 */
function divide(
  data: Uint8Array,
  { extensionAt, isIntact, headerBytes }: {
    readonly extensionAt: number;
    readonly isIntact: boolean;
    readonly headerBytes: number;
  },
): Quote {
  if (extensionAt === 0) return divideUntold(data, headerBytes);
  const hasExtension = isIntact && extensionAt < data.length;
  return hasExtension
    ? { quoted: data.subarray(0, extensionAt), extension: data.subarray(extensionAt) }
    : { quoted: data, extension: undefined };
}
