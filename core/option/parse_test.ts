import { deepEqual, equal, fail, match, ok } from "node:assert/strict";
import type { Destination } from "../destination/destination.ts";
import { DEFAULT_PLAN, type TracePlan } from "../plan.ts";
import { ORIGIN_ZONES, type OriginZones } from "../name/as_origin.ts";
import { DEFAULT_SCREEN_VIEW, DEFAULT_VIEW, type View } from "../view.ts";
import { Random } from "../packet/_random.ts";
import { FLAGS, MISSING_FLAGS } from "./flags.ts";
import type { ScreenSetting } from "./to_screen.ts";
import { optionName } from "./option_name.ts";
import { type OptionEnvironment, parseArguments } from "./parse.ts";
import type { TraceInvocation } from "./to_plan.ts";

interface Expected {
  readonly plan?: Partial<TracePlan>;
  readonly view?: Partial<View>;
  readonly hosts?: readonly string[];
  readonly files?: readonly string[];
  readonly family?: 4 | 6;
  readonly originZones?: OriginZones;
  readonly asFiles?: readonly string[];
  readonly helper?: readonly string[];
  readonly deadlineUs?: number;
  readonly dryRun?: boolean;
  readonly quiet?: boolean;
  readonly destination?: Destination;
  readonly gzip?: boolean;
  readonly limits?: TraceInvocation["limits"];
}

function invocationOf(argv: readonly string[], environment: OptionEnvironment = {}): TraceInvocation {
  const parsed = parseArguments(argv, environment);
  if (!parsed.ok) fail(`${JSON.stringify(argv)}: ${parsed.problem.message}`);
  if (parsed.invocation.action !== "trace") fail(`${JSON.stringify(argv)}: ${parsed.invocation.action}`);
  return parsed.invocation;
}

function check(argv: readonly string[], expected: Expected, environment: OptionEnvironment = {}): void {
  // Whether there is a screen has tests of its own.
  const { screen: _, ...invocation } = invocationOf(argv, environment);
  deepEqual(invocation, {
    action: "trace",
    plan: { ...DEFAULT_PLAN, ...expected.plan },
    view: { ...DEFAULT_VIEW, ...expected.view },
    hosts: expected.hosts ?? ["localhost"],
    files: expected.files ?? [],
    family: expected.family,
    originZones: expected.originZones ?? ORIGIN_ZONES,
    asFiles: expected.asFiles ?? [],
    helper: expected.helper,
    deadlineUs: expected.deadlineUs,
    dryRun: expected.dryRun ?? false,
    quiet: expected.quiet ?? false,
    destination: expected.destination,
    gzip: expected.gzip ?? false,
    limits: expected.limits ?? [],
  });
}

function problemOf(argv: readonly string[], environment: OptionEnvironment = {}): string {
  const parsed = parseArguments(argv, environment);
  if (parsed.ok) fail(`${JSON.stringify(argv)} was accepted`);
  return parsed.problem.message;
}

function checkProblem(argv: readonly string[], message: string, environment: OptionEnvironment = {}): void {
  equal(problemOf(argv, environment), message);
}

Deno.test("no words at all trace localhost with the defaults", () => check([], {}));

Deno.test("several hosts keep their order", () => check(["b", "a", "c"], { hosts: ["b", "a", "c"] }));

const SINGLE_FLAGS: readonly [words: readonly string[], expected: Expected][] = [
  [["-r"], { view: { output: "report" } }],
  [["-w"], { view: { output: "report", wide: true } }],
  [["-C"], { view: { output: "csv" } }],
  [["-j"], { view: { output: "json" } }],
  [["-x"], { view: { output: "xml" } }],
  [["-l"], { view: { output: "raw" } }],
  [["-p"], { view: { output: "split" } }],
  [["--jsonl"], { view: { output: "jsonl" } }],
  [["--gzip"], { gzip: true }],
  [["-n"], { view: { names: false } }],
  [["-b"], { view: { showIps: true } }],
  [["-z"], { view: { ipinfo: ["asn"] } }],
  [["-y", "0"], { view: { ipinfo: ["asn"] } }],
  [["-y", "4,2,0,1,3"], { view: { ipinfo: ["allocated", "country", "asn", "prefix", "registry"] } }],
  [["-y", "2,0,2"], { view: { ipinfo: ["country", "asn"] } }],
  [["-y1", "-z"], { view: { ipinfo: ["asn"] } }],
  [["-z", "-y", "1"], { view: { ipinfo: ["prefix"] } }],
  [["--ipinfo_provider4", "origin.example"], { originZones: { ...ORIGIN_ZONES, 4: "origin.example" } }],
  [["--ipinfo_provider6", "_a.b-c.example."], { originZones: { ...ORIGIN_ZONES, 6: "_a.b-c.example." } }],
  [["--asn-file", "a.mmdb", "--asn-file=b.tsv"], { asFiles: ["a.mmdb", "b.tsv"] }],
  [["-E", "128"], { view: { addressesShown: 128 } }],
  [["-e"], { view: { mpls: true } }],
  [["-o", "LSR AG"], { view: { order: "LSR AG" } }],
  [["-o", ""], { view: { order: "" } }],
  [["-o", "_L_"], { view: { order: "_L_" } }],
  [["-4"], { family: 4 }],
  [["-6"], { family: 6 }],
  [["-i", "0.2"], { plan: { intervalUs: 200_000 } }],
  [["-i", ".5"], { plan: { intervalUs: 500_000 } }],
  [["-i", "2."], { plan: { intervalUs: 2_000_000 } }],
  [["-i", "1e-1"], { plan: { intervalUs: 100_000 } }],
  [["-c", "20"], { plan: { rounds: 20 } }],
  [["-c", "010"], { plan: { rounds: 10 } }],
  [["-c", "0x10"], { plan: { rounds: 16 } }],
  [["-c", "+7"], { plan: { rounds: 7 } }],
  [["-c", "2147483647"], { plan: { rounds: 2147483647 } }],
  [["-s", "28"], { plan: { packetBytes: 28 } }],
  [["-s", "-100"], { plan: { packetBytes: 100, randomPacketBytes: true } }],
  [["-B", "255"], { plan: { bitPattern: 255 } }],
  [["-B", "-1"], { plan: { bitPattern: 0, randomBitPattern: true } }],
  [["-Q", "0xb8"], { plan: { trafficClass: 184 } }],
  [["-Q", "-0"], { plan: { trafficClass: 0 } }],
  [["-G", "0.5"], { plan: { graceUs: 500_000 } }],
  [["-Z", "2.5"], { plan: { timeoutUs: 2_500_000 } }],
  [["-I", "eth0"], { plan: { device: "eth0" } }],
  [["-a", "10.0.0.1"], { plan: { sourceAddress: "10.0.0.1" }, family: 4 }],
  [["-a", "2001:db8::1"], { plan: { sourceAddress: "2001:db8::1" }, family: 6 }],
  [["-a", "fe80::1%eth0"], { plan: { sourceAddress: "fe80::1%eth0" }, family: 6 }],
  [["-a", "10.0.0.1", "-4"], { plan: { sourceAddress: "10.0.0.1" }, family: 4 }],
  [["-f", "3"], { plan: { firstTtl: 3 } }],
  [["-m", "5"], { plan: { maxTtl: 5 } }],
  [["-f", "5", "-m", "5"], { plan: { firstTtl: 5, maxTtl: 5 } }],
  [["-U", "20"], { plan: { maxUnknown: 20 } }],
  [["-M", "4294967295"], { plan: { mark: 4294967295 } }],
  [["-u"], { plan: { protocol: "udp" } }],
  [["-T"], { plan: { protocol: "tcp" } }],
  [["-S"], { plan: { protocol: "sctp" } }],
  [["-P", "53", "-u"], { plan: { protocol: "udp", remotePort: 53 } }],
  [["-L", "1024", "-u"], { plan: { protocol: "udp", localPort: 1_024 } }],
  [["--flows", "64"], { plan: { flows: 64 } }],
  [["--multipath"], { plan: { multipath: true } }],
  [["--share"], { plan: { share: true } }],
  [["--load", "1.5M"], { plan: { loadBps: 1_500_000 } }],
  [["--load", "500k"], { plan: { loadBps: 500_000 } }],
  [["--load", "0.1G"], { plan: { loadBps: 100_000_000 } }],
  [["--load=100000", "-u", "--flows", "2"], { plan: { loadBps: 100_000, protocol: "udp", flows: 2 } }],
  [["--rate", "1"], { plan: { probesPerSecond: 1 } }],
  [["--rate", "100000"], { plan: { probesPerSecond: 100_000 } }],
  [["--target-order", "finish"], { view: { targetOrder: "finish" } }],
  [["--vary-flow"], { plan: { flow: "varying" } }],
  [["-u", "-S", "-T"], { plan: { protocol: "tcp" } }],
  [["-F", "hosts"], { files: ["hosts"], hosts: [] }],
  [["-D", "7"], { plan: { dueTtl: 7 } }],
  [["--cache", "1.5"], { plan: { cacheUs: 1_500_000 } }],
  [["--deadline", "2.5"], { deadlineUs: 2_500_000 }],
  [["--dry-run"], { dryRun: true }],
  [["--quiet"], { quiet: true }],
  [["--output", "a{date}"], { destination: { mode: "replace", name: "a{date}", rotation: undefined } }],
  [["--append", "log"], { destination: { mode: "append", name: "log", rotation: undefined } }],
  [["--rotate", "10M", "--append", "a"], {
    destination: { mode: "append", name: "a", rotation: { limit: { kind: "bytes", most: 10_485_760 }, keep: 7 } },
  }],
  [["--keep", "3", "--rotate=7d", "--append=a"], {
    destination: { mode: "append", name: "a", rotation: { limit: { kind: "age", mostMs: 604_800_000 }, keep: 3 } },
  }],
  [["--output", "-"], {}],
  [["--append", "-"], {}],
  [["--nagios"], { view: { output: "nagios" } }],
  [["--fail-if", "loss > 5%", "--fail-if=P95>1.5s@b"], {
    limits: [
      { text: "loss > 5%", metric: "loss", operator: ">", threshold: 5, target: undefined },
      { text: "P95>1.5s@b", metric: "p95", operator: ">", threshold: 1_500_000, target: "b" },
    ],
  }],
  // For a screen only: no plan and no output of text has anything to do with them.
  [["-t"], {}],
  [["--displaymode", "3"], {}],
  [["--compact"], {}],
  [["--scale", "1:2:3:4:5:10:20:40:80"], {}],
  [["--scale=slow"], {}],
  [["--report-on-exit"], {}],
  [["--packet", "ssh 'a b' mtr-packet"], { helper: ["ssh", "a b", "mtr-packet"] }],
  [["--config", "none"], {}],
  [["-F", "-", "-F", "b", "c"], { files: ["-", "b"], hosts: ["c"] }],
];

Deno.test("each flag sets what it names and nothing else", () => {
  for (const [words, expected] of SINGLE_FLAGS) check(words, expected);
});

Deno.test("every flag has its case above", () => {
  const seen = new Set(SINGLE_FLAGS.map(([[word]]) => word));
  const unseen = FLAGS.map(optionName).filter((name) =>
    !seen.has(name) && !/^(-[hv]|--compat|--print-config|--from-jsonl)$/.test(name)
  );
  deepEqual(unseen, []);
});

Deno.test("command lines of cron jobs mean what they mean to mtr", () => {
  const hosts = ["example.net"];
  check(["-rwznc", "10", ...hosts], { hosts, view: { wide: true, ipinfo: ["asn"], names: false } });
  check(["--report", "--report-cycles=20", "--csv", ...hosts], {
    hosts,
    plan: { rounds: 20 },
    view: { output: "csv" },
  });
  check(["--csv", "-c", "20", ...hosts], { hosts, plan: { rounds: 20 }, view: { output: "csv" } });
  check(["-rwbzc100", ...hosts], {
    hosts,
    plan: { rounds: 100 },
    view: { wide: true, showIps: true, ipinfo: ["asn"] },
  });
  check([...hosts, "-r", "-n", "-i0.5", "-s", "1400"], {
    hosts,
    plan: { intervalUs: 500_000, packetBytes: 1400 },
    view: { names: false },
  });
  check(["-4rnc5", "-o", "LSD NBAW", ...hosts], {
    hosts,
    family: 4,
    plan: { rounds: 5 },
    view: { names: false, order: "LSD NBAW" },
  });
  check(["--no-dns", "--report-wide", "--show-ips", "--json", ...hosts], {
    hosts,
    view: { names: false, wide: true, showIps: true, output: "json" },
  });
});

Deno.test("the last of several outputs wins, and wide stays wide", () => {
  check(["-r", "-C", "-j"], { view: { output: "json" } });
  check(["-j", "-C", "-r"], { view: { output: "report" } });
  check(["-w", "-C"], { view: { output: "csv", wide: true } });
  check(["-j", "-w"], { view: { output: "report", wide: true } });
  check(["-w", "-r"], { view: { output: "report", wide: true } });
});

Deno.test("the last of -4 and -6 wins", () => {
  check(["-46"], { family: 6 });
  check(["-6", "--inet"], { family: 4 });
});

Deno.test("the last of a repeated value wins", () => check(["-c1", "-c2", "-c3"], { plan: { rounds: 3 } }));

Deno.test("a bad value is told even where a later one would override it", () => {
  match(problemOf(["-c", "0", "-c", "5"]), /^Cannot use "0" as the number of cycles/);
});

Deno.test("help and version win over everything behind them and over wrong values", () => {
  for (const words of [["-h"], ["--help"], ["-c", "abc", "-h"], ["host", "-rh"], ["-h", "-q"], ["-h", "-v"]]) {
    deepEqual(parseArguments(words, {}), { ok: true, invocation: { action: "help" } });
  }
  for (const words of [["-v"], ["--version"], ["--vers"], ["-v", "-h"]]) {
    deepEqual(parseArguments(words, {}), { ok: true, invocation: { action: "version" } });
  }
});

Deno.test("help is due even where MTR_OPTIONS is broken", () => {
  deepEqual(parseArguments(["-h"], { MTR_OPTIONS: "'" }), { ok: true, invocation: { action: "help" } });
});

Deno.test("a mistake before --help is told", () =>
  checkProblem(["-q", "-h"], "Cannot use -q: there is no such option"));

const WRONG_VALUES: readonly [words: readonly string[], message: string][] = [
  [
    ["-c", "abc"],
    'Cannot use "abc" as the number of cycles (-c): it must be a whole number from 1 to 2147483647',
  ],
  [["-c", "0"], 'Cannot use "0" as the number of cycles (-c): it must be a whole number from 1 to 2147483647'],
  [
    ["-c", "2147483648"],
    'Cannot use "2147483648" as the number of cycles (-c): it must be a whole number from 1 to 2147483647',
  ],
  [
    ["--report-cycles="],
    'Cannot use "" as the number of cycles (-c): it must be a whole number from 1 to 2147483647',
  ],
  [["-f", "300"], 'Cannot use "300" as the first ttl (-f): it must be a whole number from 1 to 255'],
  [["-m", "0"], 'Cannot use "0" as the last ttl (-m): it must be a whole number from 1 to 255'],
  [["-U", "0"], 'Cannot use "0" as the number of silent hops (-U): it must be a whole number from 1 to 255'],
  [["-i", "0"], 'Cannot use "0" as the interval (-i): it must be a number of seconds from 0.001 to 86400'],
  [["-i", "nan"], 'Cannot use "nan" as the interval (-i): it must be a number of seconds from 0.001 to 86400'],
  [["-G", "-1"], 'Cannot use "-1" as the grace time (-G): it must be a number of seconds from 0.001 to 3600'],
  [["-Z", "0"], 'Cannot use "0" as the timeout of a probe (-Z): it must be a number of seconds from 0.001 to 3600'],
  [
    ["-s", "27"],
    'Cannot use "27" as the packet size (-s): it must be a whole number from 28 to 65535, ' +
    "or from -65535 to -28 for random sizes up to that",
  ],
  [
    ["-B", "256"],
    'Cannot use "256" as the bit pattern (-B): it must be a whole number from 0 to 255, or -1 for a random one',
  ],
  [["-Q", "256"], 'Cannot use "256" as the type of service (-Q): it must be a whole number from 0 to 255'],
  [
    ["-M", "99999999999"],
    'Cannot use "99999999999" as the firewall mark (-M): it must be a whole number from 0 to 4294967295',
  ],
  [
    ["-o", "LSQ"],
    'Cannot use "LSQ" as the order of columns (-o): it must be made of L D R S N B A W V G J M X I m n p q l h i f a d o k c b t r s v, blank and _, ' +
    'and "Q" is none of them',
  ],
  [
    ["-o", "LSRDNBAWVGJMXILSRDNBA"],
    'Cannot use "LSRDNBAWVGJMXILSRDNBA" as the order of columns (-o): it must have at most 20 letters, and has 21',
  ],
  [
    ["-a", "localhost"],
    'Cannot use "localhost" as the source address (-a): it must be an IPv4 or IPv6 address; ' +
    "only one of fe80::/10 may have a zone (fe80::1%eth0)",
  ],
  [
    ["-I", "a/b"],
    'Cannot use "a/b" as the interface (-I): it must be the name of an interface, 1 to 15 bytes without blank or /',
  ],
  [["-F", ""], 'Cannot use "" as a file of hosts (-F): it must have a name'],
  [
    ["-y", "0,7"],
    'Cannot use "0,7" as the fields of AS information (-y): it must be numbers from 0 to 4 with commas between ' +
    '(0 AS number, 1 prefix, 2 country, 3 registry, 4 date), and "7" is none of them',
  ],
  [
    ["-y", "0,1,2,3,4,0"],
    'Cannot use "0,1,2,3,4,0" as the fields of AS information (-y): it must have at most 5 numbers, and has 6',
  ],
  [
    ["--ipinfo_provider4", "a..b"],
    'Cannot use "a..b" as the zone of IPv4 addresses (--ipinfo_provider4): it must be a domain such as ' +
    '"origin.example": labels of 1 to 63 letters, digits, - and _, 221 characters in all',
  ],
  [["--asn-file", ""], 'Cannot use "" as a file of AS information (--asn-file): it must have a name'],
  [
    ["--output", "{day}.csv"],
    'Cannot use "{day}.csv" as the file of the output (--output): names in it must be {date}, {time}, {host}, ' +
    "{target} or {format}, and {{ stands for a brace",
  ],
  [["--append", "logs/"], 'Cannot use "logs/" as the file to append to (--append): it must have a name'],
  [
    ["--rotate", "10"],
    'Cannot use "10" as the limit of a file (--rotate): it must be a size in K, M or G, or an age in h, d or w, ' +
    "such as 10M or 7d, of at most five digits",
  ],
  [["--keep", "0"], 'Cannot use "0" as the number of files to keep (--keep): it must be a whole number from 1 to 1000'],
  ...["", "99999", "100.1M", "1g", "1e6", "-1M", "M", "1 M", "0x1M", "1Mbit", "9999999999999", "NaN"].map((
    rate,
  ): [words: readonly string[], message: string] => [
    ["--load", rate],
    `Cannot use "${rate}" as a rate of load (--load): it must be bits a second, with k, M or G behind thousands, ` +
    "millions or billions, from 100k to 100M",
  ]),
  [
    ["--fail-if", "loss ! 5%"],
    'Cannot use "loss ! 5%" as a limit (--fail-if): it must have one of > >= < <= == != at character 6, and has "!" there',
  ],
  [
    ["--fail-if", "p95 >"],
    'Cannot use "p95 >" as a limit (--fail-if): it must have a time up to a day at character 6, and ends there',
  ],
  [["-E", "129"], 'Cannot use "129" as the number of addresses (-E): it must be a whole number from 1 to 128'],
];

Deno.test("a wrong value is named with its option and its range", () => {
  for (const [words, message] of WRONG_VALUES) checkProblem([...words, "host"], message);
});

Deno.test("command lines that mtr refuses are refused, and so are values that it bends in silence", () => {
  const refusedByMtr = [
    "-B 256",
    "-D 0",
    "-G -1",
    "-u -L 70000",
    "-M 99999999999",
    "-T -P http",
    "-Q 256",
    "-c",
    "-f 300",
  ]
    .concat([
      "-i 0",
      "-i nan",
      "-o LSRDNBAWVGJMXILSRDNBA",
      "-s 27",
      "-s 999999",
      "--scale turbo",
      "-q",
      "-y abc",
      "--re",
    ]);
  const bentByMtr = ["-U 0", "-Z -1", "-m 300", "-f 0", "-c 2147483648", "-c 0", "-c -3"];
  for (const options of [...refusedByMtr, ...bentByMtr]) {
    match(problemOf(["-rn", ...options.split(" "), "10.200.4.2"]), /^Cannot /, options);
  }
});

Deno.test("fields of AS information are digits with commas between and nothing else", () => {
  for (const text of ["", ",", "0,", ",0", "0,,1", "0 1", "0, 1", "5", "-1", "00", "0x1", "asn", "٣"]) {
    match(problemOf([`--ipinfo=${text}`]), /must be numbers from 0 to 4 with commas/, text);
  }
});

Deno.test("a zone is a domain", () => {
  const wrong = [
    "",
    ".",
    "-a",
    "a-",
    ".a",
    "a b",
    "a/b",
    "é.example",
    "a.".repeat(111),
    "a".repeat(64),
    "a\n",
    "a.b..",
  ];
  for (const text of wrong) match(problemOf(["--ipinfo_provider6", text]), /must be a domain such as/, text);
});

Deno.test("only whole texts are numbers", () => {
  for (const text of ["1 ", " 1", "1x", "0x", "0b1", "1e3", "1.0", "1_000", "--1", "٣", "", "-", "Infinity", "nan"]) {
    match(problemOf([`--report-cycles=${text}`]), /must be a whole number from 1 to/, text);
  }
  for (const text of ["1s", "inf", "-inf", "0x1p3", ".", "e1", "1e", "1,5", "", "1e999", "Infinity"]) {
    match(problemOf([`--interval=${text}`]), /must be a number of seconds from/, text);
  }
});

Deno.test("a source address is a literal, and only a link-local one has a zone", () => {
  for (const text of ["1.2.3", "1.2.3.4.5", "::g", "::1%eth0", "10.0.0.1%eth0", "fe80::1%", "fec0::1%eth0", "%eth0"]) {
    match(problemOf(["-a", text]), /must be an IPv4 or IPv6 address/, text);
  }
  check(["-a", "febf::1%2"], { plan: { sourceAddress: "febf::1%2" }, family: 6 });
});

Deno.test("a source address and -4 or -6 must agree", () => {
  checkProblem(
    ["-6", "-a", "10.0.0.1"],
    "Cannot send from 10.0.0.1 (-a): -6 allows IPv6 only; leave it out, or give an IPv6 address",
  );
  match(problemOf(["-4", "-a", "::1"]), /^Cannot send from ::1 \(-a\): -4 allows IPv4 only/);
});

Deno.test("a first ttl beyond the last one is refused with both", () => {
  checkProblem(["-f", "5", "-m", "3"], "Cannot start at ttl 5 (-f): it must not be larger than the last ttl, 3 (-m)");
  checkProblem(["-f", "31"], "Cannot start at ttl 31 (-f): it must not be larger than the last ttl, 30 (-m)");
});

Deno.test("ports go with the protocols that have them", () => {
  checkProblem(
    ["-P", "80"],
    "Cannot probe port 80 (-P): ICMP has no ports; choose UDP (-u), TCP (-T) or SCTP (-S)",
  );
  for (const protocol of [[], ["-T"], ["-S"]]) {
    checkProblem([...protocol, "-L", "5000"], "Cannot send from port 5000 (-L): that is for UDP (-u) only");
  }
});

Deno.test("load goes to one host that was named, in enough cycles, and from this program", () => {
  const one = "Cannot send load of 1M (--load): it takes one host, and no file of hosts (-F)";
  checkProblem(["--load", "1M", "a", "b"], one);
  checkProblem(["--load", "1M", "-F", "hosts.txt"], one);
  checkProblem(
    ["--load", "2500k", "-c", "9"],
    "Cannot send load of 2.5M (--load) in 9 cycles (-c): fewer than 10 prove nothing",
  );
  checkProblem(
    ["--load", "1M", "--packet", "mtr-packet"],
    "Cannot send load of 1M (--load): the command that sends the probes (--packet) sends none; leave one of them out",
  );
  match(problemOf(["--load", "1M", "--from-jsonl"]), /^Cannot use --load with --from-jsonl/);
});

Deno.test("near hops are shared of one flow from the first hop on, by this program", () => {
  const cannot = "Cannot share near hops (--share): ";
  checkProblem(["--share", "--vary-flow"], `${cannot}with --vary-flow each probe may take another way; leave it out`);
  checkProblem(["--share", "--flows", "2"], `${cannot}that is for one flow; leave out --flows`);
  checkProblem(["--share", "--multipath"], `${cannot}that is for one flow; leave out --multipath`);
  checkProblem(
    ["--share", "-f", "2"],
    `${cannot}nobody knows the hops before ttl 2 (-f); leave one of them out`,
  );
  checkProblem(
    ["--share", "--packet", "mtr-packet"],
    `${cannot}the command that sends the probes (--packet) may lead each another way; leave one of them out`,
  );
});

Deno.test("options of mtr that are not there are named as such, not as unknown", () => {
  checkProblem(
    ["-rg"],
    "Cannot use --gtk (-g): mtr opens a window with it, and mtr-deno has none; --curses (-t) is the screen in a terminal",
  );
  for (const { long, short } of MISSING_FLAGS) {
    for (const word of [`--${long}`, ...(short === undefined ? [] : [`-${short}`])]) {
      match(problemOf([word, "1"]), /mtr opens a window/, word);
    }
  }
});

function checkScreen(argv: readonly string[], expected: Partial<ScreenSetting> | undefined): void {
  const usual: ScreenSetting = { isAsked: false, view: DEFAULT_SCREEN_VIEW, rounds: undefined, reportOnExit: false };
  deepEqual(invocationOf(argv).screen, expected && { ...usual, ...expected }, argv.join(" "));
}

Deno.test("a screen is what there is where no text is asked for, and what -t asks for", () => {
  checkScreen([], {});
  checkScreen(["--compact", "-n", "-o", "LS", "a", "b"], { view: { ...DEFAULT_SCREEN_VIEW, compact: true } });
  checkScreen(["-t"], { isAsked: true });
  checkScreen(["-r", "-t"], { isAsked: true });
  checkScreen(["-t", "-r"], undefined);
  for (const text of [["-w"], ["-C"], ["-p"], ["--nagios"], ["--output", "f"], ["--append", "f"], ["--gzip"]]) {
    checkScreen(text, undefined);
  }
  checkScreen(["--output", "-"], {});
});

Deno.test("a screen ends only after as many rounds as were asked for", () => {
  checkScreen(["-c", "10"], { rounds: 10 });
  equal(invocationOf([]).plan.rounds, 10);
});

Deno.test("a screen begins in the mode and with the scale that were asked for", () => {
  checkScreen(["--displaymode", "2", "--scale=fast"], {
    view: { ...DEFAULT_SCREEN_VIEW, displayMode: 2, scaleMs: [1, 2, 3, 4, 5, 10, 20, 40, 80] },
  });
  checkScreen(["--scale", "1:2:3:4:5:6:7:8:9"], {
    view: { ...DEFAULT_SCREEN_VIEW, scaleMs: [1, 2, 3, 4, 5, 6, 7, 8, 9] },
  });
  checkScreen(["--report-on-exit"], { reportOnExit: true });
});

Deno.test("a screen and a file are two outputs", () => {
  checkProblem(
    ["-t", "--output", "f"],
    'Cannot show a screen (-t) and write to "f": a run has one output; leave out -t, or choose --output -',
  );
});

Deno.test("a scale is a name or nine growing limits", () => {
  const rule = "it must be fast, average, slow, or 9 growing numbers of ms with colons between";
  for (const scale of ["quick", "", "1:2:3", "1:2:3:4:5:6:7:8:8", "1:2:3:4:5:6:7:8:9:10"]) {
    checkProblem(["--scale", scale], `Cannot use "${scale}" as the scale of the charts (--scale): ${rule}`);
  }
});

Deno.test("a run has one file of output: a second one in the same place is refused, that of a later place replaces it", () => {
  const two = (first: string, second: string, where = ""): string =>
    `Cannot write to ${first} and to ${second}${where}: a run has one output; leave one of them out`;
  for (const [first, second] of [["append", "output"], ["output", "append"], ["output", "output"]]) {
    const words = [`--${first}`, "p.csv", `--${second}`, "q.csv"];
    const names = [`"p.csv" (--${first})`, `"q.csv" (--${second})`] as const;
    checkProblem(words, two(...names));
    checkProblem(["-r"], two(...names, " in MTR_OPTIONS"), { MTR_OPTIONS: words.join(" ") });
  }
  checkProblem(["--append", "a", "--output", "-"], two('"a" (--append)', '"-" (--output)'));
  const inPreset = { MTR_OPTIONS: "--append p.csv" };
  const replaced: Destination = { mode: "replace", name: "q.csv", rotation: undefined };
  check(["--output", "q.csv"], { destination: replaced }, inPreset);
  check(["--output", "-"], {}, inPreset);
});

Deno.test("only a file of --append is rotated, and only formats whose runs can stand one behind another are appended", () => {
  for (const words of [[], ["--output", "a"], ["--append", "-"]]) {
    checkProblem([...words, "--rotate", "1M"], "Cannot rotate at 1M (--rotate): that is for a file of --append");
  }
  checkProblem(["--append", "a", "--keep", "3"], "Cannot keep 3 files (--keep): that is for files of --rotate");
  checkProblem(
    ["-x", "--append", "a"],
    'Cannot append xml to "a" (--append): a file of several XML documents is no XML; choose another format, or --output',
  );
  match(problemOf(["-p", "--append", "a"]), /^Cannot append split to "a" \(--append\): /);
});

Deno.test("a target is due at a ttl that is probed", () => {
  checkProblem(
    ["-D", "40"],
    "Cannot expect the target at ttl 40 (-D): it must be one that is probed: 1 (-f) to 30 (-m)",
  );
  checkProblem(
    ["-D", "3", "-f", "5"],
    "Cannot expect the target at ttl 3 (-D): it must be one that is probed: 5 (-f) to 30 (-m)",
  );
});

Deno.test("a command that sends the probes names a program, and its quotes are closed", () => {
  checkProblem(
    ["--packet", " "],
    'Cannot use " " as the command that sends the probes (--packet): it must name a program',
  );
  match(problemOf(["--packet", "ssh 'a"]), /a ' is not closed$/);
});

Deno.test("a release of mtr is asked for on the command line, by the whole name of the option", () => {
  checkProblem(["--compat", "0.93"], 'Cannot use "0.93" as a release of mtr (--compat): it must be 0.95 or 0.96');
  const because = "it must stand on the command line, and with its whole name";
  match(problemOf([], { MTR_OPTIONS: "--compat 0.95" }), new RegExp(because));
  match(problemOf(["--compat", "0.95"]), new RegExp(because));
});

Deno.test("a host that cannot be one is refused", () => {
  checkProblem([""], 'Cannot use "" as a host: it must be a name or an address');
  checkProblem(["a b"], 'Cannot use "a b" as a host: it must hold neither white space nor control characters');
  match(problemOf(["a".repeat(512)]), /at most 511 bytes, and has 512$/);
});

Deno.test("what a terminal would act on is escaped in messages", () => {
  for (const words of [["\x1b[2J"], ["-c", "\x1b[2J"], ["--\x1b[2J"], ["-\x1b"], ["-o\x9b"], ["-c\u202e1"]]) {
    ok(!/[\p{Cc}\u202e]/u.test(problemOf(words)), problemOf(words));
  }
});

Deno.test("MTR_OPTIONS comes before the command line, which overrides it", () => {
  const environment = { MTR_OPTIONS: "-c 5 --csv -n -4 -F a" };
  check(["host"], {
    hosts: ["host"],
    files: ["a"],
    family: 4,
    plan: { rounds: 5 },
    view: { output: "csv", names: false },
  }, environment);
  check(["host", "-c7", "-j6", "-F", "b"], {
    hosts: ["host"],
    files: ["a", "b"],
    family: 6,
    plan: { rounds: 7 },
    view: { output: "json", names: false },
  }, environment);
});

Deno.test("hosts in MTR_OPTIONS do not count", () => check(["a"], { hosts: ["a"] }, { MTR_OPTIONS: "b -- -c" }));

Deno.test("quotes in MTR_OPTIONS keep blanks", () => {
  check([], { view: { order: "LS A" } }, { MTR_OPTIONS: "-o 'LS A'" });
  check([], { view: { order: "" } }, { MTR_OPTIONS: '--order ""' });
});

Deno.test("a mistake in MTR_OPTIONS says that it is there", () => {
  const inOptions = (MTR_OPTIONS: string, message: string): void => checkProblem(["host"], message, { MTR_OPTIONS });
  inOptions(
    "-c x",
    'Cannot use "x" as the number of cycles (-c) in MTR_OPTIONS: it must be a whole number from 1 to 2147483647',
  );
  inOptions("-q", "Cannot use -q in MTR_OPTIONS: there is no such option");
  inOptions("-rq", 'Cannot use -q of "-rq" in MTR_OPTIONS: there is no such option');
  inOptions("-o 'LS", "Cannot split the words in MTR_OPTIONS: a ' is not closed");
  inOptions("a ".repeat(128), "Cannot split the words in MTR_OPTIONS: it has 128 words, and must have at most 127");
});

Deno.test("options that do not go together say that MTR_OPTIONS counts", () => {
  match(problemOf(["-m", "3"], { MTR_OPTIONS: "-f 5" }), /\(MTR_OPTIONS counts, too\)$/);
});

Deno.test("what MTR_OPTIONS sets may become right by the command line", () => {
  check(["-m", "50"], { plan: { firstTtl: 40, maxTtl: 50 } }, { MTR_OPTIONS: "-f 40" });
});

Deno.test("with POSIXLY_CORRECT options end at the first host", () => {
  const environment = { POSIXLY_CORRECT: "" };
  check(["-n", "host", "-r", "--"], { view: { names: false }, hosts: ["host", "-r", "--"] }, environment);
});

Deno.test("any words give an invocation or one line of text, never an exception", () => {
  const random = new Random(20_261_121);
  const words = [
    ...FLAGS.map(optionName),
    ...FLAGS.map(({ long }) => `--${long}`),
    ...["-", "--", "", "1", "-1", "0x1f", "1e3", "::1", "host", "--re", "--=", "-=", "--order=L", "__proto__"],
    ...["--__proto__=1", "--constructor", "\0", "é", "\u{1f600}", "\ud800", "-\u{1f600}"],
  ] as const;
  for (let run = 0; run < 20_000; run++) {
    const argv = Array.from({ length: random.below(6) }, () => {
      return random.below(3) === 0
        ? random.text("-=rwcsoF4%0x1 .\n'\"\\é", 8)
        : words[random.below(words.length)] ?? "";
    });
    const environment = random.below(4) === 0 ? { MTR_OPTIONS: random.text("-rcs1 '\"\\=\n", 12) } : {};
    const parsed = parseArguments(argv, environment);
    if (parsed.ok) continue;
    match(parsed.problem.message, /^Cannot [^\p{Cc}]+: [^\p{Cc}]+[^.]$/u, JSON.stringify({ argv, environment }));
  }
});

Deno.test("the order of different settings never matters", () => {
  const random = new Random(7);
  const groups = [["-c", "3"], ["-i", "0.2"], ["-w"], ["-n"], ["-s", "-100"], ["-m9"], ["-a", "::1"], ["-o", "L"]];
  const expected = invocationOf([...groups.flat(), "host"]);
  for (let run = 0; run < 200; run++) {
    const shuffled = groups.map((group) => ({ group, at: random.below(1_000_000) })).sort((a, b) => a.at - b.at);
    const argv = shuffled.flatMap(({ group }) => group);
    argv.splice(argv.indexOf("-w") + random.below(2), 0, "host");
    deepEqual(invocationOf(argv), expected, JSON.stringify(argv));
  }
});
