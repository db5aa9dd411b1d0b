/** Who called the program, and what it may do for whom. */
import type { PrivilegesToGiveUp } from "../core/messages.ts";
import { printable } from "../core/name/text.ts";
import { fileText, splitWords } from "../core/option/mod.ts";
import { UnusableError } from "../core/program/world.ts";
import { asCaller, isOrdinaryUser } from "../ffi/privilege.ts";
import { isSystemError, reasonOf } from "./system.ts";

// The id after it, 4294967295, means "no change" to the kernel.
const GREATEST_ID = 4_294_967_294;
// Hundreds of targets; each value that has many lines is looked at again for each of them.
const CONFIG_MOST_BYTES = 64 << 10;
export const CONFIG_REMEDY = "Mend it, or do without it: --config none";

/** Whoever called sudo: the program becomes that user as soon as its sockets are open. */
export function whomToBecome(): PrivilegesToGiveUp {
  if (isOrdinaryUser()) return { uid: undefined, gid: undefined };
  const [uid, gid] = (["SUDO_UID", "SUDO_GID"] as const).map((name) => {
    const text = Deno.env.get(name);
    if (text === undefined || (/^[0-9]{1,10}$/.test(text) && Number(text) <= GREATEST_ID)) return text;
    throw new UnusableError(`Cannot become the user who called sudo: ${name} is ${printable(text)}, and no id`);
  });
  if ((uid === undefined) !== (gid === undefined)) {
    throw new UnusableError("Cannot become the user who called sudo: set both SUDO_UID and SUDO_GID, or neither");
  }
  return uid === undefined ? { uid: undefined, gid: undefined } : { uid: Number(uid), gid: Number(gid) };
}

/** `MTR_PACKET`: a program, or a command where there is no program of that name. */
export function helperOfEnvironment(): readonly string[] | undefined {
  const text = Deno.env.get("MTR_PACKET") ?? "";
  if (text === "") return undefined;
  // Set for mtr's sake: this program sends probes without another one of itself.
  if (isFile(text)) return Deno.realPathSync(text) === Deno.execPath() ? undefined : [text];
  const split = splitWords(text);
  if (!split.ok) throw new UnusableError(`Cannot use MTR_PACKET as a command: ${split.mistake.because}`);
  return split.words;
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return false;
  }
}

/** The text of a configuration, read with no more rights than those of the user who called. */
export function readConfig(name: string): string {
  const cannot = `Cannot read the configuration ${fileText(name)}`;
  try {
    const bytes = asCaller(whomToBecome(), () => {
      using file = Deno.openSync(name);
      return readAtMost(file, CONFIG_MOST_BYTES + 1);
    });
    if (bytes.length > CONFIG_MOST_BYTES) {
      throw new UnusableError(
        `${cannot}: it must have at most ${CONFIG_MOST_BYTES >> 10} KiB; lists of hosts go to -F`,
      );
    }
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) throw new UnusableError(`${cannot}: it must be text in UTF-8`);
    if (!isSystemError(error)) throw error;
    throw new UnusableError(`${cannot}: ${reasonOf(error)}\n${CONFIG_REMEDY}`);
  }
}

function readAtMost(file: { readSync(bytes: Uint8Array): number | null }, most: number): Uint8Array {
  const bytes = new Uint8Array(most);
  let length = 0;
  for (let count; length < most && (count = file.readSync(bytes.subarray(length))) !== null;) length += count;
  return bytes.subarray(0, length);
}
