/** What the real mtr said to wrong words, and what the command line says before anything is resolved or sent. */
import assert from "node:assert/strict";
import { type CommandLine, readCommandLine } from "../../../core/compat/command_line.ts";
import { DIALECT_NAMES, type DialectName } from "../../../core/compat/dialect.ts";
import { type BadInput, badInputNames, DECIDED_LATER, readBadInput } from "./_bad_input.ts";

function read({ argv }: BadInput, dialect: DialectName): CommandLine {
  const readHosts = (): never => assert.fail("no file is named");
  return readCommandLine(argv, { dialect, environment: {}, uid: 0, readHosts });
}

for (const dialect of DIALECT_NAMES) {
  const recorded = (name: string): BadInput => readBadInput(dialect, name);
  const names = badInputNames(dialect);

  Deno.test(`the cases of ${dialect} that are decided later are those that the command line lets pass`, () => {
    const passed = names.filter((name) => read(recorded(name), dialect).kind === "trace");
    assert.deepEqual(passed, [...DECIDED_LATER[dialect]].sort());
  });

  for (const name of names.filter((name) => !DECIDED_LATER[dialect].includes(name))) {
    Deno.test(`${name} of ${dialect} ends as mtr did`, () => {
      const { status, stderr } = recorded(name);
      assert.deepEqual(read(recorded(name), dialect), { kind: "exit", status, stdout: "", stderr });
    });
  }
}
