/** A file that is written beside and takes the place of the old one at the end: readers see the one or the other, whole. */
import { checkRename, modeOf, type Place, writeWhole } from "./file_place.ts";
import { createPartialFile, type PartialFile, removeAbandoned, removeIfThere } from "./partial_file.ts";

// How much is read at once of what has to go elsewhere.
const CHUNK_BYTES = 1 << 16;

export class ReplacedFile {
  readonly #place: Place;
  readonly #partial: PartialFile;
  readonly #onUnload = (): void => removeIfThere(this.#partial.path);
  /** A text that the file had no room for. */
  #left = "";

  /** Throws the system's error where the file could not be written, or nothing can be made beside it. */
  constructor(place: Place) {
    this.#place = place;
    // What the shell refuses to write to is not replaced either.
    if (place.info !== undefined) Deno.openSync(place.path, { write: true }).close();
    checkRename(place);
    removeAbandoned(place, "mtr-deno-part");
    this.#partial = createPartialFile(place, { ending: "mtr-deno-part", mode: modeOf(place.info) });
    // However the program ends by itself, nothing is left behind.
    addEventListener("unload", this.#onUnload);
  }

  write(text: string): void {
    try {
      writeWhole(this.#partial.file, new TextEncoder().encode(text));
    } catch (error) {
      this.#left = text;
      throw error;
    }
  }

  async finish(): Promise<void> {
    // Some file systems tell only now that the disk is full.
    await this.#partial.file.sync();
    Deno.renameSync(this.#partial.path, this.#place.path);
    removeEventListener("unload", this.#onUnload);
    this.#partial.file.close();
  }

  *giveUp(): Generator<string> {
    removeIfThere(this.#partial.path);
    removeEventListener("unload", this.#onUnload);
    const { file } = this.#partial;
    file.seekSync(0, Deno.SeekMode.Start);
    const decoder = new TextDecoder();
    const chunk = new Uint8Array(CHUNK_BYTES);
    for (let count; (count = file.readSync(chunk)) !== null;) {
      yield decoder.decode(chunk.subarray(0, count), { stream: true });
    }
    yield decoder.decode();
    yield this.#left;
    file.close();
  }
}
