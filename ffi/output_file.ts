/** Files that output goes to, each kind with the same three calls: write, finish, give up. */
import type { DestinationMode } from "../core/destination/destination.ts";
import { AppendedFile, type LogOptions } from "./appended_file.ts";
import { placeOf } from "./file_place.ts";
import { ReplacedFile } from "./replaced_file.ts";

interface OutputFile {
  write(text: string): void | Promise<void>;
  finish(): Promise<void>;
  giveUp(): Iterable<string>;
}

type Request = Omit<LogOptions, "hurry"> & { readonly mode: DestinationMode; readonly path: string };

const KINDS: Readonly<Record<DestinationMode, (path: string, options: LogOptions) => OutputFile>> = {
  replace: (path) => new ReplacedFile(placeOf(path)),
  append: (path, options) => new AppendedFile(path, options),
};

/** Throws the system's error, or one like it. `hurry` is fulfilled when nothing may be waited for at length any more. */
export function openOutputFile({ mode, path, ...options }: Request, hurry: Promise<unknown>): OutputFile {
  // Beyond the limit of a shell (ulimit -f) a write is to fail instead of ending the program.
  Deno.addSignalListener("SIGXFSZ", () => {});
  try {
    return KINDS[mode](path, { ...options, hurry });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
    throw new Deno.errors.PermissionDenied("the runtime keeps programs from writing below /dev, /proc and /sys");
  }
}
