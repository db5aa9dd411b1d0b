import { printable } from "../name/text.ts";

/** An archive, or a file to import, that cannot be used. The message names the file and the place, and is for the user. */
export class ArchiveError extends Error {
  override readonly name = "ArchiveError";

  /** `where` is such as `line 7`; "" if it is the whole file. */
  constructor(file: string, where: string, why: string) {
    super(`Cannot read ${fileText(file)}: ${where === "" ? "" : `${where}: `}${why}`);
  }
}

/** A content that ends before it should: what stands before is good. */
export class CutOffError extends Error {
  override readonly name = "CutOffError";
}

export function fileText(file: string): string {
  return file === "-" ? "the standard input" : printable(file);
}
