import { deepEqual, equal, match } from "node:assert/strict";
import { ORIGIN_ZONES } from "../name/as_origin.ts";
import { DEFAULT_SCREEN_VIEW } from "../view.ts";
import { Random } from "../packet/_random.ts";
import { FLAGS } from "./flags.ts";
import type { ScreenSetting } from "./to_screen.ts";
import { optionName } from "./option_name.ts";
import { parseArguments } from "./parse.ts";
import { check, checkProblem, type Expected, invocationOf, problemOf } from "./_parse_fixture.ts";

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

Deno.test("a mistake before --help is told", () =>
  checkProblem(["-q", "-h"], "Cannot use -q: there is no such option"));

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

Deno.test("a scale is a name or nine growing limits", () => {
  const rule = "it must be fast, average, slow, or 9 growing numbers of ms with colons between";
  for (const scale of ["quick", "", "1:2:3", "1:2:3:4:5:6:7:8:8", "1:2:3:4:5:6:7:8:9:10"]) {
    checkProblem(["--scale", scale], `Cannot use "${scale}" as the scale of the charts (--scale): ${rule}`);
  }
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
