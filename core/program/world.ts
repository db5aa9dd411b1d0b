/** What the programs need of the system; `cli/` has it, and a test may have another one. */
import type { Access, RefusalReason, Target, TraceEvent } from "../messages.ts";
import type { DestinationMode } from "../destination/destination.ts";
import type { Rotation } from "../destination/rotation.ts";
import type { Endpoint, Family } from "../network.ts";
import type { Resolver } from "../name/lookups.ts";
import type { TerminalTraits } from "../output/tui/scene.ts";
import type { PlanChange, ProtocolName, TracePlan } from "../plan.ts";

/** Something that keeps the program from its work; its message is for the user. */
export class UnusableError extends Error {
  override readonly name = "UnusableError";
}

/** The worker cannot go on. */
export interface Refused extends Error {
  readonly reason: RefusalReason;
}

export interface HostResolver extends Resolver {
  /** The address that a literal names; `undefined` if `text` is not one. */
  literal(text: string): Endpoint | undefined;
  address(
    host: string,
    family: Family | undefined,
  ): Promise<{ readonly ok: true; readonly endpoint: Endpoint } | { readonly ok: false; readonly why: string }>;
}

/** One run of the engine. */
export interface TraceSession {
  /** Opens the sockets and gives up the privileges; with `targets` they are traced at once. */
  open(
    plan: TracePlan,
    options: {
      readonly targets?: readonly Target[] | undefined;
      readonly helper?: readonly string[] | undefined;
      /** `change` may choose another protocol. */
      readonly mayChange?: boolean;
      /** Is told what a helper writes on its standard error; unless given, that goes to this program's own. */
      readonly hear?: ((text: string) => void) | undefined;
      /** Nobody looks at events before a target is finished: they may come late, and many at once. */
      readonly isUnwatched?: boolean;
    },
  ): void;
  /** Fulfilled when the sockets are open and no privileges are left; rejected with `UnusableError` or `Refused`. */
  readonly ready: Promise<Readonly<Partial<Record<Family, Access>>>>;
  /** Once only, unless it `goesOn`: then further targets come, and the run lasts until the last call. */
  trace(targets: readonly Target[], options?: { readonly goesOn: boolean }): void;
  pause(): void;
  resume(): void;
  /** Probes otherwise from the next round on; gives what keeps it from doing so, if anything does. */
  change(change: PlanChange): Promise<string | undefined>;
  stop(): void;
  /** Until the run has ended; throws as `ready` is rejected, or for a defect. */
  events(): AsyncIterable<readonly TraceEvent[]>;
}

/** Text for the user, in order. */
export interface TextOutput {
  /** Nobody reads any more, or writing failed. */
  readonly isClosed: boolean;
  print(text: string | undefined): void;
  /** Fulfilled when all until now is written, or never will be. */
  written?(): Promise<void>;
  /** Fulfilled when all is written, with what kept it from being so, if anything did. */
  done(): Promise<Error | undefined>;
}

/** A file that the output goes to. */
export interface FileDestination {
  readonly mode: DestinationMode;
  readonly path: string;
  readonly rotation: Rotation | undefined;
  /** What a text begins with, and a file has once. */
  readonly header: string | undefined;
}

/** An opened one. What is written is nowhere to be seen until it is finished, and is never lost. */
export interface TextFile {
  /** Takes whole lines. Throws the system's error. */
  write(text: string): void | Promise<void>;
  /** Puts all into its place. Throws the system's error. */
  finish(): Promise<void>;
  /** What has been taken and is not in its place, that which failed included; the file is as before. */
  giveUp(): Iterable<string>;
}

/** The terminal, taken for a screen. */
export interface ScreenTerminal {
  readonly size: { readonly columns: number; readonly rows: number };
  /** Fulfilled when the terminal has it, or never will. One at a time. */
  write(text: string): Promise<void>;
  /** Gives it back and stops the program until the shell continues it; `false`: there is no shell that could. */
  suspend(): boolean;
  /** Gives it back as it was. */
  close(): Promise<void>;
}

export interface TerminalEars {
  typed(bytes: Uint8Array): void;
  /** Nobody types, or nobody reads, any more. */
  lost(): void;
  /** It has another size, or shows something else: all is to be written anew. */
  changed(): void;
}

/** What ends a run before its time. */
export interface Interruption {
  /** Exit status of the first signal, once there was one. */
  readonly status: number | undefined;
  readonly happened: Promise<void>;
}

export interface World {
  readonly localHost: string;
  /** Start of the pseudo-random numbers. */
  seed(): number;
  nowUnixMs(): number;
  utcOffsetMinutes(unixMs: number): number;
  /** How long the program has been running. */
  sinceStartMs(): number;
  /** Fulfilled after so long. */
  after(ms: number): Promise<void>;
  /** Calls again and again; gives what stops it. */
  every(ms: number, call: () => void): () => void;
  readonly resolver: HostResolver;
  /** Address that this host would send from to there, through `device` if named; `undefined` if there is no way. */
  sourceAddress(to: Endpoint, device: string | undefined): string | undefined;
  /** Starts the worker, which does nothing until it is told to; from here on only that has privileges. */
  startSession(): TraceSession;
  /** Gives all privileges up where no session does; fulfilled when that is done. */
  renounce(): Promise<void>;
  /** By the first signal `stop` is called. */
  onSignals(stop: () => void): Interruption;
  /** Hands over what comes on the standard input, character by character, and `undefined` at its end. */
  onKeys(hear: (key: string | undefined) => void): void;
  /** What the terminal can show, or why there is none that can have a screen. */
  terminalTraits(): Promise<
    { readonly ok: true; readonly traits: TerminalTraits } | { readonly ok: false; readonly why: string }
  >;
  /** Takes the terminal. */
  openTerminal(ears: TerminalEars): Promise<ScreenTerminal>;
  /** `onClosed` is told once that nobody reads any more, or that writing fails. */
  standardOutput(onClosed: () => void, options?: { readonly gzip: boolean }): TextOutput;
  /**
   * Opens a file for output, as the user that the program has become; `hurry` is fulfilled when nothing may be waited
   * for at length any more. Throws the system's error.
   */
  openFile(destination: FileDestination, hurry: Promise<unknown>): Promise<TextFile>;
  /** A sentence for the user, beside the output. */
  complain(message: string): void;
  /** Columns of the terminal that the standard error goes to; `undefined` if it is none. */
  readonly errorColumns: number | undefined;
  /** Text as it is for the standard error. */
  draw(text: string): void;
  /** Files may be read right away: it is no other user's rights that they would be read with. */
  readonly isOrdinaryUser: boolean;
  /** A file, or the standard input (`-`). Throws the system's error. */
  read(file: string): Promise<ReadableStream<Uint8Array<ArrayBuffer>>>;
  /** The system's own words, if it is the system that refused something. */
  reasonOf(error: unknown): string | undefined;
  /** The helper that the environment names. */
  helperOfEnvironment(): readonly string[] | undefined;
  /** What to do where the sockets of a protocol are not allowed. */
  remedies(protocol: ProtocolName): string;
}
