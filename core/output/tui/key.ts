/**
 * What was typed: a character is itself (`"q"`, `" "`, `"é"`), a control character is itself, too (`"\x0c"` is Ctrl-L), and
 * what has no character has a name.
 */
export const KEY_NAMES = [
  "up",
  "down",
  "left",
  "right",
  "pageUp",
  "pageDown",
  "home",
  "end",
  "enter",
  "escape",
  "tab",
  "backTab",
  "backspace",
  "delete",
  "wheelUp",
  "wheelDown",
] as const;
export type KeyName = typeof KEY_NAMES[number];
export type Key = KeyName | (string & Record<never, never>);
