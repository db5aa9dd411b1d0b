/** All that a view reads besides its own state. */
import type { RunRecord } from "../record.ts";
import type { TargetHistory } from "./history.ts";

export interface Scene {
  readonly columns: number;
  readonly rows: number;
  /** Figures, names and settings as they are now. `record.view` is how the program was started; keys change the state. */
  readonly record: RunRecord;
  /** What was, by index of `record.targets`; `undefined` of a target that is not probed. */
  readonly histories: readonly (TargetHistory | undefined)[];
  readonly nowUnixMs: number;
  readonly utcOffsetMinutes: number;
  readonly isPaused: boolean;
  readonly terminal: TerminalTraits;
  /** A sentence from the program: an export that is written, a setting that was refused. */
  readonly message?: string;
}

export interface TerminalTraits {
  readonly colours: 0 | 16 | 256 | 16_777_216;
  /** Characters beyond ASCII may be written. */
  readonly isUnicode: boolean;
  readonly background: "dark" | "light";
}
