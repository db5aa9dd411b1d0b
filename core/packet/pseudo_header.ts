/**
 * The pseudo header that the checksums of UDP, TCP and ICMPv6 cover before the message: parts of the IP header around
 * it, and the length of the message.
 *
 *  0        4             8        9          10          12
 * +--------+-------------+--------+----------+-----------+
 * | source | destination | 0      | protocol | length    |       IPv4 (RFC 9293 section 3.1, RFC 768)
 * +--------+-------------+--------+----------+-----------+
 *  0        16            32       36         39          40
 * +--------+-------------+--------+----------+-----------+
 * | source | destination | length | 0        | protocol  |       IPv6 (RFC 8200 section 8.1)
 * +--------+-------------+--------+----------+-----------+
 */
import { parseAddress } from "./address.ts";
import { checksum, isChecksumRight, sumWords } from "./checksum.ts";

/** The addresses of the IP header around a message, both of one family. */
export interface Between {
  readonly source: string;
  readonly destination: string;
}

const NOTHING = new Uint8Array(0);
const MOST_SUMS = 4_096;
const SUMS = new Map<string, number>();

/** Sum of the pseudo header of a transport message of `messageBytes`, where its checksum starts. */
export function sumBetween({ source, destination }: Between, protocol: number, messageBytes: number): number {
  if (source.includes(":") !== destination.includes(":")) {
    throw new RangeError(`Cannot sum the address ${destination}: it must be of the family of ${source}`);
  }
  return sumOf(source) + sumOf(destination) + messageBytes + protocol;
}

/**
 * Whether a message whose checksum field holds `field` is undamaged. A sender leaves the checksum to its network device
 * where that can compute it, with the sum of the pseudo header in the field. Loopback and the pairs of network
 * namespaces never compute it, so a raw socket reads messages in this state.
 */
export function isMessageRight(bytes: Uint8Array, field: number, protocol: number, between: Between): boolean {
  const sum = sumBetween(between, protocol, bytes.length);
  return isChecksumRight(bytes, sum) || field === 0xffff - checksum(NOTHING, sum);
}

/** Sum of an address's words. Those of paths come again with each probe, so the latest are kept. */
function sumOf(address: string): number {
  let sum = SUMS.get(address);
  if (sum !== undefined) return sum;
  const bytes = parseAddress(address);
  if (bytes === undefined) {
    throw new RangeError(`Cannot sum the address ${address}: it must be IPv4, or IPv6 without zone`);
  }
  sum = sumWords(bytes);
  if (SUMS.size === MOST_SUMS) SUMS.clear();
  SUMS.set(address, sum);
  return sum;
}
