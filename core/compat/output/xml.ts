/** mtr's XML. */
import { sprintf } from "@std/fmt/printf";
import type { DialectName } from "../dialect.ts";
import { fieldsOf, type MtrField } from "../mtr_fields.ts";
import type { MtrHop } from "../mtr_path.ts";
import { hostNameOf, nameOf, UNKNOWN } from "./naming.ts";
import { bitPatternText, packetSizeText } from "./probe_text.ts";
import type { CompatRun } from "./run.ts";

interface XmlDialect {
  readonly declaration: string;
  /** Tells address and name of a hop apart. */
  readonly hasAddress: boolean;
  /** Values have the blanks of their columns. */
  readonly hasBlanks: boolean;
}

const DIALECTS: Readonly<Record<DialectName, XmlDialect>> = {
  "0.95": { declaration: `<?xml version="1.0"?>`, hasAddress: false, hasBlanks: true },
  "0.96": {
    declaration: `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`,
    hasAddress: true,
    hasBlanks: false,
  },
};

export function xml(run: CompatRun): string {
  const { settings, localHost, target } = run;
  const tos = sprintf("0x%X", settings.tos);
  return [
    DIALECTS[settings.dialect].declaration,
    // Neither name is escaped here, as in mtr.
    `<MTR SRC="${localHost}" DST="${target}" TOS="${tos}" PSIZE="${packetSizeText(settings)}"` +
    ` BITPATTERN="${bitPatternText(settings)}" TESTS="${settings.cycles}">`,
    ...run.path.rows().flatMap((hop) => hubOf(hop, run)),
    "</MTR>",
  ].map((line) => `${line}\n`).join("");
}

/** Addresses and printable names have no character that XML would want escaped. */
function hubOf(hop: MtrHop, run: CompatRun): readonly string[] {
  const { order, dialect } = run.settings;
  const address = hop.latest?.address;
  const attributes = [`COUNT="${hop.index + 1}"`, `HOST="${nameOf(address, run)}"`];
  if (DIALECTS[dialect].hasAddress) {
    const name = address && hostNameOf(address, run);
    attributes.push(`ADDR="${address ?? UNKNOWN}"`, ...(name === undefined ? [] : [`HOSTNAME="${name}"`]));
  }
  const fields = fieldsOf(order, dialect).filter(({ kind }) => kind !== "blank");
  return [
    `    <HUB ${attributes.join(" ")}>`,
    ...fields.map((field) => `        ${elementOf(field, hop, dialect)}`),
    "    </HUB>",
  ];
}

function elementOf({ title, value, format }: MtrField, { figures }: MtrHop, dialect: DialectName): string {
  const name = title.replace("%", "");
  const text = format(value(figures));
  return `<${name}>${DIALECTS[dialect].hasBlanks ? text : text.trim()}</${name}>`;
}
