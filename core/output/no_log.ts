/** Why runs in this output cannot follow each other in one file; all others can. */
import type { OutputName } from "../view.ts";

export const WHY_NO_LOG: Readonly<Partial<Record<OutputName, string>>> = {
  split: "its lines say what has changed on a screen, and not since when",
  xml: "a file of several XML documents is no XML",
};
