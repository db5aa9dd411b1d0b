import { deepEqual, equal } from "node:assert/strict";
import { Random } from "../packet/_random.ts";
import { type CommandLine, type CommandLineWorld, readCommandLine } from "./command_line.ts";
import { DIALECT_NAMES, type DialectName } from "./dialect.ts";
import type { CompatHost } from "./host_name.ts";
import { OPTIONS } from "./option_table.ts";
import type { CompatSettings } from "./settings.ts";
import { usageText } from "./usage.ts";

const FILES: ReadonlyMap<string, string> = new Map([["two", "a\nb\n"], ["ports", "a:0\n"], ["-", "\nc\n"], [
  "none",
  "",
]]);

type World = Partial<CommandLineWorld["environment"]> & { readonly uid?: number };

function read(dialect: DialectName, argv: readonly string[], { uid = 0, ...environment }: World = {}): CommandLine {
  return readCommandLine(argv, {
    dialect,
    environment,
    uid,
    readHosts: (name) => {
      const text = FILES.get(name);
      if (text !== undefined) return { ok: true, text };
      if (name === "/") return { ok: false, reason: "Is a directory", wasOpened: true };
      return { ok: false, reason: "No such file or directory" };
    },
  });
}

/** "-c 5 ''" */
function wordsOf(line: string): string[] {
  return line.split(" ").filter((word) => word !== "").map((word) => word === "''" ? "" : word);
}

/** Command lines, and what they make of the settings. */
function check(
  dialect: DialectName,
  cases: Readonly<Record<string, Partial<CompatSettings>>>,
  world: World = {},
): void {
  for (const [line, expected] of Object.entries(cases)) {
    const result = read(dialect, wordsOf(line), world);
    if (result.kind !== "trace") throw new Error(`${line}: ${result.stderr}`);
    const given = Object.fromEntries(Object.entries(result.settings).filter(([name]) => name in expected));
    deepEqual(given, expected, line);
  }
}

function checkBoth(cases: Readonly<Record<string, Partial<CompatSettings>>>): void {
  for (const dialect of DIALECT_NAMES) check(dialect, cases);
}

/** Command lines, and what follows `mtr: ` before the program ends with status 1. */
function checkProblem(dialect: DialectName, cases: Readonly<Record<string, string>>, world: World = {}): void {
  for (const [line, message] of Object.entries(cases)) {
    const expected = { kind: "exit", status: 1, stdout: "", stderr: `mtr: ${message}\n` };
    deepEqual(read(dialect, wordsOf(line), world), expected, `${dialect} ${line}`);
  }
}

function checkProblemBoth(cases: Readonly<Record<string, string>>): void {
  for (const dialect of DIALECT_NAMES) checkProblem(dialect, cases);
}

function checkUsage(dialect: DialectName, line: string, message: string, world: World = {}): void {
  checkProblem(dialect, { [line]: `${message}\n${usageText(dialect).replace(/\n$/, "")}` }, world);
}

function checkHosts(
  dialect: DialectName,
  line: string,
  hosts: readonly (string | CompatHost)[],
  world: World = {},
): void {
  const result = read(dialect, wordsOf(line), world);
  const expected = hosts.map((host) => typeof host === "string" ? { name: host } : host);
  deepEqual(result.kind === "trace" ? result.hosts : result.stderr, expected, line);
}

Deno.test("mtr's defaults", () => {
  for (const dialect of DIALECT_NAMES) {
    deepEqual(read(dialect, []), {
      kind: "trace",
      hosts: [{ name: "localhost" }],
      warnings: "",
      settings: {
        dialect,
        output: "curses",
        wide: false,
        dns: true,
        showIps: false,
        order: "LS NABWV",
        mpls: false,
        ipinfoFields: [],
        ipinfoProviders: { 4: "origin.asn.cymru.com", 6: "origin6.asn.cymru.com" },
        family: undefined,
        protocol: "icmp",
        intervalSeconds: 1,
        graceSeconds: 5,
        timeoutSeconds: 10,
        cycles: 10,
        hasCycles: false,
        packetBytes: 64,
        bitPattern: 0,
        tos: 0,
        mark: 0,
        device: undefined,
        sourceAddress: undefined,
        remotePort: undefined,
        localPort: undefined,
        firstTtl: 1,
        maxTtl: 30,
        maxUnknown: 12,
        dueTtl: undefined,
        cacheSeconds: undefined,
        maxDisplayPath: 8,
        reportOnExit: false,
        compact: false,
        displayMode: 0,
        scaleMs: undefined,
      },
    });
  }
});

Deno.test("flags set what they say", () => {
  checkBoth({
    "-4": { family: 4 },
    "--inet6": { family: 6 },
    "-4 -6": { family: 6 },
    "-6 -4": { family: 4 },
    "-n": { dns: false },
    "-b": { showIps: true },
    "-e": { mpls: true },
    "-z": { ipinfoFields: [0] },
    "-y 3": { ipinfoFields: [3] },
    "-I eth0": { device: "eth0" },
    "-a 10.0.0.1": { sourceAddress: "10.0.0.1" },
  });
});

Deno.test("the last output wins, and -w stays wide", () => {
  const outputs = {
    r: "report",
    w: "report",
    x: "xml",
    C: "csv",
    j: "json",
    l: "raw",
    p: "split",
    t: "curses",
  } as const;
  for (const [flag, output] of Object.entries(outputs)) {
    checkBoth({ [`-r -${flag}`]: { output, wide: flag === "w" } });
  }
  checkBoth({ "-j -w": { output: "report", wide: true }, "-w -C": { output: "csv", wide: true } });
});

Deno.test("there is no window", () => {
  for (const dialect of DIALECT_NAMES) {
    checkUsage(dialect, "-g", "invalid option -- 'g'");
    checkUsage(dialect, "--gtk", "unrecognized option '--gtk'");
  }
});

Deno.test("0.96 has flags of its own, which 0.95 does not know", () => {
  check("0.96", {
    "--report-on-exit": { reportOnExit: true, output: "curses" },
    "--compact": { compact: true },
    "--scale fast": { scaleMs: [1, 2, 3, 4, 5, 10, 20, 40, 80] },
    "--ipinfo_provider4 z4 --ipinfo_provider6=z6": { ipinfoProviders: { 4: "z4", 6: "z6" } },
    "-D 5": { dueTtl: 5 },
    "-E 200": { maxDisplayPath: 128 },
    "-E -1": { maxDisplayPath: -1 },
    "--cache 60": { cacheSeconds: 60 },
  });
  checkUsage("0.95", "--report-on-exit", "unrecognized option '--report-on-exit'");
  checkUsage("0.95", "-D 5", "invalid option -- 'D'");
  checkUsage("0.95", "--cache 5", "unrecognized option '--cache'");
});

Deno.test("-o takes 20 letters of columns, or none", () => {
  checkBoth({ "-o ''": { order: "" }, "-o LDRSNBAWVGJMXI_LDRSN": { order: "LDRSNBAWVGJMXI_LDRSN" } });
  for (const dialect of DIALECT_NAMES) equal(read(dialect, ["-o", " L S_"]).kind, "trace");
  checkProblemBoth({
    "-o LDRSNBAWVGJMXI_LDRSNZ": "Too many fields: LDRSNBAWVGJMXI_LDRSNZ",
    "-o éééééééééél": "Too many fields: éééééééééél",
    "-o LSZQ": "Unknown field identifier: Z",
    "-o l": "Unknown field identifier: l",
  });
});

Deno.test("-y takes one field in 0.95 and a list in 0.96", () => {
  checkProblem("0.95", {
    "-y 5": "value 5 out of range (0 - 4)",
    "-y -1": "invalid argument: '-1'",
    "-y 0,1": "invalid argument: '0,1'",
  });
  check("0.96", { "-y 0,2 -y 1,0": { ipinfoFields: [1, 0] }, "-y 3 -z": { ipinfoFields: [0] } });
  checkProblem("0.96", { "-y 0,5": "ipinfo value 5 out of range (0 - 4)", "-y ''": "empty ipinfo field in ''" });
});

Deno.test("--displaymode has two modes beside the first, and in 0.96 three", () => {
  checkBoth({ "--displaymode 2": { displayMode: 2 } });
  check("0.96", { "--displaymode 3": { displayMode: 3 }, "--displaymode -5": { displayMode: -5 } });
  checkProblem("0.95", {
    "--displaymode 3": "value out of range (0 - 2): 3",
    "--displaymode -1": "invalid argument: '-1'",
  });
  checkProblem("0.96", { "--displaymode 0x4": "value out of range (0 - 3): 0x4" });
});

Deno.test("a time must be positive, as a 32-bit float, or not be a number", () => {
  for (const flag of ["-i", "-G"]) {
    for (const time of ["0", "-1", "-inf", "1e-46", "-0"]) {
      checkProblemBoth({ [`${flag} ${time}`]: "wait time must be positive" });
    }
    checkProblemBoth({ [`${flag} 1s`]: "invalid argument: '1s'" });
  }
  checkBoth({
    "-i 0.1 -G inf": { intervalSeconds: Math.fround(0.1), graceSeconds: Infinity },
    "-i nan -G 0x1p-3": { intervalSeconds: NaN, graceSeconds: 0.125 },
  });
});

Deno.test("only root may probe more often than once a second", () => {
  const message = "non-root users cannot request an interval < 1.0 seconds";
  for (const dialect of DIALECT_NAMES) {
    checkProblem(dialect, { "-i 0.99": message, "-i 0": "wait time must be positive" }, { uid: 1000 });
    check(dialect, { "-i 0.99999999999": { intervalSeconds: 1 }, "-i nan": { intervalSeconds: NaN } }, { uid: 1000 });
  }
});

Deno.test("-c may be 0, and in 0.96 negative", () => {
  checkBoth({ "-c 0": { cycles: 0, hasCycles: true }, "-c10": { cycles: 10, hasCycles: true } });
  check("0.96", { "-c -1": { cycles: -1 }, "-c 2147483648": { cycles: -2_147_483_648 } });
  checkProblem("0.95", { "-c -1": "invalid argument: '-1'", "-c 2147483648": "invalid argument: '2147483648'" });
});

Deno.test("0.95 does not look at -s, 0.96 does", () => {
  check("0.95", { "-s 0": { packetBytes: 0 }, "-s 999999": { packetBytes: 999_999 } });
  check("0.96", { "-s 28": { packetBytes: 28 }, "-s -65535": { packetBytes: -65_535 } });
  check("0.96", { "-s 2147483648": { packetBytes: -2_147_483_648 } });
  for (const bytes of ["27", "-27", "0", "65536", "-65536"]) {
    checkProblem("0.96", { [`-s ${bytes}`]: "value of of range (28 - 65535)" });
  }
});

Deno.test("a bit pattern that is too large is random in 0.95, and wrong in 0.96", () => {
  check("0.95", { "-B 255": { bitPattern: 255 }, "-B 256": { bitPattern: -1 } });
  check("0.96", { "-B -1": { bitPattern: -1 }, "-B 0xff": { bitPattern: 255 } });
  checkProblem("0.96", {
    "-B -2": "value out of range (-1 - 255): -2",
    "-B 256": "value out of range (-1 - 255): 256",
  });
});

Deno.test("a type of service that is too large is 0 in 0.95, and wrong in 0.96", () => {
  check("0.95", { "-Q 255": { tos: 255 }, "-Q 256": { tos: 0 } });
  checkProblem("0.96", { "-Q 256": "value out of range (0 - 255): 256", "-Q -1": "value out of range (0 - 255): -1" });
});

Deno.test("the mark is 32 bits", () => {
  check("0.95", { "-M 4294967294": { mark: 4_294_967_294 } });
  checkProblem("0.95", { "-M 4294967295": "invalid argument: '4294967295'", "-M 0x10": "invalid argument: '0x10'" });
  check("0.96", { "-M 0x10": { mark: 16 }, "-M -1": { mark: 4_294_967_295 }, "-M 4294967296": { mark: 0 } });
});

Deno.test("ttls and counts are moved into range", () => {
  checkBoth({
    "-f 0": { firstTtl: 1 },
    "-m 0": { maxTtl: 1 },
    "-m 300": { maxTtl: 255 },
    "-U 0": { maxUnknown: 1 },
    "-Z 0": { timeoutSeconds: 0 },
  });
  check("0.96", { "-f -5 -m -5 -U -5 -Z -5": { firstTtl: 1, maxTtl: 1, maxUnknown: 1, timeoutSeconds: -5 } });
});

Deno.test("0.95 keeps the first ttl below the last one, as they come", () => {
  check("0.95", {
    "-f 5 -m 3": { firstTtl: 3, maxTtl: 3 },
    "-m 3 -f 5": { firstTtl: 3, maxTtl: 3 },
    "-f 50 -m 40": { firstTtl: 30, maxTtl: 40 },
    "-f 300": { firstTtl: 30, maxTtl: 30 },
  });
});

Deno.test("0.96 refuses ttls that are out of order when all options are read", () => {
  checkProblem("0.96", {
    "-f 5 -m 3": "firstTTL(5) cannot be larger than maxTTL(3). ",
    "-f 300": "firstTTL(300) cannot be larger than maxTTL(30). ",
    "-f 5 -m 3 -P 0": "Illegal port number: 0",
    "-D 3 -f 5": "dueTTL(3) cannot be less than firstTTL(5). ",
    "-D 40": "dueTTL(40) cannot be larger than maxTTL(30). ",
    "-D 300": "dueTTL(255) cannot be larger than maxTTL(30). ",
    "-D 3 -f 5 -m 2": "firstTTL(5) cannot be larger than maxTTL(2). ",
    "-D 0": "due TTL must be greater than 0",
    "-D -1": "due TTL must be greater than 0",
    "--cache 0": "cache timeout must be positive",
  });
  check("0.96", { "-f 40 -m 50": { firstTtl: 40 }, "-D 5 -f 5 -m 5": { dueTtl: 5 } });
});

Deno.test("0.96 looks at the ttls of MTR_OPTIONS alone", () => {
  const MTR_OPTIONS = "-f 40";
  checkProblem("0.96", { "-m 50": "firstTTL(40) cannot be larger than maxTTL(30). " }, { MTR_OPTIONS });
  check("0.96", { "-m 50": { maxTtl: 50 } }, { MTR_OPTIONS: "-f 5" });
});

Deno.test("one protocol beside ICMP, once", () => {
  for (const line of ["-u -u", "-u -T", "-T -S", "-S -u", "-TT"]) {
    checkProblemBoth({ [line]: "-u , -T and -S are mutually exclusive" });
  }
  for (const dialect of DIALECT_NAMES) {
    checkProblem(dialect, { "-T": "-u , -T and -S are mutually exclusive" }, { MTR_OPTIONS: "-u" });
  }
});

Deno.test("TCP and SCTP have port 80 unless there is another", () => {
  checkBoth({
    "-u": { protocol: "udp", remotePort: undefined },
    "-T": { protocol: "tcp", remotePort: 80 },
    "-S": { protocol: "sctp", remotePort: 80 },
    "-P 443 -T": { protocol: "tcp", remotePort: 443 },
    "-T -P 443": { protocol: "tcp", remotePort: 443 },
    "-u -P 53 -L 1024": { remotePort: 53, localPort: 1024 },
  });
});

Deno.test("ports have a range", () => {
  for (const port of ["0", "65536"]) checkProblemBoth({ [`-u -P ${port}`]: `Illegal port number: ${port}` });
  for (const port of ["1023", "65536"]) checkProblemBoth({ [`-u -L ${port}`]: `Illegal port number: ${port}` });
  checkProblem("0.95", { "-P -5": "invalid argument: '-5'" });
  checkProblem("0.96", { "-P -5": "Illegal port number: -5", "-L 4294967376": "Illegal port number: 80" });
  check("0.96", { "-u -P 4294967376": { remotePort: 80 } });
});

Deno.test("0.95 ignores a port with ICMP, 0.96 refuses it when all is read", () => {
  check("0.95", { "-P 80": { protocol: "icmp", remotePort: 80 } });
  const message = "port number specified (-P) but protocol is ICMP; use -T (TCP) or -u (UDP)";
  checkProblem("0.96", {
    "-P 80": message,
    "-P 80 -F ports": message,
    "-P 80 -D 40": "dueTTL(40) cannot be larger than maxTTL(30). ",
  });
  check("0.96", { "-u": { remotePort: 80 } }, { MTR_OPTIONS: "-P 80" });
});

Deno.test("a number that is none is told with errno's text", () => {
  const huge = "99999999999999999999";
  checkProblemBoth({
    [`-c ${huge}`]: `invalid argument: '${huge}': Numerical result out of range`,
    "-c 5x": "invalid argument: '5x'",
  });
  checkProblem("0.95", { "-c ''": "invalid argument: ''" });
  checkProblem("0.96", {
    "-c ''": "invalid argument: '': No such file or directory",
    "-F two -o LS -c ''": "invalid argument: '': No such file or directory",
    "-c 1 -i ''": "invalid argument: ''",
  });
  checkProblem("0.96", { "-c ''": "invalid argument: ''" }, { MTR_OPTIONS: "-c 5" });
});

Deno.test("the first mistake counts, whoever sees it", () => {
  checkProblemBoth({ "-c x -q": "invalid argument: 'x'", "-P 0 -F nowhere": "Illegal port number: 0" });
  for (const dialect of DIALECT_NAMES) checkUsage(dialect, "-q -c x", "invalid option -- 'q'");
});

Deno.test("getopt's message is followed by an empty line and the usage text", () => {
  for (const dialect of DIALECT_NAMES) {
    checkUsage(dialect, "-q", "invalid option -- 'q'");
    checkUsage(dialect, "--bogus", "unrecognized option '--bogus'");
    checkUsage(dialect, "-c", "option requires an argument -- 'c'");
    checkUsage(dialect, "--report=5", "option '--report' doesn't allow an argument");
  }
});

Deno.test("what may be meant by an abbreviation depends on the dialect", () => {
  const ambiguous = "option '--re' is ambiguous; possibilities: '--report' '--report-wide'";
  checkUsage("0.95", "--re", `${ambiguous} '--report-cycles'`);
  checkUsage("0.96", "--re", `${ambiguous} '--report-on-exit' '--report-cycles'`);
  checkBoth({ "--report-c 2 --no": { cycles: 2, dns: false } });
  check("0.95", { "--d=1": { displayMode: 1 } });
});

Deno.test("the options of a dialect stand in mtr's order", () => {
  const names = (dialect: DialectName): string => OPTIONS[dialect].map(({ long }) => long).join(" ");
  equal(
    names("0.95"),
    "help version inet inet6 filename report report-wide xml curses raw csv json displaymode split no-dns show-ips " +
      "order ipinfo aslookup interval report-cycles psize bitpattern tos mpls interface address first-ttl max-ttl " +
      "max-unknown udp tcp sctp port localport timeout gracetime mark",
  );
  equal(
    names("0.96"),
    "help version inet inet6 filename report report-wide report-on-exit xml curses raw csv json displaymode compact " +
      "scale split no-dns show-ips order ipinfo aslookup ipinfo_provider4 ipinfo_provider6 interval report-cycles " +
      "psize bitpattern tos mpls interface address first-ttl max-ttl due-ttl max-unknown max-display-path udp tcp " +
      "sctp port localport timeout gracetime cache mark",
  );
});

function checkPrinted(dialect: DialectName, line: string, stdout: string, world: World = {}): void {
  deepEqual(read(dialect, wordsOf(line), world), { kind: "exit", status: 0, stdout, stderr: "" }, line);
}

Deno.test("-h prints the usage text at once", () => {
  for (const dialect of DIALECT_NAMES) {
    checkPrinted(dialect, "-h -q", usageText(dialect));
    checkPrinted(dialect, "-P 0", usageText(dialect), { MTR_OPTIONS: "--help" });
    checkProblem(dialect, { "-c x -h": "invalid argument: 'x'" });
  }
  checkPrinted("0.95", "-v -h", "mtr 0.95\n");
  checkPrinted("0.96", "-v -h", usageText("0.96"));
});

Deno.test("-v of 0.95 prints the version at once", () => {
  checkPrinted("0.95", "-v -q", "mtr 0.95\n");
  checkPrinted("0.95", "-vv", "mtr 0.95\n");
});

Deno.test("-v of 0.96 prints the version when the options are read, before it compares any", () => {
  checkUsage("0.96", "-v -q", "invalid option -- 'q'");
  checkProblem("0.96", { "-v -c x": "invalid argument: 'x'" });
  for (const line of ["-v", "-f 40 -v", "-P 80 -v", "-T a:0 -v"]) checkPrinted("0.96", line, "mtr 0.96\n");
});

Deno.test("-v in MTR_OPTIONS of 0.96 leaves the arguments unread", () => {
  checkPrinted("0.96", "-v -P 0", "mtr 0.96\n", { MTR_OPTIONS: "-v" });
});

Deno.test("arguments come after MTR_OPTIONS, and win", () => {
  for (const dialect of DIALECT_NAMES) {
    check(dialect, { "-c 5": { cycles: 5, output: "json" } }, { MTR_OPTIONS: "-c 3\t-j" });
    checkUsage(dialect, "-P 0", "invalid option -- 'q'", { MTR_OPTIONS: "-q" });
    check(dialect, { "": { cycles: 10 } }, { MTR_OPTIONS: "" });
  }
});

Deno.test("quotes in MTR_OPTIONS are 0.96's", () => {
  checkProblem("0.95", { "": "Unknown field identifier: '" }, { MTR_OPTIONS: "-o 'LS A'" });
  check("0.96", { "": { order: "LS A" } }, { MTR_OPTIONS: "-o 'LS A'" });
  checkProblem("0.96", { "-q": "unterminated quote in MTR_OPTIONS" }, { MTR_OPTIONS: "-q 'x" });
});

Deno.test("words of MTR_OPTIONS that are left out are warned of, before whatever else is said", () => {
  const MTR_OPTIONS = "-n ".repeat(126) + "-c 5 'x y'";
  const warning = "mtr: Warning: extra arguments ignored: ";
  const problem = `mtr: option requires an argument -- 'c'\n`;
  for (const [dialect, ignored] of [["0.95", "5"], ["0.96", "5 'x y'"]] as const) {
    const stderr = `${warning}${ignored}\n${problem}${usageText(dialect)}`;
    deepEqual(read(dialect, [], { MTR_OPTIONS }), { kind: "exit", status: 1, stdout: "", stderr });
    const result = read(dialect, ["a"], { MTR_OPTIONS: `${"-n ".repeat(127)}b` });
    equal(result.kind === "trace" && result.warnings, `${warning}b\n`);
  }
});

Deno.test("hosts of MTR_OPTIONS do not count, those of its files do", () => {
  for (const dialect of DIALECT_NAMES) {
    checkHosts(dialect, "", ["localhost"], { MTR_OPTIONS: "x -n" });
    checkHosts(dialect, "c", ["a", "b", "c"], { MTR_OPTIONS: "-F two" });
  }
});

Deno.test("with POSIXLY_CORRECT options end at the first host, in MTR_OPTIONS, too", () => {
  for (const dialect of DIALECT_NAMES) {
    checkHosts(dialect, "a -q", ["a", "-q"], { POSIXLY_CORRECT: "" });
    checkHosts(dialect, "a", ["a"], { POSIXLY_CORRECT: "1", MTR_OPTIONS: "x -q" });
  }
});

Deno.test("hosts of files come first, then the arguments, then localhost if there are none", () => {
  for (const dialect of DIALECT_NAMES) {
    checkHosts(dialect, "c -F two d", ["a", "b", "c", "d"]);
    checkHosts(dialect, "-F - -F two", ["", "c", "a", "b"]);
    checkHosts(dialect, "-F none", ["localhost"]);
    checkHosts(dialect, "'' -- -n", ["", "-n"]);
  }
});

Deno.test("a file of hosts that cannot be read ends the program", () => {
  checkProblemBoth({
    "-F nowhere": "open nowhere: No such file or directory",
    "-F ''": "open : No such file or directory",
    "-F /": "ferror /: Is a directory",
  });
});

Deno.test("0.96 knows HOST:PORT unless the protocol is ICMP", () => {
  checkHosts("0.96", "-T a:443 [::1]:22 b", [{ name: "a", port: 443 }, { name: "::1", port: 22 }, "b"]);
  checkHosts("0.96", "a:443", ["a:443"]);
  checkHosts("0.95", "-T a:443", ["a:443"]);
  checkHosts("0.96", "-F ports", ["a:0"]);
});

Deno.test("a wrong port of a host ends the program when all options are read", () => {
  checkProblem("0.96", {
    "-T a b:0": "Illegal port number: 0",
    "-F ports -u": "Illegal port number: 0",
    "-F ports -T -P 99999": "Illegal port number: 99999",
    "-T a:x": "invalid argument: 'x'",
    "-T -f 40 x:0": "firstTTL(40) cannot be larger than maxTTL(30). ",
  });
});

const PIECES = [
  "-",
  "--",
  "=",
  ":",
  ",",
  "0",
  "1",
  "9",
  "255",
  "x",
  "e",
  "-1",
  " ",
  "'",
  '"',
  "\\",
  "é",
  "\n",
  "nan",
  "0x",
  "[",
  "]",
];

Deno.test("no words make it throw", () => {
  const random = new Random(5);
  const piece = (): string => {
    const { long, short } = random.pick(OPTIONS["0.96"]);
    return random.pick([`--${long}`, `-${short ?? "q"}`, random.pick(PIECES), random.pick(PIECES)]);
  };
  const word = (): string => Array.from({ length: random.below(4) }, piece).join("");
  for (let run = 0; run < 20_000; run++) {
    const argv = Array.from({ length: random.below(6) }, word);
    const MTR_OPTIONS = Array.from({ length: random.below(random.pick([1, 5, 200])) }, word).join(" ");
    const posix = random.flip() ? {} : { POSIXLY_CORRECT: "" };
    const dialect = random.pick(DIALECT_NAMES);
    const result = read(dialect, argv, { MTR_OPTIONS, uid: random.below(2), ...posix });
    if (result.kind === "trace") equal(result.hosts.length > 0, true);
    else equal(result.stderr === "" || result.stderr.startsWith("mtr: "), true);
  }
});
