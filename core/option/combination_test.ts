/** Options that go together, and those that do not. */
import { match } from "node:assert/strict";
import type { Destination } from "../destination/destination.ts";
import { check, checkProblem, problemOf } from "./_parse_fixture.ts";

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

Deno.test("a screen and a file are two outputs", () => {
  checkProblem(
    ["-t", "--output", "f"],
    'Cannot show a screen (-t) and write to "f": a run has one output; leave out -t, or choose --output -',
  );
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
