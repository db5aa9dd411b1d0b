/**
 * What the kernel tells beside a message: its stamp, its TTL, drops before it, and where an extended error lies. Reads
 * bytes, calls nothing.
 */
import type { Family } from "../core/network.ts";
import type { Constants } from "./constant/mod.ts";
import { ControlMessage, type ReceiveMessage } from "./struct.ts";

/** What the control messages of a received message say. */
export interface Told {
  /** A kernel stamp of CLOCK_REALTIME; 0 s is none. */
  readonly seconds: number;
  readonly ns: number;
  readonly ttl: number | undefined;
  /** The socket's count of messages that were dropped, if there were any. */
  readonly overflowed: number;
  /** Where `sock_extended_err` begins in the control buffer, and its length. */
  readonly errorAt: number;
  readonly errorBytes: number;
}

/** A timespec (Linux) or timeval (macOS: 12 bytes and 4 of padding); an int. */
const STAMP_BYTES = 16;
const TTL_BYTES = 4;
const COUNT_BYTES = 4;

/** What stands in control messages of a family. */
interface Numbers {
  readonly level: number;
  readonly ttl: number;
  readonly error: number;
}

/** Reads one message after the other, and makes nothing for any of them. */
export class ControlReader {
  readonly #constants: Constants;
  readonly #numbers: Readonly<Record<Family, Numbers>>;
  readonly #control = new ControlMessage();
  readonly #told = {
    seconds: 0,
    ns: 0,
    ttl: undefined as number | undefined,
    overflowed: 0,
    errorAt: 0,
    errorBytes: 0,
  };

  constructor(constants: Constants) {
    const c = this.#constants = constants;
    this.#numbers = {
      4: { level: c.IPPROTO_IP, ttl: c.IP_TTL, error: c.IP_RECVERR },
      6: { level: c.IPPROTO_IPV6, ttl: c.IPV6_HOPLIMIT, error: c.IPV6_RECVERR },
    };
  }

  /** What the control messages of `message` say, until the next one is read. */
  read(message: ReceiveMessage, family: Family): Told {
    const { SOL_SOCKET, SCM_TIMESTAMPING, SCM_TIMESTAMP, SO_RXQ_OVFL } = this.#constants;
    const { level: ip, ttl, error } = this.#numbers[family];
    const view = message.controlView;
    const told = this.#told;
    told.seconds =
      told.ns =
      told.overflowed =
      told.errorAt =
      told.errorBytes =
        0;
    told.ttl = undefined;
    const control = this.#control;
    control.nextAt = 0;
    while (message.next(control)) {
      const { level, type, at, bytes } = control;
      if (level === SOL_SOCKET && (type === SCM_TIMESTAMPING || type === SCM_TIMESTAMP) && bytes >= STAMP_BYTES) {
        told.seconds = view.getUint32(at, true);
        const fraction = view.getInt32(at + 8, true);
        told.ns = type === SCM_TIMESTAMPING ? fraction : fraction * 1e3;
      } else if (level === SOL_SOCKET && type === SO_RXQ_OVFL && bytes >= COUNT_BYTES) {
        told.overflowed = view.getUint32(at, true);
      } else if (level === ip && type === ttl && bytes >= TTL_BYTES) {
        told.ttl = view.getInt32(at, true);
      } else if (level === ip && type === error) {
        told.errorAt = at;
        told.errorBytes = bytes;
      }
    }
    return told;
  }
}
