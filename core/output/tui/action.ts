/** What a key asks the program for, beyond what the screen itself shows. */
import type { PlanChange } from "../../plan.ts";

export type Action =
  | { readonly kind: "quit" }
  /** Send nothing until `resume`. */
  | { readonly kind: "pause" }
  | { readonly kind: "resume" }
  /** Forget all figures. */
  | { readonly kind: "reset" }
  /** Probe otherwise from now on. */
  | { readonly kind: "change"; readonly change: PlanChange }
  /** Write the whole screen anew. */
  | { readonly kind: "redraw" }
  | { readonly kind: "bell" }
  /** Give the terminal back and stop, until the shell continues the program. */
  | { readonly kind: "suspend" }
  /** Write what is known into a file. */
  | { readonly kind: "export"; readonly format: ExportFormat };

export const EXPORT_FORMATS = ["report", "csv", "json", "svg"] as const;
export type ExportFormat = typeof EXPORT_FORMATS[number];
