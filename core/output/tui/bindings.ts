/**
 * What the keys do: the one table of them, of which the page of help is made, too. Letters mean the same in both cases but
 * `Q`, as in mtr.
 */
import type { ProtocolName } from "../../plan.ts";
import { IP_INFO_FIELDS, type IpInfoField, type View } from "../../view.ts";
import type { Action } from "./action.ts";
import { columnPanel } from "./column_panel.ts";
import { CHANGES_PAGE } from "./changes_page.ts";
import { DETAILS_PAGE } from "./details_page.ts";
import { EXPORT_PANEL, exported } from "./exports.ts";
import { type HelpEntry, helpPage } from "./help_page.ts";
import type { Key } from "./key.ts";
import { pagePanel } from "./page.ts";
import { type Prompt, promptPanel } from "./prompt.ts";
import type { Scene } from "./scene.ts";
import { SEARCH } from "./search.ts";
import { scrolled, scrolledByPage, selectedBy, STEP, WHEEL_STEP } from "./scrolling.ts";
import { SETTING_PROMPTS } from "./settings.ts";
import { type Pressed, pressed, type State } from "./state.ts";
import { DISPLAY_MODES } from "./table.ts";
import { back, forth, toggledFreeze } from "./time_travel.ts";

interface Binding {
  /** With a number where several keys do the same in another measure. */
  readonly keys: readonly (Key | readonly [key: Key, measure: number])[];
  /** How the keys are called on the page of help, where that is not themselves. */
  readonly label?: string;
  readonly help: string;
  readonly run: (state: State, scene: Scene, measure: number) => Pressed;
}

const MINUTE_US = 60_000_000;
const BOTH = { latency: "LS NABWV", jitter: "DR AGJMXI" } as const;

/** By group, as they stand on the page of help. */
const GROUPS: Readonly<Record<string, readonly Binding[]>> = {
  "Program": [
    { keys: ["q", "\x03"], label: "q ^C", help: "quit", run: acting({ kind: "quit" }) },
    { keys: ["p", "\x13"], label: "p ^S", help: "pause: send nothing", run: acting({ kind: "pause" }) },
    { keys: [" ", "\x11"], label: "space ^Q", help: "go on", run: acting({ kind: "resume" }) },
    { keys: ["r"], help: "restart the statistics", run: restarted },
    {
      keys: ["h", "?"],
      help: "the page of keys",
      run: (state) => pressed(state, { panel: pagePanel(helpPage(KEY_HELP)) }),
    },
    { keys: ["\x0c"], label: "^L", help: "draw the screen anew", run: acting({ kind: "redraw" }) },
    { keys: ["\x1a"], label: "^Z", help: "back to the shell, until fg", run: acting({ kind: "suspend" }) },
  ],
  "Display": [
    { keys: ["d"], help: "figures, or charts of three kinds", run: nextDisplay },
    { keys: ["c"], help: "only the table", run: (state) => pressed(state, { compact: !state.compact }) },
    {
      keys: ["g"],
      help: "small charts beside the figures",
      run: (state) => pressed(state, { hasSparklines: !state.hasSparklines }),
    },
    { keys: ["o"], help: "choose columns", run: (state) => pressed(state, { panel: columnPanel() }) },
    {
      keys: ["j"],
      help: "columns of latency, or of jitter",
      run: (state) => seen(state, { order: state.view.order.includes("N") ? BOTH.jitter : BOTH.latency }),
    },
    { keys: ["n"], help: "names, or addresses", run: toggledNames },
    { keys: ["e"], help: "MPLS labels", run: (state) => seen(state, { mpls: !state.view.mpls }) },
    { keys: ["z"], help: "AS numbers", run: toggledNetworks },
    { keys: ["y"], help: "AS number, prefix, country, ...", run: nextNetworks },
  ],
  "Hops": [
    { keys: [["up", -1], ["down", 1]], label: "up down", help: "choose a hop", run: selectedBy },
    { keys: ["enter"], help: "all that is known of the hop", run: detailed },
    {
      keys: ["escape"],
      help: "choose none; back to the present",
      run: (state) => pressed(state, { selectedTtl: undefined, frozen: undefined }),
    },
    { keys: ["/"], help: "search", run: (state) => pressed(state, { panel: promptPanel(SEARCH) }) },
    {
      keys: [["+", STEP], ["-", -STEP], ["wheelDown", WHEEL_STEP], ["wheelUp", -WHEEL_STEP]],
      label: "+ - wheel",
      help: "scroll",
      run: scrolled,
    },
    { keys: [["pageDown", 1], ["pageUp", -1]], label: "page", help: "scroll by a page", run: scrolledByPage },
    { keys: [["home", -Infinity], ["end", Infinity]], label: "home end", help: "first hops, last hops", run: scrolled },
  ],
  "Targets": [
    {
      keys: [["tab", 1], ["backTab", -1]],
      label: "tab",
      help: "next target; Shift: the previous",
      run: targetBy,
    },
    {
      keys: Array.from({ length: 9 }, (_, index) => [String(index + 1), index] as const),
      label: "1 to 9",
      help: "this target",
      run: targetAt,
    },
  ],
  "Time": [
    { keys: ["k"], help: "keep the picture as it is, or go on", run: toggledFreeze },
    { keys: [["left", 0], ["[", MINUTE_US]], label: "left [", help: "back in time; by a minute", run: back },
    { keys: [["right", 0], ["]", MINUTE_US]], label: "right ]", help: "forth in time; by a minute", run: forth },
    {
      keys: ["l"],
      help: "log of the path's changes",
      run: (state) => pressed(state, { panel: pagePanel(CHANGES_PAGE) }),
    },
  ],
  "Files": [
    { keys: ["x"], help: "write report, CSV, JSON or SVG", run: (state) => pressed(state, { panel: EXPORT_PANEL }) },
    { keys: ["w"], help: "write that again, as it is now", run: exported },
  ],
  "Probes": [
    { keys: ["i"], help: "interval", run: asking(SETTING_PROMPTS.i) },
    { keys: ["s"], help: "size of packets", run: asking(SETTING_PROMPTS.s) },
    { keys: ["b"], help: "bit pattern", run: asking(SETTING_PROMPTS.b) },
    { keys: ["Q"], help: "type of service", run: asking(SETTING_PROMPTS.Q) },
    { keys: ["f"], help: "first hop", run: asking(SETTING_PROMPTS.f) },
    { keys: ["m"], help: "last hop", run: asking(SETTING_PROMPTS.m) },
    { keys: ["u"], help: "UDP, or ICMP", run: toggledProtocol("udp") },
    { keys: ["t"], help: "TCP, or ICMP", run: toggledProtocol("tcp") },
  ],
};

/** What a key does; `undefined`: nothing. */
export const BINDINGS: ReadonlyMap<Key, (state: State, scene: Scene) => Pressed> = new Map(
  Object.values(GROUPS).flat().flatMap(({ keys, run }) =>
    keys.map((entry) => {
      const [key, measure] = typeof entry === "string" ? [entry, 0] : entry;
      return [key, (state: State, scene: Scene) => run(state, scene, measure)] as const;
    })
  ),
);

/** The page of help: groups, and what is in them. */
export const KEY_HELP: readonly HelpEntry[] = Object.entries(GROUPS).flatMap(([group, bindings]) => [
  { keys: "", help: group },
  ...bindings.map(({ keys, label, help }) => ({ keys: label ?? keys.join(" "), help })),
]);

function restarted(state: State): Pressed {
  return pressed(state, { frozen: undefined }, { kind: "reset" });
}

function nextDisplay(state: State, { terminal }: Scene): Pressed {
  // The last is braille, which takes more than ASCII.
  const modes = DISPLAY_MODES - (terminal.isUnicode ? 0 : 1);
  return pressed(state, { displayMode: (state.displayMode + 1) % modes });
}

function asking(prompt: Prompt): Binding["run"] {
  return (state) => pressed(state, { panel: promptPanel(prompt) });
}

/** Of the chosen hop; where there is none, of the first that is shown. */
function detailed(state: State, scene: Scene): Pressed {
  const chosen = state.selectedTtl === undefined ? selectedBy(state, scene, 1).state : state;
  return chosen.selectedTtl === undefined ? pressed(state) : pressed(chosen, { panel: pagePanel(DETAILS_PAGE) });
}

function targetBy(state: State, scene: Scene, step: number): Pressed {
  const count = scene.record.targets.length;
  return targetAt(state, scene, (state.target + step + count) % count);
}

/** The other targets go on while one is shown; what is chosen of one is nothing to another. */
function targetAt(state: State, { record }: Scene, target: number): Pressed {
  if (target === state.target || record.targets[target] === undefined) return pressed(state);
  return pressed(state, { target, selectedTtl: undefined, scroll: 0, frozen: undefined });
}

function acting(action: Action): Binding["run"] {
  return (state) => pressed(state, {}, action);
}

function seen(state: State, change: Partial<View>, ...actions: readonly Action[]): Pressed {
  return pressed(state, { view: { ...state.view, ...change } }, ...actions);
}

function toggledNames(state: State): Pressed {
  const names = !state.view.names;
  return seen(state, { names }, ...(names ? [{ kind: "lookUp", what: "names" } as const] : []));
}

function seenNetworks(state: State, ipinfo: readonly IpInfoField[]): Pressed {
  return seen(state, { ipinfo }, ...(ipinfo.length > 0 ? [{ kind: "lookUp", what: "networks" } as const] : []));
}

function toggledNetworks(state: State): Pressed {
  return seenNetworks(state, state.view.ipinfo.length > 0 ? [] : [IP_INFO_FIELDS[0]]);
}

/** The one behind the last that is shown. */
function nextNetworks(state: State): Pressed {
  const last = state.view.ipinfo.at(-1);
  const at = last === undefined ? 0 : (IP_INFO_FIELDS.indexOf(last) + 1) % IP_INFO_FIELDS.length;
  return seenNetworks(state, [IP_INFO_FIELDS[at] ?? IP_INFO_FIELDS[0]]);
}

function toggledProtocol(protocol: ProtocolName): Binding["run"] {
  return (state, { record }) =>
    pressed(state, {}, {
      kind: "change",
      change: { protocol: record.plan.protocol === protocol ? "icmp" : protocol },
    });
}
