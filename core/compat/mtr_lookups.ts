/** Names and AS texts as mtr's outputs want them: the plain answers of the DNS, and whether one is still awaited. */
import { originQuestion } from "../name/as_origin.ts";
import { Lookups, type Resolver } from "../name/lookups.ts";
import type { CompatNames, NameLookup } from "./output/mod.ts";
import type { CompatSettings } from "./settings.ts";

export class MtrLookups implements CompatNames {
  readonly #zones: CompatSettings["ipinfoProviders"];
  readonly #lookups: Lookups;
  readonly #hosts = new Map<string, NameLookup>();
  /** By question. */
  readonly #origins = new Map<string, string>();

  constructor(resolver: Resolver, { dns, ipinfoFields, ipinfoProviders: zones }: CompatSettings) {
    this.#zones = zones;
    const recording: Resolver = {
      name: async (address) => {
        const name = await resolver.name(address);
        this.#hosts.set(address, name === undefined ? { kind: "none" } : { kind: "named", name });
        return name;
      },
      text: async (question) => {
        const text = await resolver.text(question);
        if (text !== undefined) this.#origins.set(question, text);
        return text;
      },
    };
    this.#lookups = new Lookups(recording, { names: dns, origin: ipinfoFields.length > 0 ? { zones } : undefined });
  }

  /** Looks an address up, unless that has been begun already. */
  ask(address: string): void {
    this.#lookups.ask(address);
  }

  host(address: string): NameLookup {
    return this.#hosts.get(address) ?? { kind: "pending" };
  }

  origin(address: string): string | undefined {
    const question = originQuestion(address, this.#zones);
    return question === undefined ? undefined : this.#origins.get(question);
  }

  /** Fulfilled once nothing is being looked up. */
  settled(): Promise<void> {
    return this.#lookups.settled();
  }
}
