/** The recordings of real mtr in this folder: what was run, and what it printed. */
import { settingsOf } from "../../../core/compat/_fixture.ts";
import type { CompatSettings } from "../../../core/compat/settings.ts";
import type { DialectName } from "../../../core/compat/dialect.ts";

export interface Recording {
  readonly name: string;
  readonly scenario: string;
  readonly exitStatus: number;
  readonly stdout: string;
  readonly settings: CompatSettings;
  readonly target: string;
}

/** `0.95-drawn` are runs over scenarios that were drawn at random. */
const FOLDERS: Readonly<Record<DialectName, readonly string[]>> = {
  "0.95": ["0.95", "0.95-drawn"],
  "0.96": ["0.96-head"],
};
const HERE = new URL("./", import.meta.url);

/** All recordings of outputs of a release; those of its dialogue with the prober are no outputs. */
export function recordingsOf(dialect: DialectName): readonly Recording[] {
  return FOLDERS[dialect].flatMap((name) => filesIn(name)).map((name) =>
    parse(name, Deno.readFileSync(new URL(name, HERE)), dialect)
  );
}

function filesIn(folder: string): readonly string[] {
  return [...Deno.readDirSync(new URL(folder, HERE))].map(({ name }) => name)
    .filter((name) => !name.endsWith(".commands.txt")).sort().map((name) => `${folder}/${name}`);
}

export function scenarioText(name: string): string {
  return Deno.readTextFileSync(new URL(`scenario/${name}`, HERE));
}

const STDOUT_MARK = "--- stdout ---\n";

function parse(name: string, bytes: Uint8Array, dialect: DialectName): Recording {
  const text = new TextDecoder().decode(bytes);
  const headText = text.slice(0, text.indexOf(STDOUT_MARK));
  const [command = "", ...lines] = headText.split("\n");
  const head = new Map(lines.map((line) => line.split(": ")).map(([key = "", value = ""]) => [key, value]));
  const start = new TextEncoder().encode(headText).length + STDOUT_MARK.length;
  const words = wordsOf(command.slice(command.indexOf("mtr ") + "mtr ".length));
  return {
    name,
    scenario: head.get("scenario") ?? "",
    exitStatus: Number(head.get("exit")),
    stdout: new TextDecoder().decode(bytes.subarray(start, start + Number(head.get("stdout-bytes")))),
    ...meaningOf(words, dialect),
  };
}

function wordsOf(command: string): readonly string[] {
  return [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
}

type Meaning = Partial<CompatSettings>;

const FLAGS: Readonly<Record<string, Meaning>> = {
  r: { output: "report" },
  w: { output: "report", wide: true },
  x: { output: "xml" },
  C: { output: "csv" },
  j: { output: "json" },
  l: { output: "raw" },
  p: { output: "split" },
  n: { dns: false },
  e: { mpls: true },
  z: { ipinfoFields: [0] },
  "6": { family: 6 },
};

const VALUES: Readonly<Record<string, (value: string) => Meaning>> = {
  c: (value) => ({ cycles: Number(value), hasCycles: true }),
  i: (value) => ({ intervalSeconds: Number(value) }),
  G: (value) => ({ graceSeconds: Number(value) }),
  D: (value) => ({ dueTtl: Number(value) }),
  U: (value) => ({ maxUnknown: Number(value) }),
  f: (value) => ({ firstTtl: Number(value) }),
  m: (value) => ({ maxTtl: Number(value) }),
  E: (value) => ({ maxDisplayPath: Number(value) }),
  o: (value) => ({ order: value }),
};

function meaningOf(words: readonly string[], dialect: DialectName): Pick<Recording, "settings" | "target"> {
  let settings = settingsOf(dialect);
  let target = "";
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    const value = VALUES[word.slice(1)];
    if (!word.startsWith("-")) target = word;
    else if (value !== undefined) settings = { ...settings, ...value(words[++at] ?? "") };
    else for (const letter of word.slice(1)) settings = { ...settings, ...flag(letter) };
  }
  return { settings, target };
}

function flag(letter: string): Meaning {
  const meaning = FLAGS[letter];
  if (meaning === undefined) throw new Error(`Cannot read the recording: option -${letter} is not in the table`);
  return meaning;
}
