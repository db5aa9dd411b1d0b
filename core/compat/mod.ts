/** The program as a release of mtr (`--compat`). */
export { MtrLookups } from "./mtr_lookups.ts";
export { type CompatWorld, RefusedRun, runAsMtr } from "./program.ts";
