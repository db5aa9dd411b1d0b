/**
 * A path in one process: routers and a target at the far end of a link, which do what no kernel router can be told to do
 * (delays, copies, changing addresses, MPLS labels, short quotes), to echo requests and UDP datagrams. Run inside a world:
 * `deno run --allow-ffi odd_router.ts LINK '{"4": […], "6": […]}'`, a list of hops for each family.
 */
import { type Packet, parseIcmp, parseWithPort } from "./capture.ts";
import { extensionOf, ICMP, interfaceObject, type InterfaceTold, mplsObject, packetOf } from "./build_packet.ts";
import { Frames } from "./system.ts";

/** What one hop does; each list is gone through again and again, one step a probe of that hop. */
export interface OddHop {
  /** Who answers. */
  readonly from: readonly string[];
  /** After how many ms; `null` is never. Without it, at once. */
  readonly delaysMs?: readonly (number | null)[];
  /** Whether the packet is in a loop, and so answered from here as by a router; of the target. Without it, never. */
  readonly goesRound?: readonly boolean[];
  /** How many times. Without it, once. */
  readonly copies?: number;
  /** Label stack entries in the answer of a router. */
  readonly mpls?: readonly (readonly [label: number, tc: number, ttl: number])[];
  /** The interface that the answer of a router names. */
  readonly interface?: InterfaceTold;
  /** Whether it is older than RFC 4884, and does not tell where its extension begins. */
  readonly isOld?: boolean;
  /** TTL and traffic class that the quote shows, instead of those that arrived. */
  readonly quotes?: { readonly ttl?: number; readonly trafficClass?: number };
  /** A translator before it has given IPv4 echo requests this source and identifier, and its quotes keep both. */
  readonly translated?: { readonly source: string; readonly identifier: number };
  /** TTL with which its answers arrive; 64 without. */
  readonly replyTtl?: number;
  /** From where the target answers instead of its own address. */
  readonly answersFrom?: string;
  /** It passes no longer packets than these, and says so of each that it gets to pass on. */
  readonly mtuBytes?: number;
  /** How many bytes of an IPv4 packet it quotes, 20 more of an IPv6 one, before zeros up to 128. */
  readonly quoteBytes?: number;
}

export type OddPaths = Readonly<Record<4 | 6, readonly OddHop[]>>;

interface Due {
  readonly atMs: number;
  readonly frame: Uint8Array<ArrayBuffer>;
}

/** RFC 4884: a quote that an extension follows has this length at least. */
const QUOTE_BYTES = 128;

/** Who sends with this TTL or more asks whether the path is there, and is told at once. */
const READY_TTL = 64;
const ETHERNET_BYTES = 14;
const PORT_UNREACHABLE = { 4: 3, 6: 4 } as const;
/** "Fragmentation needed", "packet too big". */
const TOO_LONG = { 4: { type: 3, code: 4 }, 6: { type: 2, code: 0 } } as const;

function main(link: string, paths: OddPaths): void {
  const frames = Frames.of(link);
  console.log("listening");
  const counts = new Map<string, number>();
  let due: Due[] = [];
  for (;;) {
    const waitMs = due[0] === undefined ? -1 : Math.max(0, Math.ceil(due[0].atMs - performance.now()));
    const frame = frames.next(waitMs);
    const nowMs = performance.now();
    if (frame !== undefined) due.push(...answersTo(frame, nowMs, paths, counts));
    due.sort((a, b) => a.atMs - b.atMs);
    for (const { frame } of due.filter(({ atMs }) => atMs <= nowMs)) frames.send(frame);
    due = due.filter(({ atMs }) => atMs > nowMs);
  }
}

function answersTo(
  question: Uint8Array<ArrayBuffer>,
  nowMs: number,
  paths: OddPaths,
  counts: Map<string, number>,
): readonly Due[] {
  const ip = question.slice(ETHERNET_BYTES);
  const echo = parseIcmp(ip, 0);
  const seen = echo?.kind === "echoRequest" ? echo : parseWithPort(ip, 0);
  if (seen === undefined || (seen !== echo && !("protocol" in seen && seen.protocol === "udp"))) return [];
  const { family, ttl } = seen;
  const path = paths[family];
  const narrow = path.findIndex(({ mtuBytes = Infinity }) => ip.length > mtuBytes);
  const isTooLong = narrow >= 0 && narrow < ttl - 1;
  const index = isTooLong ? narrow : Math.min(ttl, path.length) - 1;
  const hop = path[index];
  if (hop === undefined) return [];
  // Probes that go beyond the target are not counted with those that just reach it.
  const key = `${family} ${ttl}`;
  const count = counts.get(key) ?? 0;
  counts.set(key, count + 1);
  const delayMs = ttl >= READY_TTL ? 0 : hop.delaysMs?.[count % hop.delaysMs.length];
  if (delayMs === null) return [];
  const common = { family, to: seen.from, ttl: hop.replyTtl ?? 64 } as const;
  const from = hop.from[count % hop.from.length] ?? "";
  const type = ICMP[family];
  const goesRound = hop.goesRound?.[count % hop.goesRound.length] === true;
  const isTarget = index === path.length - 1 && !goesRound;
  const rest = new Uint8Array(4);
  let body = quoteOf(ip, family, hop);
  if (hop.mpls !== undefined || hop.interface !== undefined) {
    const quote = new Uint8Array(QUOTE_BYTES);
    quote.set(body);
    // Length of the quote: in 32-bit words for IPv4, in 64-bit words for IPv6.
    if (family === 4) rest[1] = hop.isOld ? 0 : QUOTE_BYTES / 4;
    else rest[0] = hop.isOld ? 0 : QUOTE_BYTES / 8;
    const objects = [hop.mpls && mplsObject(hop.mpls), hop.interface && interfaceObject(hop.interface)];
    body = Uint8Array.of(...quote, ...extensionOf(objects.filter((object) => object !== undefined)));
  }
  if (isTooLong) new DataView(rest.buffer).setUint16(2, hop.mtuBytes ?? 0);
  const own = hop.answersFrom ?? seen.to;
  const packet = packetOf(
    isTooLong
      ? { ...common, from, ...TOO_LONG[family], rest, body }
      : !isTarget
      ? { ...common, from, type: type.timeExceeded, rest, body }
      : "kind" in seen
      ? { ...common, from: own, type: type.echoReply, ...echoed(seen) }
      : { ...common, from: seen.to, type: type.unreachable, code: PORT_UNREACHABLE[family], rest, body },
  );
  // Back to the sender: the two hardware addresses change places, the protocol stays.
  const frame = Uint8Array.of(...question.slice(6, 12), ...question.slice(0, 6), ...question.slice(12, 14), ...packet);
  return new Array<Due>(hop.copies ?? 1).fill({ atMs: nowMs + (delayMs ?? 0), frame });
}

function echoed({ identifier, sequence, payload }: Packet): { readonly rest: Uint8Array; readonly body: Uint8Array } {
  return { rest: Uint8Array.of(identifier >> 8, identifier & 255, sequence >> 8, sequence & 255), body: payload };
}

/** The packet as far as it is quoted. */
function quoteOf(
  ip: Uint8Array<ArrayBuffer>,
  family: 4 | 6,
  { quotes = {}, quoteBytes, translated }: OddHop,
): Uint8Array<ArrayBuffer> {
  const quote = quoteBytes === undefined ? ip.slice(0, QUOTE_BYTES) : new Uint8Array(QUOTE_BYTES);
  if (quoteBytes !== undefined) quote.set(ip.subarray(0, family === 4 ? quoteBytes : quoteBytes + 20));
  if (translated !== undefined) translate(new DataView(quote.buffer), translated);
  // Whose life ends there arrives with the last of it.
  const { ttl = 1, trafficClass } = quotes;
  quote[family === 4 ? 8 : 7] = ttl;
  if (trafficClass !== undefined && family === 4) quote[1] = trafficClass;
  if (trafficClass !== undefined && family === 6) {
    quote[0] = 0x60 | (trafficClass >> 4);
    quote[1] = ((trafficClass & 15) << 4) | ((quote[1] ?? 0) & 15);
  }
  return quote;
}

/** An IPv4 packet with an echo request: its checksum follows the identifier (RFC 1624). */
function translate(packet: DataView, { source, identifier }: NonNullable<OddHop["translated"]>): void {
  source.split(".").forEach((byte, index) => packet.setUint8(12 + index, Number(byte)));
  const sum = packet.getUint16(22) + packet.getUint16(24) - identifier;
  packet.setUint16(22, (sum + 0xffff) % 0xffff);
  packet.setUint16(24, identifier);
}

if (import.meta.main) main(Deno.args[0] ?? "", JSON.parse(Deno.args[1] ?? "{}") as OddPaths);
