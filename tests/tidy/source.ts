/** Reads TypeScript as far as the rules need it: what it imports, and its code without comments, strings and patterns. */

export interface Import {
  /** As written, or for a relative one the path from the root of the repository. */
  target: string;
  /** `url`: `new URL("…", import.meta.url)`, which is how a worker or a file is named. */
  kind: "value" | "type" | "url";
}

/** Everything that `source`, the file at `path`, names as another module, in the order of kinds. */
export function importsOf(path: string, source: string): Import[] {
  const code = withoutComments(source);
  const found: Import[] = [];
  const add = (pattern: RegExp, kind?: Import["kind"]): void => {
    for (const { groups } of code.matchAll(pattern)) {
      const { type, specifier = "" } = groups ?? {};
      found.push({ target: resolved(path, specifier), kind: kind ?? (type === undefined ? "value" : "type") });
    }
  };
  add(/(?:^|[\n;])\s*(?:import|export)\s+(?<type>type\s)?[^"';=()]*?\sfrom\s*["'](?<specifier>[^"']+)["']/g);
  add(/(?:^|[\n;])\s*import\s*["'](?<specifier>[^"']+)["']/g);
  add(/\bimport\s*\(\s*["'`](?<specifier>[^"'`]+)["'`]/g);
  add(/\bnew\s+URL\s*\(\s*["'`](?<specifier>[^"'`]+)["'`]\s*,\s*import\.meta\.url/g, "url");
  return found;
}

/** An import whose name is made at run time cannot be checked. */
export function hasComputedImport(source: string): boolean {
  return /\bimport\s*\(\s*[^\s"'`]/.test(withoutComments(source));
}

function resolved(path: string, specifier: string): string {
  if (!specifier.startsWith(".")) return specifier;
  return new URL(specifier, `file:///${path}`).pathname.slice(1);
}

/** `source` with comments blanked; lines keep their numbers. */
export function withoutComments(source: string): string {
  return blanked(source, ["comment"]);
}

/** `source` with comments, strings and patterns blanked: only code is left. The `${…}` of a template goes, too. */
export function codeOnly(source: string): string {
  return blanked(source, ["comment", "string", "pattern"]);
}

type Piece = "comment" | "string" | "pattern";

// A slash starts a pattern only where a value may start; elsewhere it divides.
const PIECES = new RegExp(
  [
    String.raw`(?<comment>\/\/[^\n]*|\/\*[\s\S]*?\*\/)`,
    String.raw`(?<string>"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])*'|${"`"}(?:\\[\s\S]|[^${"`"}\\])*${"`"})`,
    String.raw`(?<=[(,=:\[!&|?{};\n]\s*|\breturn\s+)(?<pattern>\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+\/[a-z]*)`,
  ].join("|"),
  "g",
);

function blanked(source: string, pieces: readonly Piece[]): string {
  return source.replaceAll(PIECES, (...match) => {
    const text: string = match[0];
    const groups: Record<string, string | undefined> = match.at(-1);
    return pieces.some((piece) => groups[piece] !== undefined) ? text.replaceAll(/[^\n]/g, " ") : text;
  });
}
