/**
 * When this program is to take mtr-packet's place, and how: `mtr-deno packet [--compat RELEASE]`, or started by its
 * name.
 */
import { DIALECT_NAMES, type DialectName } from "../compat/dialect.ts";
import { RELAY_DIALECTS, type RelayDialect } from "./dialects.ts";

export type RelayInvocation =
  | { readonly action: "serve"; readonly dialect: RelayDialect; readonly strictly: boolean }
  | { readonly action: "help" }
  | { readonly action: "refuse"; readonly message: string };

const WORD = "packet";
const NAME = "mtr-packet";
const COMPAT = "--compat";
/** What Debian's mtr has. */
const USUAL: DialectName = "0.95";
const RELEASES = DIALECT_NAMES.join(" or ");

export const RELAY_HELP = `Usage: mtr-deno packet [${COMPAT} ${DIALECT_NAMES.join("|")}]

Takes the place of mtr-packet: reads its commands from the standard input, sends the
probes, and writes its replies to the standard output. For mtr, and for any other
program that drives mtr-packet:

  MTR_PACKET=/usr/local/bin/mtr-deno mtr example.org

${COMPAT} makes it that release of mtr-packet in everything that a client can see;
without it, it speaks as ${USUAL} does, and sends SCTP probes, too.
`;

/**
 * How, and `undefined` if something else is wanted. `nameOf` tells by which name the program was started; it is asked only
 * where that matters.
 */
export function relayInvocation(
  argv: readonly string[],
  nameOf: () => string | undefined,
): RelayInvocation | undefined {
  // mtr starts it without any argument, by the name of its own prober whatever the file is called.
  if (argv.length === 0) return nameOf() === NAME ? serving(undefined) : undefined;
  const [word, ...args] = argv;
  if (word !== WORD) return undefined;
  let release: string | undefined;
  for (let at = 0; at < args.length; at++) {
    const arg = args[at]!;
    if (arg === "-h" || arg === "--help") return { action: "help" };
    if (arg === COMPAT) release = args[++at] ?? "";
    else if (arg.startsWith(`${COMPAT}=`)) release = arg.slice(COMPAT.length + 1);
    else return { action: "refuse", message: `Cannot use ${arg} with ${WORD}: it takes ${COMPAT} and --help only` };
  }
  return serving(release);
}

function serving(release: string | undefined): RelayInvocation {
  const name = release === undefined ? USUAL : DIALECT_NAMES.find((known) => known === release);
  if (name === undefined) {
    return { action: "refuse", message: `Cannot be mtr-packet ${release} (${COMPAT}): it must be ${RELEASES}` };
  }
  return { action: "serve", dialect: RELAY_DIALECTS[name], strictly: release !== undefined };
}
