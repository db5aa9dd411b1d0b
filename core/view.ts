/** How a measured path is shown: read by `core/path/` and `core/output/`, set by options. Nothing here changes what is sent. */

export const OUTPUT_NAMES = ["report", "csv", "json", "xml", "raw", "split"] as const;
export type OutputName = typeof OUTPUT_NAMES[number];

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
  /** The number of the autonomous system stands before the name. */
  readonly asLookup: boolean;
  /** MPLS labels stand below their hop. */
  readonly mpls: boolean;
}

export const DEFAULT_VIEW: View = {
  output: "report",
  wide: false,
  names: true,
  showIps: false,
  order: "LS NABWV",
  asLookup: false,
  mpls: false,
};
