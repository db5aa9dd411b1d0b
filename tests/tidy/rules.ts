/** The rules of the house as data, and the checker that finds what breaks them. */

import { codeOnly, hasComputedImport, type Import, importsOf } from "./source.ts";

/** A file, a folder with all below it, or a package. */
type Name = string;

interface Room {
  name: Name;
  /** Beside itself. */
  mayImport: readonly Name[];
  /** Only by `import type`. */
  mayImportTypes?: readonly Name[];
  mayNotImport?: readonly Name[];
  /** Only by `new URL(…, import.meta.url)`. */
  mayNameByUrl?: readonly Name[];
}

/** The most exact name that fits a file counts. A file in none of the rooms is wrong, too. */
export const ROOMS: readonly Room[] = [
  { name: "core/packet", mayImport: [] },
  { name: "core/network.ts", mayImport: [] },
  {
    name: "core/messages.ts",
    mayImport: [],
    mayImportTypes: ["core/network.ts", "core/packet", "core/plan.ts", "core/event_columns.ts"],
  },
  { name: "core/event_columns.ts", mayImportTypes: ["core/messages.ts", "core/network.ts"], mayImport: [] },
  { name: "core/plan.ts", mayImport: [], mayImportTypes: ["core/compat/dialect.ts"] },
  { name: "core/view.ts", mayImport: [] },
  {
    name: "core/protocol",
    mayImport: ["core/packet", "core/plan.ts"],
    mayImportTypes: ["core/network.ts", "core/messages.ts"],
  },
  {
    name: "core/probe",
    mayImport: [
      "core/protocol",
      "core/packet",
      "core/messages.ts",
      "core/plan.ts",
      "core/relay/client_lines.ts",
    ],
    mayImportTypes: ["core/network.ts"],
  },
  {
    name: "core/trace",
    mayImport: ["core/probe", "core/packet/icmp_code.ts", "core/messages.ts", "core/plan.ts"],
  },
  {
    name: "core/relay",
    // Of the engine only the heap, of the dialects only their names.
    mayImport: [
      "core/packet",
      "core/plan.ts",
      "core/probe",
      "core/trace/agenda.ts",
      "core/compat/dialect.ts",
      "core/text",
    ],
    mayImportTypes: ["core/messages.ts", "core/network.ts"],
  },
  {
    name: "core/compat",
    mayImport: [
      "core/packet",
      "core/name",
      "core/view.ts",
      "core/text",
      "core/output/number.ts",
      "core/output/time.ts",
      "core/probe/pseudo_random.ts",
      "@std/fmt",
    ],
    mayImportTypes: ["core/messages.ts", "core/network.ts", "core/plan.ts", "core/trace/engine.ts", "core/probe"],
  },
  {
    name: "core/path",
    // The names of ICMP's codes are one table, beside the codec.
    mayImport: ["core/messages.ts", "core/packet/icmp_code.ts"],
    mayImportTypes: ["core/network.ts", "core/packet/extension.ts", "core/packet/interface_info.ts"],
  },
  {
    name: "core/limit",
    mayImport: ["core/packet/address.ts", "core/path/target.ts", "core/path/voice.ts"],
    mayImportTypes: ["core/path"],
  },
  {
    name: "core/output",
    mayImport: [
      "core/limit",
      "core/path",
      "core/messages.ts",
      "core/plan.ts",
      "core/view.ts",
      "core/archive/line.ts",
      "core/name/text.ts",
      "core/version.ts",
      "core/output/tui/shown_name.ts",
      "@std/fmt",
      "@std/cli",
    ],
    mayImportTypes: ["core/name", "core/packet/extension.ts"],
  },
  // The platform's own tables of letters; only a screen loads them.
  { name: "core/output/tui/shown_name.ts", mayImport: ["node:url"] },
  { name: "core/destination", mayImport: [] },
  {
    name: "core/option",
    // Of name, path and output only the tables, for their names; of packet only how an address is written.
    mayImport: [
      "core/packet/address.ts",
      "core/compat/dialect.ts",
      "core/destination",
      "core/text",
      "core/plan.ts",
      "core/version.ts",
      "core/view.ts",
      "core/name/as_origin.ts",
      "core/limit",
      "core/path/exit.ts",
      "core/path/fields.ts",
      "core/path/status.ts",
      "core/output/no_log.ts",
      "core/schema/mod.ts",
      "@std/cli",
      "@cliffy/table",
      "smol-toml",
    ],
  },
  // Bytes as they come; what they are is the business of whoever reads them.
  { name: "core/content", mayImport: [] },
  { name: "core/text", mayImport: [] },
  {
    name: "core/name",
    mayImport: ["core/content", "core/packet/address.ts", "mmdb-lib"],
    mayImportTypes: ["core/view.ts"],
  },
  {
    name: "core/archive",
    mayImport: [
      "core/compat/dialect.ts",
      "core/messages.ts",
      "core/name/text.ts",
      "core/packet/address.ts",
      "core/packet/extension.ts",
      "core/packet/interface_info.ts",
      "core/plan.ts",
      "valibot",
    ],
    mayImportTypes: ["core/content", "core/name", "core/network.ts"],
  },
  {
    name: "core/import",
    mayImport: [
      "core/archive",
      "core/name/text.ts",
      "core/packet/address.ts",
      "core/path",
      "core/plan.ts",
      "valibot",
    ],
    mayImportTypes: ["core/messages.ts", "core/name", "core/network.ts", "core/output/mod.ts"],
  },
  // The programs join the rooms of core, as cli.ts and cli join them with the system.
  { name: "core/program", mayImport: ["core", "@std/cli"] },
  { name: "core/schema", mayImport: ["core/option/problem.ts"] },
  { name: "core/version.ts", mayImport: [] },
  {
    name: "ffi",
    mayImport: ["core/packet", "core/plan.ts", "core/destination"],
    mayImportTypes: ["core/messages.ts", "core/network.ts"],
  },
  {
    name: "ffi/drive.ts",
    mayImport: ["core/event_columns.ts"],
    mayImportTypes: ["core/messages.ts", "core/plan.ts", "core/probe", "core/trace"],
  },
  {
    name: "ffi/helper_drive.ts",
    mayImport: ["ffi", "core/probe"],
    mayImportTypes: ["core/messages.ts", "core/plan.ts", "core/trace"],
  },
  {
    name: "ffi/helper_process.ts",
    mayImport: ["ffi", "core/relay/client_lines.ts"],
    mayImportTypes: ["core/messages.ts", "core/network.ts", "core/probe"],
  },
  {
    name: "ffi/worker.ts",
    mayImport: ["ffi", "core/compat", "core/probe", "core/trace", "core/plan.ts"],
    mayImportTypes: ["core/messages.ts", "core/network.ts"],
  },
  {
    name: "ffi/packet_server.ts",
    mayImport: ["ffi", "core/plan.ts", "core/relay"],
    mayImportTypes: ["core/messages.ts", "core/network.ts"],
  },
  {
    name: "cli.ts",
    mayImport: ["cli", "ffi/start_worker.ts"],
    mayNotImport: ["ffi/worker.ts"],
  },
  { name: "cli", mayImport: ["core", "ffi"], mayNotImport: ["ffi/worker.ts"] },
  { name: "mod.ts", mayImport: ["core", "ffi/session.ts"] },
  {
    name: "ffi/session.ts",
    mayImport: ["core/event_columns.ts", "ffi/start_worker.ts", "ffi/waker.ts"],
    mayImportTypes: ["core"],
  },
  // All that is loaded before a worker is there holds it up.
  { name: "ffi/start_worker.ts", mayImport: [], mayNameByUrl: ["ffi/worker.ts"] },
  { name: "tools", mayImport: [], mayNameByUrl: ["."] },
  { name: "tools/npm", mayImport: ["npm:"] },
  { name: "bench", mayImport: ["core", "ffi", "tools", "tests", "mod.ts", "node:"], mayNameByUrl: ["."] },
  {
    name: "tests",
    mayImport: [
      "cli",
      "core",
      "ffi",
      "tools",
      "bench",
      "mod.ts",
      "node:",
      "@std/fmt",
      "@std/cli",
      "@cliffy/table",
      "ajv",
    ],
    mayNameByUrl: ["."],
  },
];

interface Ban {
  /** What the code may not say. */
  pattern: RegExp;
  /** For the message. */
  says: string;
  /** Where it may not; absent: nowhere. */
  within?: readonly Name[];
  /** Where it may all the same. */
  except?: readonly Name[];
  /** Unit tests beside the code, too. */
  inTests?: true;
}

export const BANS: readonly Ban[] = [
  { pattern: /\bDeno\b/, says: "Deno", within: ["core"] },
  { pattern: /\bDate\.now\b|\bnew Date\(\s*\)/, says: "the wall clock", within: ["core"] },
  { pattern: /\bperformance\b/, says: "performance", within: ["core"] },
  { pattern: /\bMath\.random\b|\bcrypto\b/, says: "chance", within: ["core"] },
  { pattern: /\bset(?:Timeout|Interval|Immediate)\b|\bfetch\(/, says: "timers or I/O", within: ["core"] },
  { pattern: /\bDeno\s*\.\s*dlopen\b/, says: "Deno.dlopen", except: ["ffi", "tests/lab"], inTests: true },
  { pattern: /\bconsole\s*\./, says: "console", except: ["cli.ts", "cli", "tools", "bench", "tests"] },
  { pattern: /\bDeno\s*\.\s*exit\b/, says: "Deno.exit", except: ["cli.ts", "cli", "tools", "bench", "tests"] },
  { pattern: /\beval\s*\(|\bnew Function\b/, says: "code made at run time", inTests: true },
];

/** Words that promise work instead of doing it. Spelled apart, so that this file may be read by its own rule. */
const PROMISES = new RegExp(["TO" + "DO", "FIX" + "ME"].map((word) => `\\b${word}\\b`).join("|"));

/** Unit tests, and what several of them share. */
const IS_OF_TESTS = /_(?:test|fixture)\.ts$/;

/** Says of each broken rule where and how; empty: all is well. `path` counts from the root of the repository. */
export function problemsOf(path: string, source: string): string[] {
  const problems: string[] = [];
  const room = roomOf(path);
  const isUnitTest = IS_OF_TESTS.test(path);
  if (room === undefined && !isUnitTest) problems.push(`${path} is in none of the rooms`);

  const isTest = isUnitTest || isIn(path, "tests");
  if (room !== undefined && !isUnitTest) {
    for (const wanted of importsOf(path, source)) {
      if (!isIn(path, "tests") && IS_OF_TESTS.test(wanted.target)) {
        problems.push(`${path} imports a test's ${wanted.target}`);
      }
      if (!mayImport(room, wanted)) problems.push(`${path} may not import ${wanted.target} (${wanted.kind})`);
    }
  }
  if (hasComputedImport(source) && !isTest) problems.push(`${path} imports a module whose name is made at run time`);

  const code = codeOnly(source);
  for (const { pattern, says, within, except = [], inTests = false } of BANS) {
    if (isTest && !inTests) continue;
    if (within !== undefined && !within.some((name) => isIn(path, name))) continue;
    if (except.some((name) => isIn(path, name))) continue;
    if (pattern.test(code)) problems.push(`${path} may not use ${says}`);
  }

  const promise = PROMISES.exec(source);
  if (promise !== null) problems.push(`${path} says ${promise[0]}: do it, or write an issue`);
  return problems;
}

function roomOf(path: string): Room | undefined {
  const fitting = ROOMS.filter(({ name }) => isIn(path, name));
  return fitting.sort((a, b) => b.name.length - a.name.length)[0];
}

function mayImport(room: Room, { target, kind }: Import): boolean {
  const among = (names: readonly Name[] = []): boolean => names.some((name) => isIn(target, name));
  if (kind === "url") return among(room.mayNameByUrl) || isIn(target, room.name);
  // A file that is a room of its own is no part of the folder around it.
  const isOwn = isIn(target, room.name) && roomOf(target)?.name === room.name;
  if (isOwn) return true;
  if (among(room.mayNotImport)) return false;
  return among(room.mayImport) || (kind === "type" && among(room.mayImportTypes));
}

/** `name` is the file itself, a folder above it, a package or a scheme (`npm:`) of it, or `.` for any file. */
function isIn(path: string, name: Name): boolean {
  return path === name || path.startsWith(`${name}/`) || (name.endsWith(":") && path.startsWith(name)) || name === ".";
}
