/**
 * What mtr prints, without what differs from run to run: times of day and round-trip times. Every figure keeps its
 * place and its width where the output has columns, so that texts that are equal then have the same layout.
 */

export type MtrFormat = "report" | "csv" | "json" | "xml" | "raw" | "split";

/** Titles of columns that hold times. */
const TIMES = ["Last", "Best", "Avg", "Wrst", "StDev", "Gmean", "Jttr", "Javg", "Jmax", "Jint"];

/** The comparable text of an output. */
export const MASKED: Readonly<Record<MtrFormat, (text: string) => string>> = {
  report: (text) => byLine(text, maskReport),
  csv: maskCsv,
  json: (text) => text.replace(titled('"(?:', ')": '), "$1#"),
  xml: (text) => byLine(text, (line) => line.replace(titled("<(?:", ")>"), (whole, tag) => tag + hidden(whole, tag))),
  raw: (text) => sorted(text.replace(/^p (\d+) \d+ /gm, "p $1 # ")),
  split: lastOfEach,
};

function byLine(text: string, mask: (line: string) => string): string {
  return text.split("\n").map(mask).join("\n");
}

/** A number with blanks before it, behind a title that names a time. */
function titled(before: string, behind: string): RegExp {
  return new RegExp(`(${before}${TIMES.join("|")}${behind}) *\\d+(?:\\.\\d+)?`, "g");
}

function hidden(whole: string, kept: string): string {
  return "#".repeat(whole.length - kept.length);
}

/** In a row that nobody answered everything is certain. */
function maskReport(line: string): string {
  if (line.startsWith("Start: ")) return line.replace(/\d/g, "#");
  if (/ 100\.0|-- \?\?\?/.test(line)) return line;
  return line.replace(/ +\d+\.\d(?= |$)/g, (figure) => "#".repeat(figure.length));
}

function maskCsv(text: string): string {
  let titles: readonly string[] = [];
  return byLine(text, (line) => {
    const cells = line.split(",");
    if (cells[0] === "Mtr_Version") titles = cells;
    return cells.map((cell, at) => {
      if (titles[at] === "Start_Time") return cell.replace(/^\d+$/, "#");
      return TIMES.includes(titles[at] ?? "") ? cell.replace(/^\d+\.\d\d$/, "#.##") : cell;
    }).join(",");
  });
}

/**
 * What was sent, what came back, and the names, one after the other: a probe may leave before the answer to the one before
 * it was heard, and names are told when they are there.
 */
function sorted(text: string): string {
  const lines = text.split("\n");
  const isSent = (line: string): boolean => line.startsWith("x ");
  const isName = (line: string): boolean => line.startsWith("d ");
  const others = lines.filter((line) => !isSent(line) && !isName(line));
  return [...lines.filter(isSent), ...others, ...lines.filter(isName).sort()].join("\n");
}

/** Split prints a row whenever it has drawn anew and something has changed; how often that is depends on the machine. */
function lastOfEach(text: string): string {
  const rows = new Map<string, string>();
  for (const line of text.split("\n")) {
    rows.set(line.split(" ")[0] ?? "", line.replace(/ \d+ \d+ \d+$/, " # # #"));
  }
  return [...rows.values()].join("\n");
}
