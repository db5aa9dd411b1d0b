/**
 * Why more than one address answers at a hop: a closed list of words, told apart by who answered which flow when.
 *
 * A flow that always meets the same responder, where another flow meets another one, is balanced by flow. A flow that meets
 * several in turn is balanced by packet. A flow whose responder changes, and stays for some answers, has got another route.
 * What is still undecided, such as a first answer of somebody new, is given no word.
 */
export const BALANCE_WORDS = ["perFlow", "perPacket", "routeChange"] as const;
export type BalanceWord = typeof BALANCE_WORDS[number];

export interface Balance {
  readonly word: BalanceWord;
  /** Of the latest route change: when its first answer arrived. */
  readonly atUs?: number;
}

/** Answers of one responder in a row. */
interface Stay {
  readonly address: string;
  readonly sinceUs: number;
  count: number;
}

/** So many answers in a row are a stay: of two ways taken by chance, ten packets in a row look like stays once in 60 runs. */
const LEAST_STAY = 3;
/** Enough to tell; of more the oldest are forgotten. */
const MOST_STAYS = 64;

/** Who answered the flows of one hop, in the order of arrival. */
export class ResponderHistory {
  readonly #flows = new Map<number, Stay[]>();

  add(flow: number, address: string, atUs: number): void {
    const stays = this.#flows.get(flow) ?? [];
    this.#flows.set(flow, stays);
    const last = stays.at(-1);
    if (last?.address === address) last.count += 1;
    else stays.push({ address, sinceUs: atUs, count: 1 });
    if (stays.length > MOST_STAYS) stays.shift();
  }

  /** The words that hold: `perPacket` alone, or the others, each at most once. */
  get words(): readonly Balance[] {
    const flows = [...this.#flows.values()];
    if (flows.some(isPerPacket)) return [{ word: "perPacket" }];
    const words: Balance[] = [];
    if (new Set(flows.map(addressOf)).size > 1) words.push({ word: "perFlow" });
    const changesUs = flows.filter(hasChanged).map((stays) => stays.at(-1)!.sinceUs);
    if (changesUs.length > 0) words.push({ word: "routeChange", atUs: Math.max(...changesUs) });
    return words;
  }

  /** Flows that this address has answered, in their order. */
  flowsOf(address: string): readonly number[] {
    return [...this.#flows].filter(([, stays]) => stays.some((stay) => stay.address === address))
      .map(([flow]) => flow).sort((one, other) => one - other);
  }
}

/** One that came back, or went on, before it was a stay. */
function isPerPacket(stays: readonly Stay[]): boolean {
  const isShort = stays.slice(0, -1).some(({ count }) => count < LEAST_STAY);
  return isShort && stays.length > new Set(stays.map(({ address }) => address)).size;
}

function hasChanged(stays: readonly Stay[]): boolean {
  return stays.length > 1 && stays.every(({ count }) => count >= LEAST_STAY);
}

/** Who answers a flow now; while somebody new has not stayed, who did before. */
function addressOf(stays: readonly Stay[]): string {
  return (stays.findLast(({ count }) => count >= LEAST_STAY) ?? stays.at(-1)!).address;
}
