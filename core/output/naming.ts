/** What stands for an address in every output: its name or itself, as the view asks. */
import { asText, hostText } from "../name/text.ts";
import type { ResponderFigures } from "../path/hop.ts";
import type { RunRecord, RunSetup } from "./record.ts";

/** What decides over a name. */
type Naming = Pick<RunSetup, "view" | "names">;

/** Stands where nobody is known, as in mtr. */
export const UNKNOWN = "???";

/** Name of a responder: `name`, `name (address)` or `address`; `???` for a silent hop. */
export function nameOf(responder: ResponderFigures | undefined, naming: Naming): string {
  if (responder === undefined) return UNKNOWN;
  const { address } = responder;
  const name = hostNameOf(address, naming);
  if (name === undefined) return address;
  return naming.view.showIps ? `${name} (${address})` : name;
}

/** The name alone; `undefined` if there is none, none is known or none is wanted. */
export function hostNameOf(address: string, { view, names }: Naming): string | undefined {
  return view.names ? hostText(names.host(address) ?? "") : undefined;
}

/** Autonomous system of a responder, `AS???` if it is not known, as in mtr. */
export function asOf(responder: ResponderFigures | undefined, naming: Naming): string {
  return `AS${(responder && asNumberOf(responder.address, naming)) ?? UNKNOWN}`;
}

/** The number alone, several with a blank between; `undefined` if it is not known. */
export function asNumberOf(address: string, { names }: Naming): string | undefined {
  return asText(names.as(address) ?? "");
}

export function localHostOf({ localHost }: RunRecord): string {
  return hostText(localHost) ?? "UNKNOWNHOST";
}
