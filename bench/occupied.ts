/**
 * `occupied.ts ADDRESS SHARE`: a program on the library that traces while its main thread computes for so large a share of
 * the time, in pieces of 50 ms. Prints when each probe left, as JSON.
 */
import { DEFAULT_PLAN, trace } from "../mod.ts";
import { LATENESS_PLAN, type Sent } from "./lateness.ts";

const PIECE_MS = 50;

async function main(address: string, share: number): Promise<void> {
  const sent: Sent[] = [];
  let isOver = false;
  const keepBusy = (): void => {
    const startedAtMs = performance.now();
    while (performance.now() - startedAtMs < PIECE_MS * share);
    if (!isOver) setTimeout(keepBusy, PIECE_MS * (1 - share));
  };
  keepBusy();
  for await (const event of trace({ ...DEFAULT_PLAN, ...LATENESS_PLAN }, [{ family: 4, address, scopeId: 0 }])) {
    if (event.kind === "sent") sent.push(event);
  }
  isOver = true;
  console.log(JSON.stringify(sent));
}

if (import.meta.main) await main(Deno.args[0]!, Number(Deno.args[1]));
