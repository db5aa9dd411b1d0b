/**
 * UDP datagrams that only their checksum tells apart, found again from what an error queue shows of them: the payload, as
 * far as a router quoted it, and where it went. The header, which has the checksum, stays with the kernel.
 *
 * The first two bytes of the payload make the checksum come true, so they differ from datagram to datagram. A router that
 * quotes them, as nearly all do, names the datagram. One that quotes 28 bytes (RFC 792) shows no payload, or zeros in its
 * place (RFC 4884 section 5.1): then it is named only if it is the one datagram to that place that can still be answered.
 * With several under way nobody can know, and the prober gives those that follow ports of their own.
 */
import { parseUdp, UDP_BALANCE_BYTES } from "../core/packet/udp.ts";

// More than there are checksums that name probes of a family (`PORT_SEQUENCES`).
const MOST_REMEMBERED = 32_768;
// How long after its time an answer is still known as one, as the prober has it.
const KEPT_BEHIND_TIMEOUT_US = 60_000_000;

/** Between which port of this host and where a datagram went. */
interface Way {
  readonly from: number;
  readonly to: { readonly address: string; readonly port: number };
}

interface Sent {
  readonly checksum: number;
  readonly way: string;
  readonly atUs: number;
}

export class SentDatagrams {
  readonly #timeoutUs: number;
  /** By way and first two bytes of payload, the oldest first. */
  readonly #sent = new Map<string, Sent>();
  /** What nobody has answered yet, by way, the oldest first. */
  readonly #open = new Map<string, Set<Sent>>();

  /** `timeoutUs` is how long a datagram can be answered. */
  constructor(timeoutUs: number) {
    this.#timeoutUs = timeoutUs;
  }

  /**
   * Remembers a datagram that has left at `atUs`; the oldest are forgotten when there are too many, or nobody waits for
   * them.
   */
  note(address: string, datagram: Uint8Array, atUs: number): void {
    const parsed = parseUdp(datagram);
    if (parsed === undefined || parsed.payload.length < UDP_BALANCE_BYTES) return;
    const { checksum, sourcePort: from, destinationPort: port, payload } = parsed;
    const way = keyOf({ from, to: { address, port } });
    const key = `${way} ${balanceOf(payload)}`;
    const sent = { checksum, way, atUs };
    this.#forget(key);
    this.#sent.set(key, sent);
    const open = this.#openOf(way, atUs);
    this.#open.set(way, open.add(sent));
    const keptFromUs = atUs - this.#timeoutUs - KEPT_BEHIND_TIMEOUT_US;
    for (const [oldest, { atUs: sentUs }] of this.#sent) {
      if (this.#sent.size <= MOST_REMEMBERED && sentUs >= keptFromUs) break;
      this.#forget(oldest);
    }
  }

  /** The checksum of the datagram of this way whose payload begins with `quoted`; `undefined` if nobody can know it. */
  find(way: Way, quoted: Uint8Array, nowUs: number): number | undefined {
    const key = keyOf(way);
    const open = this.#openOf(key, nowUs);
    const [only] = open.size === 1 ? open : [];
    const named = quoted.length < UDP_BALANCE_BYTES ? undefined : this.#sent.get(`${key} ${balanceOf(quoted)}`);
    // Zeros may be a payload, too.
    const sent = quoted.some((byte) => byte !== 0) ? named : only ?? named;
    if (sent !== undefined) open.delete(sent);
    return sent?.checksum;
  }

  #forget(key: string): void {
    const sent = this.#sent.get(key);
    if (sent === undefined) return;
    this.#sent.delete(key);
    const open = this.#open.get(sent.way);
    open?.delete(sent);
    if (open?.size === 0) this.#open.delete(sent.way);
  }

  /** Without those whose time is up. Nothing is kept of a way that an answer names, and nobody took. */
  #openOf(way: string, nowUs: number): Set<Sent> {
    const open = this.#open.get(way) ?? new Set();
    for (const sent of open) {
      if (nowUs - sent.atUs < this.#timeoutUs) break;
      open.delete(sent);
    }
    return open;
  }
}

function keyOf({ from, to: { address, port } }: Way): string {
  return `${from} ${address} ${port}`;
}

function balanceOf(payload: Uint8Array): number {
  return payload[0]! << 8 | payload[1]!;
}
