/** What `-h` and `-v` print. The words of the usage text are not mtr's. */
import type { DialectName } from "./dialect.ts";
import { type CompatOption, OPTIONS } from "./option_table.ts";

/** Begins with an empty line, which parts it from a message before. */
export function usageText(dialect: DialectName): string {
  const options = OPTIONS[dialect];
  const width = Math.max(...options.map((option) => namesOf(option).length));
  const lines = options.map((option) => `  ${namesOf(option).padEnd(width)}  ${option.help}`);
  return ["", `Usage: mtr [OPTION]... ${HOST_FORM[dialect]}`, "", ...lines, ""].join("\n");
}

const HOST_FORM: Readonly<Record<DialectName, string>> = { "0.95": "[HOST]...", "0.96": "[HOST[:PORT]]..." };

/** "-c, --report-cycles COUNT" */
function namesOf({ short, long, value }: CompatOption): string {
  const names = `${short === undefined ? "   " : `-${short},`} --${long}`;
  return value === undefined ? names : `${names} ${value}`;
}

/** What 0.96 tells when it is asked for its version twice: the parts that mtr can be built without. */
const FEATURES = {
  ipv6: "yes",
  curses: "yes",
  cursesw: "yes",
  braille: "yes",
  gtk: "no",
  json: "yes",
  ipinfo: "yes",
  mark: "yes",
} as const;
const FEATURE_WIDTH = 8;

/** `asked`: how often. */
export function versionText(dialect: DialectName, asked: number): string {
  const version = `mtr ${dialect}\n`;
  if (asked < 2) return version;
  const features = Object.entries(FEATURES).map(([name, has]) => `  ${name.padEnd(FEATURE_WIDTH)} ${has}\n`);
  return `${version}features:\n${features.join("")}`;
}
