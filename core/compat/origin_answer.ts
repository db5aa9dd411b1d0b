/** The answer of the AS lookup: one text with parts between bars, `64496 | 192.0.2.0/24 | ZZ | ripencc | 2001-02-03`. */
import { printable } from "../name/text.ts";

/** What mtr reads of the text, in octets, and of its parts. */
const TEXT_LIMIT = 127;
const PART_LIMIT = 16;

/** What mtr shows where it knows nothing. */
const UNKNOWN_PART = "???";

/**
 * The part that is asked for as `field` (0 number, may be several with blanks between; 1 prefix, 2 country, 3 registry,
 * 4 date), made printable. A text with fewer parts gives its first one; without a text it is `???`.
 */
export function originPart(text: string | undefined, field: number): string {
  if (text === undefined || text === "") return UNKNOWN_PART;
  const octets = new TextEncoder().encode(text).subarray(0, TEXT_LIMIT);
  const parts = new TextDecoder().decode(octets).split("|").slice(0, PART_LIMIT);
  return printable((parts[field] ?? parts[0] ?? UNKNOWN_PART).trim());
}
