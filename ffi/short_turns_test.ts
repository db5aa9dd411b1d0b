import assert from "node:assert/strict";
import { libc } from "./libc.ts";
import { askForShortTurns } from "./short_turns.ts";

/** What Linux tells of this thread: policy, niceness and the length of its turns, 0 where that is the kernel's business. */
function told(): { readonly policy: number; readonly nice: number; readonly turnNs: bigint } {
  const getAttributes = Deno.build.arch === "x86_64" ? 315n : 275n;
  const bytes = new Uint8Array(48);
  assert.equal(libc().call.syscall!(getAttributes, 0, bytes, bytes.length, 0), 0);
  const view = new DataView(bytes.buffer);
  return { policy: view.getUint32(4, true), nice: view.getInt32(16, true), turnNs: view.getBigUint64(24, true) };
}

Deno.test({
  name: "turns become short, where Linux has a length for them, and nothing else changes",
  ignore: Deno.build.os !== "linux",
  fn: () => {
    const before = told();
    askForShortTurns();
    assert.deepEqual(told(), { ...before, turnNs: before.turnNs === 0n ? 0n : 100_000n });
  },
});
