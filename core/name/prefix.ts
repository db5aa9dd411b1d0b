/** Prefixes of addresses in text. */
import { formatAddress } from "../packet/address.ts";

/** `192.0.2.0/24`: the first `length` bits of an address of 4 or 16 bytes. */
export function prefixText(address: Uint8Array, length: number): string {
  const bytes = address.map((byte, at) => byte & (0xff00 >> Math.min(8, Math.max(0, length - at * 8))));
  return `${formatAddress(bytes)}/${length}`;
}
