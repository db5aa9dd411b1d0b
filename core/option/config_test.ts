import { deepEqual, equal, fail, match, ok } from "node:assert/strict";
import { Random } from "../packet/_random.ts";
import { sampleToml, sampleValue } from "./_sample_value.ts";
import { parseConfig } from "./config.ts";
import type { ConfigFile } from "./config_file.ts";
import { configText } from "./config_text.ts";
import { FLAGS } from "./flags.ts";
import { type OptionEnvironment, parseArguments } from "./parse.ts";
import type { Invocation, TraceInvocation } from "./to_plan.ts";

const FILE = "mtr.toml";

function configOf(text: string): ConfigFile {
  const parsed = parseConfig(text, FILE);
  if (!parsed.ok) fail(`${text}: ${parsed.problem.message}`);
  return parsed.config;
}

function parsed(text: string, argv: readonly string[] = [], environment: OptionEnvironment = {}): Invocation {
  const result = parseArguments(argv, { MTR_DENO_CONFIG: FILE, ...environment, config: configOf(text) });
  if (!result.ok) fail(`${text} ${argv.join(" ")}: ${result.problem.message}`);
  return result.invocation;
}

function traced(text: string, argv: readonly string[] = [], environment: OptionEnvironment = {}): TraceInvocation {
  const invocation = parsed(text, argv, environment);
  if (invocation.action !== "trace") fail(invocation.action);
  return invocation;
}

function printed(text: string, argv: readonly string[] = [], environment: OptionEnvironment = {}): string {
  const invocation = parsed(text, [...argv, "--print-config"], environment);
  if (invocation.action !== "printConfig") fail(invocation.action);
  return configText(invocation.inForce);
}

function typed(argv: readonly string[]): Invocation {
  const result = parseArguments(argv, {});
  if (!result.ok) fail(`${argv.join(" ")}: ${result.problem.message}`);
  return result.invocation;
}

function checkProblem(text: string, message: string): void {
  const result = parseConfig(text, FILE);
  equal(result.ok ? "no problem" : result.problem.message, message, text);
}

const IN_FILES = FLAGS.filter(({ commandLineOnly }) => !commandLineOnly);

Deno.test("every option means in a file what it means on the command line", () => {
  for (const flag of IN_FILES) {
    // UDP has everything that ports need.
    const isProtocol = flag.kind === "flag" && flag.sets.some(([setting]) => setting === "protocol");
    const argv = flag.kind === "flag" ? [`--${flag.long}`] : [`--${flag.long}`, sampleValue(flag)];
    const text = `${isProtocol ? "" : "udp = true\n"}${flag.long} = ${sampleToml(flag)}\n`;
    const ofLine = parseArguments(["-u", ...argv], {});
    const ofFile = parseArguments([], { config: configOf(text) });
    // Some go with others only: that is told of a file, too.
    if (ofLine.ok || ofFile.ok) deepEqual(ofFile, ofLine, flag.long);
    else ok(ofFile.problem.message.startsWith(ofLine.problem.message), ofFile.problem.message);
  }
});

Deno.test("what is false is as if it were not there", () => {
  for (const flag of IN_FILES) {
    if (flag.kind === "flag") deepEqual(parsed(`${flag.long} = false`), typed([]), flag.long);
  }
});

Deno.test("an empty file changes nothing", () => {
  for (const text of ["", "\n\n", "# nothing", "\r\n# a\r\n"]) deepEqual(parsed(text), typed([]));
});

Deno.test("defaults yield to the file, the file to MTR_OPTIONS, and that to the command line", () => {
  const roundsOf = (text: string, options: string, argv: readonly string[]): number | undefined => {
    return traced(text, argv, { MTR_OPTIONS: options }).plan.rounds;
  };
  equal(roundsOf("", "", []), 10);
  equal(roundsOf("report-cycles = 1", "", []), 1);
  equal(roundsOf("report-cycles = 1", "-c 2", []), 2);
  equal(roundsOf("report-cycles = 1", "-c 2", ["-c", "3"]), 3);
  equal(roundsOf("report-cycles = 1", "", ["-c", "3"]), 3);
  equal(traced("csv = true", [], { MTR_OPTIONS: "-j" }).view.output, "json");
  equal(traced("csv = true", ["-r"], { MTR_OPTIONS: "-j" }).view.output, "report");
  deepEqual(traced('asn-file = ["a"]', ["--asn-file", "c"], { MTR_OPTIONS: "--asn-file b" }).asFiles, ["a", "b", "c"]);
});

Deno.test("the output goes where the latest place says", () => {
  const nameOf = (options: string, argv: readonly string[]): string | undefined =>
    traced('append = "file"', argv, { MTR_OPTIONS: options }).destination?.name;
  equal(nameOf("", []), "file");
  equal(nameOf("--output preset", []), "preset");
  equal(nameOf("--output preset", ["--append", "typed"]), "typed");
  equal(nameOf("--output preset", ["--output", "-"]), undefined);
});

Deno.test("of lines that set the same the later counts", () => {
  equal(traced("csv = true\njson = true").view.output, "json");
  equal(traced("json = true\ncsv = true").view.output, "csv");
  deepEqual(traced('ipinfo = "1"\naslookup = true').view.ipinfo, ["asn"]);
});

Deno.test("numbers may be written in all of TOML's ways", () => {
  const { plan } = traced("report-cycles = 1_000\ninterval = 5e-1\ntos = 0xb8\npsize = -100\ntimeout = 2\n");
  deepEqual([plan.rounds, plan.intervalUs, plan.trafficClass, plan.timeoutUs], [1_000, 500_000, 184, 2_000_000]);
  deepEqual([plan.packetBytes, plan.randomPacketBytes], [100, true]);
});

const NAMES = `
hosts = ["office", "192.0.2.1"]
[target.office]
host = "gw.example"
port = 443
[target.six]
host = "2001:db8::1"
port = 5060
[target.plain]
host = "plain.example:22"
[group.all]
hosts = ["office", "six", "other.example"]
`;

Deno.test("names of targets and groups stand for hosts, with a port where the protocol has ports", () => {
  const hostsOf = (...argv: readonly string[]): readonly string[] => traced(NAMES, argv).hosts;
  deepEqual(hostsOf(), ["gw.example", "192.0.2.1"]);
  deepEqual(hostsOf("-T"), ["gw.example:443", "192.0.2.1"]);
  deepEqual(hostsOf("all"), ["gw.example", "2001:db8::1", "other.example"]);
  deepEqual(hostsOf("-S", "all", "x"), ["gw.example:443", "[2001:db8::1]:5060", "other.example", "x"]);
  deepEqual(hostsOf("-u", "plain", "office.", "Office"), ["plain.example:22", "office.", "Office"]);
});

Deno.test("a limit of a name is one of every host that the name stands for", () => {
  const limitsOf = (...argv: readonly string[]): readonly unknown[] =>
    traced(NAMES, [...argv, "--fail-if", "loss > 5 @office", "--fail-if", "sent > 1 @all", "--fail-if", "hops > 3 @x"])
      .limits.map(({ target, hosts }) => [target, hosts]);
  const all = ["gw.example", "2001:db8::1", "other.example"];
  deepEqual(limitsOf("all", "x"), [["office", ["gw.example"]], ["all", all], ["x", undefined]]);
  deepEqual(limitsOf("-T", "all", "x")[0], ["office", ["gw.example:443"]]);
});

Deno.test("a target may be written in all of TOML's ways", () => {
  const texts = [
    '[target.x]\nhost = "h"\nport = 5',
    '[target]\nx = { host = "h", port = 5 }',
    'target.x.host = "h"\ntarget.x.port = 5',
    "[\"target\" . 'x']\n\"host\" = 'h'\nport = 0x5",
    'target = { x = { host = "h", port = 5 } }',
  ];
  for (const text of texts) deepEqual(traced(text, ["-T", "x"]).hosts, ["h:5"], text);
});

Deno.test("whom to trace is taken from the file only where nothing else names somebody", () => {
  const text = `filename = "daily"\n${NAMES}`;
  deepEqual(traced(text).files, ["daily"]);
  deepEqual(traced(text).hosts, ["gw.example", "192.0.2.1"]);
  deepEqual(traced(text, ["six"]).files, []);
  deepEqual(traced(text, ["six"]).hosts, ["2001:db8::1"]);
  deepEqual(traced(text, ["-F", "list"]).hosts, []);
  deepEqual(traced(text, [], { MTR_OPTIONS: "-F list" }).files, ["list"]);
  deepEqual(traced('filename = ["a", "b"]').hosts, []);
});

const MISTAKES: readonly (readonly [text: string, message: string])[] = [
  [
    "\nintervall = 1",
    'Cannot use "intervall" at mtr.toml:2: there is no such option; mtr-deno --print-config lists them',
  ],
  ["i = 1", 'Cannot use "i" at mtr.toml:1: there is no such option; write interval'],
  [
    "report-w = true",
    'Cannot use "report-w" at mtr.toml:1: there is no such option; write report-wide',
  ],
  [
    "gtk = true",
    'Cannot use "gtk" at mtr.toml:1: mtr opens a window with it, and mtr-deno has none; --curses (-t) is the screen in a ' +
    "terminal",
  ],
  ["help = true", 'Cannot use "help" at mtr.toml:1: it may stand on the command line only'],
  ['config = "a"', 'Cannot use "config" at mtr.toml:1: it may stand on the command line only'],
  ['compat = "0.95"', 'Cannot use "compat" at mtr.toml:1: it may stand on the command line only'],
  ["report-wide = 1", "Cannot use 1 as report-wide at mtr.toml:1: it must be true or false"],
  ['no-dns = "yes"', 'Cannot use "yes" as no-dns at mtr.toml:1: it must be true or false'],
  [
    'report-cycles = "5"',
    'Cannot use "5" as report-cycles at mtr.toml:1: it must be a whole number, without quotes',
  ],
  ["report-cycles = 5.0", "Cannot use 5 as report-cycles at mtr.toml:1: it must be a whole number, without quotes"],
  [
    "report-cycles = 0",
    'Cannot use "0" as the number of cycles (-c) at mtr.toml:1: it must be a whole number from 1 to 2147483647',
  ],
  [
    "interval = inf",
    'Cannot use "Infinity" as the interval (-i) at mtr.toml:1: it must be a number of seconds from 0.001 to 86400',
  ],
  ["interval = [1]", "Cannot use a list as interval at mtr.toml:1: it must be a number of seconds, without quotes"],
  [
    "interval = 2026-11-21",
    "Cannot use a date as interval at mtr.toml:1: it must be a number of seconds, without quotes",
  ],
  [
    "[interval]\nseconds = 1",
    "Cannot use a table as interval at mtr.toml:1: it must be a number of seconds, without quotes",
  ],
  ["ipinfo = 0", 'Cannot use 0 as ipinfo at mtr.toml:1: it must be text in quotes, as in ipinfo = "0"'],
  [
    "asn-file = [1]",
    'Cannot use 1 as asn-file at mtr.toml:1: it must be text in quotes, or a list of such, as in asn-file = "1"',
  ],
  [
    'append = "p"\noutput = "q"',
    'Cannot write to "p" (--append) and to "q" (--output) at mtr.toml:2: a run has one output; leave one of them out',
  ],
  ['[a]\nb = "c"', 'Cannot use "a" at mtr.toml:1: there is no such option; write address'],
  [
    'hosts = "a"',
    'Cannot use "a" as hosts at mtr.toml:1: it must be a list of texts in quotes, as in hosts = ["example.com"]',
  ],
  [
    'hosts = [\n"a",\n"b c"]',
    'Cannot use "b c" as a host at mtr.toml:1: it must hold neither white space nor control characters',
  ],
  ["\n[target.x]\nport = 1", 'Cannot use the target "x" at mtr.toml:2: it needs host = "..."'],
  ["[target.x]", 'Cannot use the target "x" at mtr.toml:1: it needs host = "..."'],
  ['[target.x]\nhost = "a"\nport = 0', "Cannot use 0 as port at mtr.toml:3: it must be a whole number from 1 to 65535"],
  ['[target.x]\nhost = "a:5"\nport = 6', 'Cannot add port 6 to "a:5" at mtr.toml:1: it has one; leave one of them out'],
  ['[target.x]\nhots = "a"', 'Cannot use "target.x.hots" at mtr.toml:2: a target has host and port only'],
  ['target = "a"', 'Cannot use "a" as target at mtr.toml:1: it must be a table with a name, as [target.NAME]'],
  ['[target]\nx = "a"', 'Cannot use "a" as target.x at mtr.toml:2: it must be a table with a name, as [target.NAME]'],
  [
    '[[target]]\nhost = "a"',
    "Cannot use a list as target at mtr.toml:1: it must be a table with a name, as [target.NAME]",
  ],
  ['["target"."-x"]\nhost = "a"', 'Cannot name a target "-x" at mtr.toml:1: it must not begin with -'],
  [
    '[target.x]\nhost = "a"\n[group.x]\nhosts = ["b"]',
    'Cannot name a group "x" at mtr.toml:3: a target has that name; choose another one',
  ],
  ["[group.x]\nhosts = []", 'Cannot use the group "x" at mtr.toml:1: it needs hosts = ["...", ...]'],
  [
    '[group.x]\nhosts = ["y"]\n[group.y]\nhosts = ["z"]',
    'Cannot put "y" into the group "x" at mtr.toml:1: it is a group, too; a group has hosts and targets only',
  ],
];

Deno.test("a mistake is told with its line and its remedy", () => {
  for (const [text, message] of MISTAKES) checkProblem(text, message);
});

Deno.test("what is no TOML is told with its line", () => {
  const texts: readonly (readonly [text: string, line: number])[] = [
    ["\n\nno-dns", 3],
    ["a = 1\na = 2", 2],
    ['order = "LS', 1],
    ["csv = tru", 1],
    ["[target.x]\n[target.x]", 2],
  ];
  for (const [text, line] of texts) {
    const result = parseConfig(text, FILE);
    match(
      result.ok ? "" : result.problem.message,
      new RegExp(`^Cannot read TOML at mtr\\.toml:${line}: [^\\n]+$`),
      text,
    );
  }
});

Deno.test("a statement of many lines has the line that it begins at", () => {
  const text = '# one\nhosts = [ # "\n  "a", # ]\n\n  """b""",\n]\norder = """\\\n  LS"""\nreport-cycles = 0\n';
  const problem = parseConfig(text, FILE);
  match(problem.ok ? "" : problem.problem.message, /mtr\.toml:9:/);
  const good = configOf(text.replace("= 0", "= 7"));
  deepEqual(good.hosts.map(({ origin }) => origin), [{ file: FILE, line: 2 }, { file: FILE, line: 2 }]);
  deepEqual(good.uses.map(({ origin }) => origin), [{ file: FILE, line: 7 }, { file: FILE, line: 9 }]);
});

Deno.test("a value of very many lines is refused instead of being read for minutes", () => {
  checkProblem(
    `hosts = [\n${'"a",\n'.repeat(2_000)}]`,
    "Cannot read TOML at mtr.toml:1: a value must have at most 1024 lines",
  );
});

Deno.test("options that do not go together say that the file counts", () => {
  const problemOf = (MTR_OPTIONS: string): string => {
    const result = parseArguments(["-m", "3"], { MTR_OPTIONS, config: configOf("first-ttl = 5") });
    return result.ok ? "" : result.problem.message;
  };
  match(problemOf(""), /\(mtr\.toml counts, too\)$/);
  match(problemOf("-n"), /\(mtr\.toml and MTR_OPTIONS count, too\)$/);
});

Deno.test("a file is asked for by --config, before that by MTR_OPTIONS, and before that by MTR_DENO_CONFIG", () => {
  const wanted = (argv: readonly string[], environment: OptionEnvironment): string | undefined => {
    const result = parseArguments(argv, environment);
    return result.ok && result.invocation.action === "readConfig" ? result.invocation.file : undefined;
  };
  const MTR_DENO_CONFIG = "a";
  equal(wanted([], {}), undefined);
  equal(wanted([], { MTR_DENO_CONFIG }), "a");
  equal(wanted([], { MTR_DENO_CONFIG, MTR_OPTIONS: "--config b" }), "b");
  equal(wanted(["--config=c"], { MTR_DENO_CONFIG, MTR_OPTIONS: "--config b" }), "c");
  equal(wanted(["--conf", "c", "--config", "d"], {}), "d");
  for (const none of ["", "none"]) {
    equal(wanted(["--config", none], { MTR_DENO_CONFIG, MTR_OPTIONS: "--config b" }), undefined);
    equal(wanted([], { MTR_DENO_CONFIG: none }), undefined);
  }
  equal(wanted(["--help"], { MTR_DENO_CONFIG }), undefined);
});

Deno.test("what is in force says where each line comes from", () => {
  const text = printed('interval = 0.5\nasn-file = "a"\ncsv = true\n', ["-n", "-j", "host"], {
    MTR_OPTIONS: "-c 5 --asn-file b",
  });
  const has = (line: string): void => ok(text.includes(`\n${line}\n`), `${line} in ${text}`);
  has("interval = 0.5 # mtr.toml:1");
  has("report-cycles = 5 # MTR_OPTIONS");
  has("no-dns = true # command line");
  has("json = true # command line");
  has("csv = false # overridden");
  has("max-ttl = 30 # default");
  has("# interface: not set");
  has("# port = 80 # default where it has a meaning");
  has('asn-file = [\n  "a", # mtr.toml:2\n  "b", # MTR_OPTIONS\n]');
  has('hosts = [\n  "host", # command line\n]');
});

Deno.test("what is printed has every option, and is a file that means the same", () => {
  const random = new Random(4);
  const uses: (readonly string[])[] = IN_FILES.map((flag) => {
    return flag.kind === "flag" ? [`--${flag.long}`] : [`--${flag.long}`, sampleValue(flag)];
  });
  uses.push(["-s", "-100"], ["-o", 'LS "_A'.replace('"', "")], ["a.example"], ["office"], ["all"], ["2001:db8::1"]);
  let compared = 0;
  for (let run = 0; run < 300; run++) {
    const argv = Array.from({ length: random.below(8) }, () => uses[random.below(uses.length)] ?? []).flat();
    const result = parseArguments(argv, { config: configOf(NAMES) });
    if (!result.ok) continue;
    compared++;
    const text = printed(NAMES, argv);
    deepEqual(parsed(text), result.invocation, `${argv.join(" ")}\n${text}`);
    for (const { long } of IN_FILES) match(text, new RegExp(`^(# )?${long}[: ]`, "m"));
    for (const line of text.split("\n")) match(line, /^$|^# |^[^#]+ # [^#]+$|^[a-z][\w-]* = \[$|^\]$/);
  }
  ok(compared > 100, `${compared} lines are right`);
});

Deno.test("a name that could end a comment or move a cursor does neither", () => {
  const file = "a\nno-dns = true\x1b[2J#\u202e";
  const read = parseConfig("report-cycles = 3", file);
  if (!read.ok) fail(read.problem.message);
  const result = parseArguments(["--print-config"], { config: read.config });
  if (!result.ok || result.invocation.action !== "printConfig") fail();
  const text = configText(result.invocation.inForce);
  ok(!/\p{Cc}|\u202e/u.test(text.replaceAll("\n", "")), text);
  equal(traced(text).view.names, true);
});

Deno.test("whatever a file holds, it is read or refused in one harmless line", () => {
  const random = new Random(20_261_121);
  const pieces = [
    ...FLAGS.map(({ long }) => long),
    ...[
      "=",
      " = ",
      "\n",
      "[",
      "]",
      "[[",
      "{",
      "}",
      ",",
      ".",
      '"',
      "'",
      '"""',
      "\\",
      "#",
      "\r\n",
      "\0",
      "\x1b[2J",
      "\u202e",
    ],
    ...[
      "true",
      "1",
      "0.5",
      "-1",
      "0x1f",
      "inf",
      "nan",
      "1979-05-27",
      '"a"',
      "[target.x]",
      "[group.y]",
      "hosts",
      "host",
    ],
    ...["__proto__", "constructor", "toString", "target", "group", "hosts = [", "port", "é", "\ud800", "\u{1f600}"],
  ];
  for (let run = 0; run < 5_000; run++) {
    const text = Array.from({ length: random.below(12) }, () => pieces[random.below(pieces.length)]).join("");
    const result = parseConfig(text, FILE);
    if (!result.ok) match(result.problem.message, /^Cannot [^\p{Cc}\u202e]+: [^\p{Cc}\u202e]+$/u, JSON.stringify(text));
    else parseArguments([], { config: result.config });
  }
});
