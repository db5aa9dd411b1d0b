/** Addresses as other programs write them, in the one spelling that answers are compared by. */
import * as v from "valibot";
import type { Family } from "../network.ts";
import { canonicalAddress } from "../packet/address.ts";

const MUST = "an IPv4 or IPv6 address";

export const addressText = v.pipe(
  v.string(MUST),
  v.maxLength(45, MUST),
  v.check((value) => canonicalAddress(value) !== undefined, MUST),
  v.transform((value) => canonicalAddress(value) ?? value),
);

export function familyOf(address: string): Family {
  return address.includes(":") ? 6 : 4;
}
