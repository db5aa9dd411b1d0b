/**
 * A log that any number of programs write to: each adds a whole run at once under an exclusive lock, and renames the log
 * under the same lock when it has to. A lock belongs to the file and not to its name; so whoever has one looks whether
 * the file is still the log.
 */
import { logText } from "../core/destination/log_text.ts";
import { isRotationDue, renamings, type Rotation } from "../core/destination/rotation.ts";
import {
  checkRename,
  createFile,
  infoOf,
  isAt,
  modeOf,
  openFile,
  type Place,
  placeOf,
  takeBack,
  writeWhole,
} from "./file_place.ts";
import { repairLog, withNote } from "./log_note.ts";
import { createPartialFile, removeAbandoned, removeIfThere } from "./partial_file.ts";

// A run over many targets takes milliseconds to add; whoever holds a lock for longer is stopped or hangs.
const LOCK_LIMIT_MS = 30_000;
const HURRIED_LIMIT_MS = 800;
// Each time somebody else was faster. Every writer may rotate once before us.
const MOST_TRIES = 1_000;
// What a stream gathers before it is added: more than a day of a run.
const MOST_GATHERED = 1 << 26;
const LINE_FEED = 0x0a;

export interface LogOptions {
  readonly header: string | undefined;
  readonly rotation: Rotation | undefined;
  /** Fulfilled when nothing may be waited for at length any more. */
  readonly hurry: Promise<unknown>;
}

export class AppendedFile {
  readonly #path: string;
  readonly #options: LogOptions;
  #gathered: string[] = [];
  #gatheredLength = 0;

  /** Opens the log once. Throws the system's error, or one like it for a log that a run cannot be added to. */
  constructor(path: string, options: LogOptions) {
    this.#path = path;
    this.#options = options;
    const { file, place } = this.#open();
    try {
      this.#checkHeader(file);
      if (options.rotation !== undefined) checkRotation(file, place, options.rotation);
    } finally {
      file.close();
    }
  }

  async write(text: string): Promise<void> {
    this.#gathered.push(text);
    this.#gatheredLength += text.length;
    if (this.#gatheredLength > MOST_GATHERED) await this.finish();
  }

  async finish(): Promise<void> {
    const text = this.#gathered.join("");
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const { file, place } = await this.#openLocked();
      try {
        repairLog(file, place);
        const bytes = new TextEncoder().encode(this.#textFor(file, text));
        // In the end a log that grows too long is better than a run that is lost.
        if (tries < MOST_TRIES - 1 && this.#rotates(file, place, bytes.length)) continue;
        const before = file.statSync().size;
        await withNote(place, { before, length: bytes.length }, async () => {
          writeWhole(file, bytes);
          await this.#sync(file, before, bytes.length);
        });
        this.#gathered = [];
        this.#gatheredLength = 0;
        return;
      } finally {
        // And with it the lock.
        file.close();
      }
    }
  }

  *giveUp(): Generator<string> {
    yield* this.#gathered;
  }

  /** Some file systems tell only now that the disk is full. */
  async #sync(file: Deno.FsFile, before: number, written: number): Promise<void> {
    try {
      await file.syncData();
    } catch (error) {
      takeBack(file, before, written);
      throw error;
    }
  }

  /** The log as it is now, made if there is none. */
  #open(): { file: Deno.FsFile; place: Place } {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const place = placeOf(this.#path);
      const file = place.info === undefined ? this.#create(place) : openFile(place);
      if (file !== undefined) return { file, place };
    }
    throw new Deno.errors.Busy("it is replaced again and again");
  }

  /** `undefined`: somebody else was faster. After a rotation the log is again for whom it was before. */
  #create({ path }: Place): Deno.FsFile | undefined {
    const before = this.#options.rotation === undefined ? undefined : infoOf(`${path}.1`);
    try {
      return createFile(path, before?.isFile ? modeOf(before) : undefined);
    } catch (error) {
      if (error instanceof Deno.errors.AlreadyExists) return undefined;
      throw error;
    }
  }

  async #openLocked(): Promise<{ file: Deno.FsFile; place: Place }> {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const { file, place } = this.#open();
      await this.#lock(file);
      if (isAt(file, place.path)) return { file, place };
      file.close();
    }
    throw new Deno.errors.Busy("it is replaced again and again");
  }

  async #lock(file: Deno.FsFile): Promise<void> {
    const limit = AbortSignal.timeout(LOCK_LIMIT_MS);
    const { promise: isLate, resolve } = Promise.withResolvers<"late">();
    const late = (): void => resolve("late");
    limit.addEventListener("abort", late);
    void this.#options.hurry.then(() => setTimeout(late, HURRIED_LIMIT_MS));
    if (await Promise.race([file.lock(true), isLate]) === "late") {
      throw new Deno.errors.Busy("another program keeps it locked");
    }
    limit.removeEventListener("abort", late);
  }

  #textFor(file: Deno.FsFile, text: string): string {
    const { size } = file.statSync();
    const isLineEnded = size > 0 && readAt(file, size - 1, 1)[0] === LINE_FEED;
    return logText(text, this.#options.header, { isEmpty: size === 0, hasHeader: this.#hasHeader(file), isLineEnded });
  }

  #hasHeader(file: Deno.FsFile): boolean {
    const { header = "" } = this.#options;
    const bytes = new TextEncoder().encode(header);
    return new TextDecoder().decode(readAt(file, 0, bytes.length)) === header;
  }

  /** Rows below a header of other columns would be wrong without looking so. */
  #checkHeader(file: Deno.FsFile): void {
    if (file.statSync().size === 0 || this.#hasHeader(file)) return;
    throw new Deno.errors.InvalidData(
      "its first line is not the header of these columns; choose those that it has (-o, -y), or another file",
    );
  }

  /** Renames a log that has to make room; false: it need not. */
  #rotates(file: Deno.FsFile, { path }: Place, bytes: number): boolean {
    const { rotation } = this.#options;
    if (rotation === undefined) return false;
    const { size, birthtime } = file.statSync();
    const log = { bytes: size, bornAtMs: birthtime?.getTime() ?? Infinity };
    if (!isRotationDue(rotation.limit, log, { bytes, nowMs: Date.now() })) return false;
    for (const [from, to] of renamings(path, rotation.keep, (name) => infoOf(name) !== undefined)) {
      Deno.renameSync(from, to);
    }
    return true;
  }
}

/** What would keep a log from being renamed: throws it. */
function checkRotation(file: Deno.FsFile, place: Place, { limit }: Rotation): void {
  if (limit.kind === "age" && file.statSync().birthtime === null) {
    throw new Deno.errors.NotSupported(
      "this file system does not tell how old it is: rotate it by size (--rotate 10M)",
    );
  }
  checkRename(place);
  removeAbandoned(place, "mtr-deno-part");
  const probe = createPartialFile(place, { ending: "mtr-deno-part" });
  removeIfThere(probe.path);
  probe.file.close();
}

function readAt(file: Deno.FsFile, at: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  file.seekSync(at, Deno.SeekMode.Start);
  let filled = 0;
  while (filled < length) {
    const count = file.readSync(bytes.subarray(filled));
    if (count === null) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}
