import { deepEqual, ok } from "node:assert/strict";
import { DEFAULT_PLAN, LIMITS } from "../plan.ts";
import { GROUPS } from "./flag.ts";
import { FLAGS, MISSING_FLAGS } from "./flags.ts";

function twice(names: readonly string[]): string[] {
  return names.filter((name, index) => names.indexOf(name) !== index);
}

Deno.test("no name belongs to two flags", () => {
  const all = [...FLAGS, ...MISSING_FLAGS];
  deepEqual(twice(all.map(({ long }) => long)), []);
  deepEqual(twice(all.flatMap(({ short }) => short ?? [])), []);
});

Deno.test("names can be typed, and help is a phrase", () => {
  for (const { long, short, help } of FLAGS) {
    ok(/^[a-z][a-z\d_-]+$/.test(long) && (short === undefined || /^[A-Za-z\d]$/.test(short)), long);
    ok(/^[a-z]/.test(help) && !help.endsWith("."), help);
  }
});

Deno.test("every group has flags", () => {
  for (const group of GROUPS) ok(FLAGS.some((flag) => flag.group === group), group);
});

Deno.test("every limit of the plan has its flag", () => {
  for (const [name, { least, most }] of Object.entries(LIMITS)) {
    const flag = FLAGS.find(({ sets }) => sets === name);
    ok(flag !== undefined, name);
    if ("limits" in flag) ok(flag.limits.least === least && flag.limits.most === most, name);
    else ok("requirement" in flag && flag.requirement(`${least}`) === flag.requirement(`${most}`), name);
  }
});

Deno.test("the defaults of the plan are within its limits", () => {
  for (const [name, { initial, least, most }] of Object.entries(LIMITS)) {
    ok(least <= initial && initial <= most, name);
  }
  ok(DEFAULT_PLAN.firstTtl <= DEFAULT_PLAN.maxTtl);
});
