/** The table of probe protocols: one more is one file and one line here. */
import type { ProtocolName } from "../plan.ts";
import { icmp } from "./icmp.ts";
import type { ProtocolMaker } from "./protocol.ts";
import { sctp } from "./sctp.ts";
import { tcp } from "./tcp.ts";
import { udp } from "./udp.ts";

export const PROTOCOLS: Readonly<Record<ProtocolName, ProtocolMaker>> = { icmp, udp, tcp, sctp };
