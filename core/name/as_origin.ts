/**
 * Which autonomous system announces an address, as Team Cymru's DNS zones tell it: the question is a name made of the
 * address, the answer a TXT record such as `64496 | 192.0.2.0/24 | ZZ | arin | 2010-01-01`.
 */
import { parseAddress } from "../packet/address.ts";
import { type IpInfo, routedBytes } from "./ip_info.ts";

/** Zones that are asked, by the family of the address. */
export type OriginZones = Readonly<Record<4 | 6, string>>;

export const ORIGIN_ZONES: OriginZones = { 4: "origin.asn.cymru.com", 6: "origin6.asn.cymru.com" };
// Routes longer than a /64 are not announced: the first half of an IPv6 address decides.
const IPV6_ROUTED_BYTES = 8;
// A record that tells more than this tells nothing that could be shown.
const LONGEST_ANSWER = 512;
/** Parts of an answer, in their order. */
const PARTS = ["asn", "prefix", "country", "registry", "allocated"] as const satisfies readonly (keyof IpInfo)[];

/** The name whose TXT record is asked for; `undefined` if `address` is none. */
export function originQuestion(address: string, zones: OriginZones = ORIGIN_ZONES): string | undefined {
  const parsed = parseAddress(address);
  if (parsed === undefined) return undefined;
  const bytes = routedBytes(parsed);
  if (bytes.length === 4) return `${[...bytes].reverse().join(".")}.${zones[4]}`;
  const nibbles = [...bytes.subarray(0, IPV6_ROUTED_BYTES)].flatMap((byte) => [byte >> 4, byte & 0x0f]);
  return `${nibbles.reverse().map((nibble) => nibble.toString(16)).join(".")}.${zones[6]}`;
}

/** The parts of an answer; those that are empty are absent, and so is an `asn` that is no number. */
export function originInfo(answer: string): IpInfo {
  const texts = answer.slice(0, LONGEST_ANSWER).split("|").map((part) => part.trim());
  const info: Partial<Record<keyof IpInfo, string>> = {};
  for (const [at, part] of PARTS.entries()) {
    const text = texts[at] ?? "";
    if (text !== "" && (part !== "asn" || /^[0-9]+( [0-9]+)*$/.test(text))) info[part] = text;
  }
  return info;
}
