/** For tests: a value that a flag takes, whatever flags there are. */
import type { Flag, ValueFlag } from "./flag.ts";

/** One of these fits any text that a flag wants. */
const TEXTS = [
  "0",
  "LS",
  "fast",
  "10M",
  "0.95",
  "127.0.0.1",
  "loss > 5%",
  "origin.example",
  "eth0",
  "file.txt",
  "finish",
];

/** As it is typed. Throws if a new kind of text has no sample yet. */
export function sampleValue(flag: ValueFlag): string {
  if (flag.kind === "number") return String(flag.limits.least);
  if (flag.kind === "seconds") return String(flag.limits.least / 1e6);
  const text = TEXTS.find((text) => flag.requirement(text) === undefined);
  if (text === undefined) throw new Error(`Add a value for --${flag.long} to the samples`);
  return text;
}

/** The same as TOML. */
export function sampleToml(flag: Flag): string {
  if (flag.kind === "flag") return "true";
  return flag.kind === "text" ? JSON.stringify(sampleValue(flag)) : sampleValue(flag);
}
