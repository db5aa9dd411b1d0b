/**
 * Whether a packet has passed this host's firewall, where the call that sends it does not say so: of SYNs, and of echo requests
 * that an ordinary user sends over IPv6. The counters of the
 * network namespace tell how many packets it was asked to send (OutRequests, RFC 4293), and how many of these came out
 * behind the firewall (OutTransmits, which newer kernels of Linux have). They are of all programs together: so it is
 * known that a packet has not passed if none has while it was sent. Over IPv6 nobody is asked to send the reset that the
 * firewall itself answers with: it is known by its length (OutOctets), which no SYN has.
 */
import type { Family } from "../core/network.ts";
import { libc } from "./libc.ts";
import { cString } from "./struct.ts";

/**
 * What came out while a packet was sent: `nothing`; `allButOne`, which is the packet where an answer is there already;
 * `all`; or nobody has looked.
 */
export type Passage = "nothing" | "allButOne" | "all" | "unknown";

export interface PacketCounts {
  readonly requested: number;
  readonly transmitted: number;
  /** Of those that came out; of IPv6 only. */
  readonly bytes?: number;
}

/** A SYN tells its longest segment, which a reset does not. */
const LEAST_SYN_BYTES_6 = 64;

/** So many in a row are hardly ever let through by a firewall that drops one of ten. */
const PASSED_OF_TRUST = 64;

export class FirewallWatch {
  /** In a row; looks take time, so they are made only until these are enough. */
  #passed = 0;
  #before: PacketCounts | undefined;

  /** A packet is about to be sent. */
  begin(family: Family): void {
    const looks = this.#passed < PASSED_OF_TRUST;
    this.#before = looks ? packetCounts(family) : undefined;
    // A system that does not count is not asked for each packet.
    if (looks && this.#before === undefined) this.#passed = PASSED_OF_TRUST;
  }

  /** It was sent. */
  end(family: Family): Passage {
    const before = this.#before;
    if (before === undefined) return "unknown";
    const after = packetCounts(family);
    const passage = after === undefined ? "unknown" : passageBetween(before, after, LEAST_SYN_BYTES_6);
    this.#passed = passage === "all" ? this.#passed + 1 : 0;
    return passage;
  }

  /** Somebody has reason to look at the next ones. */
  doubt(): void {
    this.#passed = 0;
  }
}

/** What came out while one packet was sent, which has so many bytes at least. */
export function passageBetween(before: PacketCounts, after: PacketCounts, leastBytes: number): Passage {
  const requested = after.requested - before.requested;
  const transmitted = after.transmitted - before.transmitted;
  if (requested > transmitted) return transmitted === 0 ? "nothing" : "allButOne";
  const bytes = (after.bytes ?? Infinity) - (before.bytes ?? 0);
  return requested === 1 && transmitted === 1 && bytes < leastBytes ? "allButOne" : "all";
}

const READ_ONLY = 0;
/** The lines that are looked for stand at the beginning. */
const MOST_BYTES = 4_096;
const FILES: Readonly<
  Record<Family, { readonly path: string; readonly read: (text: string) => PacketCounts | undefined }>
> = {
  4: { path: "/proc/self/net/snmp", read: readSnmp },
  6: { path: "/proc/self/net/snmp6", read: readSnmp6 },
};

const decoder = new TextDecoder();

/** The counts of now; `undefined` where the system does not count so. It takes some 50 µs. */
export function packetCounts(family: Family): PacketCounts | undefined {
  const { call } = libc();
  const { path, read } = FILES[family];
  const fd = call.open(cString(path), READ_ONLY);
  if (fd < 0) return undefined;
  const bytes = new Uint8Array(MOST_BYTES);
  const length = call.read(fd, bytes, bytes.length);
  call.close(fd);
  return length < 0 ? undefined : read(decoder.decode(bytes.subarray(0, length)));
}

/** A line of names, and one of numbers below it: `Ip: Forwarding … OutRequests …`. */
export function readSnmp(text: string): PacketCounts | undefined {
  const [names = [], values = []] = text.split("\n").filter((line) => line.startsWith("Ip: ")).map((line) =>
    line.split(" ")
  );
  const of = (name: string): number => Number(values[names.indexOf(name)]);
  return countsOf(of("OutRequests"), of("OutTransmits"));
}

/** A line for each: `Ip6OutRequests   100`. */
export function readSnmp6(text: string): PacketCounts | undefined {
  const of = (name: string): number => Number(new RegExp(`^${name}\\s+(\\d+)$`, "m").exec(text)?.[1]);
  const counts = countsOf(of("Ip6OutRequests"), of("Ip6OutTransmits"));
  return counts && { ...counts, bytes: of("Ip6OutOctets") };
}

function countsOf(requested: number, transmitted: number): PacketCounts | undefined {
  return Number.isNaN(requested + transmitted) ? undefined : { requested, transmitted };
}
