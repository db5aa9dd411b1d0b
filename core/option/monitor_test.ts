import { equal } from "node:assert/strict";
import { isForMonitor } from "./monitor.ts";

const LINES: readonly (readonly [line: string, expected: boolean, preset?: string])[] = [
  ["host", false],
  ["--nagios host", true],
  ["host --nag", true],
  ["--nagios -C", false],
  ["-C --nagios", true],
  ["-c many --nagios", true],
  ["--bogus --nagios", true],
  ["--nagios --bogus", true],
  ["-- --nagios", false],
  ["host", true, "--nagios"],
  ["-j", false, "--nagios"],
  ["host", false, "'"],
  ["--bogus", false],
];

Deno.test("a mistake is told to a monitor where --nagios is the output that counts, or stands behind the mistake", () => {
  for (const [line, expected, MTR_OPTIONS = ""] of LINES) {
    equal(isForMonitor(line.split(" "), { MTR_OPTIONS }), expected, line);
  }
});
