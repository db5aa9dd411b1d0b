/** A manual page in roff with the macros of man(7): every text is escaped, so that none is taken for a request. */

/**
 * Characters that roff would act on, or set as another one (a hyphen for a minus sign, a curly quote for a straight
 * one).
 */
const ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\e",
  "-": "\\-",
  "'": "\\(aq",
  "`": "\\(ga",
  "^": "\\(ha",
  "~": "\\(ti",
  '"': "\\(dq",
};

/** Text as it is, in a line or in the argument of a macro; white space is one blank. */
export function roff(text: string): string {
  const escaped = text.trim().replaceAll(/\s+/g, " ").replaceAll(/[-\\'`^~"]/g, (character) => ESCAPES[character]!);
  // A dot at the beginning of a line begins a request; quotes there are escaped already.
  return escaped.startsWith(".") ? `\\&${escaped}` : escaped;
}

/** As long as lines of a source should be, for those who read it. */
const LINE_WIDTH = 80;

/** The same in as many lines as it takes; a reader's program fills its own lines. */
function filled(text: string): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.trim().split(/\s+/)) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && roff(longer).length > LINE_WIDTH) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line].map(roff).join("\n");
}

export function bold(text: string): string {
  return `\\fB${roff(text)}\\fR`;
}

export function italic(text: string): string {
  return `\\fI${roff(text)}\\fR`;
}

/** `.TH`; the date is the page's own. */
export function title(
  { name, section, date, source }: { name: string; section: number; date: string; source: string },
): string {
  // A date is read, not set: its hyphens are no minus signs.
  return `.TH "${roff(name)}" ${section} ${date} "${roff(source)}"`;
}

export function heading(text: string): string {
  return `.SH "${roff(text)}"`;
}

export function subheading(text: string): string {
  return `.SS "${roff(text)}"`;
}

/** A term, which is roff already, and its explanation, which is text. */
export function entry(term: string, text: string): string {
  return `.TP\n${term}\n${filled(text)}`;
}

/** Paragraphs of text. */
export function paragraphs(...texts: readonly string[]): string {
  return texts.map((text, index) => `${index === 0 ? "" : ".PP\n"}${filled(text)}`).join("\n");
}

/** Lines as they are, in an example. */
export function example(...lines: readonly string[]): string {
  return [".PP", ".EX", ...lines.map((line) => roff(line)), ".EE"].join("\n");
}
