/** What stands for an address in every output: its name or itself, as the view asks. */
import { hostText } from "../name/text.ts";
import type { ResponderFigures } from "../path/hop_figures.ts";
import type { RunRecord, RunSetup } from "./record.ts";

/** What decides over a name. */
export interface Naming extends Pick<RunSetup, "view" | "names"> {
  /** How a host name is shown; absent: as the DNS has it. */
  readonly spell?: (name: string) => string;
}

/** Stands where nobody is known, as in mtr. */
export const UNKNOWN = "???";

/** Name of a responder: `name`, `name (address)` or `address`; `???` for a silent hop. */
export function nameOf(responder: Pick<ResponderFigures, "address"> | undefined, naming: Naming): string {
  if (responder === undefined) return UNKNOWN;
  const { address } = responder;
  const name = hostNameOf(address, naming);
  if (name === undefined) return address;
  return naming.view.showIps ? `${name} (${address})` : name;
}

/** The name alone; `undefined` if there is none, none is known or none is wanted. */
export function hostNameOf(address: string, { view, names, spell }: Naming): string | undefined {
  const name = view.names ? hostText(names.host(address) ?? "") : undefined;
  return name === undefined || spell === undefined ? name : spell(name);
}

export function localHostOf({ localHost }: Pick<RunRecord, "localHost">): string {
  return hostText(localHost) ?? "UNKNOWNHOST";
}
