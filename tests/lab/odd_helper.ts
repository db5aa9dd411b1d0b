/**
 * A program in the place of mtr-packet that misbehaves: `deno run odd_helper.ts MODE`. Apart from that it answers every
 * probe at once, from a router for each ttl below 4 and from the target itself.
 */
import { TextLineStream } from "./text_lines.ts";

/** Longer than any test waits for the program, and no longer. */
const LIFETIME_MS = 25_000;
const PROBES_BEFORE_TROUBLE = 6;
const TARGET_TTL = 4;

interface Probe {
  readonly token: string;
  readonly ttl: number;
  readonly family: "ip-4" | "ip-6";
  readonly target: string;
}

interface Mode {
  /** Instead of an answer to `check-support`. */
  readonly support?: (token: string) => string;
  /** What is written for a probe; the right answer unless told. */
  readonly answer?: (probe: Probe, count: number) => string;
  /** After some probes. */
  readonly trouble?: () => void;
  readonly atEnd?: () => void;
}

const MODES: Readonly<Record<string, Mode>> = {
  mute: { support: () => "" },
  unfit: { support: (token) => `${token} feature-support support no\n` },
  garbage: { answer: (probe) => `\0\xff${"?".repeat(probe.ttl)} \n\n12 \n-1 reply ip-4\n${rightAnswer(probe)}` },
  endless: { answer: (probe, count) => `${count === 0 ? `${"x".repeat(1 << 18)}\n` : ""}${rightAnswer(probe)}` },
  otherFamily: {
    answer: ({ token, family }) =>
      `${token} reply ${family === "ip-4" ? "ip-6 fd00::1" : "ip-4 10.0.0.1"} round-trip-time 100\n`,
  },
  unknownTokens: {
    answer: (probe) =>
      ["0", "1", "32999", "65535", "99999", "4294967296"].map((token) => rightAnswer({ ...probe, token })).join("") +
      rightAnswer(probe),
  },
  unknownReplies: {
    answer: (probe) =>
      `${probe.token} no-reply\n${probe.token} constructor\n${probe.token} constructor tea 1\n${rightAnswer(probe)}`,
  },
  incomplete: {
    answer: (probe) =>
      [
        "reply",
        `reply ${probe.family} ${probe.target}`,
        "ttl-expired round-trip-time 5",
        `reply ${probe.family} here round-trip-time 5`,
        `reply ${probe.family} ${probe.target} round-trip-time soon`,
      ].map((words) => `${probe.token} ${words}\n`).join("") + rightAnswer(probe),
  },
  duplicates: { answer: (probe) => rightAnswer(probe).repeat(3) },
  brokenLabels: { answer: (probe) => rightAnswer(probe, ["1,2,1", "1,x,1,1", ",,,", "-1,0,1,1"][probe.ttl % 4]) },
  manyLabels: { answer: (probe) => rightAnswer(probe, Array.from({ length: 50 }, () => "16,0,1,2").join(",")) },
  dies: { trouble: () => Deno.exit(0) },
  crashes: { trouble: () => Deno.kill(Deno.pid, "SIGKILL") },
  stays: { atEnd: () => void setTimeout(() => {}, LIFETIME_MS) },
  interrupts: { trouble: () => Deno.kill(Deno.ppid, "SIGINT"), atEnd: () => void setTimeout(() => {}, LIFETIME_MS) },
  terminates: { trouble: () => Deno.kill(Deno.ppid, "SIGTERM") },
};

function rightAnswer({ token, ttl, family, target }: Probe, labels?: string): string {
  const router = family === "ip-4" ? `10.0.0.${ttl}` : `fd00::${ttl}`;
  const [name, from] = ttl < TARGET_TTL ? ["ttl-expired", router] : ["reply", target];
  const mpls = labels === undefined ? "" : ` mpls ${labels}`;
  return `${token} ${name} ${family} ${from} round-trip-time ${ttl * 1000}${mpls}\n`;
}

async function main(name: string): Promise<void> {
  const mode = MODES[name];
  if (mode === undefined) throw new Error(`Cannot misbehave as ${name}`);
  let count = 0;
  for await (const line of Deno.stdin.readable.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())) {
    const [token = "", command, ...rest] = line.split(" ");
    const args = new Map(rest.flatMap((word, at) => at % 2 === 0 ? [[word, rest[at + 1] ?? ""] as const] : []));
    if (command === "check-support") write(mode.support?.(token) ?? `${token} feature-support support ok\n`);
    if (command !== "send-probe") continue;
    const family = args.has("ip-6") ? "ip-6" : "ip-4";
    const probe: Probe = { token, ttl: Number(args.get("ttl")), family, target: args.get(family) ?? "" };
    write(mode.answer?.(probe, count) ?? rightAnswer(probe));
    if (++count === PROBES_BEFORE_TROUBLE) mode.trouble?.();
  }
  mode.atEnd?.();
}

function write(text: string): void {
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}

if (import.meta.main) await main(Deno.args[0] ?? "");
