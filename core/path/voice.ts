/**
 * What a call over the path would sound like: the E-model of ITU-T G.107, R from 0 to 93.2 here, and MOS from 1 to 4.5.
 *
 *     R = 93.2 - Id - Ie,eff           everything that the path has no part in is at its default (G.107, table 2 and 3)
 *     Id = 0.024 d + 0.11 (d - 177.3)  the second term only above 177.3 ms; d is one-way delay in ms
 *     Ie,eff = Ie + (95 - Ie) P / (P / BurstR + Bpl)          P is loss in percent (G.107, 7.5)
 *     MOS = 1 + 0.035 R + R (R - 60) (100 - R) 7e-6           1 where that is less, or R is 0 (G.107, annex B)
 *
 * Id is the fit of Cole and Rosenbluth ("Voice over IP performance monitoring", ACM CCR 31(2), 2001) to the delay terms of
 * G.107. Assumed are: G.711 with packet loss concealment (Ie 0, Bpl 25.1: G.113, appendix I), losses independent of each
 * other (BurstR 1), the same delay both ways, and a jitter buffer of twice the mean jitter.
 */
import type { RttFigures } from "./statistics.ts";

const BASE = 93.2;
const DELAY = { perMs: 0.024, steepFromMs: 177.3, steepPerMs: 0.11 } as const;
const G711 = { impairment: 0, robustness: 25.1, most: 95 } as const;
const BURST_RATIO = 1;
const BUFFERED_JITTERS = 2;
const US_PER_MS = 1_000;

/** What of a hop the model looks at. */
export interface Line {
  readonly lossPercent: number | undefined;
  readonly rtt: Pick<RttFigures, "meanUs" | "meanJitterUs">;
}

/** `undefined` without loss and times. */
export function rFactorOf({ lossPercent, rtt: { meanUs, meanJitterUs } }: Line): number | undefined {
  if (lossPercent === undefined || meanUs === undefined || meanJitterUs === undefined) return undefined;
  const delayMs = (meanUs / 2 + BUFFERED_JITTERS * meanJitterUs) / US_PER_MS;
  const delay = DELAY.perMs * delayMs + DELAY.steepPerMs * Math.max(0, delayMs - DELAY.steepFromMs);
  const { impairment, robustness, most } = G711;
  const loss = impairment + (most - impairment) * lossPercent / (lossPercent / BURST_RATIO + robustness);
  return Math.max(0, BASE - delay - loss);
}

export function mosOf(line: Line): number | undefined {
  const r = rFactorOf(line);
  return r === undefined ? undefined : Math.max(1, 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6);
}
