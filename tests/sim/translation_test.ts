/** Address translators on the way: no answer is taken for loss, and what they change is told from the hop where it shows. */
import assert from "node:assert/strict";
import type { RewrittenField } from "../../core/messages.ts";
import { Path } from "../../core/path/path.ts";
import type { TracePlan } from "../../core/plan.ts";
import { path, path6, TARGET, TARGET6 } from "./paths.ts";
import { foreignCount, hopsOf, only, run } from "./run.ts";
import type { Translation } from "./world.ts";

const OUTSIDE = { 4: "192.0.2.200", 6: "2001:db8:aaaa::200" } as const;
/** IP header and the whole of the probe, and no more of it than its first 8 bytes. */
const QUOTES = { whole: undefined, short: 28 } as const;

interface Case {
  readonly plan: Partial<TracePlan>;
  readonly translation: Omit<Translation, "address">;
  /** What shows, in this order. */
  readonly expected: readonly RewrittenField[];
}

const CASES: readonly Case[] = [
  { plan: { protocol: "icmp" }, translation: {}, expected: ["sourceAddress"] },
  { plan: { protocol: "udp" }, translation: {}, expected: ["sourceAddress", "checksum"] },
  { plan: { protocol: "udp" }, translation: { port: 61_000 }, expected: ["sourceAddress", "sourcePort", "checksum"] },
  { plan: { protocol: "udp" }, translation: { restoresAddresses: true, port: 61_000 }, expected: ["checksum"] },
  { plan: { protocol: "tcp" }, translation: { port: 61_000 }, expected: ["sourceAddress", "sourcePort"] },
  { plan: { protocol: "sctp" }, translation: { port: 61_000 }, expected: ["sourceAddress", "sourcePort"] },
];

for (const { plan, translation, expected } of CASES) {
  const words = [
    plan.protocol,
    ...translation.port ? ["with ports"] : [],
    ...translation.restoresAddresses ? ["restored"] : [],
  ];
  for (const family of [4, 6] as const) {
    Deno.test(`behind a translator every answer counts, and what it changes is told: ${words.join(" ")}, IPv${family}`, () => {
      const translates = { ...translation, address: OUTSIDE[family] };
      const target = family === 4 ? TARGET : TARGET6;
      // The second router translates what it forwards: those behind it see the change.
      const described = (family === 4 ? path : path6)(5, { 2: { translates } });
      const { events } = run({ paths: { [target]: described } }, { rounds: 5, ...plan });
      assert.equal(foreignCount(events), 0);
      for (const { ttl, sent, replies, lost } of hopsOf(events).slice(0, 5)) {
        assert.deepEqual({ ttl, sent, replies, lost }, { ttl, sent: 5, replies: 5, lost: 0 });
      }
      const folded = new Path({
        address: target,
        family,
        firstTtl: 1,
        maxTtl: 30,
        asksForPort: plan.protocol !== "icmp",
      });
      events.forEach((event) => folded.apply(event));
      const behind = only(events, "reply").some(({ ttl, answer }) => ttl === 5 && answer.kind === "unreachable");
      assert.deepEqual(folded.hops().map(({ rewritten }) => rewritten), [
        [],
        [],
        expected,
        expected,
        behind ? expected : [],
      ]);
    });
  }
}

Deno.test("behind a translator a short quote of UDP is told by the difference that a long one has taught", () => {
  for (const port of [undefined, 61_000]) {
    const translates = { address: OUTSIDE[4], port };
    const described = path(5, { 1: { translates }, 4: { quoteBytes: QUOTES.short } });
    const { events } = run({ paths: { [TARGET]: described } }, { protocol: "udp", rounds: 5 });
    assert.deepEqual(hopsOf(events).slice(0, 5).map(({ replies }) => replies), [5, 5, 5, 5, 5]);
    assert.equal(foreignCount(events), 0);
  }
});

Deno.test("where nothing is translated, nothing is told", () => {
  for (const protocol of ["icmp", "udp", "tcp", "sctp"] as const) {
    const { events } = run({ paths: { [TARGET]: path(4), [TARGET6]: path6(4) } }, { protocol, rounds: 2 });
    assert.ok(only(events, "reply").every(({ answer }) => answer.rewritten === undefined));
  }
});
