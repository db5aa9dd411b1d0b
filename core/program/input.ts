/** What is read and looked up before the first probe: hosts, their addresses, files of AS information. */
import { asciiName } from "../name/ascii_name.ts";
import { IpInfoFileError } from "../name/file_error.ts";
import type { IpInfoTable } from "../name/ip_info.ts";
import { readIpInfoFile } from "../name/ip_info_file.ts";
import type { Origin } from "../name/lookups.ts";
import { printable } from "../name/text.ts";
import { parseHostList, type TraceInvocation } from "../option/mod.ts";
import { type Course, isFound, newCourse, settle } from "./course.ts";
import { withLimits } from "./literal.ts";
import { UnusableError, type World } from "./world.ts";

// A name server that is asked in vain takes 10 s to give up by default; longer is no use to anybody.
const FORWARD_LIMIT_MS = 15_000;
// Of the deadline names get one part of so many, where all of them are waited for.
const SHARE_OF_NAMES = 3;
// Names that are not there yet when the measurement has ended get this long.
export const NAMES_LIMIT_MS = 1_000;
// What a list of hosts may weigh: more than a million lines is a mistake.
const HOST_FILE_MOST_BYTES = 32 << 20;

/** Where AS information comes from, if any is wanted; its files are read. */
export async function findOrigin(
  { view, originZones, asFiles }: TraceInvocation,
  world: World,
  ready: Promise<unknown>,
): Promise<Origin | undefined> {
  if (view.ipinfo.length === 0) return undefined;
  if (asFiles.length === 0) return { zones: originZones };
  await readingUser(world, ready);
  const files: IpInfoTable[] = [];
  for (const file of asFiles) files.push(await readAsFile(file, world));
  return { files };
}

export async function readAsFile(file: string, world: World): Promise<IpInfoTable> {
  try {
    return await readIpInfoFile(file, await world.read(file));
  } catch (error) {
    if (error instanceof IpInfoFileError) throw new UnusableError(error.message);
    const reason = world.reasonOf(error);
    if (reason === undefined) throw error;
    throw new UnusableError(`Cannot read AS information from ${printable(file)}: ${reason}`);
  }
}

/**
 * Files are read, and names are asked for, by the user that the program has become. Without sockets it becomes nobody
 * else; then a wrong file is told all the same, where it is that user's own to read.
 */
async function readingUser({ isOrdinaryUser }: World, ready: Promise<unknown>): Promise<void> {
  if (!isOrdinaryUser) await ready;
}

/** The hosts, and for each of those that are looked up when its address, or its failure, is known. */
export interface Sought {
  readonly courses: readonly Course[];
  readonly lookups: readonly Promise<Course>[];
}

interface Seeking {
  readonly ready: Promise<unknown>;
  readonly interrupted: Promise<unknown>;
}

/** Reads the hosts and begins to look them up, which nobody waits for here. */
export async function seekCourses(
  { hosts, files, family, plan }: TraceInvocation,
  world: World,
  { ready, interrupted, limitMs = FORWARD_LIMIT_MS }: Seeking & { readonly limitMs?: number },
): Promise<Sought> {
  if (files.length > 0) await readingUser(world, ready);
  const listed: string[] = [];
  for (const file of files) listed.push(...await readHosts(file, world));
  const made = [...listed, ...hosts].map((host) => newCourse(host, plan, world.nowUnixMs()));
  if (made.length === 0) throw new UnusableError(`Cannot trace: ${files.join(" and ")} names no host`);
  for (const { course, host } of made) settle(course, world.resolver.literal(host), family);
  const unknown = made.filter(({ course }) => !isFound(course) && course.failure === undefined);
  const lookups = unknown.map(async ({ course, host }) => {
    await ready;
    const found = await Promise.race([
      world.resolver.address(asciiName(host), family),
      world.after(limitMs).then(() => ({ ok: false, why: `no answer within ${limitMs / 1e3} s` }) as const),
      interrupted.then(() => undefined),
    ]);
    // Ended early before anybody knew: that is no failure of the name.
    if (found?.ok === true) settle(course, found.endpoint, family);
    else if (found !== undefined) course.failure = `Cannot resolve ${course.typed}: ${found.why}`;
    return course;
  });
  // Whoever waits for `ready` hears of its refusal.
  for (const lookup of lookups) lookup.catch(() => {});
  return { courses: made.map(({ course }) => course), lookups };
}

/** The hosts with their addresses; one whose name is unknown has a failure instead. */
export async function findCourses(
  invocation: TraceInvocation,
  world: World,
  seeking: Seeking,
): Promise<readonly Course[]> {
  const { deadlineUs, limits } = invocation;
  // Names that nobody knows must leave time to measure what is known.
  const limitMs = Math.min(FORWARD_LIMIT_MS, Math.floor((deadlineUs ?? Infinity) / 1e3 / SHARE_OF_NAMES));
  const { courses, lookups } = await seekCourses(invocation, world, { ...seeking, limitMs });
  await Promise.all(lookups);
  return withLimits(courses, limits);
}

async function readHosts(file: string, world: World): Promise<readonly string[]> {
  let text: string;
  try {
    text = await readText(await world.read(file));
  } catch (error) {
    const reason = world.reasonOf(error);
    if (reason === undefined) throw error;
    throw new UnusableError(`Cannot read hosts from ${printable(file)}: ${reason}`);
  }
  const list = parseHostList(text, file);
  if (!list.ok) throw new UnusableError(list.problem.message);
  return list.hosts;
}

async function readText(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (bytes > HOST_FILE_MOST_BYTES) {
      throw new UnusableError(`Cannot read more than ${HOST_FILE_MOST_BYTES >> 20} MiB of hosts`);
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
