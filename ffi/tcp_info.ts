/** What the kernel knows of a connection (TCP_INFO): struct tcp_info of <linux/tcp.h>. Kernels may write less or more of it. */
import { libc } from "./libc.ts";
import type { Socket } from "./socket.ts";

const AT = { state: 0, congestion: 1, rttUs: 68, totalRepeats: 100, segmentsOut: 136, bytes: 140 } as const;

/** States of a connection without an answer, and of one that has not begun or is over, in <net/tcp_states.h>. */
const SYN_SENT = 2;
const CLOSED = 7;
/** State of congestion control behind a packet that a queue of this host has refused (TCP_CA_CWR, <linux/tcp.h>). */
const REDUCED = 2;

export class TcpInfo {
  readonly #bytes = new Uint8Array(AT.bytes);
  readonly #view = new DataView(this.#bytes.buffer);

  /** Reads that of this socket; false where the kernel tells nothing. */
  read(socket: Socket): boolean {
    const { IPPROTO_TCP, TCP_INFO } = libc().constants;
    this.#bytes.fill(0);
    return socket.tryGet(IPPROTO_TCP, TCP_INFO, this.#bytes);
  }

  get waitsForAnswer(): boolean {
    return this.#view.getUint8(AT.state) === SYN_SENT;
  }

  get isClosed(): boolean {
    return this.#view.getUint8(AT.state) === CLOSED;
  }

  /** A SYN was given to IP, whatever came of it: of one that is closed again it is the proof that it was opened. */
  get hasSent(): boolean {
    return !this.isClosed || this.#view.getUint32(AT.segmentsOut, true) > 0;
  }

  get isReduced(): boolean {
    return this.#view.getUint8(AT.congestion) === REDUCED;
  }

  /** The first sample is the estimate itself (RFC 6298 section 2.2); 0 if there is none, as of a reset. */
  get rttUs(): number {
    return this.#view.getUint32(AT.rttUs, true);
  }

  get hasRepeated(): boolean {
    return this.#view.getUint32(AT.totalRepeats, true) > 0;
  }
}
