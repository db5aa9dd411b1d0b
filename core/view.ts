/** How a measured path is shown: read by `core/path/` and `core/output/`, set by options. Nothing here changes what is sent. */

export const OUTPUT_NAMES = ["report", "csv", "json", "xml", "raw", "split", "jsonl", "nagios"] as const;
export type OutputName = typeof OUTPUT_NAMES[number];

/** What the routing registries tell of an address, in the order of mtr's numbers: 0 is `asn`. */
export const IP_INFO_FIELDS = ["asn", "prefix", "country", "registry", "allocated"] as const;
export type IpInfoField = typeof IP_INFO_FIELDS[number];

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
}

export const DEFAULT_VIEW: View = {
  output: "report",
  wide: false,
  names: true,
  showIps: false,
  order: "LS NABWV",
  ipinfo: [],
  mpls: false,
  addressesShown: VIEW_LIMITS.addressesShown.initial,
};
