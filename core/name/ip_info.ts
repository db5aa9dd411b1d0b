/** What is known of the network around an address, wherever it was found. */
import type { IpInfoField } from "../view.ts";

/**
 * As the source spells it, hostile until made printable; what it does not know is absent. `asn` is a number, or several
 * with a blank between; `organization` is the name of who has it.
 */
export type IpInfo = Readonly<Partial<Record<IpInfoField | "organization", string>>>;

/** A file of such knowledge that has been read. */
export interface IpInfoTable {
  /** What it knows of an address in text; `undefined` if nothing. */
  find(address: string): IpInfo | undefined;
}

/** 64:ff9b::/96, whose last four bytes are an IPv4 address (RFC 6052 section 2.1). */
const NAT64_PREFIX = [0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0] as const;

/** The bytes that decide over the network: of an address behind a NAT64 prefix those of the IPv4 address. */
export function routedBytes(address: Uint8Array): Uint8Array {
  const isTranslated = address.length > 4 && NAT64_PREFIX.every((byte, at) => address[at] === byte);
  return isTranslated ? address.subarray(NAT64_PREFIX.length) : address;
}
