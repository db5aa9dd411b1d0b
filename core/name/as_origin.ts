/**
 * Which autonomous system announces an address, as Team Cymru's DNS zones tell it: the question is a name made of the
 * address, the answer a TXT record such as `64496 | 192.0.2.0/24 | ZZ | arin | 2010-01-01`.
 */
import { parseAddress } from "../packet/address.ts";

const ZONES = { 4: "origin.asn.cymru.com", 6: "origin6.asn.cymru.com" } as const;
// Routes longer than a /64 are not announced: the first half of an IPv6 address decides.
const IPV6_ROUTED_BYTES = 8;
/** 64:ff9b::/96, whose last four bytes are an IPv4 address (RFC 6052 section 2.1). */
const NAT64_PREFIX = [0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0] as const;

/** The name whose TXT record is asked for; `undefined` if `address` is none. */
export function originQuestion(address: string): string | undefined {
  const bytes = parseAddress(address);
  if (bytes === undefined) return undefined;
  if (bytes.length === 4) return `${[...bytes].reverse().join(".")}.${ZONES[4]}`;
  if (NAT64_PREFIX.every((byte, at) => bytes[at] === byte)) {
    return `${[...bytes.subarray(NAT64_PREFIX.length)].reverse().join(".")}.${ZONES[4]}`;
  }
  const nibbles = [...bytes.subarray(0, IPV6_ROUTED_BYTES)].flatMap((byte) => [byte >> 4, byte & 0x0f]);
  return `${nibbles.reverse().map((nibble) => nibble.toString(16)).join(".")}.${ZONES[6]}`;
}

/** The number, or several with blanks between; `undefined` if the answer begins with none. */
export function originNumber(answer: string): string | undefined {
  const number = answer.split("|")[0]!.trim();
  return /^[0-9]+( [0-9]+)*$/.test(number) ? number : undefined;
}
