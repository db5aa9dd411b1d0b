/** Strict readers of raw and split lines of a single target, as a program that wraps mtr would have them. */

export interface RawHop {
  sent: number;
  received: number;
  address: string | undefined;
  name: string | undefined;
  readonly rttsUs: number[];
}

const RAW_LINES: readonly RegExp[] = [
  /^x (?<position>\d+) (?<token>\d+)$/,
  /^h (?<position>\d+) (?<address>[0-9a-f.:]+)$/,
  /^m (?<position>\d+) \d+ [0-7] [01] \d+$/,
  /^d (?<position>\d+) (?<name>[!-~]+)$/,
  /^p (?<position>\d+) (?<rtt>\d+) (?<token>\d+)$/,
  /^A \d+ \d[\d. ]*$/,
  /^I \d+ [1-4] [!-~]+$/,
  /^E \d+ \d+ \d+ \d+ \d+$/,
  /^Q \d+ \d+( ttl \d+)?( trafficClass \d+)?$/,
  /^L \d+ (incoming|subIp|outgoing|nextHop) [\d-]+ [0-9a-f.:-]+ [\d-]+ [!-~]+$/,
  /^F \d+ \d+ [A-Za-z]+$/,
  /^V \d+ [A-Z_]+: \P{Cc}+$/u,
];

/** By position. Throws for what is no line, and for an answer without a probe or from nobody. */
export function readRaw(text: string): ReadonlyMap<number, RawHop> {
  const hops = new Map<number, RawHop>();
  const inFlight = new Set<string>();
  for (const line of linesOf(text)) {
    const match = RAW_LINES.map((pattern) => pattern.exec(line)).find((found) => found !== null);
    if (match === undefined) throw new Error(`No raw line: ${line}`);
    const { position, token, address, name, rtt } = match.groups ?? {};
    if (position === undefined) continue;
    const hop = hops.get(Number(position)) ??
      { sent: 0, received: 0, address: undefined, name: undefined, rttsUs: [] };
    hops.set(Number(position), hop);
    if (address !== undefined) {
      hop.address = address;
      hop.name = undefined;
    }
    if (name !== undefined) hop.name = name;
    if (rtt !== undefined) {
      if (hop.address === undefined || !inFlight.delete(`${token}`)) throw new Error(`Answer to nothing: ${line}`);
      hop.received += 1;
      hop.rttsUs.push(Number(rtt));
    } else if (token !== undefined) {
      inFlight.add(token);
      hop.sent += 1;
    }
  }
  return hops;
}

/** By position, the rest of the line in words. Throws for what is no line, and for the end of a row that is not there. */
export function readSplit(text: string, { showIps = false } = {}): ReadonlyMap<number, readonly string[]> {
  const rows = new Map<number, readonly string[]>();
  const name = showIps ? "[!-~]+ [0-9a-f.:]+" : "[!-~]+";
  const pattern = new RegExp(
    `^\\d+ (?:\\?\\?\\?|${name} \\d+ \\d+ \\d+ \\d+\\.\\d \\d+\\.\\d \\d+\\.\\d(?: ![!-~]+)?)$`,
  );
  for (const line of linesOf(text)) {
    if (line.startsWith("-")) {
      if (!rows.delete(Number(line.slice(1)))) throw new Error(`No such row: ${line}`);
      continue;
    }
    if (!pattern.test(line)) throw new Error(`No split line: ${line}`);
    const [position, ...words] = line.split(" ");
    rows.set(Number(position), words);
  }
  return rows;
}

function linesOf(text: string): readonly string[] {
  if (text !== "" && !text.endsWith("\n")) throw new Error("The last line has no end");
  return text.split("\n").slice(0, -1);
}
