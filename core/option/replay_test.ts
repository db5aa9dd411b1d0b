import assert from "node:assert/strict";
import { DEFAULT_VIEW } from "../view.ts";
import { parseArguments } from "./parse.ts";
import type { ReplayInvocation } from "./replay.ts";

function check(argv: readonly string[], expected: Partial<ReplayInvocation>, MTR_OPTIONS = ""): void {
  const parsed = parseArguments(argv, { MTR_OPTIONS });
  assert.ok(parsed.ok, JSON.stringify(parsed));
  assert.deepEqual(parsed.invocation, {
    action: "replay",
    source: "archive",
    files: ["a"],
    view: DEFAULT_VIEW,
    asFiles: [],
    destination: undefined,
    gzip: false,
    ...expected,
  });
}

function checkProblem(argv: readonly string[], message: string, MTR_OPTIONS = ""): void {
  const parsed = parseArguments(argv, { MTR_OPTIONS });
  assert.ok(!parsed.ok, JSON.stringify(parsed));
  assert.equal(parsed.problem.message, message);
}

Deno.test("a replay has files, and the options of output and names", () => {
  check(["replay", "a"], {});
  check(["replay", "a b", "-", "c"], { files: ["a b", "-", "c"] });
  check(["replay", "--", "-a"], { files: ["-a"] });
  check(["replay", "-C", "a", "-n"], { view: { ...DEFAULT_VIEW, output: "csv", names: false } });
  check(["replay", "--jsonl", "--gzip", "a"], { view: { ...DEFAULT_VIEW, output: "jsonl" }, gzip: true });
  check(["replay", "-z", "--asn-file", "t", "a"], { view: { ...DEFAULT_VIEW, ipinfo: ["asn"] }, asFiles: ["t"] });
  check(["import", "a"], { source: "foreign" });
});

Deno.test("--from-jsonl reads the standard input", () => {
  check(["--from-jsonl"], { files: ["-"] });
  check(["-j", "--from-jsonl"], { files: ["-"], view: { ...DEFAULT_VIEW, output: "json" } });
});

Deno.test("options for probes in MTR_OPTIONS do not concern a replay, those for output do", () => {
  check(["replay", "a"], { view: { ...DEFAULT_VIEW, output: "csv" } }, "-c 5 -u -C");
});

Deno.test("what sends or asks is refused by its name", () => {
  const rest = "nothing is sent and nobody is asked; options for output and names are left";
  checkProblem(["replay", "-c", "5", "a"], `Cannot use -c with replay: ${rest}`);
  checkProblem(["import", "-u", "a"], `Cannot use -u with import: ${rest}`);
  checkProblem(["--from-jsonl", "-i1"], `Cannot use -i with --from-jsonl: ${rest}`);
  checkProblem(["replay", "--compat=0.95", "a"], `Cannot use --compat with replay: ${rest}`);
  checkProblem(["replay", "--ipinfo_provider4=a", "a"], `Cannot use --ipinfo_provider4 with replay: ${rest}`);
});

Deno.test("a replay needs something to read, and one source only", () => {
  checkProblem(["replay"], "Cannot replay nothing: name a file, or - for the standard input");
  checkProblem(["import", "-C"], "Cannot import nothing: name a file, or - for the standard input");
  checkProblem(["replay", "--from-jsonl", "a"], "Cannot use --from-jsonl with replay: - is the standard input");
  checkProblem(
    ["--from-jsonl", "a"],
    "Cannot use --from-jsonl with a host or file: it reads the standard input; files are read by mtr-deno replay",
  );
  checkProblem(
    ["a"],
    "Cannot read JSON Lines (--from-jsonl): it must stand on the command line (MTR_OPTIONS counts, too)",
    "--from-jsonl",
  );
});

Deno.test("help has a text for each word, and a host of that name is traced behind --", () => {
  assert.deepEqual(parseArguments(["replay", "--help"], {}), {
    ok: true,
    invocation: { action: "replayHelp", word: "replay" },
  });
  const parsed = parseArguments(["--", "replay"], {});
  assert.ok(parsed.ok && parsed.invocation.action === "trace");
  assert.deepEqual(parsed.invocation.hosts, ["replay"]);
});

Deno.test("a compressed output goes to the standard output only", () => {
  checkProblem(
    ["--gzip", "--output", "f", "host"],
    "Cannot compress a file (--gzip): that is for the standard output; leave out --output and --append",
  );
});
