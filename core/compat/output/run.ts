/** What an output is given: all that mtr would have asked the system for. */
import type { TraceEvent } from "../../messages.ts";
import type { MtrPath } from "../mtr_path.ts";
import type { CompatSettings } from "../settings.ts";

/** What is known of an address's name. */
export type NameLookup =
  | { readonly kind: "pending" }
  /** The lookup found nothing, or failed. */
  | { readonly kind: "none" }
  /** As the DNS has it: it is made printable where it is shown. */
  | { readonly kind: "named"; readonly name: string };

/** The door to the lookups. Documents are rendered when all of them are done; streams find some pending. */
export interface CompatNames {
  host(address: string): NameLookup;
  /** The text of the AS lookup's answer, as it came; `undefined`: pending, none, or failed. */
  origin(address: string): string | undefined;
}

/** A traced host. */
export interface CompatRun {
  readonly settings: CompatSettings;
  readonly path: MtrPath;
  readonly names: CompatNames;
  /** The name of this host. */
  readonly localHost: string;
  /** As it was typed. */
  readonly target: string;
}

/** The end of a run, in Unix time; mtr's CSV calls it the start. */
export interface CompatEnd {
  readonly endedAtUnixMs: number;
}

/** The whole of an output that is printed when the run is over. */
export type CompatDocument = (run: CompatRun & CompatEnd) => string;

/** An output that is printed while the run goes on. Each call gives the lines that are new, each with its line feed. */
export interface CompatStream {
  /** Hands the event on to the path, in that order: nobody else does. */
  event(event: TraceEvent): string;
  /** It is so late by the clock of the events, and a name may have come. */
  tick(atUs: number): string;
  /** Before the path's transit is closed: mtr draws no more after that. */
  end(atUs: number): string;
}

/** `named` are the positions of the program's raw output that have had their name, over all hosts: it is added to. */
export type CompatStreamOpener = (run: CompatRun, named: Set<number>) => CompatStream;
