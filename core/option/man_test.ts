import { equal, match, ok } from "node:assert/strict";
import { FIELDS } from "../path/fields.ts";
import { STATUSES } from "../path/status.ts";
import { entry, paragraphs, roff } from "./_roff.ts";
import { COMMAND_ROWS } from "./commands.ts";
import { FLAGS } from "./flags.ts";
import { EXIT_STATUSES, VARIABLES } from "./help.ts";
import { manText } from "./man.ts";

const PAGE = manText();

/** The page with its lines joined and roff's escapes undone, as far as the page uses them. */
const READ = PAGE.replaceAll("\n", " ").replaceAll(/\\f[BIR]|\\&/g, "")
  .replaceAll("\\-", "-").replaceAll("\\(aq", "'").replaceAll("\\(dq", '"');

Deno.test("the page has every flag, its value and its text", () => {
  for (const flag of FLAGS) {
    const short = flag.short === undefined ? "" : `-${flag.short}, `;
    const value = flag.kind === "flag" ? "" : ` ${flag.value}`;
    ok(READ.includes(`.TP ${short}--${flag.long}${value} ${flag.help}`), flag.long);
  }
});

Deno.test("the page has every command, column, status, variable and exit status", () => {
  for (const [word, { help }] of COMMAND_ROWS) ok(READ.includes(`.TP ${word}`) && READ.includes(help), word);
  for (const { title, help } of Object.values(FIELDS)) ok(READ.includes(`${title} ${help}`) || title === " ", title);
  for (const [word, { meaning }] of Object.entries(STATUSES)) ok(READ.includes(`.TP ${word} ${meaning}`), word);
  for (const [name, text] of [...VARIABLES, ...EXIT_STATUSES]) ok(READ.includes(`.TP ${name} ${text}`), name);
});

Deno.test("lines that begin with a dot are the macros that are meant", () => {
  for (const line of PAGE.trimEnd().split("\n")) {
    if (/^[.']/.test(line)) match(line, /^\.(TH|SH|SS|TP|PP|EX|EE|br)( |$)/);
    else ok(line !== "" && !/^\s|\s$/.test(line), JSON.stringify(line));
  }
});

Deno.test("of roff's specials only those that are meant are left", () => {
  match(PAGE, /^[\n\x20-\x7e]*[^\n]\n$/);
  equal(PAGE.replaceAll(/\\(?:-|e|&|f[BIR]|\((?:aq|ga|ha|ti|dq))/g, "").includes("\\"), false);
});

Deno.test("text is set as it is, whatever it holds", () => {
  equal(roff(".SH"), "\\&.SH");
  equal(roff("'br"), "\\(aqbr");
  equal(roff('a "b" -c \\d ^e `f` ~g'), "a \\(dqb\\(dq \\-c \\ed \\(hae \\(gaf\\(ga \\(tig");
  equal(roff("  a\n.b\t c "), "a .b c");
});

Deno.test("no long text puts a request at the beginning of a line", () => {
  const text = `${"word ".repeat(15)} .SH 'br `.repeat(20);
  for (const line of `${entry("term", text)}\n${paragraphs(text, text)}`.split("\n")) {
    match(line, /^(\.TP|\.PP|[^.'].*)$/);
    ok(line.length <= 90, line);
  }
});
