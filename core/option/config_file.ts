/** A configuration that has been read and checked, and what its names stand for. The reader is `config.ts`. */
import { addressFamily } from "./text_value.ts";
import type { Use } from "./normalise.ts";
import type { Origin } from "./problem.ts";

/** A flag as it was used once, and where. */
export interface PlacedUse {
  readonly use: Use;
  readonly origin: Origin;
}

export interface PlacedHost {
  /** As it was written: perhaps a name of the file. */
  readonly host: string;
  readonly origin: Origin;
}

export interface NamedTarget {
  readonly host: string;
  /** For protocols that have ports. */
  readonly port?: number;
}

/** What a name of the file stands for. */
export interface NamedHosts {
  readonly kind: "target" | "group";
  readonly origin: Origin;
  readonly targets: readonly NamedTarget[];
  /** Of a group, as they were written. */
  readonly members?: readonly string[];
}

export interface ConfigFile {
  readonly file: string;
  /** In the order of the lines: of two that set the same, the later one counts, as on a command line. */
  readonly uses: readonly PlacedUse[];
  /** For a run that names none. */
  readonly hosts: readonly PlacedHost[];
  readonly names: ReadonlyMap<string, NamedHosts>;
}

/** The hosts behind the names; whatever is no name is a host. A port is left out where the protocol has none. */
export function hostsBehind(
  hosts: readonly string[],
  names: ConfigFile["names"] | undefined,
  { ports }: { readonly ports: boolean },
): readonly string[] {
  if (names === undefined) return hosts;
  return hosts.flatMap((host) => {
    const targets: readonly NamedTarget[] = names.get(host)?.targets ?? [{ host }];
    return targets.map((target) => textOf(target, ports));
  });
}

function textOf({ host, port }: NamedTarget, ports: boolean): string {
  if (port === undefined || !ports) return host;
  return addressFamily(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}
