/**
 * Bytes of a keyboard → keys. Sequences are those of xterm and its many likes, VT220, rxvt, the Linux console and mice in
 * either encoding (ECMA-48 §5.4; xterm's "Control Sequences"); a sequence without a name here is no key.
 *
 * What arrives is hostile: no bytes throw, and at most `PENDING_LIMIT` of them are kept between reads. Pasted text is text:
 * the marks around it are no keys.
 */
import type { Key, KeyName } from "./key.ts";

// The longest sequence that terminals send has some twenty bytes.
const PENDING_LIMIT = 64;

const ESC = "\x1b";

const CONTROLS: Readonly<Record<string, KeyName>> = {
  "\r": "enter",
  "\n": "enter",
  "\t": "tab",
  "\b": "backspace",
  "\x7f": "backspace",
};

/** By the last letter; rxvt has small ones for keys that are held with Shift or Control. */
const LETTERS: Readonly<Record<string, KeyName>> = {
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  F: "end",
  H: "home",
  M: "enter",
  Z: "backTab",
  a: "up",
  b: "down",
  c: "right",
  d: "left",
};

/** By the number before `~`, or before rxvt's `^`, `$` and `@`. */
const NUMBERS: Readonly<Record<string, KeyName>> = {
  1: "home",
  3: "delete",
  4: "end",
  5: "pageUp",
  6: "pageDown",
  7: "home",
  8: "end",
};

// Bits of a mouse's button that only say which keys were held.
const HELD = 4 | 8 | 16;
const WHEEL: Readonly<Record<number, KeyName>> = { 64: "wheelUp", 65: "wheelDown" };

/** What stands behind ESC, and the key that it is. */
interface Form {
  readonly pattern: RegExp;
  readonly key: (groups: readonly string[]) => KeyName | undefined;
}

const FORMS: readonly Form[] = [
  // Mouse: button and position as one byte each, 32 more than they are; then as numbers (SGR), then as rxvt writes them.
  { pattern: /^\[M([^])[^]{2}/, key: ([button = ""]) => wheel(button.charCodeAt(0) - 32) },
  { pattern: /^\[<(\d+);\d+;\d+M/, key: ([button]) => wheel(Number(button)) },
  { pattern: /^\[(\d+);\d+;\d+M/, key: ([button]) => wheel(Number(button) - 32) },
  // The Linux console's function keys.
  { pattern: /^\[\[[A-E]/, key: () => undefined },
  { pattern: /^\[(\d+)(?:;\d+)?[~^$@]/, key: ([number = ""]) => NUMBERS[number] },
  { pattern: /^\[[\d;]*([A-Za-z])/, key: ([letter = ""]) => letter === "M" ? undefined : LETTERS[letter] },
  { pattern: /^O\d?([A-Za-z])/, key: ([letter = ""]) => LETTERS[letter] },
  { pattern: /^\[[0-?]*[ -/]*[@-~]/, key: () => undefined },
];

/** What may stand behind ESC and goes on; `$` ends one of rxvt's. */
const UNFINISHED = /^(?!\[\d+\$)(?:\[(?:M[^]{0,2}|\[|[0-?]*[ -/]*)|O\d?)?$/;

/** UTF-8, its beginning (RFC 3629 §4, but for the few lead bytes that stand for no character), and what goes on. */
const CHARACTER = /^(?:[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})/;
const UNFINISHED_CHARACTER = /^(?:[\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2})$/;

/** Characters that are not typed: C1 controls, formats, and what stands for no character. */
const NO_KEY = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Cn}\ufffd]/u;

export class KeyDecoder {
  /** A byte a character. */
  #pending = "";

  /** The last byte may be a key, or the beginning of another: who hears nothing for a moment calls `flush`. */
  get isUndecided(): boolean {
    return this.#pending === ESC;
  }

  /** The keys of what was read; what is cut off in the middle goes on with the next read. */
  decode(bytes: Uint8Array): readonly Key[] {
    const keys: Key[] = [];
    // Piece by piece, so that what is kept never grows.
    for (let at = 0; at < bytes.length; at += PENDING_LIMIT) {
      this.#pending += String.fromCharCode(...bytes.subarray(at, at + PENDING_LIMIT));
      this.#take(keys);
    }
    return keys;
  }

  /** Nothing has followed. */
  flush(): readonly Key[] {
    if (!this.isUndecided) return [];
    this.#pending = "";
    return ["escape"];
  }

  #take(keys: Key[]): void {
    while (this.#pending !== "") {
      const { key, length } = first(this.#pending);
      if (length === 0) {
        if (this.#pending.length > PENDING_LIMIT) this.#pending = "";
        return;
      }
      this.#pending = this.#pending.slice(length);
      if (key !== undefined) keys.push(key);
    }
  }
}

/** The key at the beginning of `text`, if it is one, and how many bytes it takes; 0: more have to come. */
function first(text: string): { readonly key?: Key | undefined; readonly length: number } {
  const [byte = ""] = text;
  if (byte === ESC) {
    const rest = text.slice(1);
    if (UNFINISHED.test(rest)) return { length: 0 };
    for (const { pattern, key } of FORMS) {
      const match = pattern.exec(rest);
      if (match !== null) return { key: key(match.slice(1)), length: 1 + match[0].length };
    }
    // What is held with Alt comes behind ESC, as does what is typed right after it.
    return { key: "escape", length: 1 };
  }
  if (byte < "\x80") return { key: CONTROLS[byte] ?? byte, length: 1 };
  const character = CHARACTER.exec(text)?.[0];
  if (character !== undefined) return { key: typed(character), length: character.length };
  return { length: UNFINISHED_CHARACTER.test(text) ? 0 : 1 };
}

function typed(character: string): Key | undefined {
  const text = new TextDecoder().decode(Uint8Array.from(character, (byte) => byte.charCodeAt(0)));
  return [...text].length !== 1 || NO_KEY.test(text) ? undefined : text;
}

function wheel(button: number): KeyName | undefined {
  return WHEEL[button & ~HELD];
}
