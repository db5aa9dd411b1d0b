/** `--dry-run`: what a run would send, to whom, and how long it can take at most. Names are looked up, nothing is sent. */
import { printable } from "../name/text.ts";
import { rateText, type TraceInvocation } from "../option/mod.ts";
import { worstExit } from "../path/status.ts";
import { MULTIPATH, type TracePlan } from "../plan.ts";
import { LOAD_PACKET_BYTES } from "../probe/load_packets.ts";
import { SHAPES } from "../protocol/mod.ts";
import { IP_HEADER_BYTES } from "../packet/ip.ts";
import { payloadBytesOf } from "../protocol/protocol.ts";
import { type Course, type FoundCourse, isFound } from "./course.ts";
import { EarlyEnd } from "./early_end.ts";
import { finish } from "./ending.ts";
import { findCourses, NAMES_LIMIT_MS } from "./input.ts";
import { leastRoundUs } from "./round_length.ts";
import type { World } from "./world.ts";

const SECOND_US = 1_000_000;

/** Says what would be done. Names are looked up as for a run; without sockets there is nobody to become first. */
export async function dryRun(
  invocation: TraceInvocation,
  world: World,
  literals: readonly Course[] | undefined,
): Promise<number> {
  const early = new EarlyEnd(world, invocation.deadlineUs, () => {});
  const waits = { ready: world.renounce(), interrupted: early.happened };
  const courses = literals ?? await findCourses(invocation, world, waits);
  const printer = world.standardOutput(() => {});
  printer.print(dryRunText(invocation, courses));
  await finish(printer, world);
  for (const { failure } of courses) if (failure !== undefined) world.complain(failure);
  return early.signalStatus ?? worstExit(courses.map(({ failure }) => failure === undefined ? "OK" : "FAILED"));
}

/** The text, and whether every target could be traced. */
export function dryRunText({ plan, helper, deadlineUs }: TraceInvocation, courses: readonly Course[]): string {
  const found = courses.filter(isFound);
  const probes = found.length * probesOf(plan);
  const bytes = found.reduce((sum, course) => sum + probesOf(plan) * packetBytesOf(plan, course), 0);
  return [
    ...courses.map((course) => `${printable(course.typed)}: ${fateOf(course, plan)}`),
    `In all: ${atMost(probes, "probe")}, ${atMost(bytes, "byte")}, ${rateOf(found.length, plan)}`,
    ...(plan.loadBps === undefined ? [] : [`Load: ${loadOf(plan, plan.loadBps)}`]),
    ...(helper === undefined ? [] : [`Sent by: ${printable(helper.join(" "))}`]),
    `Time: ${timeOf(plan, { targets: found.length, deadlineUs })}`,
  ].map((line) => `${line}\n`).join("");
}

function fateOf(course: Course, plan: TracePlan): string {
  if (!isFound(course)) return `not traced: ${printable(course.failure ?? "its address is not known")}`;
  const { protocol, firstTtl, maxTtl, rounds } = plan;
  const port = course.port ?? plan.remotePort;
  const toPort = port === undefined ? "" : ` port ${port}`;
  const hops = maxTtl - firstTtl + 1;
  const times = rounds === undefined ? "without end" : rounds === 1 ? "once" : `${rounds} times`;
  return `${course.endpoint.address}${toPort}, ${protocol.toUpperCase()}, ${
    plan.multipath ? "all paths, " : plan.flows > 1 ? `${plan.flows} flows, ` : ""
  }at most ${count(hops, "hop")}, ${times}, ` +
    `${count(packetBytesOf(plan, course), "byte")} each`;
}

/** Of one target; every hop there may be, in every round. */
function probesOf({ firstTtl, maxTtl, rounds = Infinity, flows, multipath }: TracePlan): number {
  const hops = maxTtl - firstTtl + 1;
  return multipath ? MULTIPATH.mostProbes + MULTIPATH.mostFlowsOfRounds * hops * (rounds - 1) : flows * hops * rounds;
}

function packetBytesOf({ protocol, packetBytes }: TracePlan, { endpoint: { family } }: FoundCourse): number {
  const shape = SHAPES[protocol];
  return IP_HEADER_BYTES[family] + shape.headerBytes + payloadBytesOf(shape, family, packetBytes);
}

/** Over all targets; every hop there may be. */
function probesOfRound(targets: number, { firstTtl, maxTtl, flows, multipath }: TracePlan): number {
  return targets * (multipath ? MULTIPATH.mostFlowsOfRounds : flows) * (maxTtl - firstTtl + 1);
}

function rateOf(targets: number, plan: TracePlan): string {
  const wanted = probesOfRound(targets, plan) * SECOND_US / plan.intervalUs;
  const rate = Math.min(wanted, plan.probesPerSecond);
  return `at most ${Number(rate.toFixed(1))} probes/s${rate < wanted ? " (--rate)" : ""}`;
}

/** Probes are not in it. */
function loadOf(plan: TracePlan, loadBps: number): string {
  const { rounds = Infinity, intervalUs } = plan;
  const loaded = Math.floor(rounds / 2);
  const packets = Math.ceil(loaded * intervalUs / SECOND_US * loadBps / (8 * LOAD_PACKET_BYTES));
  const where = rounds === Infinity ? "every second ten rounds" : `the last ${count(loaded, "round")}`;
  return `${rateText(loadBps).replace(/[kMG]?$/, " $&bit/s")} in ${where}, ${
    atMost(packets, "packet")
  } of ${LOAD_PACKET_BYTES} bytes`;
}

function timeOf(
  plan: TracePlan,
  { targets, deadlineUs }: { readonly targets: number; readonly deadlineUs: number | undefined },
): string {
  const { rounds, intervalUs, graceUs, timeoutUs, multipath } = plan;
  const until = deadlineUs === undefined ? "" : `, and not longer than the deadline, ${seconds(deadlineUs)}`;
  if (rounds === undefined) return `without end${until}`;
  const waitUs = Math.min(graceUs, timeoutUs);
  const namesUs = NAMES_LIMIT_MS * 1e3;
  // A search for all paths is the first round, and takes its time.
  const evenRounds = multipath ? rounds - 1 : rounds;
  const roundUs = Math.max(intervalUs, leastRoundUs(probesOfRound(targets, plan), plan));
  const wholeUs = evenRounds * roundUs + waitUs + namesUs;
  return `at most ${seconds(wholeUs)} after ${multipath ? "all paths are found" : "the addresses are known"} (${
    count(evenRounds, "round")
  } of ${roundUs > intervalUs ? "up to " : ""}${seconds(roundUs)}, ` +
    `${seconds(waitUs)} for the last answers, ${seconds(namesUs)} for names)${until}`;
}

function seconds(us: number): string {
  return `${Number((us / SECOND_US).toFixed(3))} s`;
}

function atMost(amount: number, unit: string): string {
  return Number.isFinite(amount) ? `at most ${count(amount, unit)}` : `${unit}s without end`;
}

function count(amount: number, unit: string): string {
  return `${amount} ${unit}${amount === 1 ? "" : "s"}`;
}
