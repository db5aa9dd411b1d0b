import assert from "node:assert/strict";
import { rehearse } from "./rehearsal.ts";

Deno.test("a rehearsal sends one probe, and waits for nobody", () => {
  const probes = rehearse().map((event) => event.kind === "sent" ? `${event.kind} ttl ${event.ttl}` : event.kind);
  assert.deepEqual(probes, ["sent ttl 1"]);
});
