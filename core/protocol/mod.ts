/** The table of probe protocols: one more is one file and one line here. */
import type { ProtocolName } from "../plan.ts";
import { ICMP } from "./icmp.ts";
import type { ProbeProtocol } from "./protocol.ts";

export const PROTOCOLS: Readonly<Record<ProtocolName, ProbeProtocol>> = { icmp: ICMP };
