/** What a run adds to a log. */

/** A log as it is found under its lock. */
export interface LogEnds {
  readonly isEmpty: boolean;
  /** Its first line is the header that the run would write. */
  readonly hasHeader: boolean;
  /** Its last line is whole. */
  readonly isLineEnded: boolean;
}

/**
 * Each run of `text` begins with `header`, which a log has once, where its format has one. A foreign torn line stays by
 * itself.
 */
export function logText(text: string, header: string | undefined, log: LogEnds): string {
  const lines = header === undefined ? [text] : text.split(/(?<=\n)/);
  const first = log.hasHeader ? -1 : lines.indexOf(header ?? text);
  const added = lines.filter((line, index) => line !== header || index === first).join("");
  return log.isEmpty || log.isLineEnded || added === "" ? added : `\n${added}`;
}
