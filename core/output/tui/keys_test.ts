import assert from "node:assert/strict";
import { pseudoRandom } from "../../probe/pseudo_random.ts";
import type { Key } from "./key.ts";
import { KeyDecoder } from "./keys.ts";

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** In one read, and byte by byte. */
function check(typed: string | Uint8Array, expected: readonly Key[]): void {
  const bytes = typeof typed === "string" ? bytesOf(typed) : typed;
  const whole = new KeyDecoder();
  assert.deepEqual([...whole.decode(bytes), ...whole.flush()], expected, JSON.stringify(typed));
  const split = new KeyDecoder();
  const keys = [...bytes].flatMap((byte) => [...split.decode(Uint8Array.of(byte))]);
  assert.deepEqual([...keys, ...split.flush()], expected, `${JSON.stringify(typed)} byte by byte`);
}

Deno.test("a character is itself, whatever script it is of", () => {
  check("q D?+ ", ["q", " ", "D", "?", "+", " "]);
  check("éßд語🙂", ["é", "ß", "д", "語", "🙂"]);
});

Deno.test("controls are themselves, but for those that have a name", () => {
  check("\x03\x0c\x11\x13\x1a", ["\x03", "\x0c", "\x11", "\x13", "\x1a"]);
  check("\r\n\t\b\x7f", ["enter", "enter", "tab", "backspace", "backspace"]);
});

Deno.test("keys without a character have the sequences of xterm, VT220, rxvt and the Linux console", () => {
  const sequences: Readonly<Record<string, readonly string[]>> = {
    up: ["\x1b[A", "\x1bOA", "\x1b[1;5A", "\x1b[a", "\x1bOa"],
    down: ["\x1b[B", "\x1bOB", "\x1b[1;2B"],
    right: ["\x1b[C", "\x1bOC"],
    left: ["\x1b[D", "\x1bOD"],
    home: ["\x1b[H", "\x1bOH", "\x1b[1~", "\x1b[7~", "\x1b[7$", "\x1b[1;5H"],
    end: ["\x1b[F", "\x1bOF", "\x1b[4~", "\x1b[8~", "\x1b[8^"],
    pageUp: ["\x1b[5~", "\x1b[5;5~", "\x1b[5@"],
    pageDown: ["\x1b[6~"],
    delete: ["\x1b[3~", "\x1b[3;2~"],
    backTab: ["\x1b[Z"],
    enter: ["\x1bOM"],
    wheelUp: ["\x1b[<64;10;20M", "\x1b[<68;1;1M", "\x1b[M`!!", "\x1b[96;10;20M"],
    wheelDown: ["\x1b[<65;223;400M", "\x1b[Ma!!"],
  };
  for (const [key, all] of Object.entries(sequences)) for (const one of all) check(`${one}x`, [key, "x"]);
});

Deno.test("a mouse far to the right is no character", () => {
  check(Uint8Array.of(0x1b, 0x5b, 0x4d, 0x60, 0xc3, 0xa9, 0x78), ["wheelUp", "x"]);
});

Deno.test("what has no name is no key, and leaves nothing behind", () => {
  const nameless = [
    "\x1bOP",
    "\x1b[11~",
    "\x1b[[A",
    "\x1b[2~",
    "\x1b[I",
    "\x1b[200~",
    "\x1b[<0;3;4M",
    "\x1b[<0;3;4m",
    "\x1b[M !!",
    "\x1b[12;40R",
    "\x1b[?1;2c",
    "\x1b[27;5;106~",
  ];
  for (const sequence of nameless) check(`${sequence}x`, ["x"]);
});

Deno.test("pasted text is text", () => {
  check("\x1b[200~ab\x1b[201~", ["a", "b"]);
});

Deno.test("escape is a key where nothing follows, and before what is no sequence", () => {
  check("\x1b", ["escape"]);
  check("\x1bq", ["escape", "q"]);
  check("\x1b\x1b", ["escape", "escape"]);
  check("\x1b\x1b[A", ["escape", "up"]);
  check("\x1bé", ["escape", "é"]);
});

Deno.test("only a lone escape is undecided: a sequence waits for its end", () => {
  const decoder = new KeyDecoder();
  assert.deepEqual(decoder.decode(bytesOf("a\x1b")), ["a"]);
  assert.equal(decoder.isUndecided, true);
  assert.deepEqual(decoder.decode(bytesOf("[")), []);
  assert.equal(decoder.isUndecided, false);
  assert.deepEqual(decoder.flush(), []);
  assert.deepEqual(decoder.decode(bytesOf("B")), ["down"]);
});

Deno.test("bytes that are no UTF-8, and characters that nobody types, are no keys", () => {
  check(Uint8Array.of(0xff, 0x61, 0xc3, 0x61, 0x80, 0xe2, 0x82, 0x62, 0xed, 0xa0, 0x80, 0x63), ["a", "a", "b", "c"]);
  check("\u0085\u009b\u202e\u200f\u2028\ufffdz", ["z"]);
});

Deno.test("no bytes throw or are kept without bound, and keys are characters, controls or names", () => {
  const random = pseudoRandom(20_261_122);
  const pieces = [
    "\x1b",
    "[",
    "O",
    "M",
    "<",
    ";",
    "1",
    "9",
    "~",
    "A",
    "q",
    "\x80",
    "\xc3",
    "\xe2",
    "\xf0",
    "\xff",
    " ",
  ];
  for (let run = 0; run < 2_000; run++) {
    const decoder = new KeyDecoder();
    const count = Math.floor(random() * 200);
    for (let read = 0; read < 4; read++) {
      const bytes = Uint8Array.from({ length: count }, () => {
        return pieces[Math.floor(random() * pieces.length)]!.charCodeAt(0);
      });
      for (const key of decoder.decode(bytes)) assert.match(key, /^(?:[^\x80-\x9f]|[a-zA-Z]+)$/u);
    }
    // Whatever came before, what is kept gives way to so many further bytes.
    decoder.decode(bytesOf("9".repeat(200)));
    decoder.flush();
    assert.deepEqual(decoder.decode(bytesOf("Aq")).at(-1), "q");
  }
});

Deno.test("a sequence without end is given up", () => {
  const decoder = new KeyDecoder();
  decoder.decode(bytesOf(`\x1b[${"1".repeat(1_000)}`));
  assert.deepEqual(decoder.decode(bytesOf("Aq")), ["A", "q"]);
});
