import { equal, match, ok } from "node:assert/strict";
import { Random } from "../packet/_random.ts";
import { expandFileName, fileNameRequirement, type NameFacts } from "./file_name.ts";

const FACTS: NameFacts = {
  startedAtMs: Date.UTC(2026, 10, 21, 23, 5, 9),
  utcOffsetMinutes: 60,
  localHost: "probe.example",
  target: "192.0.2.1",
  extension: "csv",
};

function check(text: string, expected: string, facts: Partial<NameFacts> = {}): void {
  equal(fileNameRequirement(text), undefined);
  equal(expandFileName(text, { ...FACTS, ...facts }), expected);
}

Deno.test("names stand for the run's local time, the hosts and the format", () => {
  check("/var/log/{date}.csv", "/var/log/2026-11-22.csv");
  check("{time}", "000509");
  check("{date}", "2026-11-20", { startedAtMs: Date.UTC(2026, 10, 21, 1), utcOffsetMinutes: -120 });
  check("{host}-{target}.{format}", "probe.example-192.0.2.1.csv");
  check("plain", "plain");
});

Deno.test("two braces stand for one, and one that closes for itself", () => {
  check("a{{date}b", "a{date}b");
  check("{{{date}}", "{2026-11-22}");
  check("}", "}");
});

Deno.test("a target cannot choose the folder, hide the file or make it an option", () => {
  for (
    const [target, expected] of [
      ["../../etc/passwd", "_._.._etc_passwd"],
      ["/etc", "_etc"],
      [".hidden", "_hidden"],
      ["-rf", "_rf"],
      ["", "_"],
      ["a\u001b[2J\u202eb\n", "a_[2J_b_"],
      ["::1", "::1"],
      ["{date}", "{date}"],
      ["$&", "$&"],
    ] as const
  ) check("{target}", expected, { target });
});

Deno.test("another name is refused with those that there are", () => {
  const known = "names in it must be {date}, {time}, {host}, {target} or {format}, and {{ stands for a brace";
  for (const text of ["{day}", "{", "a{date", "{}", "{date}{__proto__}", "{toString}", "{{{x}"]) {
    equal(fileNameRequirement(text), known, text);
  }
  for (const text of ["", "/", "a/", "/var/log/"]) equal(fileNameRequirement(text), "it must have a name");
});

Deno.test("whatever the hosts are called, the file stays in its folder", () => {
  const random = new Random(4);
  for (let run = 0; run < 5_000; run++) {
    const [target, localHost] = [random.text("./-{}\\~\n\u001b\u202e é😀$&'`a", 90), random.text("./-a", 5)];
    const name = expandFileName("{target}{host}", { ...FACTS, target, localHost });
    ok(!/[/\p{C}\p{Z}]/u.test(name), JSON.stringify(name));
    match(name, /^[^.-]/);
    ok(new TextEncoder().encode(expandFileName("{target}", { ...FACTS, target })).length <= 240);
  }
});
