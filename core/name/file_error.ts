import { printable } from "./text.ts";

/** A file of AS information that cannot be used. The message names the file and the place in it, and is for the user. */
export class IpInfoFileError extends Error {
  /** `where` is a line or an offset in bytes; "" if it is the whole file. */
  constructor(file: string, where: string, why: string) {
    super(`Cannot read AS information from ${printable(file)}: ${where === "" ? "" : `${where}: `}${why}`);
    this.name = "IpInfoFileError";
  }
}
