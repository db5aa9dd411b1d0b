/**
 * A strict reader of the XML that a program writes for programs: a declaration, elements, attributes, text, references.
 * Whatever is not well-formed (XML 1.0), and all that it does not know (comments, CDATA, doctypes), is an error.
 */

export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** Without that of the children. */
  readonly text: string;
}

const DECLARATION = /^<\?xml version="1\.0"(?: encoding="UTF-8")?(?: standalone="(?:yes|no)")?\?>\s*/;
const NAME = "[A-Za-z_][A-Za-z0-9._-]*";
const START = new RegExp(`<(${NAME})((?:\\s+${NAME}\\s*=\\s*(?:"[^"<]*"|'[^'<]*'))*)\\s*(/?)>`, "y");
const END = new RegExp(`</(${NAME})\\s*>`, "y");
const ATTRIBUTE = new RegExp(`(${NAME})\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, "g");
const TEXT = /[^<]*/y;
const CHARACTERS = /^[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]*$/u;
const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

export function readXml(document: string): XmlElement {
  if (!CHARACTERS.test(document)) throw new Error("A character that XML does not allow");
  const declaration = DECLARATION.exec(document)?.[0] ?? "";
  const { element, end } = readElement(document, declaration.length);
  if (document.slice(end).trim() !== "") throw new Error(`More than one root at ${end}`);
  return element;
}

function readElement(document: string, start: number): { element: XmlElement; end: number } {
  const [tag, name = "", attributeText = "", slash] = matchAt(START, document, start);
  let at = start + tag.length;
  const attributes = readAttributes(attributeText);
  const children: XmlElement[] = [];
  let text = "";
  if (slash === "/") return { element: { name, attributes, children, text }, end: at };
  while (true) {
    const [run] = matchAt(TEXT, document, at);
    text += readText(run);
    at += run.length;
    if (document.startsWith("</", at)) break;
    const child = readElement(document, at);
    children.push(child.element);
    at = child.end;
  }
  const [endTag, endName] = matchAt(END, document, at);
  if (endName !== name) throw new Error(`<${name}> is ended by </${endName}>`);
  return { element: { name, attributes, children, text }, end: at + endTag.length };
}

function readAttributes(text: string): Readonly<Record<string, string>> {
  const attributes: Record<string, string> = {};
  for (const [, name = "", double, single] of text.matchAll(ATTRIBUTE)) {
    if (Object.hasOwn(attributes, name)) throw new Error(`Attribute ${name} stands twice`);
    // An attribute's line ends and tabs are blanks, unless they stand as references.
    attributes[name] = readText((double ?? single ?? "").replace(/[\t\n\r]/g, " "));
  }
  return attributes;
}

function readText(text: string): string {
  if (text.includes("]]>")) throw new Error("]]> in text");
  return text.replace(/&(?:#([0-9]+);|#x([0-9A-Fa-f]+);|([a-z]+);)?/g, (reference, decimal, hex, name) => {
    const character = name === undefined ? characterOf(decimal ?? `0x${hex}`) : ENTITIES[name];
    if (character === undefined || !CHARACTERS.test(character)) throw new Error(`Reference ${reference}`);
    return character;
  });
}

function characterOf(code: string): string | undefined {
  const number = Number(code);
  return number >= 0 && number <= 0x10ffff ? String.fromCodePoint(number) : undefined;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray {
  pattern.lastIndex = at;
  const match = pattern.exec(text);
  if (match === null) throw new Error(`Not well-formed at ${at}: ${text.slice(at, at + 40)}`);
  return match;
}
