/** What stands for an address in every output: its name or itself, as the view asks. */
import { asText, hostText } from "../name/text.ts";
import type { ResponderFigures } from "../path/hop.ts";
import type { RunRecord } from "./record.ts";

/** Stands where nobody is known, as in mtr. */
export const UNKNOWN = "???";

/** Name of a responder: `name`, `name (address)` or `address`; `???` for a silent hop. */
export function nameOf(responder: ResponderFigures | undefined, { view, names }: RunRecord): string {
  if (responder === undefined) return UNKNOWN;
  const { address } = responder;
  const name = view.names ? hostText(names.host(address) ?? "") : undefined;
  if (name === undefined) return address;
  return view.showIps ? `${name} (${address})` : name;
}

/** Autonomous system of a responder, `AS???` if it is not known, as in mtr. */
export function asOf(responder: ResponderFigures | undefined, { names }: RunRecord): string {
  return `AS${(responder && asText(names.as(responder.address) ?? "")) ?? UNKNOWN}`;
}

export function localHostOf({ localHost }: RunRecord): string {
  return hostText(localHost) ?? "UNKNOWNHOST";
}
