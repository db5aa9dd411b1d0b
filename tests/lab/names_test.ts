/** Names: forward and reverse, from a server that answers and from one that never does. */
import assert from "node:assert/strict";
import { writeMmdb } from "../../core/name/_mmdb.ts";
import { insidePath, POWERS } from "./set_up.ts";
import { ADDRESSES, CLIENT_LINK, HOSTS_FILE, pathOf } from "./topology.ts";
import { mtr, openWorld, perfect, readCsv, readHops, summary, told } from "./program.ts";

/** Names are waited for as long as a run takes, and a moment more: enough for a server on a busy machine. */
const LONG = ["-c", "8", "-i", "0.3"];

for (const family of [4, 6] as const) {
  const { r1, r2, r3, target } = ADDRESSES[family];

  Deno.test(`hops have names where the server knows one: IPv${family}`, async () => {
    await using world = await openWorld();
    await using _names = await world.serveNames();
    await Promise.all([false, true].map(async (asOrdinaryUser) => {
      const options = { nameServer: "live", asOrdinaryUser } as const;
      const [names, both, none] = await Promise.all([
        mtr(world, ["-C", ...LONG, target], options),
        mtr(world, ["-w", "-b", ...LONG, target], options),
        mtr(world, ["-C", "-n", "-c", "2", "-i", "0.2", target], options),
      ]);
      const expected = ["r1.lab.test", r2, "r3.lab.test", "target.lab.test"];
      assert.deepEqual(readHops("-C", names.stdout).map(({ host }) => host), expected, told(names));
      for (const text of [`r1.lab.test (${r1})`, r2, `r3.lab.test (${r3})`, `target.lab.test (${target})`]) {
        assert.ok(both.stdout.includes(text), `${text} in ${told(both)}`);
      }
      assert.deepEqual(summary(readHops("-C", none.stdout)), perfect(pathOf(family), 2), told(none));
    }));
  });

  Deno.test(`a dead name server delays nothing but names: IPv${family}`, async () => {
    await using world = await openWorld();
    const common = ["-C", "-c", "3", "-i", "0.2", target];
    const without = await mtr(world, ["-n", ...common]);
    const dead = await mtr(world, common, { nameServer: "dead" });
    assert.deepEqual(summary(readHops("-C", dead.stdout)), perfect(pathOf(family), 3), told(dead));
    assert.equal(dead.code, 0, told(dead));
    // The system's resolver alone would take 10 s.
    const moreMs = dead.durationMs - without.durationMs;
    assert.ok(moreMs < 9_000, `names cost ${moreMs} ms`);
  });

  Deno.test(`a name of the hosts file needs no name server: IPv${family}`, async () => {
    await using world = await openWorld();
    const args = ["-C", "-n", `-${family}`, "-c", "1", "-i", "0.1", HOSTS_FILE.name];
    const result = await mtr(world, args, { nameServer: "dead" });
    assert.deepEqual(summary(readHops("-C", result.stdout)), perfect([r1, HOSTS_FILE[family]], 1), told(result));
    assert.equal(readCsv(result.stdout)[0]?.["Host"], HOSTS_FILE.name);
  });
}

Deno.test("a name in other letters is asked for as the DNS has it, and told as it was typed", async () => {
  await using world = await openWorld();
  await using _names = await world.serveNames();
  for (const host of ["münchen.lab.test", "xn--mnchen-3ya.lab.test"]) {
    const result = await mtr(world, ["-C", "-n", "-c", "1", "-i", "0.1", host], { nameServer: "live" });
    assert.deepEqual(summary(readHops("-C", result.stdout)), perfect(pathOf(4), 1), told(result));
    assert.equal(readCsv(result.stdout)[0]?.["Host"], host);
  }
});

Deno.test("a name that does not exist: exit 2, and the message has the name", async () => {
  await using world = await openWorld();
  await using _names = await world.serveNames();
  const result = await mtr(world, ["-C", "-c", "1", "nowhere.lab.test"], { nameServer: "live" });
  assert.equal(result.code, 2, told(result));
  assert.match(result.stderr, /nowhere\.lab\.test/);
  for (const { Host, Status, Snt } of readCsv(result.stdout)) {
    assert.deepEqual([Host, Status, Snt], ["nowhere.lab.test", "FAILED", ""]);
  }
});

Deno.test("a name without an address of the family that was asked for: exit 2", async () => {
  await using world = await openWorld();
  await using _names = await world.serveNames();
  const result = await mtr(world, ["-C", "-6", "-c", "1", "only4.lab.test"], { nameServer: "live" });
  assert.equal(result.code, 2, told(result));
  assert.match(result.stderr, /only4\.lab\.test/);
});

Deno.test("of several targets, a name that does not exist does not keep the others from being traced", async () => {
  await using world = await openWorld();
  await using _names = await world.serveNames();
  const args = ["-C", "-n", "-c", "2", "-i", "0.1", ADDRESSES[4].r1, "nowhere.lab.test", ADDRESSES[6].r1];
  const result = await mtr(world, args, { nameServer: "live" });
  assert.equal(result.code, 2, told(result));
  assert.match(result.stderr, /nowhere\.lab\.test/);
  const traced = readCsv(result.stdout).filter(({ Status }) => Status === "OK").map(({ Host, Snt }) =>
    `${Host} ${Snt}`
  );
  assert.deepEqual(traced, [`${ADDRESSES[4].r1} 2`, `${ADDRESSES[6].r1} 2`], told(result));
});

Deno.test("a target's name that no server resolves ends the run in bounded time: exit 2", async () => {
  await using world = await openWorld();
  const result = await mtr(world, ["-C", "-n", "-c", "1", "target.lab.test"], { nameServer: "dead" });
  assert.equal(result.code, 2, told(result));
  assert.match(result.stderr, /target\.lab\.test/);
  // The system's resolver itself gives up after 10 s.
  assert.ok(result.durationMs < 30_000, `it took ${result.durationMs} ms`);
});

/** The cells of the rows of a CSV under these titles. */
function cellsOf(text: string, ...titles: readonly string[]): readonly (readonly string[])[] {
  return readCsv(text).map((record) => titles.map((title) => record[title] ?? ""));
}

const ONE_ROUND = ["-C", "-n", "-c", "1", "-i", "0.2"];

Deno.test("the name server tells of the network of a hop, and what it tells is made harmless", async () => {
  await using world = await openWorld();
  await using _names = await world.serveNames();
  await Promise.all([false, true].map(async (asOrdinaryUser) => {
    const args = ["-C", "-n", ...LONG, "-y", "0,1,2,3,4", ADDRESSES[4].target, ADDRESSES[6].r1];
    const result = await mtr(world, args, { nameServer: "live", asOrdinaryUser });
    assert.equal(result.code, 0, told(result));
    assert.deepEqual(cellsOf(result.stdout, "Asn", "Prefix", "Country", "Registry", "Allocated"), [
      ["AS64496", "10.201.1.0/24", "ZZ", "arin", "2010-01-01"],
      ["AS64497 64498", "10.201.2.0/24", "\\027\\0912J", "\\0611\\0431", "???"],
      ["AS???", "???", "???", "???", "???"],
      ["AS???", "???", "???", "???", "???"],
      ["AS64499", "fd00:201:1::/48", "YY", "ripencc", "2011-02-03"],
    ], told(result));
  }));
});

Deno.test("other zones can be asked for the networks", async () => {
  await using world = await openWorld();
  await using _names = await world.serveNames();
  const zones = ["--ipinfo_provider4", "four.lab.test", "--ipinfo_provider6=six.lab.test."];
  const result = await mtr(world, ["-C", "-n", ...LONG, "-z", ...zones, ADDRESSES[4].r1, ADDRESSES[6].r1], {
    nameServer: "live",
  });
  assert.deepEqual(cellsOf(result.stdout, "Asn"), [["AS65001"], ["AS65002"]], told(result));
});

/** A folder of the host with these files, readable to everyone, and their names inside a world. */
async function filesWith(contents: Readonly<Record<string, string | Uint8Array>>): Promise<
  AsyncDisposable & { readonly files: Readonly<Record<string, string>> }
> {
  const folder = await Deno.makeTempDir({ prefix: "mtr-deno-lab-" });
  await Deno.chmod(folder, 0o755);
  const files: Record<string, string> = {};
  for (const [name, content] of Object.entries(contents)) {
    files[name] = `${folder}/${name}`;
    await Deno.writeFile(files[name], typeof content === "string" ? new TextEncoder().encode(content) : content);
  }
  return { files, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}

const TABLE = [
  "10.201.1.0\t10.201.2.255\t65010\tYY\tTable",
  "fd00:201:1::\tfd00:201:1:ffff:ffff:ffff:ffff:ffff\t65011\tNone\tTable",
].join("\n");
const DATABASE = writeMmdb({
  networks: {
    "10.201.0.0/16": { autonomous_system_number: 65020, autonomous_system_organization: "Base & Söhne \x1b[2J" },
    "10.201.4.0/24": { registered_country: { iso_code: "ZZ" } },
  },
});

Deno.test("files tell of the networks, the first that knows an address; no name server is asked", async () => {
  await using made = await filesWith({ "a.tsv": TABLE, "b.mmdb": DATABASE });
  await using world = await openWorld({ files: made.files });
  await using _names = await world.serveNames();
  await using capture = await world.capture({ link: CLIENT_LINK, filter: "udp port 53" });
  const files = ["--asn-file", insidePath("a.tsv"), "--asn-file", insidePath("b.mmdb")];
  for (const asOrdinaryUser of [false, true]) {
    const args = [...ONE_ROUND, "-y", "0,1,2,3", ...files, ADDRESSES[4].target, ADDRESSES[6].r1];
    const result = await mtr(world, args, { nameServer: "live", asOrdinaryUser });
    assert.equal(result.code, 0, told(result));
    assert.deepEqual(cellsOf(result.stdout, "Asn", "Prefix", "Country", "Registry"), [
      ["AS65010", "10.201.1.0/24", "YY", "???"],
      ["AS65010", "10.201.2.0/24", "YY", "???"],
      ["AS65020", "10.201.0.0/22", "???", "???"],
      ["AS???", "10.201.4.0/24", "ZZ", "???"],
      ["AS65011", "fd00:201:1::/48", "???", "???"],
    ], told(result));
  }
  const json = await mtr(world, ["-j", "-n", "-c", "1", "-i", "0.2", "-z", ...files.slice(2), ADDRESSES[4].r1]);
  const [hub] = (JSON.parse(json.stdout) as { report: { hubs: Record<string, unknown>[] } }).report.hubs;
  assert.deepEqual([hub?.["ASN"], hub?.["organization"]], ["AS65020", "Base & Söhne \\u{1B}[2J"], told(json));
  assert.deepEqual(await capture.stopWithPorts(), []);
});

Deno.test("a damaged file is refused with file and place before anything is sent", async () => {
  const damaged = DATABASE.slice();
  damaged.fill(0xff, damaged.length >> 2, damaged.length >> 1);
  await using made = await filesWith({ "bad.tsv": `${TABLE}\nfd00::1\n`, "bad.mmdb": damaged, "none": "" });
  await using world = await openWorld({ files: made.files });
  await using capture = await world.capture({ link: CLIENT_LINK, filter: "icmp" });
  const cases = [["bad.tsv", /bad\.tsv: line 3: /], ["bad.mmdb", /bad\.mmdb: offset \d+: /], [
    "none",
    /none: it holds no/,
  ]] as const;
  for (const [name, says] of cases) {
    for (const asOrdinaryUser of [false, true]) {
      const args = [...ONE_ROUND, "-z", "--asn-file", insidePath(name), ADDRESSES[4].target];
      const result = await mtr(world, args, { asOrdinaryUser });
      assert.equal(result.code, 2, told(result));
      assert.equal(result.stdout, "");
      assert.match(result.stderr, says);
      assert.match(result.stderr, /^mtr-deno: Cannot read AS information from /);
      assert.doesNotMatch(result.stderr, /\bat .*\.ts:\d+|Uncaught/);
    }
  }
  assert.deepEqual(await capture.stop(), []);
});

Deno.test({
  name: "files of AS information are read by the user who called sudo",
  // A user namespace of an ordinary user has no second user to become.
  ignore: POWERS !== "root",
  fn: async () => {
    await using made = await filesWith({ "a.tsv": TABLE });
    await Deno.chmod(made.files["a.tsv"]!, 0o600);
    await using world = await openWorld({ files: made.files });
    const args = [...ONE_ROUND, "-z", "--asn-file", insidePath("a.tsv"), ADDRESSES[4].r1];
    const refused = await mtr(world, args, { env: { SUDO_UID: "65534", SUDO_GID: "65534" } });
    assert.equal(refused.code, 2, told(refused));
    assert.match(refused.stderr, /Cannot read AS information from .*a\.tsv: Permission denied/);
    await Deno.chown(made.files["a.tsv"]!, 65534, 65534);
    const read = await mtr(world, args, { env: { SUDO_UID: "65534", SUDO_GID: "65534" } });
    assert.deepEqual(cellsOf(read.stdout, "Asn"), [["AS65010"]], told(read));
  },
});
