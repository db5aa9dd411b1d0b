/** What the system knows of this process's signals. */
import { libc } from "./libc.ts";

// Longer than `struct sigaction` of any system; its first field is the handler.
const SIGACTION_BYTES = 256;
const SIG_IGN = 1;

/** Whether this process was started with a signal ignored, as `nohup` does with SIGHUP. */
export function isSignalIgnored(signal: number): boolean {
  const action = new Uint8Array(SIGACTION_BYTES);
  if (libc().call.sigaction(signal, null, action) !== 0) return false;
  const view = new DataView(action.buffer);
  return view.getUint32(0, true) === SIG_IGN && view.getUint32(4, true) === 0;
}
