/**
 * denort, the runtime inside an executable, where Deno cannot download it: an npm package ships an executable that
 * `deno compile` made, and the part of it up to the end of its ELF image is denort 2.6.10 for Linux on x86-64. Only the
 * exact bytes are taken.
 */

import { cacheFolder } from "./registry.ts";

const PACKAGE = "@dgellow/rfc-linux-x64@0.0.6";
const EXECUTABLE = "package/bin/rfc";
const SHA256 = "1b136202dc147212ad0b129de0c10eb5f17060917c9754c7921cd68f764ad2e2";
const SIZE = 92_183_912;

/** The Deno on npm whose `compile` fits it. */
export const MATCHING_DENO = "deno@2.6.7";
export const DENORT_TARGET = "x86_64-unknown-linux-gnu";

/** Path of a denort with exactly the pinned bytes. Throws if the package holds anything else. */
export async function denortFromNpm(): Promise<string> {
  const path = `${await cacheFolder()}/denort-${SHA256.slice(0, 16)}`;
  if (await holdsPinnedBytes(path)) return path;

  const folder = await Deno.makeTempDir({ prefix: "mtr-deno-denort-" });
  try {
    await output("npm", ["pack", "--silent", "--pack-destination", folder, PACKAGE], folder);
    const archive = [...Deno.readDirSync(folder)].find(({ name }) => name.endsWith(".tgz"))?.name;
    if (archive === undefined) throw new Error(`Cannot unpack ${PACKAGE}: npm pack left no archive`);
    await output("tar", ["-xzf", archive, EXECUTABLE], folder);
    const image = elfImage(await Deno.readFile(`${folder}/${EXECUTABLE}`));
    if (image.length !== SIZE || await sha256(image) !== SHA256) {
      throw new Error(`Cannot use ${PACKAGE}: its denort is not the one with SHA-256 ${SHA256}`);
    }
    await Deno.writeFile(`${path}.${Deno.pid}`, image, { mode: 0o700 });
    await Deno.rename(`${path}.${Deno.pid}`, path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return path;
}

async function holdsPinnedBytes(path: string): Promise<boolean> {
  try {
    return await sha256(await Deno.readFile(path)) === SHA256;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** The bytes up to the end of the section headers, which a linker puts last; empty if it is no 64-bit ELF file. */
function elfImage(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const AT = { class: 4, sectionHeaders: 0x28, sectionHeaderSize: 0x3a, sectionHeaderCount: 0x3c, end: 0x40 } as const;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < AT.end || view.getUint32(0) !== 0x7f454c46 || bytes[AT.class] !== 2) return new Uint8Array();
  const start = Number(view.getBigUint64(AT.sectionHeaders, true));
  const size = view.getUint16(AT.sectionHeaderSize, true) * view.getUint16(AT.sectionHeaderCount, true);
  return bytes.subarray(0, start + size);
}

export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

async function output(command: string, args: string[], cwd: string): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, { args, cwd, stdin: "null" }).output();
  if (!success) throw new Error(`Cannot run ${command} ${args.join(" ")}: ${new TextDecoder().decode(stderr).trim()}`);
}
