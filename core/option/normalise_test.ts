import { deepEqual, equal } from "node:assert/strict";
import { Random } from "../packet/_random.ts";
import type { Flag } from "./flag.ts";
import { FLAGS } from "./flags.ts";
import { normalise, type Use } from "./normalise.ts";

/** Uses in one way of writing: `--report-cycles=20`. */
function written(uses: readonly Use[]): string[] {
  return uses.map((use) => "value" in use ? `--${use.flag.long}=${use.value}` : `--${use.flag.long}`);
}

function check(words: readonly string[], uses: readonly string[], hosts: readonly string[], posix = false): void {
  const normalised = normalise(words, { posix });
  deepEqual({ ...normalised, uses: written(normalised.uses) }, { uses, hosts, mistake: undefined });
}

function checkMistake(words: readonly string[], cannot: string, because: string): void {
  deepEqual(normalise(words, { posix: false }).mistake, { cannot, because });
}

Deno.test("hosts and options may be mixed", () => {
  check(["a", "-r", "b", "-c", "3", "c"], ["--report", "--report-cycles=3"], ["a", "b", "c"]);
});

Deno.test("two dashes end the options", () => check(["-r", "--", "-c", "--"], ["--report"], ["-c", "--"]));

Deno.test("in POSIX order the first host ends the options", () => {
  check(["-r", "a", "-c", "--"], ["--report"], ["a", "-c", "--"], true);
  check(["-r", "--", "a"], ["--report"], ["a"], true);
});

Deno.test("a dash alone is a host, or a value", () => {
  check(["-", "-F", "-"], ["--filename=-"], ["-"]);
});

Deno.test("a value may be glued, follow an equals sign, or be the next word", () => {
  const uses = ["--report-cycles=20"];
  for (
    const words of [["-c20"], ["-c", "20"], ["--report-cycles=20"], ["--report-cycles", "20"], ["--report-c", "20"]]
  ) {
    check(words, uses, []);
  }
});

Deno.test("short flags can be bundled, the last one with a value", () => {
  check(["-rwbz"], ["--report", "--report-wide", "--show-ips", "--aslookup"], []);
  check(["-rc20"], ["--report", "--report-cycles=20"], []);
  check(["-rc", "20"], ["--report", "--report-cycles=20"], []);
  check(["-cr"], ["--report-cycles=r"], []);
});

Deno.test("a value may begin with a dash, be empty, or look like an option", () => {
  check(["-s", "-100"], ["--psize=-100"], []);
  check(["-s-100"], ["--psize=-100"], []);
  check(["-B", "-1"], ["--bitpattern=-1"], []);
  check(["-c", "--"], ["--report-cycles=--"], []);
  check(["-c", "-r"], ["--report-cycles=-r"], []);
  check(["-o", "", "--order="], ["--order=", "--order="], []);
});

Deno.test("an equals sign after a short flag belongs to the value, and so do further ones", () => {
  check(["-c=3", "--order=a=b"], ["--report-cycles==3", "--order=a=b"], []);
});

Deno.test("a long flag may be abbreviated while only one fits", () => {
  check(["--no", "--aslook"], ["--no-dns", "--aslookup"], []);
  check(["--psi=64"], ["--psize=64"], []);
});

Deno.test("an exact long name wins over longer ones", () => {
  check(["--report", "--inet"], ["--report", "--inet"], []);
});

Deno.test("an ambiguous abbreviation lists what it may mean, missing flags of mtr included", () => {
  checkMistake(
    ["--re"],
    "use --re",
    "it may mean --report, --report-wide, --report-cycles, --report-on-exit",
  );
  checkMistake(["--ine"], "use --ine", "it may mean --inet, --inet6");
  checkMistake(["--s=3"], "use --s", "it may mean --split, --show-ips, --share, --sctp, --scale");
});

Deno.test("an unknown flag is named, in a bundle with the bundle", () => {
  checkMistake(["--bogus=1"], "use --bogus", "there is no such option");
  checkMistake(["-q"], "use -q", "there is no such option");
  checkMistake(["-rq"], 'use -q of "-rq"', "there is no such option");
  checkMistake(["--=3"], "use --", "there is no such option");
  checkMistake(["---"], "use ---", "there is no such option");
});

Deno.test("a value that is missing or too much is told with the option", () => {
  const because = "a value must follow, as in -c COUNT or --report-cycles=COUNT";
  checkMistake(["-c"], "use -c", because);
  checkMistake(["-rc"], "use -c", because);
  checkMistake(["--report-c"], "use --report-c", because);
  checkMistake(["--report=3"], 'use "--report=3"', "--report takes no value");
  checkMistake(["--report="], 'use "--report="', "--report takes no value");
});

Deno.test("what was read before a mistake is kept", () => {
  deepEqual(written(normalise(["-r", "-nq", "-b"], { posix: false }).uses), ["--report", "--no-dns"]);
});

Deno.test("every way to write the same uses reads the same", () => {
  const random = new Random(42);
  for (let run = 0; run < 3_000; run++) {
    const uses = Array.from({ length: 1 + random.below(6) }, () => randomUse(random));
    const hosts = Array.from({ length: random.below(3) }, () => `h${random.below(10)}`);
    const words = spell(uses, hosts, random);
    const normalised = normalise(words, { posix: false });
    equal(normalised.mistake, undefined, JSON.stringify(words));
    deepEqual(normalised, { uses, hosts, mistake: undefined }, JSON.stringify(words));
  }
});

function randomUse(random: Random): Use {
  const flag: Flag = FLAGS[random.below(FLAGS.length)] ?? FLAGS[0]!;
  return flag.kind === "flag" ? { flag } : { flag, value: random.text("-=ab1 é\n", 5) };
}

/** The words of a command line with these uses and hosts, each in one of the ways that getopt_long allows. */
function spell(uses: readonly Use[], hosts: readonly string[], random: Random): string[] {
  const words: string[] = [];
  const waiting = [...hosts];
  let bundle = "-";
  const closeBundle = (): void => {
    if (bundle !== "-") words.push(bundle);
    bundle = "-";
  };
  for (const use of uses) {
    if (random.below(2) === 0) {
      closeBundle();
      const host = random.below(2) === 0 ? waiting.shift() : undefined;
      if (host !== undefined) words.push(host);
    }
    if (use.flag.short === undefined || random.below(2) === 0) {
      closeBundle();
      const name = `--${random.pick([use.flag.long, shortestName(use.flag)])}`;
      if (!("value" in use)) words.push(name);
      else words.push(...random.pick([[`${name}=${use.value}`], [name, use.value]]));
    } else {
      bundle += use.flag.short;
      if (!("value" in use)) continue;
      const mustPart = use.value === "" || random.below(2) === 0;
      if (!mustPart) bundle += use.value;
      closeBundle();
      if (mustPart) words.push(use.value);
    }
  }
  closeBundle();
  if (waiting.length > 0 && random.below(2) === 0) words.push("--");
  return [...words, ...waiting];
}

/** The shortest beginning of the long name that names this flag alone. */
function shortestName({ long }: Flag): string {
  for (let length = 1; length < long.length; length++) {
    const { uses, mistake } = normalise([`--${long.slice(0, length)}`, "value"], { posix: false });
    if (mistake === undefined && uses[0]?.flag.long === long) return long.slice(0, length);
  }
  return long;
}
