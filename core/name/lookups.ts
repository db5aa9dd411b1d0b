/**
 * Names of addresses and what is known of their networks: each looked up once, a limited number at a time, none waited for.
 *
 * It starts lookups and keeps what they found. How long somebody waits for the rest is the caller's business, as is
 * the resolver itself.
 */
import { originInfo, originQuestion, type OriginZones } from "./as_origin.ts";
import type { IpInfo, IpInfoTable } from "./ip_info.ts";

/** The way to the system's resolver. Neither call throws for a name that is not there. */
export interface Resolver {
  /** The host name of an address. */
  name(address: string): Promise<string | undefined>;
  /** The first TXT record of a name. */
  text(name: string): Promise<string | undefined>;
}

export interface Wanted {
  readonly names: boolean;
  /** Where to look for the network of an address; `undefined`: nobody wants to know. */
  readonly origin: Origin | undefined;
}

/** Zones of the DNS, or files, of which the first that knows an address counts. With files nobody is asked. */
export type Origin = { readonly zones: OriginZones } | { readonly files: readonly IpInfoTable[] };

// Each lookup holds a thread of the runtime until the resolver gives up; there are 32.
const MOST_AT_ONCE = 16;
// More distinct addresses than any path has; beyond it, addresses are shown without names.
const MOST_ADDRESSES = 65_536;

export class Lookups {
  readonly #resolver: Resolver;
  #wanted: Wanted;
  readonly #found: (address: string) => void;
  readonly #asked = new Set<string>();
  /** How many lookups of an address have begun or wait, and are not over. */
  readonly #pending = new Map<string, number>();
  readonly #names = new Map<string, string>();
  readonly #infos = new Map<string, IpInfo>();
  readonly #waiting: (() => Promise<void>)[] = [];
  readonly #idle: (() => void)[] = [];
  #running = 0;
  #answered = 0;

  /** `found` is told each address of which more is known than before. */
  constructor(resolver: Resolver, wanted: Wanted, found: (address: string) => void = () => {}) {
    this.#resolver = resolver;
    this.#wanted = wanted;
    this.#found = found;
  }

  /** Whether the resolver has answered anything at all, be it that there is no such name. */
  get isAnswered(): boolean {
    return this.#answered > 0;
  }

  /** Looks an address up, unless that has been begun already. */
  ask(address: string): void {
    if (this.#asked.has(address) || this.#asked.size >= MOST_ADDRESSES) return;
    this.#asked.add(address);
    if (this.#wanted.names) this.#askName(address);
    if (this.#wanted.origin !== undefined) this.#askOrigin(address, this.#wanted.origin);
  }

  /** From now on names are wanted, too; those of the addresses until now are asked for. */
  wantNames(): void {
    if (this.#wanted.names) return;
    this.#wanted = { ...this.#wanted, names: true };
    for (const address of this.#asked) this.#askName(address);
  }

  /** The same for networks. */
  wantOrigin(origin: Origin): void {
    if (this.#wanted.origin !== undefined) return;
    this.#wanted = { ...this.#wanted, origin };
    for (const address of this.#asked) this.#askOrigin(address, origin);
  }

  host(address: string): string | undefined {
    return this.#names.get(address);
  }

  ipInfo(address: string): IpInfo | undefined {
    return this.#infos.get(address);
  }

  /** Whether more may be known of it soon. */
  isPending(address: string): boolean {
    return this.#pending.has(address);
  }

  /** Fulfilled once nothing is being looked up. */
  settled(): Promise<void> {
    if (this.#running === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #askName(address: string): void {
    this.#lookUp(address, async () => this.#keep(this.#names, address, await this.#resolver.name(address)));
  }

  #askOrigin(address: string, origin: Origin): void {
    if ("files" in origin) {
      this.#keep(this.#infos, address, firstKnown(origin.files, address));
      return;
    }
    const question = originQuestion(address, origin.zones);
    if (question === undefined) return;
    this.#lookUp(address, async () => {
      const answer = await this.#resolver.text(question);
      this.#keep(this.#infos, address, answer === undefined ? undefined : originInfo(answer));
    });
  }

  #lookUp(address: string, lookup: () => Promise<void>): void {
    this.#pending.set(address, (this.#pending.get(address) ?? 0) + 1);
    this.#begin(async () => {
      await lookup();
      const left = this.#pending.get(address)! - 1;
      if (left > 0) this.#pending.set(address, left);
      else this.#pending.delete(address);
    });
  }

  #begin(lookup: () => Promise<void>): void {
    if (this.#running >= MOST_AT_ONCE) {
      this.#waiting.push(lookup);
      return;
    }
    this.#running++;
    void lookup().then(() => {
      this.#running--;
      this.#answered++;
      const next = this.#waiting.shift();
      if (next !== undefined) this.#begin(next);
      else if (this.#running === 0) { for (const resolve of this.#idle.splice(0)) resolve(); }
    });
  }

  #keep<Found>(into: Map<string, Found>, address: string, found: Found | undefined): void {
    if (found === undefined) return;
    into.set(address, found);
    this.#found(address);
  }
}

function firstKnown(files: readonly IpInfoTable[], address: string): IpInfo | undefined {
  for (const file of files) {
    const info = file.find(address);
    if (info !== undefined) return info;
  }
  return undefined;
}
