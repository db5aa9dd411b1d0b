/** Configurations, as files and in the environment, read by the executable. */
import assert from "node:assert/strict";
import { executable, mtr, openWorld, readCsv, told } from "../lab/program.ts";

const CONFIG = `interval = 0.1
report-cycles = 2
no-dns = true
csv = true
hosts = ["both"]
[target.four]
host = "127.0.0.1"
port = 80
[group.both]
hosts = ["four", "::1"]
`;

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder with this file in it, and the program in that folder. */
async function withFile(
  content: string | Uint8Array,
  test: (
    run: (args: readonly string[], env?: Readonly<Record<string, string>>) => Promise<Ended>,
    file: string,
  ) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.chmod(folder, 0o755);
    const file = `${folder}/mtr.toml`;
    await Deno.writeFile(file, typeof content === "string" ? new TextEncoder().encode(content) : content);
    await test(async (args, env = {}) => {
      const command = new Deno.Command(executable(), {
        args: [...args],
        env,
        clearEnv: true,
        cwd: folder,
        stdin: "null",
      });
      const { code, stdout, stderr } = await command.output();
      const decoder = new TextDecoder();
      return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
    }, file);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a configuration has options, hosts and names, and the command line overrides it", async () => {
  await withFile(CONFIG, async (_, file) => {
    await using world = await openWorld({ files: { "mtr.toml": file } });
    const inside = { env: { MTR_DENO_CONFIG: "/run/lab/mtr.toml" } };
    const whole = await mtr(world, [], inside);
    assert.equal(whole.code, 0, told(whole));
    assert.deepEqual(readCsv(whole.stdout).map(({ Host, Snt }) => [Host, Snt]), [["127.0.0.1", "2"], ["::1", "2"]]);
    const less = await mtr(world, ["-c", "1", "four"], inside);
    assert.deepEqual(readCsv(less.stdout).map(({ Host, Snt }) => [Host, Snt]), [["127.0.0.1", "1"]]);
    const named = await mtr(world, ["--config", "/run/lab/mtr.toml", "four"]);
    assert.deepEqual(readCsv(named.stdout).map(({ Snt }) => Snt), ["2"]);
    const none = await mtr(world, ["--config", "none", "-n", "-c", "1", "-i", "0.1", "127.0.0.1"], inside);
    assert.match(none.stdout, /^Start: /);
  });
});

Deno.test("what --print-config prints is a configuration that prints the same", async () => {
  await withFile(CONFIG, async (run) => {
    const first = await run(["--print-config", "-m", "9"], { MTR_DENO_CONFIG: "mtr.toml", MTR_OPTIONS: "-f 2" });
    assert.deepEqual([first.code, first.stderr], [0, ""]);
    for (
      const line of [
        "interval = 0.1 # mtr.toml:1",
        "first-ttl = 2 # MTR_OPTIONS",
        "max-ttl = 9 # command line",
        "timeout = 10 # default",
      ]
    ) assert.ok(first.stdout.split("\n").includes(line), first.stdout);
    await withFile(first.stdout, async (runAgain) => {
      const second = await runAgain(["--config", "mtr.toml", "--print-config"]);
      const bare = (text: string): string => text.replaceAll(/ # .*$/gm, "");
      assert.equal(bare(second.stdout), bare(first.stdout));
    });
  });
});

/** Contents that are refused, and what is said. */
const REFUSED: readonly (readonly [content: string | Uint8Array, says: RegExp])[] = [
  [
    "\ninterval = 0",
    /Cannot use "0" as the interval \(-i\) at mtr\.toml:2: it must be a number of seconds from 0\.001/,
  ],
  ["intervall = 1", /Cannot use "intervall" at mtr\.toml:1: there is no such option/],
  ["interval = [", /Cannot read TOML at mtr\.toml:1: /],
  [new Uint8Array([0x61, 0xff]), /Cannot read the configuration mtr\.toml: it must be text in UTF-8/],
  ["#".repeat(65 * 1024), /Cannot read the configuration mtr\.toml: it must have at most 64 KiB/],
];

Deno.test("a wrong configuration exits 2, and the message has the file, the line and the remedy", async () => {
  for (const [content, says] of REFUSED) {
    await withFile(content, async (run) => {
      const { code, stdout, stderr } = await run(["--config", "mtr.toml", "127.0.0.1"]);
      assert.deepEqual([code, stdout], [2, ""], stderr);
      assert.match(stderr, says);
      assert.doesNotMatch(stderr, /\bat .*\.ts:\d+|defect/);
    });
  }
});

Deno.test("a configuration that is not there or is none exits 2", async () => {
  await withFile("", async (run) => {
    for (
      const [file, reason] of [["nowhere.toml", "No such file"], ["/", "Is a directory"], ["/dev/zero", "at most 64"]]
    ) {
      const { code, stderr } = await run(["127.0.0.1"], { MTR_DENO_CONFIG: file! });
      assert.equal(code, 2, stderr);
      assert.ok(stderr.includes(`Cannot read the configuration ${file}: `) && stderr.includes(reason!), stderr);
    }
  });
});

Deno.test("help and version need no configuration", async () => {
  await withFile("", async (run) => {
    for (const option of ["--help", "--version"]) {
      assert.equal((await run([option], { MTR_DENO_CONFIG: "nowhere.toml" })).code, 0);
    }
  });
});

Deno.test({
  name: "root reads a configuration with the rights of who called sudo, and no others",
  // Nobody else can become another user.
  ignore: Deno.uid() !== 0,
  fn: async () => {
    await withFile("report-cycles = 3", async (run, file) => {
      const asNobody = { SUDO_UID: "65534", SUDO_GID: "65534", MTR_DENO_CONFIG: "mtr.toml" };
      await Deno.chmod(file, 0o600);
      const refused = await run(["--print-config"], asNobody);
      assert.equal(refused.code, 2);
      assert.match(refused.stderr, /Cannot read the configuration mtr\.toml: Permission denied/);
      assert.equal((await run(["--print-config"], { MTR_DENO_CONFIG: "mtr.toml" })).code, 0);
      await Deno.chmod(file, 0o644);
      assert.match((await run(["--print-config"], asNobody)).stdout, /^report-cycles = 3 # mtr\.toml:1$/m);
    });
  },
});
