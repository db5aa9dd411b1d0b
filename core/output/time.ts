/** Times of day as text, in the local time of the run. */
const MINUTE_MS = 60_000;

/** As mtr's report has it: `2026-11-21T16:28:42+0000`. */
export function reportTime(unixMs: number, offsetMinutes: number): string {
  return `${local(unixMs, offsetMinutes).slice(0, "2026-11-21T16:28:42".length)}${offset(offsetMinutes, "")}`;
}

/** `16:28:42` */
export function timeOfDay(unixMs: number, offsetMinutes: number): string {
  return local(unixMs, offsetMinutes).slice("2026-11-21T".length, "2026-11-21T16:28:42".length);
}

/** RFC 3339 with milliseconds and offset: `2026-11-21T16:28:42.250+00:00`. */
export function rfc3339(unixMs: number, offsetMinutes: number): string {
  return `${local(unixMs, offsetMinutes).slice(0, -1)}${offset(offsetMinutes, ":")}`;
}

function local(unixMs: number, offsetMinutes: number): string {
  return new Date(unixMs + offsetMinutes * MINUTE_MS).toISOString();
}

function offset(minutes: number, separator: string): string {
  const size = Math.abs(minutes);
  const [hours, rest] = [Math.floor(size / 60), size % 60].map((number) => String(number).padStart(2, "0"));
  return `${minutes < 0 ? "-" : "+"}${hours}${separator}${rest}`;
}
