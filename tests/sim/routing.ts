/** What routers do with a packet in the simulated network: which way it goes, how long it waits, what becomes of it. */
import assert from "node:assert/strict";
import { Random } from "./random.ts";
import type { Fork, Hop, Path, Queue, RateLimit, RouteSince, SentMessage, Translation } from "./world.ts";

/** Which of its routers a packet meets. */
export const CHOICES: Readonly<
  Record<NonNullable<Hop["balance"]>, (sent: SentMessage, counts: Counts, random: Random) => number>
> = {
  flow: hashFlow,
  packet: (_, counts) => counts.turns++,
  chance: (_, __, random) => Math.floor(random.next() * 2 ** 16),
};

/** What routers have made of a packet. */
export interface Changed {
  readonly translation: Translation | undefined;
  readonly trafficClass: number;
}

export interface Bucket {
  tokens: number;
  filledUs: number;
}

export interface Counts {
  asked: number;
  forwarded: number;
  turns: number;
  readonly answering: Bucket;
  readonly forwarding: Bucket;
  /** When everything in its queue will have left. */
  queueEmptyUs: number;
}

export function pathAt(described: Path<Hop | Fork> | readonly RouteSince[], atUs: number): Path<Hop | Fork> {
  if ("hops" in described) return described;
  const route = described.findLast(({ sinceUs }) => sinceUs <= atUs);
  assert.ok(route, `No route is described for the time ${atUs}`);
  return route.path;
}

/** What a packet is when a router passes it on. */
export function forwarded(
  { translates, remarks }: Hop,
  ordinal: number,
  { translation, trafficClass }: Changed,
): Changed {
  const isRemarked = remarks !== undefined && (remarks.ordinals?.includes(ordinal) ?? true);
  const { dscp = trafficClass >> 2, ecn = trafficClass & 3 } = isRemarked ? remarks : {};
  return { translation: translates ?? translation, trafficClass: dscp << 2 | ecn };
}

export function takeToken(
  bucket: Bucket,
  { perSecond, burst, inSeconds }: RateLimit,
  atUs: number,
): boolean {
  if (inSeconds) return takeOfSecond(bucket, perSecond, atUs);
  bucket.tokens = Math.min(burst, bucket.tokens + (atUs - bucket.filledUs) / 1_000_000 * perSecond);
  bucket.filledUs = atUs;
  // Sums of fractions miss a whole token by a hair.
  if (bucket.tokens < 1 - 1e-6) return false;
  bucket.tokens -= 1;
  return true;
}

/** Its seconds begin anywhere. */
const SECOND_BEGINS_US = 372_345;

function takeOfSecond(bucket: Bucket, perSecond: number, atUs: number): boolean {
  const second = Math.floor((atUs + SECOND_BEGINS_US) / 1_000_000);
  if (second !== Math.floor((bucket.filledUs + SECOND_BEGINS_US) / 1_000_000)) bucket.tokens = perSecond;
  bucket.filledUs = atUs;
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

/** The hops that a packet meets. */
export function wayOf(hops: readonly (Hop | Fork)[], sent: SentMessage, random: Random, place = 1): readonly Hop[] {
  return hops.flatMap((hop, index) => {
    if (!("ways" in hop)) return hop;
    // Each router has a hash of its own, and a flow that has gone left here may go right there.
    const own = 31 * place + index;
    const choice = hop.chances === undefined
      ? new Random(hashFlow(sent) * 65_537 + own).below(hop.ways.length)
      : drawn(hop.chances, random);
    return wayOf(hop.ways[choice]!, sent, random, own + choice);
  });
}

/** Which of them it is, by chance. */
function drawn(chances: readonly number[], random: Random): number {
  let rest = random.next();
  const index = chances.findIndex((chance) => (rest -= chance) < 0);
  return index < 0 ? chances.length - 1 : index;
}

/** How long a packet takes through a queue; `undefined` if that has no room for it. */
export function enqueue(
  counts: Counts,
  { bitsPerSecond, mostBytes }: Queue,
  bytes: number,
  atUs: number,
): number | undefined {
  const usOf = (length: number): number => length * 8 * 1_000_000 / bitsPerSecond;
  const beginsUs = Math.max(atUs, counts.queueEmptyUs);
  if (beginsUs - atUs + usOf(bytes) > usOf(mostBytes)) return undefined;
  counts.queueEmptyUs = beginsUs + usOf(bytes);
  return counts.queueEmptyUs - atUs;
}

/** What routers hash: addresses and the first four bytes of the message: the ports, or ICMP's checksum among them. */
function hashFlow({ to, bytes }: SentMessage): number {
  let hash = 2_166_136_261;
  const mix = (byte: number): void => {
    hash = Math.imul(hash ^ byte, 16_777_619);
  };
  for (const character of to) mix(character.charCodeAt(0));
  for (const byte of bytes.subarray(0, 4)) mix(byte);
  return (hash >>> 16) ^ (hash & 0xffff);
}
