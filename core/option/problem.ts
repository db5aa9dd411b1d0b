/** What a user typed that cannot be used, in words for the user. */

/** Whole text for the user, one line without full stop. */
export interface UsageProblem {
  readonly message: string;
}

/** Says where to read on after any usage problem; a line of its own. */
export const USAGE_REMEDY = 'Try "mtr-deno --help"';

/** The two halves of a message, so that its origin can stand between them: `Cannot DO ORIGIN: BECAUSE`. */
export interface Mistake {
  readonly cannot: string;
  readonly because: string;
}

/** A line of a configuration, counted from 1. */
export interface FilePlace {
  readonly file: string;
  readonly line: number;
}

/** The words of the command line need no origin: the user has them before his eyes. */
export type Origin = "command line" | "MTR_OPTIONS" | FilePlace;

export function usageProblem({ cannot, because }: Mistake, origin: Origin): UsageProblem {
  const where = origin === "command line" ? "" : origin === "MTR_OPTIONS" ? ` in ${origin}` : ` at ${placeOf(origin)}`;
  return { message: `Cannot ${cannot}${where}: ${because}` };
}

/** `/etc/mtr.toml:3` */
export function placeOf({ file, line }: FilePlace): string {
  return `${fileText(file)}:${line}`;
}

/** The name of a file as one harmless word, quoted only where it has to be. */
export function fileText(file: string): string {
  return /^[\w./~+@-]{1,200}$/.test(file) ? file : quoted(file);
}

/** Enough to recognise one's own words; a whole file pasted as a value would bury the message. */
const LONGEST_QUOTE = 80;

/** `text` as one harmless line: quoted, control characters and those that turn the direction of text escaped, cut. */
export function quoted(text: string): string {
  const cut = text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}...` : text;
  return JSON.stringify(cut).replace(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
