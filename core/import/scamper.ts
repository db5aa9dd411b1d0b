/**
 * Traces of scamper as JSON (`sc_warts2json`, `scamper -O json`): an object a line, of which those of type `trace`
 * count.
 */
import * as v from "valibot";
import { real, text, whole } from "../archive/read_line.ts";
import type { Answer } from "../messages.ts";
import type { Family } from "../network.ts";
import { UNKNOWN_OF_IMPORTED } from "../path/unknown_counts.ts";
import { LIMITS, type ProtocolName, type ToldPlan } from "../plan.ts";
import { addressText, familyOf } from "./address_text.ts";
import { icmpAnswer, type Measured, type MeasuredAnswer, type MeasuredProbe } from "./measured.ts";

const MOST_HOPS = 100_000;
const time = v.object({ sec: whole(0, 4_102_444_800), usec: whole(0, 999_999) });
const label = v.object({
  mpls_ttl: whole(0, 255),
  mpls_s: whole(0, 1),
  mpls_exp: whole(0, 7),
  mpls_label: whole(0, 0xfffff),
});
const hop = v.object({
  addr: addressText,
  name: v.optional(text(255)),
  probe_ttl: whole(1, 255),
  probe_id: v.optional(whole(0, 255), 1),
  probe_size: v.optional(whole(0, 65_535)),
  tx: v.optional(time),
  rtt: real(0, 1e9),
  reply_ttl: v.optional(whole(0, 255)),
  icmp_type: v.optional(whole(0, 255)),
  icmp_code: v.optional(whole(0, 255), 0),
  icmp_nhmtu: v.optional(whole(0, 0xffffffff), 0),
  tcp_flags: v.optional(whole(0, 511)),
  icmpext: v.optional(v.array(v.object({ mpls_labels: v.optional(v.pipe(v.array(label), v.maxLength(64)), []) })), []),
});
const trace = v.object({
  type: v.literal("trace"),
  version: v.optional(text(40)),
  method: v.optional(text(40)),
  src: v.optional(addressText),
  dst: addressText,
  dport: v.optional(whole(0, 65_535)),
  stop_reason: v.optional(text(40)),
  start: v.optional(time),
  hop_count: v.optional(whole(0, 255), 0),
  attempts: v.optional(whole(0, 255), 1),
  firsthop: v.optional(whole(1, 255), 1),
  wait: v.optional(whole(0, 3_600)),
  tos: v.optional(whole(0, 255)),
  probe_size: v.optional(whole(0, 65_535)),
  hops: v.optional(v.pipe(v.array(hop), v.maxLength(MOST_HOPS)), []),
});
type Trace = v.InferOutput<typeof trace>;
type Hop = v.InferOutput<typeof hop>;

export const scamperTrace = v.pipe(trace, v.transform(measuredOf));

function measuredOf(found: Trace): Measured {
  const family = familyOf(found.dst);
  const startUs = found.start && inUs(found.start);
  const names = new Map(found.hops.flatMap(({ addr, name }) => name === undefined ? [] : [[addr, name]]));
  return {
    program: "scamper",
    version: found.version ?? "",
    host: found.src ?? "",
    plan: planOf(found),
    typed: found.dst,
    address: found.dst,
    family,
    ...(found.src !== undefined && { source: found.src }),
    ...(startUs !== undefined && { startUnixMs: startUs / 1_000 }),
    names,
    infos: new Map(),
    probes: probesOf(found, family, startUs),
    unknown: UNKNOWN_OF_IMPORTED,
  };
}

function inUs({ sec, usec }: v.InferOutput<typeof time>): number {
  return sec * 1e6 + usec;
}

function planOf({ method = "", firsthop, wait, tos, probe_size, dport }: Trace): ToldPlan {
  const protocol = (["icmp", "udp", "tcp"] as const satisfies readonly ProtocolName[])
    .find((name) => method.startsWith(name));
  const { least } = LIMITS.packetBytes;
  return {
    protocol,
    firstTtl: firsthop,
    rounds: undefined,
    ...(wait !== undefined && wait > 0 && { timeoutUs: wait * 1e6 }),
    ...(tos !== undefined && { trafficClass: tos }),
    ...(probe_size !== undefined && probe_size >= least && { packetBytes: probe_size }),
    ...(protocol === "tcp" && dport !== undefined && dport > 0 && { remotePort: dport }),
  };
}

/** Attempts at a ttl are numbered; those below an answered one, and all of a silent ttl, were lost. */
function probesOf(found: Trace, family: Family, startUs: number | undefined): readonly MeasuredProbe[] {
  const base = found.hops.some(({ probe_id }) => probe_id === 0) ? 0 : 1;
  const byTtl = Map.groupBy(found.hops, ({ probe_ttl }) => probe_ttl);
  const last = Math.max(found.hop_count, ...byTtl.keys());
  const probes: MeasuredProbe[] = [];
  for (let ttl = found.firsthop; ttl <= last; ttl++) {
    const heard = Map.groupBy(byTtl.get(ttl) ?? [], ({ probe_id }) => probe_id - base);
    const sent = heard.size === 0 ? Math.max(1, found.attempts) : Math.max(...heard.keys()) + 1;
    for (let attempt = 0; attempt < sent; attempt++) {
      const replies = heard.get(attempt) ?? [];
      const tx = replies.find((reply) => reply.tx !== undefined)?.tx;
      const packetBytes = replies[0]?.probe_size ?? found.probe_size;
      probes.push({
        ttl,
        round: attempt,
        atUs: tx === undefined || startUs === undefined ? 0 : Math.max(0, inUs(tx) - startUs),
        ...(packetBytes !== undefined && { packetBytes }),
        answers: replies.map((reply, index) => heardOf(reply, index, family)),
      });
    }
  }
  return probes;
}

function heardOf(reply: Hop, index: number, family: Family): MeasuredAnswer {
  return {
    kind: index === 0 ? "reply" : "duplicate",
    from: reply.addr,
    rttUs: reply.rtt * 1_000,
    ...(reply.reply_ttl !== undefined && { replyTtl: reply.reply_ttl }),
    answer: answerOf(reply, family),
  };
}

const SYN_ACK = 0x12;

function answerOf({ icmp_type, icmp_code, icmp_nhmtu, tcp_flags, icmpext }: Hop, family: Family): Answer {
  const labels = icmpext.flatMap(({ mpls_labels }) => mpls_labels).map((entry) => ({
    label: entry.mpls_label,
    trafficClass: entry.mpls_exp,
    bottomOfStack: entry.mpls_s === 1,
    ttl: entry.mpls_ttl,
  }));
  const none = { icmpType: 0, icmpCode: 0, mtu: 0, labels };
  if (tcp_flags !== undefined) return { ...none, kind: (tcp_flags & SYN_ACK) === SYN_ACK ? "synAck" : "reset" };
  if (icmp_type === undefined) return { ...none, kind: "datagram" };
  return { ...icmpAnswer(family, icmp_type, icmp_code), mtu: icmp_nhmtu, labels };
}
