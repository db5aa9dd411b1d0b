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
  /** From now on look up names, or what registries tell of networks: nothing did so until now. */
  | { readonly kind: "lookUp"; readonly what: "names" | "networks" }
  /** Write this text into a file whose name ends so, and say in `Scene.message` what became of it. */
  | { readonly kind: "export"; readonly extension: "txt" | "csv" | "json" | "svg"; readonly text: string };
