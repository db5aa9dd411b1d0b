/** What the real mtr said to wrong words, as it was recorded. */
import assert from "node:assert/strict";
import type { DialectName } from "../../../core/compat/dialect.ts";
import { usageText } from "../../../core/compat/usage.ts";

const FOLDERS: Readonly<Record<DialectName, string>> = { "0.95": "0.95", "0.96": "0.96-head" };

/** Cases that the command line lets pass: the resolver, the probes or nothing at all is against them. */
export const DECIDED_LATER: Readonly<Record<DialectName, readonly string[]>> = {
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

export interface BadInput {
  readonly argv: readonly string[];
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  /** What else was there. */
  readonly note: string;
}

/** mtr's usage text is not in the recordings, and ours has words of its own. */
const LEFT_OUT = /\n\[usage text of mtr: .*\]\n$/;

/** The names of all recordings. */
export function badInputNames(dialect: DialectName): readonly string[] {
  return [...Deno.readDirSync(folderOf(dialect))].map(({ name }) => name.replace(/\.txt$/, "")).sort();
}

export function readBadInput(dialect: DialectName, name: string): BadInput {
  const url = new URL(`${name}.txt`, folderOf(dialect));
  const [, command = "", status = "", note = "", stdout = "", stderr = ""] =
    /^(?:timeout \d+ )?mtr (.*)\n[^]*?\nexit: (\d+)\n[^]*?\nnote: (.*)\n[^]*?--- stdout ---\n([^]*?)--- stderr ---\n([^]*)$/
      .exec(Deno.readTextFileSync(url)) ?? [];
  assert.notEqual(command, "", `No recording in ${url}`);
  return {
    argv: command.split(" ").map((word) => word === '""' ? "" : word),
    status: Number(status),
    stdout,
    stderr: stderr.replace(LEFT_OUT, () => usageText(dialect)),
    note,
  };
}

function folderOf(dialect: DialectName): URL {
  return new URL(`bad-input/${FOLDERS[dialect]}/`, import.meta.url);
}
