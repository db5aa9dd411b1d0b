/** The text of a file of hosts (`-F`). Reading the file is not done here. */
import { quoted, type UsageProblem } from "./problem.ts";

/** As long as mtr's lines; a name has at most 253 bytes. */
const LONGEST_HOST_BYTES = 511;

export type HostList =
  | { readonly ok: true; readonly hosts: readonly string[] }
  | { readonly ok: false; readonly problem: UsageProblem };

/**
 * One host a line. White space around it, empty lines and lines that start with `#` do not count. `file` names it in
 * messages.
 */
export function parseHostList(text: string, file: string): HostList {
  const hosts: string[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    const host = line.trim();
    if (host === "" || host.startsWith("#")) continue;
    const requirement = hostRequirement(host);
    if (requirement !== undefined) {
      const message = `Cannot use line ${index + 1} of ${quoted(file)} as a host: ${requirement}`;
      return { ok: false, problem: { message } };
    }
    hosts.push(host);
  }
  return { ok: true, hosts };
}

/** What a host must be, in words, if it is not. Whether it exists is not asked here. */
export function hostRequirement(host: string): string | undefined {
  if (host === "") return "it must be a name or an address";
  if (/[\s\p{Cc}]/u.test(host)) return "it must hold neither white space nor control characters";
  const bytes = new TextEncoder().encode(host).length;
  if (bytes > LONGEST_HOST_BYTES) return `it must have at most ${LONGEST_HOST_BYTES} bytes, and has ${bytes}`;
  return undefined;
}
