/** Every single time that is told is the wire's, within the bound that is told with it. */
import assert from "node:assert/strict";
import type { RunOptions } from "./world.ts";
import { mtr, openWorld, told } from "./program.ts";
import { echoTrips, transportTrips } from "./wire_trips.ts";
import { ADDRESSES, OPEN_PORTS } from "./topology.ts";

const ROUNDS = 5;
/** A capture's stamps are doubles of wall-clock µs. */
const CAPTURE_ROUNDING_US = 0.5;

const PROBES = {
  "ICMP": [],
  "UDP": ["-u"],
  "TCP, open port": ["-T", "-P", String(OPEN_PORTS.tcp)],
  "TCP, closed port": ["-T", "-P", "81"],
  "TCP, open port, varying flows": ["-T", "-P", String(OPEN_PORTS.tcp), "--vary-flow"],
  "TCP, closed port, varying flows": ["-T", "-P", "81", "--vary-flow"],
} as const;

/**
 * What the kernel's TCP sends keeps the time of its departure while it stays in one machine, so that the capture and the
 * socket each have a stamp of their own of its arrival, the socket's when it is delivered: within the same interrupt.
 */
const IS_STAMPED_TWICE: ReadonlySet<string> = new Set(["synAck", "reset"]);
const DELIVERY_US = 1_000;

interface Record {
  readonly kind: string;
  readonly probe: number;
  readonly answer: { readonly kind: string };
  readonly rttUs: number;
  readonly errorUs: number;
}

Deno.test("every time is that of a capture on the interface, within its own bound", async (t) => {
  await using world = await openWorld();
  await using _ports = await world.servePorts();
  for (const family of [4, 6] as const) {
    const { target } = ADDRESSES[family];
    for (const [protocol, options] of Object.entries(PROBES)) {
      for (const asOrdinaryUser of [false, true]) {
        await t.step(
          `IPv${family}, ${protocol}, ${asOrdinaryUser ? "ordinary user" : "root"}`,
          () => check([...options, target], { protocol, target, run: { asOrdinaryUser } }),
        );
      }
    }
  }

  async function check(
    args: readonly string[],
    { protocol, target, run }: { readonly protocol: string; readonly target: string; readonly run: RunOptions },
  ): Promise<void> {
    await using capture = await world.capture({ filter: "icmp or icmp6 or udp or tcp", immediate: false });
    const result = await mtr(world, ["--jsonl", "-n", "-c", `${ROUNDS}`, "-i", "0.05", ...args], run);
    assert.equal(result.code, 0, told(result));
    const records: readonly Record[] = result.stdout.trim().split("\n").map((line) => JSON.parse(line));
    const trips = protocol === "ICMP"
      ? echoTrips(await capture.stop())
      : transportTrips(await capture.stopWithPorts(), target);
    const sent = records.filter(({ kind }) => kind === "sent");
    assert.equal(trips.length, sent.length, told(result));
    const replies = records.filter(({ kind }) => kind === "reply");
    assert.ok(replies.length >= 4 * ROUNDS, told(result));
    for (const { probe, rttUs, errorUs, answer } of replies) {
      const { sentUs, answeredUs } = trips[sent.findIndex((record) => record.probe === probe)]!;
      const offUs = rttUs - (answeredUs! - sentUs);
      const mostUs = errorUs + CAPTURE_ROUNDING_US;
      const isLater = IS_STAMPED_TWICE.has(answer.kind) && run.asOrdinaryUser !== true;
      assert.ok(
        offUs >= -mostUs && offUs <= mostUs + (isLater ? DELIVERY_US : 0),
        `probe ${probe}: ${rttUs} ± ${errorUs} is off by ${offUs} µs`,
      );
    }
  }
});
