/**
 * Where output goes instead of the standard output: what may be asked for. This room decides about names, rotation and
 * what a log gets; it touches no file.
 */
import type { Rotation } from "./rotation.ts";

/** `replace`: written beside and renamed at the end. `append`: a whole run at once, behind those of before. */
export const DESTINATION_MODES = ["replace", "append"] as const;
export type DestinationMode = typeof DESTINATION_MODES[number];

export interface Destination {
  readonly mode: DestinationMode;
  /** Path of a file, with names in braces: see `file_name.ts`. */
  readonly name: string;
  /** Of a log. */
  readonly rotation: Rotation | undefined;
}
