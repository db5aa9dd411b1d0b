import assert from "node:assert/strict";
import { parseArguments, type TraceInvocation } from "../option/mod.ts";
import { type Course, newCourse, settle } from "./course.ts";
import { dryRunText } from "./dry_run.ts";

function check(
  argv: readonly string[],
  addresses: Readonly<Record<string, string>>,
  expected: readonly string[],
): void {
  const parsed = parseArguments(argv, {});
  assert.ok(parsed.ok && parsed.invocation.action === "trace");
  const { invocation } = parsed;
  assert.deepEqual(dryRunText(invocation, coursesOf(invocation, addresses)).trimEnd().split("\n"), expected);
}

function coursesOf({ hosts, plan, family }: TraceInvocation, addresses: Readonly<Record<string, string>>): Course[] {
  return hosts.map((typed) => {
    const { course, host } = newCourse(typed, plan, 0);
    const address = addresses[host];
    if (address === undefined) course.failure = `Cannot resolve ${host}: no such name`;
    else settle(course, { family: address.includes(":") ? 6 : 4, address, scopeId: 0 }, family);
    return course;
  });
}

Deno.test("a dry run says to whom, how much, how fast and how long at most", () =>
  check(["-c", "10", "a.example", "b.example"], { "a.example": "192.0.2.1", "b.example": "2001:db8::1" }, [
    "a.example: 192.0.2.1, ICMP, at most 30 hops, 10 times, 64 bytes each",
    "b.example: 2001:db8::1, ICMP, at most 30 hops, 10 times, 64 bytes each",
    "In all: at most 600 probes, at most 38400 bytes, at most 60 probes/s",
    "Time: at most 16 s after the addresses are known (10 rounds of 1 s, 5 s for the last answers, 1 s for names)",
  ]));

Deno.test("load is named with its rate, its rounds and how much it is", () =>
  check(["-c", "20", "-m", "1", "--load", "11.2M", "a"], { a: "192.0.2.1" }, [
    "a: 192.0.2.1, ICMP, at most 1 hop, 20 times, 64 bytes each",
    "In all: at most 20 probes, at most 1280 bytes, at most 1 probes/s",
    "Load: 11.2 Mbit/s in the last 10 rounds, at most 10000 packets of 1400 bytes",
    "Time: at most 26 s after the addresses are known (20 rounds of 1 s, 5 s for the last answers, 1 s for names)",
  ]));

Deno.test("a packet has the length that its protocol makes of it", () => {
  check(["-T", "-m", "4", "-f", "3", "-c", "1", "-Z", "0.5", "[a]:443"], { a: "2001:db8::1" }, [
    "[a]:443: 2001:db8::1 port 443, TCP, at most 2 hops, once, 64 bytes each",
    "In all: at most 2 probes, at most 128 bytes, at most 2 probes/s",
    "Time: at most 2.5 s after the addresses are known (1 round of 1 s, 0.5 s for the last answers, 1 s for names)",
  ]);
  check(["-u", "-s", "28", "-m", "1", "-c", "1", "a"], { a: "192.0.2.1" }, [
    "a: 192.0.2.1, UDP, at most 1 hop, once, 32 bytes each",
    "In all: at most 1 probe, at most 32 bytes, at most 1 probes/s",
    "Time: at most 7 s after the addresses are known (1 round of 1 s, 5 s for the last answers, 1 s for names)",
  ]);
});

Deno.test("what could not be traced is said, with the deadline and who would send", () =>
  check(["--deadline", "2.5", "--packet", "ssh gw mtr-packet", "-m", "1", "nowhere"], {}, [
    "nowhere: not traced: Cannot resolve nowhere: no such name",
    "In all: at most 0 probes, at most 0 bytes, at most 0 probes/s",
    "Sent by: ssh gw mtr-packet",
    "Time: at most 16 s after the addresses are known (10 rounds of 1 s, 5 s for the last answers, 1 s for names), " +
    "and not longer than the deadline, 2.5 s",
  ]));
