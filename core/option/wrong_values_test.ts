/** Values that are refused: each is named with its option and the remedy. */
import { match, ok } from "node:assert/strict";
import { MISSING_FLAGS } from "./flags.ts";
import { check, checkProblem, problemOf } from "./_parse_fixture.ts";

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
