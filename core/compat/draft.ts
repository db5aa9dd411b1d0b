/** What is known while options are read. */
import type { NumberReader } from "./c_number.ts";
import type { DialectName } from "./dialect.ts";
import type { CompatSettings } from "./settings.ts";

/** The text of a file of hosts (`-F`), or why there is none; `-` is the standard input. */
export type ReadHosts = (name: string) =>
  | { readonly ok: true; readonly text: string }
  | {
    readonly ok: false;
    /** The system's text, as "No such file or directory". */
    readonly reason: string;
    /** It could be opened, and then not be read: a directory. */
    readonly wasOpened?: true;
  };

export type DraftSettings = { -readonly [Name in keyof CompatSettings]: CompatSettings[Name] };

export interface Draft {
  readonly settings: DraftSettings;
  readonly numbers: NumberReader;
  /** Those of files. */
  readonly hosts: string[];
  /** How often 0.96 was asked for its version. */
  versionsAsked: number;
  readonly uid: number;
  readonly readHosts: ReadHosts;
}

/** What mtr starts with. */
export function initialSettings(dialect: DialectName): DraftSettings {
  return {
    dialect,
    output: "curses",
    wide: false,
    dns: true,
    showIps: false,
    order: "LS NABWV",
    mpls: false,
    ipinfoFields: [],
    ipinfoProviders: { 4: "origin.asn.cymru.com", 6: "origin6.asn.cymru.com" },
    family: undefined,
    protocol: "icmp",
    intervalSeconds: 1,
    graceSeconds: 5,
    timeoutSeconds: 10,
    cycles: 10,
    hasCycles: false,
    packetBytes: 64,
    bitPattern: 0,
    tos: 0,
    mark: 0,
    device: undefined,
    sourceAddress: undefined,
    remotePort: undefined,
    localPort: undefined,
    firstTtl: 1,
    maxTtl: 30,
    maxUnknown: 12,
    dueTtl: undefined,
    cacheSeconds: undefined,
    maxDisplayPath: 8,
    reportOnExit: false,
    compact: false,
    displayMode: 0,
    scaleMs: undefined,
  };
}
