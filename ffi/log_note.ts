/**
 * Notes that a log is being written to, for the next writer: a program that is killed in the middle of a write leaves a
 * part of it, and the note says where that begins. Whoever calls these has the lock of the log. Where everybody can make
 * files there are none: anybody could have a log shortened.
 */
import { infoOf, isOpenToAll, type Place } from "./file_place.ts";
import { libc } from "./libc.ts";
import { createPartialFile, type PartialFile, removeAbandoned, removeIfThere } from "./partial_file.ts";

const ENDING = "mtr-deno-note";
// Kernels look for a fatal signal between pages of a write, and no system's are smaller.
const PAGE_BYTES = 4_096;
const ROOT = 0;

/** The write that a note tells of: the log's length before it, and its own. */
interface Write {
  readonly before: number;
  readonly length: number;
}

/** Does `work`, the write, with a note beside it, where that may be torn. */
export async function withNote(place: Place, write: Write, work: () => Promise<void>): Promise<void> {
  const isTearable = write.before % PAGE_BYTES + write.length > PAGE_BYTES && !isOpenToAll(place.folder);
  const note = isTearable ? noteOf(place, write) : undefined;
  try {
    await work();
  } finally {
    if (note !== undefined) removeIfThere(note.path);
    note?.file.close();
  }
}

/** `undefined` where a user may write to the log but not beside it, or there is no room for it. */
function noteOf(place: Place, { before, length }: Write): PartialFile | undefined {
  try {
    return createPartialFile(place, { ending: ENDING, label: `${before}+${length}.` });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return undefined;
  }
}

/** Takes back what killed programs have left of a write. A whole one stays. */
export function repairLog(file: Deno.FsFile, place: Place): void {
  try {
    if (isOpenToAll(place.folder)) return;
    removeAbandoned(place, ENDING, (path) => {
      const [, before, length] = /\.([0-9]{1,15})\+([0-9]{1,15})\.[0-9a-z]+\.[a-z-]+$/.exec(path) ?? [];
      const { size, uid } = file.statSync();
      if (!isTrusted(infoOf(path), uid)) return;
      if (size > Number(before) && size < Number(before) + Number(length)) file.truncateSync(Number(before));
    });
  } catch (error) {
    // A folder that cannot be read has none of this user's notes.
    if (!(error instanceof Deno.errors.PermissionDenied)) throw error;
  }
}

/** Root's, this user's, or the owner's of the log, who could shorten it without a note; and not made so by a link. */
function isTrusted(note: Deno.FileInfo | undefined, owner: number | null): boolean {
  return note !== undefined && note.nlink === 1 && [ROOT, libc().call.geteuid(), owner].includes(note.uid);
}
