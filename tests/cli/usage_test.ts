/** The command line: what it takes, what it refuses, and that it refuses before it opens anything. */
import assert from "node:assert/strict";
import { mtr, openWorld, readCsv, told } from "../lab/program.ts";
import type { RunOptions } from "../lab/world.ts";

// Whoever may open no socket at all still gets help, and learns what is wrong with the line.
const NO_ACCESS = { pingSockets: "closed" } as const;
const ORDINARY: RunOptions = { asOrdinaryUser: true };
const LOOPBACK = "127.0.0.1";

Deno.test("--help goes to standard output and needs no privilege", async () => {
  await using world = await openWorld(NO_ACCESS);
  for (const option of ["--help", "-h"]) {
    const result = await mtr(world, [option], ORDINARY);
    assert.equal(result.code, 0, told(result));
    assert.equal(result.stderr, "");
    for (const name of ["--report", "--report-wide", "--csv", "--json", "--report-cycles", "--interval", "--no-dns"]) {
      assert.ok(result.stdout.includes(name), `${name} in ${result.stdout}`);
    }
    const [, statuses = ""] = result.stdout.split(/^exit status/im);
    for (const status of ["0", "1", "2", "130", "143"]) {
      assert.match(statuses, new RegExp(`\\b${status}\\b`), `exit status ${status} in ${result.stdout}`);
    }
  }
});

Deno.test("--version tells the version of deno.json", async () => {
  await using world = await openWorld(NO_ACCESS);
  const { version } = JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url))) as {
    version: string;
  };
  for (const option of ["--version", "-v"]) {
    const result = await mtr(world, [option], ORDINARY);
    assert.equal(result.code, 0, told(result));
    assert.equal(result.stdout, `mtr-deno ${version}\n`);
    assert.equal(result.stderr, "");
  }
});

/** A line that is refused, and what the message must say. */
const REFUSED: readonly (readonly [args: readonly string[], ...says: RegExp[]])[] = [
  [["-c", "many", LOOPBACK], /many/],
  [["-c", "1.5", LOOPBACK], /1\.5/],
  [["-c", "-3", LOOPBACK], /-3/],
  [["-c", "99999999999", LOOPBACK], /99999999999/],
  [["-cmany", LOOPBACK], /many/],
  [["--report-cycles=many", LOOPBACK], /many/],
  [["-c", "", LOOPBACK], /''|""|empty|-c|cycles/],
  [["-i", "0", LOOPBACK], /\b0\b/],
  [["-i", "-1", LOOPBACK], /-1/],
  [["-i", "nan", LOOPBACK], /nan/],
  [["-i", "inf", LOOPBACK], /inf/],
  [["-i", "soon", LOOPBACK], /soon/],
  [["-G", "0", LOOPBACK], /\b0\b/],
  [["-G", "later", LOOPBACK], /later/],
  [["-Z", "-1", LOOPBACK], /-1/],
  [["-s", "27", LOOPBACK], /\b27\b/, /28/],
  [["-s", "70000", LOOPBACK], /70000/, /65535/],
  [["-s", "big", LOOPBACK], /big/],
  [["-B", "256", LOOPBACK], /256/, /255/],
  [["-Q", "256", LOOPBACK], /256/, /255/],
  [["-Q", "-1", LOOPBACK], /-1/],
  [["-M", "-1", LOOPBACK], /-1/],
  [["-M", "4294967296", LOOPBACK], /4294967296/],
  [["-f", "5", "-m", "3", LOOPBACK], /5/, /3/],
  [["-f", "first", LOOPBACK], /first/],
  [["-m", "last", LOOPBACK], /last/],
  [["-U", "few", LOOPBACK], /few/],
  [["-o", "LSQ", LOOPBACK], /Q/],
  [["-a", "here", LOOPBACK], /here/],
  [["-F", "/nonexistent/list", LOOPBACK], /\/nonexistent\/list/],
  [["-y", "5", LOOPBACK], /"5"/, /0 to 4/, /-y/],
  [["-y", "0,,1", LOOPBACK], /0,,1/],
  [["-y", "asn", LOOPBACK], /asn/],
  [["-y", "0,1,2,3,4,0", LOOPBACK], /at most 5/],
  [["-y"], /-y FIELDS/],
  [["-E", "0", LOOPBACK], /"0"/, /1 to 128/],
  [["-E", "129", LOOPBACK], /129/, /1 to 128/],
  [["--ipinfo_provider4", "not a zone", LOOPBACK], /not a zone/, /domain/],
  [["--ipinfo_provider6=a..b", LOOPBACK], /a\.\.b/, /--ipinfo_provider6/],
  [["--asn-file", "", LOOPBACK], /--asn-file/, /name/],
  [["-z", "--asn-file", "/nonexistent/table", LOOPBACK], /\/nonexistent\/table: No such file/],
  [["-z", "--asn-file", "/", LOOPBACK], /\/: Is a directory/],
  [["-z", "--asn-file", "/dev/null", LOOPBACK], /\/dev\/null: it holds no range/],
  [["-q", LOOPBACK], /q/],
  [["--bogus", LOOPBACK], /--bogus/],
  [["--re", LOOPBACK], /--re\b/, /--report-wide/, /--report-cycles/],
  [["--no-dns=1", LOOPBACK], /--no-dns/],
  [["-c"], /c/],
  [["--report-cycles"], /--report-cycles/],
  [["-rnc"], /c/],
];

/** What is wrong shows only when the target's address is known. */
const REFUSED_LATER: readonly (readonly [args: readonly string[], says: RegExp])[] = [
  [["-4", "::1"], /::1/],
  [["-6", LOOPBACK], /127\.0\.0\.1/],
  [["300.1.2.3"], /300\.1\.2\.3/],
  [["-a", "::1", LOOPBACK], /::1|only IPv6/],
  [[""], /host/i],
  [["a".repeat(300)], /aaaa/],
  [[LOOPBACK, "300.1.2.3"], /300\.1\.2\.3/],
];

Deno.test("a host without a usable address exits 2, and the message has the host", async (t) => {
  await using world = await openWorld();
  await using _names = await world.serveNames();
  for (const [args, says] of REFUSED_LATER) {
    await t.step(args.join(" ").slice(0, 40), async () => {
      const result = await mtr(world, ["-C", "-n", "-c", "1", "-i", "0.1", ...args], {
        ...ORDINARY,
        nameServer: "live",
      });
      assert.equal(result.code, 2, told(result));
      assert.match(result.stderr, says);
      assert.match(result.stderr, /^mtr-deno: /);
      assert.doesNotMatch(result.stderr, /\bat .*\.ts:\d+|Uncaught/);
    });
  }
});

Deno.test("a bad line exits 2, names what is wrong, prints nothing else, and needs no privilege to say so", async (t) => {
  await using world = await openWorld(NO_ACCESS);
  for (const [args, ...says] of REFUSED) {
    await t.step(args.join(" "), async () => {
      const result = await mtr(world, ["-C", "-n", ...args], ORDINARY);
      assert.equal(result.code, 2, told(result));
      assert.equal(result.stdout, "");
      for (const pattern of says) assert.match(result.stderr, pattern);
      assert.match(result.stderr, /^mtr-deno: /);
      assert.doesNotMatch(result.stderr, /ping_group_range|\bat .*\.ts:\d+|error: Uncaught/);
    });
  }
});

Deno.test("a bad MTR_OPTIONS is refused like a bad line", async () => {
  await using world = await openWorld(NO_ACCESS);
  for (const [value, says] of [["-c many", /many/], ["-o 'LS", /not closed|quote/i], ["--bogus", /--bogus/]] as const) {
    const result = await mtr(world, ["-C", "-n", LOOPBACK], { ...ORDINARY, env: { MTR_OPTIONS: value } });
    assert.equal(result.code, 2, told(result));
    assert.match(result.stderr, says);
  }
});

/** A line that works: the hosts of its CSV, how often each was asked, and the environment. */
interface Taken {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly hosts: readonly string[];
  readonly sent: number;
}

const TAKEN: readonly Taken[] = [
  { args: ["-C", "-n", "-c", "3", "-i", "0.1", LOOPBACK, "::1"], hosts: [LOOPBACK, "::1"], sent: 3 },
  { args: ["--report", "--report-cycles=20", "--csv", "-i", "0.05", LOOPBACK], hosts: [LOOPBACK], sent: 20 },
  { args: [LOOPBACK, "-Cn", "::1", "-c2", "-i0.1"], hosts: [LOOPBACK, "::1"], sent: 2 },
  { args: ["-nCi", ".1", "-c", "2", "--", LOOPBACK], hosts: [LOOPBACK], sent: 2 },
  { args: ["--cs", "--no-d", "--report-c", "2", "--interv=0.1", LOOPBACK], hosts: [LOOPBACK], sent: 2 },
  { args: ["-r", "-j", "-C", "-n", "-c", "2", "-i", "1e-1", LOOPBACK], hosts: [LOOPBACK], sent: 2 },
  { args: ["-C", "-n", "-c", "2", "-i", "0.1", "-s", "-100", LOOPBACK], hosts: [LOOPBACK], sent: 2 },
  { args: ["-C", "-n", "-c", "1", "-i", "0.1"], hosts: ["localhost"], sent: 1 },
  { args: ["-C", "-n", "-c", "5", "-c", "1", "-i", "0.1", LOOPBACK], hosts: [LOOPBACK], sent: 1 },
  { args: [LOOPBACK], env: { MTR_OPTIONS: "-C -n  -c 2\t-i 0.1" }, hosts: [LOOPBACK], sent: 2 },
  { args: ["-c", "1", LOOPBACK], env: { MTR_OPTIONS: "-C -n -c 9 -i 0.1" }, hosts: [LOOPBACK], sent: 1 },
  { args: [LOOPBACK], env: { MTR_OPTIONS: `-Cn -c 2 -i "0.1" -o 'LS NA'` }, hosts: [LOOPBACK], sent: 2 },
  { args: [LOOPBACK], env: { MTR_OPTIONS: "-C -n -c 2 -i 0.1 ::1" }, hosts: [LOOPBACK], sent: 2 },
];

Deno.test("a good line does what it says, in getopt's ways of writing it", async (t) => {
  await using world = await openWorld();
  for (const { args, env = {}, hosts, sent } of TAKEN) {
    await t.step([...Object.values(env), ...args].join(" "), async () => {
      const result = await mtr(world, args, { env });
      assert.equal(result.code, 0, told(result));
      const records = readCsv(result.stdout);
      assert.deepEqual(records.map(({ Host }) => Host), hosts, told(result));
      for (const { Snt, Hop, ["Loss%"]: loss } of records) {
        assert.deepEqual([Hop, Snt, loss], ["1", String(sent), "0.00"], told(result));
      }
      assert.equal(result.stderr, "");
    });
  }
});

Deno.test("the lines of existing cron jobs work", async () => {
  await using world = await openWorld();
  const wide = await mtr(world, ["-rwznc", "3", "-i", "0.1", LOOPBACK]);
  assert.equal(wide.code, 0, told(wide));
  assert.match(wide.stdout, /^Start: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4}\nHOST: /);
  assert.match(wide.stdout, /^ {1,2}1\..*127\.0\.0\.1 +0\.0% +3 /m);
  const narrow = await mtr(world, ["--report", "--report-cycles", "2", "--no-dns", "-i", "0.1", "localhost"]);
  assert.equal(narrow.code, 0, told(narrow));
  assert.match(narrow.stdout, /^ {2}1\.\|-- (127\.0\.0\.1|::1) +0\.0% +2 /m);
});

Deno.test("-o chooses the columns and their order, in every format", async () => {
  await using world = await openWorld();
  const common = ["-n", "-c", "2", "-i", "0.1", "-o", "SR LGJMXI", LOOPBACK];
  const titles = ["Snt", "Rcv", "Loss%", "Gmean", "Jttr", "Javg", "Jmax", "Jint"];
  const csv = await mtr(world, ["-C", ...common]);
  const header = csv.stdout.split(/\r?\n/)[0]?.split(",").slice(6).filter((title) => title !== "");
  assert.deepEqual(header, titles, told(csv));
  const report = await mtr(world, ["-r", ...common]);
  const words = report.stdout.split("\n").find((line) => line.startsWith("HOST:"))?.split(/ +/).slice(-titles.length);
  assert.deepEqual(words, titles, told(report));
  const json = await mtr(world, ["-j", ...common]);
  const hub = (JSON.parse(json.stdout) as { report: { hubs: Record<string, unknown>[] } }).report.hubs[0] ?? {};
  assert.deepEqual(Object.keys(hub).filter((key) => titles.includes(key)), titles, told(json));
});
