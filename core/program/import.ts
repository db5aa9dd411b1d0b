/** Shows what other programs have measured. */
import type { Chunks } from "../content/content.ts";
import type { Show } from "./replay.ts";
import type { RerunOptions } from "./rerun.ts";

export async function runImport(_file: string, _content: Chunks, _options: RerunOptions, _show: Show): Promise<void> {
}
