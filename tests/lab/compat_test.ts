/** What mtr said to wrong words after it had read its command line: the same chain, the same words, the same end. */
import assert from "node:assert/strict";
import { DIALECT_NAMES } from "../../core/compat/dialect.ts";
import { DECIDED_LATER, readBadInput } from "../golden/compat/_bad_input.ts";
import { MASKED } from "./masked.ts";
import { openWorld } from "./program.ts";
import { addRecordedAddresses, asMtr, onRecordedHost } from "./recorded_chain.ts";

const WITH_NAMES = "local DNS stub answering";

for (const dialect of DIALECT_NAMES) {
  Deno.test(`what ends a run of ${dialect} after the command line ends it in the same way`, async (t) => {
    await using world = await openWorld();
    await addRecordedAddresses(world);
    const cases = DECIDED_LATER[dialect].map((name) => ({ name, ...readBadInput(dialect, name) }));
    // Without a name server at its address, every question is refused at once.
    const compare = async (isAnswered: boolean): Promise<void> => {
      const chosen = cases.filter(({ note }) => (note === WITH_NAMES) === isAnswered);
      assert.notEqual(chosen.length, 0);
      await Promise.all(chosen.map(async ({ name, argv, status, stdout, stderr }) => {
        const result = await world.run(onRecordedHost(asMtr(dialect, argv)), { nameServer: "live" });
        await t.step({
          name,
          sanitizeOps: false,
          sanitizeResources: false,
          sanitizeExit: false,
          fn: () => {
            const [got, expected] = [result.stdout, stdout].map(MASKED.report);
            assert.equal(got, expected);
            assert.deepEqual([result.code, result.stderr], [status, stderr]);
          },
        });
      }));
    };
    await compare(false);
    await using _names = await world.serveNames();
    await compare(true);
  });
}
