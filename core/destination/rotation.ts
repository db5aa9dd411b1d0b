/** When a log becomes FILE.1, and what becomes of the older ones. */

export type RotationLimit =
  | { readonly kind: "bytes"; readonly most: number }
  | { readonly kind: "age"; readonly mostMs: number };

export interface Rotation {
  readonly limit: RotationLimit;
  /** How many files there are beside FILE, at most. */
  readonly keep: number;
}

/** More of them than fit into a day of minutes are no log. */
export const KEEP_LIMITS = { initial: 7, least: 1, most: 1_000 } as const;

const HOUR_MS = 3_600_000;
const BYTES: Readonly<Record<string, number>> = { K: 1 << 10, M: 1 << 20, G: 1 << 30 };
const AGES_MS: Readonly<Record<string, number>> = { h: HOUR_MS, d: 24 * HOUR_MS, w: 7 * 24 * HOUR_MS };

/** `10M` or `7d`; `undefined` if `text` is nothing of the kind. */
export function parseRotationLimit(text: string): RotationLimit | undefined {
  const [, digits, unit] = /^([1-9][0-9]{0,4})([KMGhdw])$/.exec(text) ?? [];
  if (digits === undefined || unit === undefined) return undefined;
  const bytes = BYTES[unit];
  if (bytes !== undefined) return { kind: "bytes", most: Number(digits) * bytes };
  return { kind: "age", mostMs: Number(digits) * (AGES_MS[unit] ?? 0) };
}

export function rotationRequirement(text: string): string | undefined {
  return parseRotationLimit(text) === undefined
    ? "it must be a size in K, M or G, or an age in h, d or w, such as 10M or 7d, of at most five digits"
    : undefined;
}

/** A log as it is now. */
export interface LogState {
  readonly bytes: number;
  /** Unix time in ms. */
  readonly bornAtMs: number;
}

/** Whether a log has to make room for `bytes` more. One that is empty never has to: a run may be longer than the limit. */
export function isRotationDue(
  limit: RotationLimit,
  log: LogState,
  { bytes, nowMs }: { readonly bytes: number; readonly nowMs: number },
): boolean {
  if (log.bytes === 0) return false;
  return limit.kind === "bytes" ? log.bytes + bytes > limit.most : nowMs - log.bornAtMs >= limit.mostMs;
}

/**
 * The renamings, in order, that free the path of a log. A gap in the row ends them, as a run leaves one that was killed
 * while it renamed. What is renamed to `keep` replaces the file there; the log itself comes last.
 */
export function renamings(
  path: string,
  keep: number,
  exists: (path: string) => boolean,
): readonly (readonly [from: string, to: string])[] {
  let free = 1;
  while (free < keep && exists(`${path}.${free}`)) free++;
  const names = [path, ...Array.from({ length: free }, (_, index) => `${path}.${index + 1}`)];
  return names.slice(1).map((to, index) => [names[index] ?? path, to] as const).reverse();
}
