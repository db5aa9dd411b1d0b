/** What the program prints for others to read: scripts for the shells, in the shells, and the manual page, as it is set. */
import assert from "node:assert/strict";
import { FLAGS } from "../../core/option/flags.ts";
import { executable } from "../lab/program.ts";
import { requirePrograms } from "../lab/programs.ts";

requirePrograms({
  bash: "bash",
  zsh: "zsh",
  fish: "fish",
  man: "man-db",
  groff: "groff-base",
  mandoc: "mandoc",
});

/** No shell takes longer; one that waits for ever is ended. */
const LIMIT_MS = 120_000;

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(
  [program, ...args]: readonly [string, ...string[]],
  { stdin = "", env = {} }: { readonly stdin?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Ended> {
  const child = new Deno.Command(program, {
    args,
    env: { PATH: "/usr/local/bin:/usr/bin:/bin", LC_ALL: "C.UTF-8", TERM: "dumb", ...env },
    clearEnv: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(LIMIT_MS),
  }).spawn();
  const written = new Blob([stdin]).stream().pipeTo(child.stdin);
  const { code, stdout, stderr } = await child.output();
  await written;
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

async function printed(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run([executable(), ...args]);
  assert.deepEqual([code, stderr], [0, ""]);
  return stdout;
}

/** Sources the script, says what completes the program, and what the function gives for the words. */
const IN_BASH = `
source "$SCRIPT" && complete -p mtr-deno >&2 || exit
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_mtr_deno
printf '%s\\n' "\${COMPREPLY[@]}"
`;

const IN_FISH = `source $SCRIPT; complete -C $LINE`;

/**
 * Presses TAB behind each line in an interactive zsh at a terminal of its own, where each candidate is told when it is
 * added.
 */
const IN_ZSH = `
zmodload zsh/zpty
zpty inner zsh -f -i
zpty -w inner 'PS1=; autoload -U compinit && compinit -u -D; source $SCRIPT'
zpty -w inner 'compadd() { local -a hits; builtin compadd -O hits "$@"; print -rl -- "\${(@)hits/#/HIT:}"; builtin compadd "$@" }'
zpty -w inner 'probe() { _main_complete; print -r -- DONE$((1 + 1)); compstate[list]=; compstate[insert]= }'
zpty -w inner 'zle -C probe complete-word probe; bindkey "^I" probe; print READY$((1 + 1))'
zpty -r inner out '*READY2*' || exit
for line; do
  # Ctrl-U empties the line before.
  zpty -w -n inner $'\\x15'"$line"$'\\t'
  zpty -r inner out '*DONE2*' || exit
  print -r -- "$out"
  print END
done
zpty -d inner
`;

type Line = readonly string[];

interface Place {
  readonly script: string;
  readonly home: string;
}

/** For each line the candidates behind it. */
const CANDIDATES: Readonly<Record<string, (place: Place, lines: readonly Line[]) => Promise<readonly Line[]>>> = {
  bash: ({ script }, lines) => {
    return Promise.all(lines.map(async (words) => {
      const { code, stdout, stderr } = await run(["bash", "--norc", "-c", IN_BASH, "bash", ...words], {
        env: { SCRIPT: script },
      });
      assert.deepEqual([code, stderr], [0, "complete -F _mtr_deno mtr-deno\n"]);
      return stdout.split("\n");
    }));
  },
  zsh: async ({ script }, lines) => {
    const { code, stdout, stderr } = await run(["zsh", "-f", "-c", IN_ZSH, "zsh", ...lines.map((l) => l.join(" "))], {
      env: { SCRIPT: script },
    });
    assert.deepEqual([code, stderr], [0, ""], stdout);
    const found = stdout.split("END\n").slice(0, lines.length);
    return found.map((text) => [...text.matchAll(/HIT:([^\r\n]*)/g)].map(([, word = ""]) => word));
  },
  fish: ({ script, home }, lines) => {
    return Promise.all(lines.map(async (words) => {
      const { code, stdout, stderr } = await run(["fish", "--no-config", "-c", IN_FISH], {
        env: { SCRIPT: script, LINE: words.join(" "), HOME: home },
      });
      assert.deepEqual([code, stderr.replaceAll(/^warning: .*\n?/gm, "")], [0, ""]);
      return stdout.split("\n").map((line) => line.split("\t")[0] ?? "");
    }));
  },
};

/** The names of this machine's own table that begin so. */
function hostsFrom(beginning: string): readonly string[] {
  const lines = Deno.readTextFileSync("/etc/hosts").split("\n").map((line) => line.replace(/#.*/, "").trim());
  return [...new Set(lines.flatMap((line) => line.split(/\s+/).slice(1)))].filter((name) => name.startsWith(beginning));
}

/** Words of a line, TAB behind the last one, and all candidates. */
const COMPLETED: readonly (readonly [words: readonly string[], candidates: readonly string[]])[] = [
  [["--rep"], FLAGS.map(({ long }) => `--${long}`).filter((name) => name.startsWith("--rep"))],
  [["-b", "--no-d"], ["--no-dns"]],
  [["--compat", ""], ["0.95", "0.96"]],
  [["-y", ""], ["0", "1", "2", "3", "4"]],
  [["--scale", "s"], ["slow"]],
  [["-c", ""], []],
  [["-rnF", "/etc/host.con"], ["/etc/host.conf"]],
  [["localhos"], hostsFrom("localhos")],
  [["--", "localhos"], hostsFrom("localhos")],
  [["complet"], ["completions"]],
  [["completions", ""], ["bash", "fish", "zsh"]],
  [["packet", "--compat", ""], ["0.95", "0.96"]],
  [["schema", "c"], ["csv"]],
  [["man", ""], []],
];

for (const [shell, candidatesOf] of Object.entries(CANDIDATES)) {
  Deno.test(`${shell} completes options, values, commands and hosts`, async () => {
    // fish makes folders of its own at home.
    const home = await Deno.makeTempDir();
    try {
      const script = `${home}/script`;
      await Deno.writeTextFile(script, await printed("completions", shell));
      const found = await candidatesOf({ script, home }, COMPLETED.map(([words]) => ["mtr-deno", ...words]));
      for (const [index, [words, expected]] of COMPLETED.entries()) {
        // zsh completes a path part by part.
        const typed = shell === "zsh" ? expected.map((word) => word.replace(/^.*\//, "")) : expected;
        const own = found[index]?.filter((word) => word !== "" && !(shell === "zsh" && word === "etc"));
        assert.deepEqual([...new Set(own)].sort(), [...typed].sort(), words.join(" "));
      }
    } finally {
      await Deno.remove(home, { recursive: true });
    }
  });
}

Deno.test("man, groff and mandoc set the manual page and find nothing wrong with it", async (t) => {
  const page = await printed("man");
  const commands: readonly (readonly [string, ...string[]])[] = [
    ["man", "--warnings", "-l", "-"],
    ["groff", "-man", "-ww", "-Tutf8"],
    ["mandoc", "-Tlint", "-W", "style"],
    ["mandoc", "-Tutf8"],
  ];
  for (const command of commands) {
    await t.step(command.join(" "), async () => {
      const { code, stdout, stderr } = await run(command, { stdin: page, env: { MANWIDTH: "80" } });
      assert.deepEqual([code, stderr], [0, ""], stdout);
      // deno-lint-ignore no-control-regex
      const text = stdout.replaceAll(/.\x08|\x1b\[[0-9;]*m/g, "");
      if (!command.includes("-Tlint")) assert.match(text, /^ +-c, --report-cycles COUNT$/m);
      else assert.equal(text, "");
    });
  }
});

Deno.test("a wrong word behind completions or man exits 2 and says what is right", async () => {
  const { code, stdout, stderr } = await run([executable(), "completions", "tcsh"]);
  assert.deepEqual([code, stdout], [2, ""]);
  assert.match(stderr, /^mtr-deno: Cannot use "tcsh" with completions: it takes one of bash, zsh, fish/);
});
