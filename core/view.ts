/**
 * How a measured path is shown: read by `core/path/` and `core/output/`, set by options. Nothing here changes what is
 * sent.
 */

export const OUTPUT_NAMES = ["report", "csv", "json", "xml", "raw", "split", "jsonl", "nagios"] as const;
export type OutputName = typeof OUTPUT_NAMES[number];

/** Those that are printed while the run goes on; the others come at its end. */
export const STREAMED: readonly OutputName[] = ["raw", "split", "jsonl"];

/** What the routing registries tell of an address, in the order of mtr's numbers: 0 is `asn`. */
export const IP_INFO_FIELDS = ["asn", "prefix", "country", "registry", "allocated"] as const;
export type IpInfoField = typeof IP_INFO_FIELDS[number];

/** As the targets were given, or as each was finished. */
export const TARGET_ORDERS = ["input", "finish"] as const;
export type TargetOrder = typeof TARGET_ORDERS[number];

/** `initial` holds unless the user says otherwise. */
export const VIEW_LIMITS = {
  addressesShown: { initial: 8, least: 1, most: 128 },
  displayMode: { initial: 0, least: 0, most: 3 },
} as const;

export interface View {
  readonly output: OutputName;
  /** The columns start after the longest name, and nothing is cut. */
  readonly wide: boolean;
  /** Addresses are looked up; otherwise they are shown as they are. */
  readonly names: boolean;
  /** The address stands behind the name. */
  readonly showIps: boolean;
  /** Letters of the columns, from the left; a blank is an empty column, `_` none at all. */
  readonly order: string;
  /** These stand before the name, from the left, each once; empty: nothing is looked up for them. */
  readonly ipinfo: readonly IpInfoField[];
  /** MPLS labels stand below their hop. */
  readonly mpls: boolean;
  /** How many of a hop's addresses a report looks at, from the first that answered on; other formats have all. */
  readonly addressesShown: number;
  /** In which order outputs that are no streams show the targets. */
  readonly targetOrder: TargetOrder;
}

/** How the live screen begins; keys change it. */
export interface ScreenView {
  /** Figures, or charts in dots, colours or braille. */
  readonly displayMode: number;
  /** The lines above the table are left out. */
  readonly compact: boolean;
  /** Upper limits of the charts' levels but the last; `undefined`: they follow what is shown. */
  readonly scaleMs: readonly number[] | undefined;
}

export const DEFAULT_SCREEN_VIEW: ScreenView = {
  displayMode: VIEW_LIMITS.displayMode.initial,
  compact: false,
  scaleMs: undefined,
};

/** The scales of charts that have a name, in ms. */
export const SCALES_MS = {
  fast: [1, 2, 3, 4, 5, 10, 20, 40, 80],
  average: [5, 15, 25, 35, 45, 55, 101, 200, 400],
  slow: [50, 100, 150, 200, 300, 500, 750, 1000, 2000],
} as const satisfies Record<string, readonly number[]>;

export const DEFAULT_VIEW: View = {
  output: "report",
  wide: false,
  names: true,
  showIps: false,
  order: "LS NABWV",
  ipinfo: [],
  mpls: false,
  addressesShown: VIEW_LIMITS.addressesShown.initial,
  targetOrder: "input",
};
