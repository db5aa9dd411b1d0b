/** A thread that does nothing but wake at the times at which probes are due, for comparison: prints when it did, as JSON. */
import { pathOf } from "../tests/lab/topology.ts";
import { PollSet } from "../ffi/poll_set.ts";
import { LATENESS_PLAN, type Sent } from "./lateness.ts";

function main(): void {
  const poll = new PollSet();
  const hops = pathOf(4).length;
  const nowUs = (): number => performance.now() * 1e3;
  const startUs = nowUs();
  const woken: Sent[] = [];
  for (let at = 0; at < LATENESS_PLAN.rounds * hops; at++) {
    const dueUs = startUs + at * LATENESS_PLAN.intervalUs / hops;
    for (let waitUs; (waitUs = dueUs - nowUs()) > 0;) poll.wait(waitUs);
    woken.push({ round: Math.floor(at / hops), ttl: at % hops + 1, atUs: nowUs() - startUs });
  }
  console.log(JSON.stringify(woken));
}

if (import.meta.main) main();
