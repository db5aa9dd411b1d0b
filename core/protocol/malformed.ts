/** Messages that nobody can read: for who counts what was no answer. */
import type { Family, Transport } from "../network.ts";
import { parseIcmp4 } from "../packet/icmp4.ts";
import { parseIcmp6 } from "../packet/icmp6.ts";
import { parseIpv4 } from "../packet/ipv4.ts";
import { parseIpv6 } from "../packet/ipv6.ts";
import { parseSctp } from "../packet/sctp.ts";
import { parseTcp } from "../packet/tcp.ts";
import { parseUdp } from "../packet/udp.ts";
import type { Arrival } from "./protocol.ts";

const ICMP = { 4: parseIcmp4, 6: parseIcmp6 } as const satisfies Record<Family, unknown>;
const QUOTED = { 4: parseIpv4, 6: parseIpv6 } as const satisfies Record<Family, unknown>;

const READS: Readonly<Record<Transport, (bytes: Uint8Array, family: Family) => boolean>> = {
  icmp: (bytes, family) => {
    const message = ICMP[family](bytes);
    return message !== undefined && (!("quoted" in message) || QUOTED[family](message.quoted) !== undefined);
  },
  udp: (bytes) => parseUdp(bytes) !== undefined,
  tcp: (bytes) => parseTcp(bytes) !== undefined,
  sctp: (bytes) => parseSctp(bytes) !== undefined,
};

/** Whether it is cut short, its checksum wrong, or what it quotes no packet. A kernel tells of what it could read only. */
export function isMalformed(arrival: Arrival): boolean {
  return arrival.kind === "message" && !READS[arrival.transport](arrival.bytes, arrival.family);
}
