/** What a flag is: a row of the table in `flags.ts`. */
import type { LIMITS, RUN_LIMITS } from "../plan.ts";
import type { VIEW_LIMITS } from "../view.ts";

/** What flags set, by one name each: plan and view have most of them under the same name. */
export type SettingName =
  | keyof typeof LIMITS
  | keyof typeof RUN_LIMITS
  | keyof typeof VIEW_LIMITS
  | "action"
  | "asFile"
  | "compact"
  | "dryRun"
  | "fromJsonl"
  | "gzip"
  | "failIf"
  | "quiet"
  | "compat"
  | "config"
  | "destination"
  | "destinationMode"
  | "device"
  | "family"
  | "file"
  | "flow"
  | "helper"
  | "ipinfo"
  | "ipinfoZone4"
  | "ipinfoZone6"
  | "mpls"
  | "multipath"
  | "noDns"
  | "order"
  | "output"
  | "printConfig"
  | "protocol"
  | "reportOnExit"
  | "rotation"
  | "rotationKeep"
  | "scale"
  | "share"
  | "showIps"
  | "sourceAddress"
  | "targetOrder"
  | "wide";

interface Naming {
  readonly long: string;
  /** Absent where the long name is the only one. */
  readonly short?: string;
  readonly group: Group;
  readonly help: string;
  /** Every value counts, not only the last. */
  readonly repeatable?: true;
  /** It has no meaning in a configuration. */
  readonly commandLineOnly?: true;
}

/** Takes no value; the settings it sets, with their values. `"true"` marks a setting that is off or on. */
export interface SwitchFlag extends Naming {
  readonly kind: "flag";
  readonly sets: readonly (readonly [SettingName, string])[];
}

interface ValueNaming extends Naming {
  readonly sets: SettingName;
  /** Further settings that it sets, as a flag without value does. */
  readonly setsToo?: readonly (readonly [SettingName, string])[];
  /** Stands for the value in the help. */
  readonly value: string;
  /** What the value is, in messages: "Cannot use X as NOUN". */
  readonly noun: string;
  /** What holds without the flag does so beside some other flags only. */
  readonly initialDepends?: true;
}

/** What a number may be; `initial` is what holds unless the flag is given, where there is such a thing. */
export interface FlagLimits {
  readonly initial: number | undefined;
  readonly least: number;
  readonly most: number;
}

/** A whole number. */
export interface NumberFlag extends ValueNaming {
  readonly kind: "number";
  readonly limits: FlagLimits;
  /** A second range beside `limits`, and what it is for. */
  readonly also?: { readonly least: number; readonly most: number; readonly meaning: string };
}

/** Seconds with fractions; the setting and its limits are in µs. */
export interface SecondsFlag extends ValueNaming {
  readonly kind: "seconds";
  readonly limits: FlagLimits;
}

export interface TextFlag extends ValueNaming {
  readonly kind: "text";
  /** What holds unless the flag is given, where there is such a thing. */
  readonly initial?: string;
  /** What the value must be, in words, if `text` is not that. */
  readonly requirement: (text: string) => string | undefined;
}

export type ValueFlag = NumberFlag | SecondsFlag | TextFlag;
export type Flag = SwitchFlag | ValueFlag;

/** In the order of the help. */
export const GROUPS = [
  "Output",
  "Names",
  "Targets",
  "Path",
  "Time",
  "Packets",
  "Limits",
  "Screen (no effect on any output above)",
  "Programs",
  "About",
] as const;
export type Group = typeof GROUPS[number];

/** One of mtr's that is known by its name only. */
export interface MissingFlag {
  readonly kind: "missing";
  readonly long: string;
  readonly short?: string;
  /** Why it cannot be used, and what to do. */
  readonly because: string;
}
