/** `--scale`: the limits of the strip charts' levels. */
import { SCALES_MS } from "../view.ts";
import type { NumberReader } from "./c_number.ts";

const THRESHOLDS = 9;
/** More would be too many µs for 32 bits. */
const MOST_MS = 2_147_483;

export type ScaleReading =
  | { readonly ok: true; readonly thresholdsMs: readonly number[] }
  | { readonly ok: false; readonly message: string };

/** A scale by its name, or nine growing numbers of ms. */
export function readScale(text: string, numbers: NumberReader): ScaleReading {
  const [, named] = Object.entries(SCALES_MS).find(([name]) => name === text) ?? [];
  if (named !== undefined) return { ok: true, thresholdsMs: named };
  const thresholdsMs: number[] = [];
  let rest = text;
  while (thresholdsMs.length < THRESHOLDS) {
    const number = numbers.decimalPrefix(rest);
    if (number === undefined || number.value < 0 || number.value > MOST_MS) {
      return { ok: false, message: `invalid scale threshold: ${text}` };
    }
    if (number.value <= (thresholdsMs.at(-1) ?? -1)) {
      return { ok: false, message: `scale thresholds must be strictly increasing: ${text}` };
    }
    // Not -0.
    thresholdsMs.push(number.value + 0);
    if (thresholdsMs.length < THRESHOLDS && !number.rest.startsWith(":")) {
      return { ok: false, message: `scale expects ${THRESHOLDS} colon-separated thresholds: ${text}` };
    }
    rest = thresholdsMs.length < THRESHOLDS ? number.rest.slice(1) : number.rest;
  }
  if (rest !== "") return { ok: false, message: `scale expects ${THRESHOLDS} thresholds: ${text}` };
  return { ok: true, thresholdsMs };
}
