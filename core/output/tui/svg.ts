/**
 * A frame as a picture (SVG 1.1), for tickets and documents: text in cells of one size, in the colours of the theme. Every
 * character of the frame is escaped; there are no scripts, links or fonts in it.
 */
import { xmlText } from "../xml_text.ts";
import type { Frame, Line, Span, Style } from "./frame.ts";
import { columnsOfText, cutLine } from "./line.ts";
import type { Scene } from "./scene.ts";
import { type Background, paperOf, rgbOf } from "./theme.ts";

/** In pixels: of a cell, around all, and from the top of a row to the line that letters stand on. */
const CELL = { width: 8, height: 17 } as const;
const MARGIN = 8;
const BASELINE = 13;
const DIM_OPACITY = 0.6;
/** Text between wider gaps: blanks at its ends would count for its length, or not. */
const WORDS = /\S+(?: \S+)*/g;
const FONT = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace";

export function svgOf(
  { lines }: Frame,
  { columns, rows, terminal }: Pick<Scene, "columns" | "rows" | "terminal">,
): string {
  const shown = lines.slice(0, rows).map((line) => cutLine(line, columns));
  const width = columns * CELL.width + 2 * MARGIN;
  const height = Math.max(1, shown.length) * CELL.height + 2 * MARGIN;
  const { background } = terminal;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<rect width="${width}" height="${height}" fill="${paperOf(background)}"/>`,
    `<g font-family="${FONT}" font-size="13" fill="${rgbOf(undefined, background)}" xml:space="preserve">`,
    ...shown.flatMap((line, row) => lineElements(line, row, background)),
    "</g>",
    "</svg>",
  ].map((line) => `${line}\n`).join("");
}

function lineElements(line: Line, row: number, background: Background): readonly string[] {
  let column = 0;
  return line.flatMap((span) => {
    const place = { x: MARGIN + column * CELL.width, y: MARGIN + row * CELL.height };
    const columns = columnsOfText(span.text);
    column += columns;
    return spanElements(span, place, { columns, background });
  });
}

function spanElements(
  { text, style = {} }: Span,
  { x, y }: { readonly x: number; readonly y: number },
  { columns, background }: { readonly columns: number; readonly background: Background },
): readonly string[] {
  const width = columns * CELL.width;
  const ink = rgbOf(style.colour, background);
  const box = style.reverse ? [`<rect x="${x}" y="${y}" width="${width}" height="${CELL.height}" fill="${ink}"/>`] : [];
  const attributes = attributesOf(style, style.reverse ? paperOf(background) : ink);
  const words = [...text.matchAll(WORDS)].map(({ 0: words, index }) => {
    const place = `x="${x + columnsOfText(text.slice(0, index)) * CELL.width}" y="${y + BASELINE}"`;
    // The length holds the columns together, whatever font is found.
    const length = `textLength="${columnsOfText(words) * CELL.width}" lengthAdjust="spacingAndGlyphs"`;
    return `<text ${place} ${length}${attributes}>${xmlText(words)}</text>`;
  });
  return [...box, ...words];
}

function attributesOf(style: Style, fill: string): string {
  const attributes = [
    style.colour !== undefined || style.reverse ? ` fill="${fill}"` : "",
    style.bold ? ' font-weight="bold"' : "",
    style.underline ? ' text-decoration="underline"' : "",
    style.dim ? ` opacity="${DIM_OPACITY}"` : "",
  ];
  return attributes.join("");
}
