/**
 * What names a probe whose answer does not show its number, where all probes of a flow look the same to routers.
 *
 * The number and the balance of a probe add up to a sum that is the same for all probes of a flow (of one length and fill:
 * that of the latest one counts). A translator on the way changes the checksums of a flow by one difference (RFC 1624).
 */
import { difference } from "../packet/checksum.ts";
import type { Marks, ProbeName } from "../protocol/protocol.ts";

/** What is remembered of a probe. */
export interface Booked {
  readonly sequence: number;
  readonly destination: string;
  readonly port: number;
  readonly flow: number;
  readonly balance: number | undefined;
  readonly marks: Marks;
}

/** Where an answered probe was going, and what a quote shows of it. */
export interface Quoted {
  readonly address: string;
  readonly port: number;
  readonly marks: Marks;
}

/** The probes to one port of one address. */
interface Place {
  /** By flow. */
  readonly sums: Map<number, number>;
  /** Differences of checksums, by what else a translator has made of the probes. */
  readonly shifts: Map<string, number>;
}

// A translator that gives each probe another port cannot be learned from.
const MOST_SHIFTS = 256;

export class FlowBook {
  readonly #places = new Map<string, Place>();

  /** A probe has left. */
  add({ destination, port, flow, sequence, balance }: Booked): void {
    const key = keyOf(destination, port);
    let place = this.#places.get(key);
    if (place === undefined) this.#places.set(key, place = { sums: new Map(), shifts: new Map() });
    if (balance !== undefined) place.sums.set(flow, sequence + balance);
  }

  /** An answer to this probe shows these marks. */
  learn({ destination, port, marks: { checksum } }: Booked, shown: Marks): void {
    const place = this.#places.get(keyOf(destination, port));
    if (place === undefined || checksum === undefined || shown.checksum === undefined) return;
    if (place.shifts.size >= MOST_SHIFTS) place.shifts.clear();
    place.shifts.set(translationOf(shown), difference(shown.checksum, checksum));
  }

  /** Numbers of the probes that may be named so; whether one is right remains to be seen from the probe. */
  sequencesOf(
    name: Exclude<ProbeName, { readonly by: "number" | "identification" | "translatedNumber" }>,
    { address, port, marks }: Quoted,
  ): readonly number[] {
    const place = this.#places.get(keyOf(address, port));
    if (place === undefined) return [];
    if (name.by === "balance") return [...place.sums.values()].map((sum) => difference(sum, name.balance));
    const shift = place.shifts.get(translationOf(marks));
    return shift === undefined ? [] : [difference(name.checksum, shift)];
  }
}

function keyOf(address: string, port: number): string {
  return `${address} ${port}`;
}

function translationOf({ sourceAddress, sourcePort, destinationAddress, destinationPort }: Marks): string {
  return `${sourceAddress} ${sourcePort} ${destinationAddress} ${destinationPort}`;
}
