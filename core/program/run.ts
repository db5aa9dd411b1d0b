/** A run: its targets, the events folded into their paths, and what outputs are told of it at any moment. */
import type { Access, TraceEvent } from "../messages.ts";
import type { Family } from "../network.ts";
import type { Limit } from "../limit/mod.ts";
import type { Lookups } from "../name/lookups.ts";
import type { RunRecord, TargetRecord } from "../output/mod.ts";
import { RunCounter } from "../path/run_counts.ts";
import { unknownCounts } from "../path/unknown_counts.ts";
import type { PlanChange, TracePlan } from "../plan.ts";
import { VERSION } from "../version.ts";
import type { View } from "../view.ts";
import type { Course, FoundCourse } from "./course.ts";
import { pathOf, recordOf, type RecordSetting } from "./course_record.ts";

const PROGRAM = "mtr-deno";

export interface RunSetting {
  readonly plan: TracePlan;
  readonly view: View;
  readonly limits: readonly Limit[];
  readonly helper: readonly string[] | undefined;
  readonly names: Lookups;
  readonly localHost: string;
  /** How each family is heard. */
  readonly access: Readonly<Partial<Record<Family, Access>>>;
  readonly courses: readonly Course[];
  /** Those among them that are traced from the beginning: of others the address is not known yet. */
  readonly found: readonly FoundCourse[];
  /** Anything is sent at all. */
  readonly isTraced: boolean;
  readonly world: RecordSetting["world"];
}

export class Run {
  /** As the probes really are. */
  readonly plan: TracePlan;
  readonly counts = new RunCounter();
  /** Those that are traced, by the index that events have. */
  readonly traced: FoundCourse[] = [];
  readonly #setting: RunSetting;
  #finished = 0;

  constructor(setting: RunSetting) {
    this.#setting = setting;
    const { plan, access, helper, found } = setting;
    // A connection has a port for itself: such probes are no one flow, whatever was asked for.
    const isConnected = Object.values(access).includes("connect");
    this.plan = isConnected || helper !== undefined ? { ...plan, flow: "varying" } : plan;
    for (const course of found) this.add(course);
  }

  /** A target that is traced from now on; gives its index. */
  add(course: FoundCourse): number {
    const { access, helper, isTraced } = this.#setting;
    course.access = access[course.endpoint.family];
    const unknown = unknownCounts(helper === undefined ? course.access : "helper");
    this.counts.cannotKnow(unknown);
    if (isTraced) course.path = pathOf(course.endpoint, this.plan, unknown);
    return this.traced.push(course) - 1;
  }

  /** Folds an event; gives the target that it is of. */
  take(event: TraceEvent): FoundCourse | undefined {
    if (!("target" in event)) {
      this.counts.apply(event);
      return undefined;
    }
    const course = this.traced[event.target]!;
    course.path!.apply(event);
    if (event.kind === "finished") {
      course.finished = true;
      course.endedAtMs = this.#setting.world.nowUnixMs();
      this.finish(course);
    }
    return course;
  }

  /** Nothing more comes of this target. */
  finish(course: Course): void {
    course.finishedAs = this.#finished++;
  }

  /** What is told of all targets alike; `change` is what has been changed of the plan. */
  facts(change: PlanChange = {}): Omit<RunRecord, "targets"> {
    const { localHost, view, names } = this.#setting;
    return {
      program: { name: PROGRAM, version: VERSION },
      localHost,
      plan: { ...this.plan, ...change },
      view,
      names,
      counts: this.counts,
    };
  }

  recordOf(course: Course, change: PlanChange = {}): TargetRecord {
    const { plan, limits, helper, world } = this.#setting;
    return recordOf(course, { plan: { ...plan, ...change }, limits, helper, world });
  }

  record(change: PlanChange = {}): RunRecord {
    return {
      ...this.facts(change),
      targets: this.#setting.courses.map((course) => this.recordOf(course, change)),
    };
  }
}
