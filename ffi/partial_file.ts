/**
 * Files under way, beside the one that they belong to: `.NAME.LABEL.ENDING`, locked as long as their writer lives. One
 * without a lock was left by a program that was killed.
 */
import { check } from "./errno.ts";
import { createFile, isAt, type Place, randomName } from "./file_place.ts";
import { libc } from "./libc.ts";
import { cString } from "./struct.ts";

/** Of a file that will take the place of another, and of the note that a log is being written to. */
export type Ending = "mtr-deno-part" | "mtr-deno-note";

/** Characters of the name; with the rest less than the 255 bytes of a file name, in any script. */
const LONGEST_NAME = 45;
// A name is taken from us only by who cleans up in the moment between making and locking it.
const MOST_TRIES = 100;
const O_RDONLY = 0;
// The same on Linux and macOS.
const LOCK_EX = 2;
const LOCK_NB = 4;

export interface PartialFile {
  readonly path: string;
  readonly file: Deno.FsFile;
}

export interface PartialFileOptions {
  readonly ending: Ending;
  /** The file's permissions; else those that the shell would give. */
  readonly mode?: number | undefined;
  /** What it says to who finds it abandoned. */
  readonly label?: string;
}

function beginningOf({ name }: Place): string {
  return `.${[...name].slice(0, LONGEST_NAME).join("")}.`;
}

/** Makes one. Throws the system's error. */
export function createPartialFile(place: Place, { ending, mode, label = "" }: PartialFileOptions): PartialFile {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const path = `${place.folder}${beginningOf(place)}${label}${randomName()}.${ending}`;
    const file = createFile(path, mode);
    file.lockSync(true);
    if (isAt(file, path)) return { path, file };
    file.close();
  }
  throw new Deno.errors.Busy("somebody removes what is begun there");
}

/** Removes those of programs that live no more; `found` is told of each before, with its path. */
export function removeAbandoned(place: Place, ending: Ending, found: (path: string) => void = () => {}): void {
  const beginning = beginningOf(place);
  for (const { name, isFile } of Deno.readDirSync(place.folder === "" ? "." : place.folder)) {
    if (isFile && name.startsWith(beginning) && name.endsWith(`.${ending}`)) {
      removeUnlessAlive(place.folder + name, found);
    }
  }
}

function removeUnlessAlive(path: string, found: (path: string) => void): void {
  const { call } = libc();
  const fd = call.open(cString(path), O_RDONLY);
  // Another user's, or another program was first.
  if (fd < 0) return;
  try {
    if (call.flock(fd, LOCK_EX | LOCK_NB) !== 0) return;
    found(path);
    removeIfThere(path);
  } finally {
    check(call.close(fd), "close", "close a file");
  }
}

/** Removes a file; one that is gone already, or with its folder cannot be reached any more, is no failure. */
export function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
  }
}
