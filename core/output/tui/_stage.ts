/** A screen for tests: scripted targets, keys that are typed, and the text that is seen. */
import { type EventScript, TARGET } from "../../path/_script.ts";
import { Path } from "../../path/path.ts";
import { DEFAULT_PLAN, type TracePlan } from "../../plan.ts";
import { DEFAULT_SCREEN_VIEW, DEFAULT_VIEW, type ScreenView, type View } from "../../view.ts";
import type { Names, TargetRecord } from "../record.ts";
import type { Action } from "./action.ts";
import type { Frame } from "./frame.ts";
import { TargetHistory } from "./history.ts";
import type { Key } from "./key.ts";
import { textOf } from "./line.ts";
import type { Scene, TerminalTraits } from "./scene.ts";
import { begin, draw, press, type State } from "./screen.ts";

export interface StagedTarget {
  readonly script: EventScript;
  readonly address?: string;
  readonly typed?: string;
  readonly target?: Partial<TargetRecord>;
}

export interface StageOptions {
  readonly targets: readonly StagedTarget[];
  readonly columns?: number;
  readonly rows?: number;
  readonly view?: Partial<View>;
  readonly screen?: Partial<ScreenView>;
  readonly plan?: Partial<TracePlan>;
  readonly names?: Partial<Names>;
  readonly terminal?: Partial<TerminalTraits>;
  readonly nowUnixMs?: number;
  readonly isPaused?: boolean;
  readonly message?: string;
}

/** 2026-11-21T16:34:27Z */
const NOW_UNIX_MS = 1_795_278_867_000;
const STARTED_UNIX_MS = NOW_UNIX_MS - 60_000;

const TERMINAL: TerminalTraits = { colours: 256, isUnicode: true, background: "dark" };

function sceneOf(options: StageOptions): Scene {
  const { columns = 80, rows = 24, plan, names, terminal, nowUnixMs = NOW_UNIX_MS, isPaused = false, message } =
    options;
  const view = { ...DEFAULT_VIEW, ...options.view };
  const staged = options.targets.map(playedTarget);
  return {
    columns,
    rows,
    record: {
      program: { name: "mtr-deno", version: "0.1.0" },
      localHost: "vm",
      plan: { ...DEFAULT_PLAN, ...plan },
      view,
      names: { host: () => undefined, ipInfo: () => undefined, ...names },
      targets: staged.map(({ target }) => target),
    },
    histories: staged.map(({ history }) => history),
    nowUnixMs,
    utcOffsetMinutes: 0,
    isPaused,
    terminal: { ...TERMINAL, ...terminal },
    ...(message !== undefined && { message }),
  };
}

function playedTarget({ script, address = TARGET, typed = address, target }: StagedTarget): {
  readonly target: TargetRecord;
  readonly history: TargetHistory;
} {
  const path = new Path({ address, family: address.includes(":") ? 6 : 4, firstTtl: 1, maxTtl: 30 });
  const history = new TargetHistory();
  for (const event of script.events) {
    path.apply(event);
    history.apply(event, path);
  }
  return {
    target: {
      typed,
      status: "PARTIAL",
      startedAtMs: STARTED_UNIX_MS,
      endedAtMs: NOW_UNIX_MS,
      utcOffsetMinutes: 0,
      path,
      source: "192.0.2.1",
      ...target,
    },
    history,
  };
}

export class Stage {
  state: State;
  scene: Scene;
  readonly actions: Action[] = [];

  constructor(options: StageOptions) {
    this.scene = sceneOf(options);
    this.state = begin(this.scene.record.view, { ...DEFAULT_SCREEN_VIEW, ...options.screen });
  }

  press(...keys: readonly Key[]): this {
    for (const key of keys) {
      const { state, actions } = press(this.state, key, this.scene);
      this.state = state;
      this.actions.push(...actions);
    }
    return this;
  }

  /** Every character of it is a key. */
  type(text: string): this {
    return this.press(...text);
  }

  frame(): Frame {
    return draw(this.state, this.scene);
  }

  /** Without blanks and empty lines at the ends. */
  lines(): readonly string[] {
    return this.frame().lines.map((line) => textOf(line).trimEnd());
  }

  text(): string {
    return this.lines().join("\n").trimEnd();
  }
}
