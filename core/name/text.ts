/**
 * Text from elsewhere made printable: names from the DNS and whatever a user or a network wrote. Whoever controls an
 * address on the path chooses its name, so a name must not move the cursor, forge a row or turn the line around.
 */

/** Longest name of the DNS in octets (RFC 1035 §2.3.4); nothing longer is shown. */
const NAME_LIMIT = 253;
/** Longer than any prefix, country, registry or date. */
const WORD_LIMIT = 64;

const PLAIN_IN_NAME = /^[A-Za-z0-9._-]$/;
const PLAIN_IN_WORD = /^[A-Za-z0-9._:/-]$/;

/**
 * A host name as it may be shown: letters, digits, `-`, `.` and `_`, any other octet as `\DDD` as in master files
 * (RFC 1035 §5.1). `undefined` if it is no name: empty, or the root alone.
 */
export function hostText(name: string): string | undefined {
  return name === "" || name === "." ? undefined : escaped(name, PLAIN_IN_NAME, NAME_LIMIT);
}

/** A prefix, a country, a registry or a date as one word, escaped as a name is; `undefined` if it is empty. */
export function wordText(word: string): string | undefined {
  return word === "" ? undefined : escaped(word, PLAIN_IN_WORD, WORD_LIMIT);
}

/** Octets that are not `plain` as `\DDD`; what exceeds `limit` characters is cut, and no escape is torn. */
function escaped(text: string, plain: RegExp, limit: number): string {
  let result = "";
  for (const octet of octetsOf(text)) {
    const character = String.fromCharCode(octet);
    const next = plain.test(character) ? character : `\\${String(octet).padStart(3, "0")}`;
    if (result.length + next.length > limit) break;
    result += next;
  }
  return result;
}

/** UTF-8, but of a lone surrogate from U+DC80 to U+DCFF the octet that it stands for: it was none (PEP 383). */
function octetsOf(text: string): Iterable<number> {
  const encoder = new TextEncoder();
  if (text.isWellFormed()) return encoder.encode(text);
  return Array.from(text).flatMap((character) =>
    /[\udc80-\udcff]/u.test(character) ? character.charCodeAt(0) & 0xff : [...encoder.encode(character)]
  );
}

/** Numbers of autonomous systems, blank between several, as they may be shown; `undefined` if it is nothing of the kind. */
export function asText(numbers: string): string | undefined {
  const text = numbers.trim();
  return /^[0-9][0-9. ]*$/.test(text) && text.length <= NAME_LIMIT ? text : undefined;
}

/**
 * Any text on one line of a terminal: what cannot be shown safely is `\u{HEX}`, and a backslash is `\\`. Not to be shown are
 * controls, invisible format characters (bidirectional overrides among them), line and paragraph separators, lone
 * surrogates, and code points that mean nothing or something private.
 */
export function printable(text: string): string {
  // Written here, where it is needed: its tables take a while to be made, which a run mostly does without.
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}\\]/gu,
    (character) => character === "\\" ? "\\\\" : escapeOf(character),
  );
}

function escapeOf(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16).toUpperCase() ?? ""}}`;
}
