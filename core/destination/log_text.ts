/** What a run adds to a log. */

/** A log as it is found under its lock. */
export interface LogEnds {
  readonly isEmpty: boolean;
  /** Its first line is the header that the run would write. */
  readonly hasHeader: boolean;
  /** Its last line is whole. */
  readonly isLineEnded: boolean;
}

/** `text` begins with `header`, which a log has once, where its format has one. A foreign torn line stays by itself. */
export function logText(text: string, header: string | undefined, log: LogEnds): string {
  const isHeaderLeftOut = header !== undefined && log.hasHeader && text.startsWith(header);
  const added = isHeaderLeftOut ? text.slice(header.length) : text;
  return log.isEmpty || log.isLineEnded || added === "" ? added : `\n${added}`;
}
