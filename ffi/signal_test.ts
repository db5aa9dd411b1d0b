import assert from "node:assert/strict";

const SCRIPT = `
import { isSignalIgnored } from ${JSON.stringify(new URL("./signal.ts", import.meta.url).href)};
console.log([1, 2, 15].map(isSignalIgnored).join(" "));
`;

/** What a process says of SIGHUP, SIGINT and SIGTERM that a shell has started after `setup`. */
async function check(setup: string, expected: string): Promise<void> {
  const deno = [Deno.execPath(), "eval", "--quiet", "--no-lock", "--no-config", SCRIPT];
  const { stdout, stderr } = await new Deno.Command("sh", { args: ["-c", `${setup} exec "$@"`, "sh", ...deno] })
    .output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes).trim();
  assert.equal(text(stdout), expected, text(stderr));
}

Deno.test("a signal is ignored where the process was started so, and nowhere else", async () => {
  await check("", "false false false");
  await check("trap '' HUP;", "true false false");
  await check("trap '' INT TERM;", "false true true");
});
