/**
 * A path that output goes to, and the files there. Everything is called on the main thread, synchronously: the threads
 * of the runtime may have kept privileges that this one has given up.
 */
import { libc } from "./libc.ts";

const ROOT = 0;
const EVERYBODY_WRITES = 0o002;
const STICKY = 0o1000;
const PERMISSIONS = 0o777;

/** A path without a link at its end. */
export interface Place {
  readonly path: string;
  /** With a slash at its end; empty: where the program runs. */
  readonly folder: string;
  readonly name: string;
  /** The regular file there, if there is one. */
  readonly info: Deno.FileInfo | undefined;
}

/** Where a path leads. Throws the system's error, or one like it for what is no file, or a link not to be trusted. */
export function placeOf(path: string): Place {
  const info = infoOf(path);
  if (info?.isSymlink) return placeOf(targetOf(path, info));
  if (info?.isDirectory) throw new Deno.errors.IsADirectory("Is a directory");
  if (info !== undefined && !info.isFile) {
    throw new Deno.errors.NotSupported("it is no file but a device, a pipe or a socket: redirect the output instead");
  }
  const at = path.lastIndexOf("/") + 1;
  return { path, folder: path.slice(0, at), name: path.slice(at), info };
}

/**
 * The end of a link. In a folder that everybody can write anybody can lay one: root would write into its own files for
 * them. So only a link of this user, or of root, is followed.
 */
function targetOf(path: string, { uid }: Deno.FileInfo): string {
  if (uid !== ROOT && uid !== libc().call.geteuid()) {
    throw new Deno.errors.PermissionDenied(`it is a link of another user (uid ${uid}), and is not followed`);
  }
  try {
    return Deno.realPathSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Deno.errors.NotFound("it is a link that leads nowhere");
  }
}

/** What a path is, links not followed; `undefined`: nothing. */
export function infoOf(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.lstatSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Whether `file` is what `path` names, and is a file in its own right. */
export function isAt(file: Deno.FsFile, path: string): boolean {
  const [own, named] = [file.statSync(), infoOf(path)];
  return named !== undefined && named.isFile && own.ino === named.ino && own.dev === named.dev;
}

/** The permissions of a file, for another one in its stead. */
export function modeOf(info: Deno.FileInfo | undefined): number | undefined {
  return info?.mode === null || info?.mode === undefined ? undefined : info.mode & PERMISSIONS;
}

/** Makes a new file to read and to write at its end. With `mode` it has just this one; else the shell's, less the umask. */
export function createFile(path: string, mode: number | undefined): Deno.FsFile {
  const { call } = libc();
  const options = { read: true, append: true, createNew: true } as const;
  if (mode === undefined) return Deno.openSync(path, options);
  const umask = call.umask(0);
  try {
    return Deno.openSync(path, { ...options, mode });
  } finally {
    call.umask(umask);
  }
}

/**
 * Opens a file to read and to write at its end; `undefined` if another one has taken its place meanwhile. A file with
 * several names in a folder that everybody can write may be one of root's, named there by somebody else.
 */
export function openFile({ path, folder, info }: Place): Deno.FsFile | undefined {
  if (info !== undefined && (info.nlink ?? 1) > 1 && isOpenToAll(folder)) {
    throw new Deno.errors.PermissionDenied("it has several names, in a folder that everybody can write");
  }
  try {
    const file = Deno.openSync(path, { read: true, append: true });
    if (isAt(file, path)) return file;
    file.close();
    return undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Whether everybody can make files there. */
export function isOpenToAll(folder: string): boolean {
  return ((folderInfo(folder).mode ?? 0) & EVERYBODY_WRITES) !== 0;
}

/** Throws what a rename would end with: in folders such as /tmp only its owner can rename or replace a file. */
export function checkRename({ folder, info }: Place): void {
  const { mode, uid } = folderInfo(folder);
  const isSticky = ((mode ?? 0) & STICKY) !== 0;
  if (info === undefined || !isSticky || [info.uid, uid].includes(libc().call.geteuid())) return;
  throw new Deno.errors.PermissionDenied(
    `it is another user's (uid ${info.uid}), in a folder where only its owner can rename it`,
  );
}

function folderInfo(folder: string): Deno.FileInfo {
  return Deno.statSync(folder === "" ? "." : folder);
}

/** Writes all of it at the end, or nothing: a part is taken back. Throws the system's error. */
export function writeWhole(file: Deno.FsFile, bytes: Uint8Array<ArrayBuffer>): void {
  const before = file.statSync().size;
  let written = 0;
  try {
    while (written < bytes.length) {
      const count = file.writeSync(bytes.subarray(written));
      if (count === 0) throw new Deno.errors.WriteZero("nothing could be written");
      written += count;
    }
  } catch (error) {
    takeBack(file, before, written);
    throw error;
  }
}

/** Makes a file as long as it was, unless somebody who does not lock has written to it, too. */
export function takeBack(file: Deno.FsFile, before: number, written: number): void {
  if (written > 0 && file.statSync().size === before + written) file.truncateSync(before);
}

/** A name that nobody can guess. */
export function randomName(): string {
  return crypto.getRandomValues(new Uint32Array(2)).reduce(
    (text, part) => text + part.toString(36).padStart(7, "0"),
    "",
  );
}
