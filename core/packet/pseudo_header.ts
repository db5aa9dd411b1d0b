/**
 * The pseudo header that the checksums of UDP, TCP and ICMPv6 cover before the message: parts of the IP header around it, and
 * the length of the message.
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
import { parseIpv4Address } from "./address.ts";
import { checksum, isChecksumRight, sumWords } from "./checksum.ts";
import { sumPseudoHeader } from "./ipv6.ts";

/** The addresses of the IP header around a message, both of one family. */
export interface Between {
  readonly source: string;
  readonly destination: string;
}

const NOTHING = new Uint8Array(0);

/** Sum of the pseudo header of a transport message of `messageBytes`, where its checksum starts. */
export function sumBetween({ source, destination }: Between, protocol: number, messageBytes: number): number {
  if (source.includes(":")) return sumPseudoHeader(source, destination, protocol, messageBytes);
  return sumWords(addressBytes(destination), sumWords(addressBytes(source), messageBytes + protocol));
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

function addressBytes(text: string): Uint8Array {
  const bytes = parseIpv4Address(text);
  if (bytes === undefined) throw new RangeError(`Cannot sum the address ${text}: it must be IPv4, as the source is`);
  return bytes;
}
