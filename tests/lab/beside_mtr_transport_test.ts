/** As mtr 0.95 the program prints what Debian's mtr 0.95 prints: over UDP and TCP. */
import { compareAll, RAW } from "./beside_mtr.ts";
import { openWorld } from "./program.ts";
import { ADDRESSES } from "./topology.ts";

/** Ports of the target: one that somebody listens at, one that nobody does, one that answers nothing. */
const OPEN = "80";
const CLOSED = "81";
const FILTERED = "82";

const WORLD = {
  rules: [
    { at: "target", hook: "input", rule: `tcp dport ${FILTERED} drop` },
    { at: "target", hook: "input", rule: `udp dport ${FILTERED} drop` },
  ],
} as const;

// mtr takes the answer to another run's probe for its own, so here they go one by one.
const AT_ONCE = 1;

Deno.test("UDP and TCP are mtr's", async () => {
  await using world = await openWorld(WORLD);
  await using _ports = await world.servePorts();
  await Promise.all(([4, 6] as const).map(async (family) => {
    const { target } = ADDRESSES[family];
    await compareAll(world, [
      { args: ["-run", "-c", "2", target] },
      { args: ["-lun", "-c", "2", ...RAW, target], format: "raw" },
      { args: ["-run", "-c", "2", "-P", "5353", target] },
      { args: ["-run", "-c", "2", "-L", "5000", target] },
      // Over IPv6 mtr 0.95 finds no answer to probes of these.
      ...(family === 4 ? [{ args: ["-run", "-c", "2", "-P", "7", "-L", "5001", target] }] : []),
      { args: ["-run", "-c", "2", "-m", "6", "-P", FILTERED, target] },
      { args: ["-rTn", "-c", "2", target] },
      { args: ["-lTn", "-c", "2", ...RAW, "-P", OPEN, target], format: "raw" },
      { args: ["-rTn", "-c", "2", "-P", CLOSED, target] },
      { args: ["-rTn", "-c", "2", "-m", "6", "-P", FILTERED, target] },
      { args: ["-jTn", "-c", "2", "-P", OPEN, target], format: "json" },
    ], AT_ONCE);
  }));
});
