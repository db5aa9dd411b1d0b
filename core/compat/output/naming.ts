/** How mtr writes who is at a hop. */
import { hostText } from "../../name/text.ts";
import type { DialectName } from "../dialect.ts";
import type { MtrError } from "../mtr_answer.ts";
import type { MtrHop, MtrResponder } from "../mtr_path.ts";
import type { CompatSettings } from "../settings.ts";
import type { CompatRun } from "./run.ts";

export const UNKNOWN = "???";

type Namer = Pick<CompatRun, "settings" | "names">;

/** What stands in place of a hop's name when it has refused; 0.95 names the hop all the same. */
const ERROR_TEXTS: Readonly<Record<DialectName, Readonly<Partial<Record<MtrError, string>>>>> = {
  "0.95": {},
  "0.96": {
    ENETDOWN: "(network is down)",
    ENETUNREACH: "(no route to network)",
    EHOSTUNREACH: "(no route to host)",
    EHOSTDOWN: "(host is down)",
  },
};

/** The address's name, printable; `undefined` if it is pending, has none, or names are not asked for. */
export function hostNameOf(address: string, { settings, names }: Namer): string | undefined {
  if (!settings.dns) return undefined;
  const lookup = names.host(address);
  return lookup.kind === "named" ? hostText(lookup.name) : undefined;
}

/** The name or else the address; with -b the address behind the name. */
export function nameOf(address: string | undefined, namer: Namer): string {
  if (address === undefined) return UNKNOWN;
  const name = hostNameOf(address, namer);
  if (name === undefined) return address;
  return namer.settings.showIps ? `${name} (${address})` : name;
}

/** The name of who answered last, or what was refused. */
export function hopNameOf({ latest, error }: MtrHop, namer: Namer): string {
  const text = error && ERROR_TEXTS[namer.settings.dialect][error];
  return text ?? nameOf(latest?.address, namer);
}

/** A responder with its place in the hop's list, from 0. */
export interface PlacedResponder extends MtrResponder {
  readonly place: number;
}

/** The addresses of a hop beside the latest one; only the first ones of its list are looked at. */
export function otherRespondersOf({ responders, latest }: MtrHop, settings: CompatSettings): PlacedResponder[] {
  // 0.95 shows all that it keeps.
  const limit = settings.dialect === "0.95" ? responders.length : Math.max(0, settings.maxDisplayPath);
  return responders.slice(0, limit)
    .map((responder, place) => ({ ...responder, place }))
    .filter(({ address }) => address !== latest?.address);
}
