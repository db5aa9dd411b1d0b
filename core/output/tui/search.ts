/** Finds a hop or a target by a part of its name, address or network. */
import { printable } from "../../name/text.ts";
import type { HopFigures } from "../../path/hop_figures.ts";
import type { RunRecord, TargetRecord } from "../record.ts";
import type { Prompt, Reading } from "./prompt.ts";
import type { Scene } from "./scene.ts";
import { shown } from "./scrolling.ts";
import { decodedName, shownHost } from "./shown_name.ts";
import { pressed, type State } from "./state.ts";

const MOST_CHARACTERS = 64;

export const SEARCH: Prompt = {
  label: "Search: ",
  hint: () => "A part of a name, an address or a network; enter finds the next one",
  most: MOST_CHARACTERS,
  initial: ({ searched }) => searched,
  takesInitial: true,
  read: (text, state, scene) => find(text, { ...state, searched: text }, scene),
};

/** The next hop behind the one that is chosen, then those of the other targets, and at last those before it. */
function find(text: string, state: State, scene: Scene): Reading {
  const wanted = text.toLowerCase();
  const places = placesOf(scene.record);
  const at = places.findLastIndex(({ target, ttl }) =>
    target < state.target || (target === state.target && ttl <= (state.selectedTtl ?? 0))
  );
  const order = [...places.slice(at + 1), ...places.slice(0, at + 1)];
  const found = wanted === "" ? undefined : order.find(({ texts }) => texts.some((one) => one.includes(wanted)));
  if (found === undefined) return pressed(state, { notice: `Nothing here has "${text}" in it` }, { kind: "bell" });
  if (found.target === state.target && found.ttl > 0) return shown(state, scene, found.ttl);
  const there = { ...state, target: found.target, selectedTtl: undefined, scroll: 0, frozen: undefined };
  return found.ttl > 0 ? shown(there, scene, found.ttl) : pressed(there);
}

interface Place {
  readonly target: number;
  /** 0: the target itself. */
  readonly ttl: number;
  /** In small letters, as the screen shows them. */
  readonly texts: readonly string[];
}

function placesOf({ targets, names }: RunRecord): readonly Place[] {
  return targets.flatMap(({ typed, path }: TargetRecord, target): readonly Place[] => [
    { target, ttl: 0, texts: lower([typed, shownHost(typed, { isUnicode: true }), path?.address]) },
    ...(path?.hops() ?? []).map((hop) => ({ target, ttl: hop.ttl, texts: textsOf(hop, names) })),
  ]);
}

function textsOf({ responders }: HopFigures, names: RunRecord["names"]): readonly string[] {
  return responders.flatMap(({ address }) => {
    const info = names.ipInfo(address);
    const asn = info?.asn === undefined ? undefined : `AS${info.asn}`;
    const name = names.host(address);
    return lower([address, name, name && decodedName(name), asn, info?.prefix, info?.country, info?.organization]);
  });
}

function lower(texts: readonly (string | undefined)[]): readonly string[] {
  return texts.filter((text) => text !== undefined).map((text) => printable(text).toLowerCase());
}
