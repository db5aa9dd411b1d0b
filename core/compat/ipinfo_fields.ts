/** `-y` of 0.96: the fields of the AS lookup, divided by commas. */
import type { NumberReader } from "./c_number.ts";

const LAST_FIELD = 4;
const MOST_FIELDS = 5;

export type IpinfoReading =
  | { readonly ok: true; readonly fields: readonly number[] }
  | { readonly ok: false; readonly message: string };

/** The fields in order. The first mistake counts; that there are too many is seen at the first good one too much. */
export function readIpinfoFields(text: string, numbers: NumberReader): IpinfoReading {
  const fields: number[] = [];
  for (const part of text.split(",")) {
    if (part === "") return { ok: false, message: `empty ipinfo field in '${text}'` };
    const reading = numbers.int(part);
    if (!reading.ok) return { ok: false, message: `invalid ipinfo field '${part}' in '${text}'${reading.errno}` };
    const problem = ipinfoRangeProblem(reading.value);
    if (problem !== undefined) return { ok: false, message: `ipinfo ${problem}` };
    if (fields.length === MOST_FIELDS) return { ok: false, message: `too many ipinfo fields in '${text}'` };
    fields.push(reading.value);
  }
  return { ok: true, fields };
}

/** "value 5 out of range (0 - 4)", if it is. */
export function ipinfoRangeProblem(field: number): string | undefined {
  return field < 0 || field > LAST_FIELD ? `value ${field} out of range (0 - ${LAST_FIELD})` : undefined;
}
