/** Order statistics for the tables of the benchmark. */

/** The value below which a share of the values lies: the nearest rank. `undefined` of none. */
export function quantile(values: readonly number[], share: number): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))];
}

export function median(values: readonly number[]): number | undefined {
  return quantile(values, 0.5);
}

/** A table of Markdown with aligned columns. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const { head, line } = openTable(header, rows);
  return [head, ...rows.map(line)].join("\n");
}

/**
 * The same for rows that are not known yet: its head, and a line for each of them; columns are as wide as those of
 * `like`.
 */
export function openTable(
  header: readonly string[],
  like: readonly (readonly string[])[],
): { readonly head: string; readonly line: (row: readonly string[]) => string } {
  const widths = header.map((title, column) =>
    Math.max(title.length, ...like.map((row) => (row[column] ?? "").length))
  );
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, column) => (row[column] ?? "").padEnd(width)).join(" | ")} |`;
  return { head: `${line(header)}\n| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, line };
}
