/** Any text in XML. */

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** Text that reads back as it is, in attributes, too: there a reader would turn a line end into a blank. */
export function xmlText(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cs}\ufffe\uffff&<>"']/gu, (character) => ENTITIES[character] ?? controlText(character));
}

/** A control character as a reference, or a mark in place of what XML 1.0 §2.2 has no place for. */
function controlText(character: string): string {
  return /[\t\n\r\x7f-\x9f]/.test(character) ? `&#${character.codePointAt(0)};` : "\ufffd";
}
