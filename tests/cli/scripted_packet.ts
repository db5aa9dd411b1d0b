/**
 * A program in the place of mtr-packet that answers every probe at once as a scenario says:
 * `deno run --allow-read --allow-write scripted_packet.ts SCENARIO LOG`. What it is told is written to the log.
 */
import { lineOf } from "../golden/compat/_scripted_helper.ts";
import { answerOf, parseScenario } from "../golden/compat/scenario.ts";
import { TextLineStream } from "../lab/text_lines.ts";

async function main(scenarioFile: string, logFile: string): Promise<void> {
  const scenario = parseScenario(await Deno.readTextFile(scenarioFile));
  const sentByTtl = new Map<number, number>();
  for await (const line of Deno.stdin.readable.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())) {
    Deno.writeTextFileSync(logFile, `${line}\n`, { append: true });
    const [token = "", command, ...rest] = line.split(" ");
    if (command === "check-support") say(`${token} feature-support support ok`);
    if (command !== "send-probe") continue;
    const ttl = Number(rest[rest.indexOf("ttl") + 1]);
    const before = sentByTtl.get(ttl) ?? 0;
    sentByTtl.set(ttl, before + 1);
    const answer = lineOf(answerOf(scenario, ttl, before), token);
    if (answer !== undefined) say(answer);
  }
}

function say(line: string): void {
  const bytes = new TextEncoder().encode(`${line}\n`);
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}

if (import.meta.main) await main(Deno.args[0] ?? "", Deno.args[1] ?? "");
