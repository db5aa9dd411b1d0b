/**
 * What the kernel tells beside a message: its stamp, its TTL, drops before it, and where an extended error lies. Reads bytes,
 * calls nothing.
 */
import type { Family } from "../core/network.ts";
import type { Constants } from "./constant/mod.ts";
import { ControlMessage, type ReceiveMessage } from "./struct.ts";

/** What the control messages of a received message say. */
export interface Told {
  /** A kernel stamp of CLOCK_REALTIME; 0 s is none. */
  seconds: number;
  ns: number;
  ttl: number | undefined;
  /** The socket's count of messages that were dropped, if there were any. */
  overflowed: number;
  /** Where `sock_extended_err` begins in the control buffer, and its length. */
  errorAt: number;
  errorBytes: number;
}

/** A timespec (Linux) or timeval (macOS: 12 bytes and 4 of padding); an int. */
const STAMP_BYTES = 16;
const TTL_BYTES = 4;
const COUNT_BYTES = 4;

/** Goes through the control messages of `message` once. */
export function readControls(message: ReceiveMessage, family: Family, c: Constants): Told {
  const view = message.controlView;
  const told: Told = { seconds: 0, ns: 0, ttl: undefined, overflowed: 0, errorAt: 0, errorBytes: 0 };
  const ip = family === 4 ? c.IPPROTO_IP : c.IPPROTO_IPV6;
  const ttlType = family === 4 ? c.IP_TTL : c.IPV6_HOPLIMIT;
  const errorType = family === 4 ? c.IP_RECVERR : c.IPV6_RECVERR;
  const control = new ControlMessage();
  while (message.next(control)) {
    const { level, type, at, bytes } = control;
    if (level === c.SOL_SOCKET && isStamp(type, c) && bytes >= STAMP_BYTES) {
      told.seconds = view.getUint32(at, true);
      const fraction = view.getInt32(at + 8, true);
      told.ns = type === c.SCM_TIMESTAMPING ? fraction : fraction * 1e3;
    } else if (level === c.SOL_SOCKET && type === c.SO_RXQ_OVFL && bytes >= COUNT_BYTES) {
      told.overflowed = view.getUint32(at, true);
    } else if (level === ip && type === ttlType && bytes >= TTL_BYTES) {
      told.ttl = view.getInt32(at, true);
    } else if (level === ip && type === errorType) {
      told.errorAt = at;
      told.errorBytes = bytes;
    }
  }
  return told;
}

function isStamp(type: number, { SCM_TIMESTAMPING, SCM_TIMESTAMP }: Constants): boolean {
  return type === SCM_TIMESTAMPING || type === SCM_TIMESTAMP;
}
