/** What options do with their values: the verbs of the table of options. */
import type { ProtocolName } from "../plan.ts";
import { invalidArgument, type NumberReader, type NumberReading } from "./c_number.ts";
import type { Draft, DraftSettings } from "./draft.ts";
import { hostsOfText } from "./host_name.ts";
import { ipinfoRangeProblem, readIpinfoFields } from "./ipinfo_fields.ts";
import { portProblem, type PortRange } from "./port.ts";
import { readScale } from "./scale.ts";

/** What ends the program before it traces. A failure's message lacks the program's name. */
export type Ending =
  | { readonly kind: "failure"; readonly message: string }
  | { readonly kind: "help" }
  | { readonly kind: "version" };

/** Reads an option's value into the draft. */
export type Action = (draft: Draft, text: string) => Ending | undefined;

/** Sets what the option alone decides. */
export function set(values: Partial<DraftSettings>): Action {
  return ({ settings }) => {
    Object.assign(settings, values);
    return undefined;
  };
}

/** Settings that are any text. */
export function text(name: "device" | "sourceAddress"): Action {
  return ({ settings }, value) => {
    settings[name] = value;
    return undefined;
  };
}

type NumberName = { [Name in keyof DraftSettings]: number extends DraftSettings[Name] ? Name : never }[
  keyof DraftSettings
];

export interface NumberRule {
  /** Less is silently made this, more `most`. */
  readonly least?: number;
  readonly most?: number;
  /** mtr's message, if it does not take the number. `text` is as it was typed. */
  readonly problem?: (value: number, text: string) => string | undefined;
  /** What else the number decides. */
  readonly then?: (settings: DraftSettings) => void;
}

type ReadNumber = (numbers: NumberReader, text: string) => NumberReading;

/** A number that is an `int` of C's. */
export function int(name: NumberName, rule: NumberRule = {}): Action {
  return number(name, (numbers, text) => numbers.int(text), rule);
}

/** A number that is an `unsigned int` of C's. */
export function unsigned(name: NumberName): Action {
  return number(name, (numbers, text) => numbers.unsigned(text), {});
}

/** A time that must be positive. NaN is not refused. */
export function seconds(name: NumberName): Action {
  const problem = (value: number): string | undefined => value <= 0 ? "wait time must be positive" : undefined;
  return number(name, (numbers, text) => numbers.float(text), { problem });
}

function number(name: NumberName, read: ReadNumber, rule: NumberRule): Action {
  const { least = -Infinity, most = Infinity, problem, then } = rule;
  return ({ settings, numbers }, text) => {
    const reading = read(numbers, text);
    if (!reading.ok) return failure(invalidArgument(text, reading));
    const message = problem?.(reading.value, text);
    if (message !== undefined) return failure(message);
    settings[name] = Math.min(Math.max(reading.value, least), most);
    then?.(settings);
    return undefined;
  };
}

/** "value out of range (0 - 255): 256" */
export function range(least: number, most: number): (value: number, text: string) => string | undefined {
  return (value, text) =>
    value < least || value > most ? `value out of range (${least} - ${most}): ${text}` : undefined;
}

/** Only root may probe faster than this. */
const LEAST_INTERVAL_OF_USERS = 1;

/** `-i` */
export function interval(draft: Draft, value: string): Ending | undefined {
  const ending = seconds("intervalSeconds")(draft, value);
  if (ending !== undefined || draft.uid === 0 || !(draft.settings.intervalSeconds < LEAST_INTERVAL_OF_USERS)) {
    return ending;
  }
  return failure("non-root users cannot request an interval < 1.0 seconds");
}

/** `-P`, `-L` */
export function port(name: "remotePort" | "localPort", range: PortRange): Action {
  return int(name, { problem: (value) => portProblem(value, range) });
}

/** `-u`, `-T`, `-S`. `usualPort` is that of a protocol that cannot do without. */
export function protocol(name: ProtocolName, usualPort?: number): Action {
  return ({ settings }) => {
    if (settings.protocol !== "icmp") return failure("-u , -T and -S are mutually exclusive");
    settings.protocol = name;
    settings.remotePort ??= usualPort;
    return undefined;
  };
}

const COLUMN_LETTERS = " LDRSNBAWVGJMXI_";
const MOST_COLUMNS = 20;

/** `-o` */
export function order({ settings }: Draft, value: string): Ending | undefined {
  if (new TextEncoder().encode(value).length > MOST_COLUMNS) return failure(`Too many fields: ${value}`);
  const unknown = [...value].find((letter) => !COLUMN_LETTERS.includes(letter));
  if (unknown !== undefined) return failure(`Unknown field identifier: ${unknown}`);
  settings.order = value;
  return undefined;
}

/** `-y` of 0.95. */
export function ipinfoField({ settings, numbers }: Draft, value: string): Ending | undefined {
  const reading = numbers.int(value);
  if (!reading.ok) return failure(invalidArgument(value, reading));
  const message = ipinfoRangeProblem(reading.value);
  if (message !== undefined) return failure(message);
  settings.ipinfoFields = [reading.value];
  return undefined;
}

/** `-y` of 0.96. */
export function ipinfoFields({ settings, numbers }: Draft, value: string): Ending | undefined {
  const reading = readIpinfoFields(value, numbers);
  if (!reading.ok) return failure(reading.message);
  settings.ipinfoFields = reading.fields;
  return undefined;
}

/** `--ipinfo_provider4`, `--ipinfo_provider6` */
export function ipinfoProvider(family: 4 | 6): Action {
  return ({ settings }, value) => {
    settings.ipinfoProviders = { ...settings.ipinfoProviders, [family]: value };
    return undefined;
  };
}

/** `--scale` */
export function scale({ settings, numbers }: Draft, value: string): Ending | undefined {
  const reading = readScale(value, numbers);
  if (!reading.ok) return failure(reading.message);
  settings.scaleMs = reading.thresholdsMs;
  return undefined;
}

/** `-F` */
export function hostFile({ hosts, readHosts }: Draft, name: string): Ending | undefined {
  const file = readHosts(name);
  if (!file.ok) return failure(`${file.wasOpened ? "ferror" : "open"} ${name}: ${file.reason}`);
  // Not push(...): a long file has more lines than a call takes arguments.
  for (const host of hostsOfText(file.text)) hosts.push(host);
  return undefined;
}

/** `-h` */
export function help(): Ending {
  return { kind: "help" };
}

/** `-v` of 0.95, which looks no further. */
export function version(): Ending {
  return { kind: "version" };
}

/** `-v` of 0.96, which reads all options first. */
export function countVersion(draft: Draft): undefined {
  draft.versionsAsked++;
  return undefined;
}

/** An ending with mtr's message. */
export function failure(message: string): Ending {
  return { kind: "failure", message };
}
