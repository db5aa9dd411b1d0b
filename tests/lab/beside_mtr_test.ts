/** As mtr 0.95 the program prints what Debian's mtr 0.95 prints: every output, over ICMP. */
import assert from "node:assert/strict";
import { type Case, compareAll, RAW } from "./beside_mtr.ts";
import { openWorld, told } from "./program.ts";
import { asMtr } from "./recorded_chain.ts";
import { ADDRESSES, CLIENT_LINK, CLIENT_OTHER_LINK } from "./topology.ts";

const V4 = ADDRESSES[4];
const V6 = ADDRESSES[6];
// ICMP has an identifier: nobody hears answers to the probes of another run.
const AT_ONCE = 12;

for (const { target } of [V4, V6]) {
  Deno.test(`every output and column is mtr's: ${target}`, async () => {
    await using world = await openWorld();
    await compareAll(world, [
      { args: ["-rn", "-c", "3", target] },
      { args: ["-rwn", "-c", "3", target] },
      { args: ["-Cn", "-c", "3", target], format: "csv" },
      { args: ["-xn", "-c", "3", target], format: "xml" },
      { args: ["-jn", "-c", "3", target], format: "json" },
      { args: ["-ln", "-c", "3", ...RAW, target], format: "raw" },
      { args: ["-pn", "-c", "3", target], format: "split" },
      ...(["-r", "-rw", "-C", "-x", "-j"] as const).map((output, at): Case => ({
        args: [output, "-n", "-c", "2", "-o", "LSRD NBAWVGJMXI_", target],
        format: (["report", "report", "csv", "xml", "json"] as const)[at]!,
      })),
      { args: ["-rn", "-c", "2", "-o", "", target] },
      { args: ["-Cn", "-c", "0", target], format: "csv" },
      { args: ["-rne", "-c", "2", target] },
    ], AT_ONCE);
  });

  Deno.test(`what is sent is mtr's, by what comes back: ${target}`, async () => {
    await using world = await openWorld();
    await using _names = await world.serveNames();
    const other = target === V4.target ? V4 : V6;
    await compareAll(world, [
      { args: ["-rn", "-c", "2", "-f", "2", target] },
      { args: ["-ln", "-c", "2", "-f", "3", ...RAW, target], format: "raw" },
      { args: ["-rn", "-c", "2", "-m", "2", target] },
      { args: ["-jn", "-c", "2", "-s", "100", "-B", "170", "-Q", "16", target], format: "json" },
      { args: ["-xn", "-c", "2", "-s", "1400", "-B", "300", target], format: "xml" },
      { args: ["-rn", "-c", "2", "-s", "1", target] },
      { args: ["-rn", "-c", "2", "-a", other.otherLink, target] },
      { args: ["-rn", "-c", "2", "-I", CLIENT_LINK, target] },
      { args: ["-rn", "-c", "2", "-I", CLIENT_OTHER_LINK, target] },
      { args: ["-rn", "-c", "1", "-I", "none0", target] },
      { args: ["-rn", "-c", "1", "-a", other === V4 ? V6.client : V4.client, target] },
      { args: ["-rn", "-c", "1", other.unrouted] },
      { args: ["-rn", "-c", "2", "-Z", "1", "-U", "1", target] },
      { args: ["-rw", "-c", "2", target], nameServer: "live" },
      { args: ["-rwb", "-c", "2", target], nameServer: "live" },
      { args: ["-rb", "-c", "2", target], nameServer: "live" },
      { args: ["-C", "-c", "2", target], format: "csv", nameServer: "live" },
      { args: ["-xb", "-c", "2", target], format: "xml", nameServer: "live" },
      { args: ["-l", "-c", "4", "-m", "4", target], format: "raw", nameServer: "live" },
      { args: ["-rwbz", "-c", "2", target], nameServer: "live" },
      { args: ["-rnz", "-c", "2", target], nameServer: "live" },
      { args: ["-jz", "-c", "2", target], format: "json", nameServer: "live" },
      { args: ["-Cnz", "-c", "2", target], format: "csv", nameServer: "live" },
      { args: ["-rwn", "-y", "1", "-c", "2", other.r1], nameServer: "live" },
      { args: ["-rn", "-y", "3", "-c", "2", other.r1], nameServer: "live" },
      { args: ["-rwn", "-y", "4", "-c", "1", other.r1], nameServer: "live" },
    ], AT_ONCE);
  });
}

Deno.test("several hosts, files of hosts and MTR_OPTIONS are mtr's", async () => {
  await using world = await openWorld();
  await using _names = await world.serveNames();
  const stdin = ` ${V4.r2} \n${V4.r1}\n`;
  await compareAll(world, [
    { args: ["-rn", "-c", "2", V4.r1, V4.target] },
    { args: ["-rn", "-c", "1", "-s", "3000", V4.target] },
    { args: ["-Cn", "-c", "1", V4.r1, V6.r1, V4.r2], format: "csv" },
    { args: ["-jn", "-c", "1", V6.r1, V6.r2], format: "json" },
    { args: ["-ln", "-c", "1", ...RAW, V4.target, V4.target], format: "raw" },
    { args: ["-xn", "-c", "1", V4.r1, V4.r2], format: "xml" },
    { args: ["-rn", "-c", "1", "nowhere.lab.test", V4.r1], nameServer: "live" },
    { args: ["-r", "-c", "1", "target.lab.test"], nameServer: "live" },
    { args: ["-r", "-6", "-c", "1", "target.lab.test"], nameServer: "live" },
    { args: ["-r", "-4", "-c", "1", "only6.lab.test"], nameServer: "live" },
    { args: ["-rn", "-c", "1", "-F", "-", V4.r1], stdin },
    { args: ["-rn", "-c", "1", "-F", "-"], stdin: `${stdin}\nnowhere.lab.test`, nameServer: "live" },
    { args: ["-rn", "-c", "1", "-F", "/nonexistent/hosts"] },
    { args: [V4.r1], env: { MTR_OPTIONS: "-rn -c 1" } },
    { args: ["-c", "1", V4.r1], env: { MTR_OPTIONS: "-r -n -c 9 10.201.2.2" } },
    { args: ["-rn", "-c", "1", "localhost"] },
    { args: ["-rn", "-c", "1"] },
    { args: ["--version"] },
  ], AT_ONCE);
});

Deno.test("a reader that has gone away, and a full disk, end it as they end mtr", async () => {
  await using world = await openWorld();
  const run = async (redirection: string, argv: readonly string[]): Promise<string> =>
    told(await world.run(["bash", "-c", `"$@" ${redirection}; echo "\${PIPESTATUS[0]}"`, "bash", ...argv]));
  const cases = [
    ...["-rn", "-ln", "-jn"].flatMap((output) => [[output, "| true"], [output, "| head -n 1 > /dev/null"]] as const),
    ["-rn", "> /dev/full"],
    ["-jn", "> /dev/full"],
  ] as const;
  await Promise.all(cases.map(async ([output, redirection]) => {
    const args = [output, "-c", "3", "-i", "0.2", "-G", "0.3", V4.target];
    assert.equal(await run(redirection, asMtr("0.95", args)), await run(redirection, ["mtr", ...args]), redirection);
  }));
});
