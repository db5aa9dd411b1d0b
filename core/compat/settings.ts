/**
 * What mtr's command line asks for, with the values as mtr stores them: unchecked where mtr checks nothing. Times are in
 * seconds, as mtr takes them.
 */
import type { Family } from "../network.ts";
import type { ProtocolName } from "../plan.ts";
import type { DialectName } from "./dialect.ts";

export type CompatOutputName = "report" | "xml" | "csv" | "json" | "raw" | "split" | "curses" | "gtk";

export interface CompatSettings {
  readonly dialect: DialectName;
  readonly output: CompatOutputName;
  /** `-w` was given, whatever output was chosen after it. */
  readonly wide: boolean;
  readonly dns: boolean;
  readonly showIps: boolean;
  /** Column letters as they were typed. */
  readonly order: string;
  readonly mpls: boolean;
  /** Fields of the AS lookup, in order; empty is off. 0.95 has one at most. */
  readonly ipinfoFields: readonly number[];
  /** Zones that are asked for the fields. */
  readonly ipinfoProviders: Readonly<Record<Family, string>>;
  readonly family: Family | undefined;
  readonly protocol: ProtocolName;
  /** A 32-bit float; may be NaN. */
  readonly intervalSeconds: number;
  readonly graceSeconds: number;
  readonly timeoutSeconds: number;
  /** May be 0 or negative: then nothing is sent. */
  readonly cycles: number;
  /** `-c` was given. */
  readonly hasCycles: boolean;
  /** Negative is random up to that, as in 0.96. */
  readonly packetBytes: number;
  /** Negative is random. */
  readonly bitPattern: number;
  readonly tos: number;
  readonly mark: number;
  readonly device: string | undefined;
  readonly sourceAddress: string | undefined;
  readonly remotePort: number | undefined;
  readonly localPort: number | undefined;
  readonly firstTtl: number;
  readonly maxTtl: number;
  readonly maxUnknown: number;
  /** `-D`: the target is not taken for reached below it. */
  readonly dueTtl: number | undefined;
  /** `--cache`: a hop that answered within this time is not probed. */
  readonly cacheSeconds: number | undefined;
  /** `-E`: addresses of a hop that are shown. */
  readonly maxDisplayPath: number;
  readonly reportOnExit: boolean;
  readonly compact: boolean;
  readonly displayMode: number;
  /** Limits of the strip charts in ms, nine of them. */
  readonly scaleMs: readonly number[] | undefined;
}
