/** The system, as a release of mtr wants it (`core/compat`). */
import { type CompatWorld, MtrLookups, RefusedRun, runAsMtr } from "../core/compat/mod.ts";
import type { DialectName } from "../core/compat/dialect.ts";
import type { RefusalReason, TraceEvent } from "../core/messages.ts";
import type { Endpoint, Family } from "../core/network.ts";
import { canonicalAddress } from "../core/packet/address.ts";
import { SIGNAL_EXITS } from "../core/path/exit.ts";
import type { TracePlan } from "../core/plan.ts";
import { UnusableError } from "../core/program/world.ts";
import { gaiStrerror, strerror } from "../ffi/c_text.ts";
import { kernelHasSctp } from "../ffi/kernel_sctp.ts";
import { asCaller, giveUpCapabilities, renounce, userId } from "../ffi/privilege.ts";
import { SystemResolver } from "../ffi/resolver.ts";
import { wayTo } from "../ffi/route.ts";
import { StandardOutput } from "../ffi/standard_output.ts";
import { RefusedError, Session } from "../ffi/session.ts";
import { helperOfEnvironment, whomToBecome } from "./caller.ts";
import { onKeys, onSignals } from "./signals.ts";
import { environmentOf, randomSeed, reasonOf } from "./system.ts";

const ENDED_BY_SIGPIPE = 141;
// What a list of hosts may weigh: more than a million lines is a mistake.
const HOST_FILE_MOST_BYTES = 32 << 20;
// As much as the C library holds back before it writes to a file or pipe.
const STDIO_BUFFER = 4_096;

/** Is mtr, in every byte that a script can see. */
export async function runAsRelease(
  { dialect, argv }: { readonly dialect: DialectName; readonly argv: readonly string[] },
  session = new Session(),
): Promise<number> {
  const giveUp = whomToBecome();
  // Set to nothing, mtr looks for a program of no name.
  const helper = Deno.env.get("MTR_PACKET") === "" ? [""] : helperOfEnvironment();
  const resolver = new SystemResolver();
  const output = new StandardOutput(() => session.stop());
  const held = new HeldText(output, Deno.stdout.isTerminal());
  let interruptedBy: number | undefined;
  const refusalOf = (error: unknown): { reason: RefusalReason } => {
    if (!(error instanceof RefusedError)) throw error;
    return error;
  };
  // Which address an interface of mtr 0.95 stands for shows with the first target.
  const opensLate = ({ device }: TracePlan): boolean =>
    helper !== undefined || (dialect === "0.95" && device !== undefined);
  const ready = async (): Promise<{ reason: RefusalReason } | undefined> => {
    try {
      await session.ready;
      giveUpCapabilities();
      return undefined;
    } catch (error) {
      return refusalOf(error);
    }
  };
  onSignals((signal) => {
    if (dialect === "0.95" || signal !== "SIGINT") Deno.exit(SIGNAL_EXITS[signal]);
    interruptedBy = SIGNAL_EXITS[signal];
    session.stop();
  });

  const status = await runAsMtr(argv, {
    dialect,
    environment: environmentOf(["MTR_OPTIONS", "POSIXLY_CORRECT"]),
    uid: userId(),
    readHosts: (name) => asCaller(giveUp, () => readHostsAsText(name)),
    localHost: Deno.hostname(),
    seed: randomSeed(),
    nowUnixMs: Date.now,
    utcOffsetMinutes: (unixMs) => -new Date(unixMs).getTimezoneOffset(),
    print: (text) => held.print(text),
    flush: () => held.flush(),
    complain: (text) => {
      if (text === "") return;
      held.write();
      Deno.stderr.writeSync(new TextEncoder().encode(text));
    },
    resolve: (host, family) => resolve(host, family, { dialect, resolver }),
    whyNoWay: (to) => {
      const way = wayTo(to);
      return way.ok || way.mayComeBack ? undefined : strerror(way.error.errno);
    },
    interfaceAddresses: (device) => {
      const found = Deno.networkInterfaces().filter(({ name }) => name === device);
      return found.length === 0 ? undefined : found.map(({ address }) => address);
    },
    lookups: (settings) => new MtrLookups(resolver, settings),
    // A helper is asked itself.
    canProbe: (protocol) => protocol !== "sctp" || helper !== undefined || kernelHasSctp(),
    open: (plan) => {
      renounce(giveUp);
      if (opensLate(plan)) return Promise.resolve(undefined);
      session.open(plan, { giveUp });
      return ready();
    },
    begin: async (plan, targets) => {
      if (!opensLate(plan)) session.trace(targets);
      else session.open(helper === undefined ? withoutDevice(plan) : plan, { giveUp, targets, helper });
      return await ready();
    },
    events: async function* (): AsyncGenerator<readonly TraceEvent[]> {
      try {
        yield* session.events();
      } catch (error) {
        throw new RefusedRun(refusalOf(error).reason);
      }
    },
    onKeys,
    pause: () => session.pause(),
    resume: () => session.resume(),
    stop: () => session.stop(),
    get interruptedBy() {
      return interruptedBy;
    },
  });
  held.write();
  const problem = await output.done();
  // mtr lives no longer than who reads what it prints.
  if (problem === undefined) return output.isClosed ? ENDED_BY_SIGPIPE : status;
  // What was flushed before has failed before: then the C library has forgotten why.
  const reason = held.isFlushed ? "" : `: ${reasonOf(problem)}`;
  Deno.stderr.writeSync(new TextEncoder().encode(`mtr: write error${reason}\n`));
  return 1;
}

/** Text for the standard output, held back as the C library does. */
class HeldText {
  readonly #output: StandardOutput;
  readonly #isShownAtOnce: boolean;
  #held = "";
  #isFlushed = false;

  constructor(output: StandardOutput, isShownAtOnce: boolean) {
    this.#output = output;
    this.#isShownAtOnce = isShownAtOnce;
  }

  print(text: string): void {
    this.#held += text;
    if (this.#isShownAtOnce || this.#held.length >= STDIO_BUFFER) this.write();
  }

  /** Writes what is held, because mtr says so. */
  flush(): void {
    this.#isFlushed ||= this.#held !== "";
    this.write();
  }

  /** That has had something to write. */
  get isFlushed(): boolean {
    return this.#isFlushed;
  }

  /** Writes what is held. */
  write(): void {
    this.#output.print(this.#held);
    this.#held = "";
  }
}

async function resolve(
  host: string,
  family: Family | undefined,
  { dialect, resolver }: { readonly dialect: DialectName; readonly resolver: SystemResolver },
): ReturnType<CompatWorld["resolve"]> {
  const literal = literalOf(host, { dialect, resolver });
  if (literal !== undefined && (family ?? literal.family) === literal.family) {
    return { ok: true, endpoint: withoutScope(literal) };
  }
  const found = await resolver.address(host, family);
  if (!found.ok) return { ok: false, why: gaiStrerror(found.code ?? 0) };
  return { ok: true, endpoint: withoutScope(found.endpoint) };
}

/** The address that a host is, as mtr reads it. */
function literalOf(
  host: string,
  { dialect, resolver }: { readonly dialect: DialectName; readonly resolver: SystemResolver },
): Endpoint | undefined {
  // 0.95 does not see the IPv4 address in a mapped one.
  const mapped = dialect === "0.95" && host.includes(":") ? canonicalAddress(host) : undefined;
  if (mapped !== undefined) return { family: 6, address: mapped, scopeId: 0 };
  // mtr knows no brackets where there is no port.
  return host.startsWith("[") ? undefined : resolver.literal(host);
}

/** mtr 0.95 takes no more of an interface than its address. */
function withoutDevice(plan: TracePlan): TracePlan {
  return { ...plan, device: undefined };
}

/** mtr forgets on which link an address is. */
function withoutScope(endpoint: Endpoint): Endpoint {
  return { ...endpoint, scopeId: 0 };
}

/** A file of hosts, or the standard input, read at once. */
function readHostsAsText(name: string): { ok: true; text: string } | { ok: false; reason: string; wasOpened?: true } {
  try {
    using file = name === "-" ? undefined : Deno.openSync(name);
    try {
      return { ok: true, text: readTextSync(file ?? Deno.stdin) };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return { ok: false, reason: reasonOf(error), wasOpened: true };
    }
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { ok: false, reason: name === "" ? "No such file or directory" : reasonOf(error) };
  }
}

function readTextSync(file: { readSync(bytes: Uint8Array): number | null }): string {
  const decoder = new TextDecoder();
  const chunk = new Uint8Array(1 << 16);
  let text = "";
  for (let length; (length = file.readSync(chunk)) !== null;) {
    text += decoder.decode(chunk.subarray(0, length), { stream: true });
    if (text.length > HOST_FILE_MOST_BYTES) {
      throw new UnusableError(`Cannot read more than ${HOST_FILE_MOST_BYTES >> 20} MiB of hosts`);
    }
  }
  return text + decoder.decode();
}
