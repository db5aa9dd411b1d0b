/** Hosts that are addresses: for them nothing is read or looked up. */
import { idleLimit, type Limit } from "../limit/mod.ts";
import { quoted, type TraceInvocation } from "../option/mod.ts";
import { type Course, isFound, newCourse, settle } from "./course.ts";
import { UnusableError, type World } from "./world.ts";

/** Everything that is read before the first probe. */
export function filesOf({ files, asFiles, view }: TraceInvocation): readonly string[] {
  return view.ipinfo.length > 0 ? [...files, ...asFiles] : files;
}

/** The hosts, if every one of them is an address or cannot be one; `undefined` if a name has to be looked up. */
export function literalCourses(
  { hosts, family, plan, limits }: TraceInvocation,
  world: World,
): readonly Course[] | undefined {
  const courses = hosts.map((host) => newCourse(host, plan, world.nowUnixMs()));
  for (const { course, host } of courses) settle(course, world.resolver.literal(host), family);
  return courses.every(({ course }) => isFound(course) || course.failure !== undefined)
    ? withLimits(courses.map(({ course }) => course), limits)
    : undefined;
}

/** The same courses. Throws `UnusableError` for a limit of a target that is not among them. */
export function withLimits(courses: readonly Course[], limits: readonly Limit[]): readonly Course[] {
  const idle = idleLimit(limits, courses.map(({ typed, endpoint }) => ({ typed, address: endpoint?.address })));
  if (idle === undefined) return courses;
  throw new UnusableError(
    `Cannot use ${
      quoted(idle.text)
    } as a limit (--fail-if): its target must be a HOST as typed, or the address of one, ` +
      `and ${quoted(idle.target ?? "")} is none of them`,
  );
}
