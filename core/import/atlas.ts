/**
 * Traceroute results of RIPE Atlas: `result` is a list of hops, each with a list of answers. Times within a trace are not
 * told: every probe stands at its start. Times are in ms here.
 */
import * as v from "valibot";
import { real, text, whole } from "../archive/read_line.ts";
import type { Answer } from "../messages.ts";
import type { Family } from "../network.ts";
import { UNKNOWN_OF_IMPORTED } from "../path/unknown_counts.ts";
import { PROTOCOL_NAMES, type ToldPlan } from "../plan.ts";
import { addressText, familyOf } from "./address_text.ts";
import { icmpAnswer, type Measured, type MeasuredAnswer, type MeasuredProbe } from "./measured.ts";

/** It says of answers that they were late, or not the first. */
const UNKNOWN = UNKNOWN_OF_IMPORTED.filter((name) => name !== "late" && name !== "duplicates");

// After too many silent hops a probe goes right to the target, with this ttl.
const LAST_RESORT_TTL = 255;

const label = v.object({ exp: whole(0, 7), label: whole(0, 0xfffff), s: whole(0, 1), ttl: whole(0, 255) });
const answer = v.object({
  from: v.optional(addressText),
  x: v.optional(v.string()),
  rtt: v.optional(real(0, 1e9)),
  /** How many packets later it came; its round trip is not told then. */
  late: v.optional(whole(0, 1e9)),
  dup: v.optional(v.boolean()),
  ttl: v.optional(whole(0, 255)),
  err: v.optional(v.union([text(8), whole(0, 255)])),
  mtu: v.optional(whole(0, 0xffffffff), 0),
  flags: v.optional(text(16)),
  icmpext: v.optional(v.object({
    obj: v.optional(v.array(v.object({ mpls: v.optional(v.pipe(v.array(label), v.maxLength(64)), []) })), []),
  })),
  error: v.optional(text(255)),
});
const hop = v.object({
  hop: whole(1, 255),
  error: v.optional(text(255)),
  result: v.optional(v.pipe(v.array(answer), v.maxLength(1_000)), []),
});
const result = v.object({
  type: v.optional(v.literal("traceroute")),
  fw: v.optional(whole(0, 1e6)),
  af: v.optional(v.picklist([4, 6])),
  dst_name: v.optional(text(255)),
  dst_addr: v.optional(addressText),
  src_addr: v.optional(addressText),
  proto: v.optional(text(8)),
  prb_id: v.optional(whole(0, 1e12)),
  size: v.optional(whole(0, 65_535)),
  timestamp: v.optional(whole(0, 4_102_444_800)),
  endtime: v.optional(whole(0, 4_102_444_800)),
  result: v.pipe(v.array(hop), v.maxLength(256)),
});
type Result = v.InferOutput<typeof result>;
type Heard = v.InferOutput<typeof answer>;

export const atlasResult = v.pipe(result, v.transform(measuredOf));

function measuredOf(found: Result): Measured {
  const { dst_addr, dst_name, src_addr, timestamp, endtime, prb_id } = found;
  const family = found.af ?? (dst_addr === undefined ? 4 : familyOf(dst_addr));
  return {
    program: "RIPE Atlas",
    version: found.fw === undefined ? "" : String(found.fw),
    host: prb_id === undefined ? src_addr ?? "" : `probe-${prb_id}`,
    plan: planOf(found),
    typed: dst_name ?? dst_addr ?? "???",
    ...(dst_addr !== undefined && { address: dst_addr }),
    family,
    ...(src_addr !== undefined && { source: src_addr }),
    ...(timestamp !== undefined && { startUnixMs: timestamp * 1_000 }),
    ...(endtime !== undefined && { endUnixMs: endtime * 1_000 }),
    names: new Map(),
    infos: new Map(),
    probes: probesOf(found, family),
    unknown: UNKNOWN,
  };
}

function planOf({ proto, result: hops }: Result): ToldPlan {
  const firstTtl = hops[0]?.hop;
  return {
    protocol: PROTOCOL_NAMES.find((name) => name === proto?.toLowerCase()),
    ...(firstTtl !== undefined && { firstTtl }),
  };
}

function probesOf({ result: hops, dst_addr }: Result, family: Family): readonly MeasuredProbe[] {
  return hops.flatMap(({ hop: ttl, error, result: answers }, index) => {
    // How many hops lie before it is not known, so it is no row of the path.
    if (ttl === LAST_RESORT_TTL && hops[index - 1]?.hop !== LAST_RESORT_TTL - 1) return [];
    if (error !== undefined) return [{ ttl, round: 0, atUs: 0, failure: failureOf(error), answers: [] }];
    return probesOfHop(ttl, answers, { family, target: dst_addr });
  });
}

/** An entry is a probe, but for one that tells of a late or second answer to a probe before. */
function probesOfHop(
  ttl: number,
  entries: readonly Heard[],
  to: { readonly family: Family; readonly target: string | undefined },
): readonly MeasuredProbe[] {
  const probes: (MeasuredProbe & { readonly answers: MeasuredAnswer[] })[] = [];
  for (const entry of entries) {
    if (entry.error !== undefined) {
      probes.push({ ttl, round: probes.length, atUs: 0, failure: failureOf(entry.error), answers: [] });
      continue;
    }
    const isFurther = entry.dup === true || entry.late !== undefined;
    const of = isFurther ? probes.at(-1 - (entry.late ?? 0)) : undefined;
    if (isFurther) {
      const kind = entry.dup === true ? "duplicate" : "late";
      // Without its round trip there is nothing to tell.
      if (entry.from !== undefined && entry.rtt !== undefined) of?.answers.push(heardOf(entry, kind, to));
      continue;
    }
    const isAnswer = entry.from !== undefined && entry.rtt !== undefined;
    probes.push({ ttl, round: probes.length, atUs: 0, answers: isAnswer ? [heardOf(entry, "reply", to)] : [] });
  }
  return probes;
}

function failureOf(detail: string): NonNullable<MeasuredProbe["failure"]> {
  return { reason: /unreachable|no route/i.test(detail) ? "noRoute" : "other", detail };
}

type Route = Parameters<typeof probesOfHop>[2];

function heardOf(entry: Heard, kind: MeasuredAnswer["kind"], to: Route): MeasuredAnswer {
  const from = entry.from ?? "";
  const labels = (entry.icmpext?.obj ?? []).flatMap(({ mpls }) => mpls).map((one) => ({
    label: one.label,
    trafficClass: one.exp,
    bottomOfStack: one.s === 1,
    ttl: one.ttl,
  }));
  return {
    kind,
    from,
    rttUs: (entry.rtt ?? 0) * 1_000,
    ...(entry.ttl !== undefined && { replyTtl: entry.ttl }),
    answer: { ...answerOf(entry, to), mtu: entry.mtu, labels },
  };
}

/** Its letters for codes of "destination unreachable", by family. */
const ERRORS: Readonly<Record<Family, Readonly<Record<string, number>>>> = {
  4: { N: 0, H: 1, P: 2, p: 3, F: 4, A: 13 },
  6: { N: 0, A: 1, h: 2, H: 3, p: 4 },
};
const UNREACHABLE = { 4: 3, 6: 1 } as const;

function answerOf({ err, flags, from }: Heard, { family, target }: Route): Answer {
  const none = { icmpType: 0, icmpCode: 0, mtu: 0, labels: [] };
  if (err !== undefined) {
    const code = typeof err === "number" ? err : ERRORS[family][err] ?? 0;
    return icmpAnswer(family, UNREACHABLE[family], code);
  }
  if (flags !== undefined) return { ...none, kind: /S/.test(flags) && /A/.test(flags) ? "synAck" : "reset" };
  return from === target ? { ...none, kind: "reached" } : icmpAnswer(family, family === 4 ? 11 : 3, 0);
}
