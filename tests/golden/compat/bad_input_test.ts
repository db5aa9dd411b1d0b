/** What the real mtr said to wrong words, and what the command line says before anything is resolved or sent. */
import assert from "node:assert/strict";
import { type CommandLine, readCommandLine } from "../../../core/compat/command_line.ts";
import { DIALECT_NAMES, type DialectName } from "../../../core/compat/dialect.ts";
import { usageText } from "../../../core/compat/usage.ts";

const FOLDERS: Readonly<Record<DialectName, string>> = { "0.95": "0.95", "0.96": "0.96-head" };

/** Cases that the command line lets pass: the resolver, the probes or nothing at all is against them. */
const DECIDED_LATER: Readonly<Record<DialectName, readonly string[]>> = {
  "0.95": [
    "bad_B_256",
    "bad_Q_256",
    "bad_U_0",
    "bad_a_notlocal",
    "bad_broadcast",
    "bad_empty_host",
    "bad_f_300",
    "bad_host",
    "bad_host_dns",
    "bad_host_json",
    "bad_i_nan",
    "bad_linklocal6",
    "bad_m_300",
    "bad_multicast",
    "bad_s_27",
    "bad_s_9000",
    "bad_s_999999",
    "bad_zero_addr",
  ],
  "0.96": [
    "bad_E_200",
    "bad_M_huge",
    "bad_U_0",
    "bad_Z_neg",
    "bad_a_notlocal",
    "bad_broadcast",
    "bad_c_2p31",
    "bad_empty_host",
    "bad_host",
    "bad_host_dns",
    "bad_host_json",
    "bad_i_nan",
    "bad_linklocal6",
    "bad_m_300",
    "bad_multicast",
    "bad_s_9000",
    "bad_zero_addr",
  ],
};

interface Case {
  readonly argv: readonly string[];
  readonly status: number;
  readonly stderr: string;
}

/** mtr's usage text is not in the recordings, and ours has words of its own. */
const LEFT_OUT = /\n\[usage text of mtr: .*\]\n$/;

function readCase(url: URL, dialect: DialectName): Case {
  const text = Deno.readTextFileSync(url);
  const [, command = "", status = "", stderr = ""] =
    /^(?:timeout \d+ )?mtr (.*)\n[^]*?\nexit: (\d+)\n[^]*?--- stderr ---\n([^]*)$/.exec(text) ?? [];
  assert.notEqual(command, "", `No recording in ${url}`);
  return {
    argv: command.split(" ").map((word) => word === '""' ? "" : word),
    status: Number(status),
    stderr: stderr.replace(LEFT_OUT, () => usageText(dialect)),
  };
}

function read({ argv }: Case, dialect: DialectName): CommandLine {
  const readHosts = (): never => assert.fail("no file is named");
  return readCommandLine(argv, { dialect, environment: {}, uid: 0, readHosts });
}

for (const dialect of DIALECT_NAMES) {
  const folder = new URL(`bad-input/${FOLDERS[dialect]}/`, import.meta.url);
  const recorded = (name: string): Case => readCase(new URL(`${name}.txt`, folder), dialect);
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name.replace(/\.txt$/, "")).sort();

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
