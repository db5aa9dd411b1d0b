/**
 * The program's own worker, asked for every single time that it measures, which no output of the program prints. One line
 * a probe, in the order of sending: TTL, and RTT in µs or `-`. `probe-times TARGET ROUNDS INTERVAL_US`.
 */
import type { Command, Notice, TraceEvent } from "../core/messages.ts";
import { DEFAULT_PLAN } from "../core/plan.ts";

function main([address = "", rounds = "", intervalUs = ""]: readonly string[]): void {
  const plan = { ...DEFAULT_PLAN, rounds: Number(rounds), intervalUs: Number(intervalUs) };
  const worker = new Worker(new URL("../ffi/worker.ts", import.meta.url), { type: "module" });
  const say = (command: Command): void => worker.postMessage(command);
  const probes: { readonly ttl: number; rttUs: number | undefined }[] = [];
  worker.onmessage = ({ data }: MessageEvent<Notice>): void => {
    switch (data.kind) {
      case "ready":
        say({ kind: "trace", targets: [{ index: 0, endpoint: { family: 4, address, scopeId: 0 } }] });
        return;
      case "events":
        for (const event of data.events) note(event, probes);
        return;
      case "ended":
        console.log(probes.map(({ ttl, rttUs }) => `${ttl} ${rttUs ?? "-"}`).join("\n"));
        return Deno.exit(0);
      case "refused":
      case "crashed":
        console.error(data.message);
        return Deno.exit(1);
    }
  };
  say({ kind: "open", plan, giveUp: { uid: undefined, gid: undefined } });
}

function note(event: TraceEvent, probes: { readonly ttl: number; rttUs: number | undefined }[]): void {
  if (event.kind === "sent") probes[event.probe] = { ttl: event.ttl, rttUs: undefined };
  const probe = event.kind === "reply" ? probes[event.probe] : undefined;
  if (probe !== undefined && event.kind === "reply") probe.rttUs = event.rttUs;
}

main(Deno.args);
