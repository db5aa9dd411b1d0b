/** The tables of probe protocols: one more is one file and one line in each. */
import type { ProtocolName } from "../plan.ts";
import { icmp, SHAPE as ICMP_SHAPE } from "./icmp.ts";
import type { ProtocolMaker, Shape } from "./protocol.ts";
import { sctp, SHAPE as SCTP_SHAPE } from "./sctp.ts";
import { SHAPE as TCP_SHAPE, tcp } from "./tcp.ts";
import { SHAPE as UDP_SHAPE, udp } from "./udp.ts";

export const PROTOCOLS: Readonly<Record<ProtocolName, ProtocolMaker>> = { icmp, udp, tcp, sctp };

/** How long their messages are. */
export const SHAPES: Readonly<Record<ProtocolName, Shape>> = {
  icmp: ICMP_SHAPE,
  udp: UDP_SHAPE,
  tcp: TCP_SHAPE,
  sctp: SCTP_SHAPE,
};
