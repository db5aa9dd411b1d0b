/**
 * mtr's raw output, and this program's (core/output/raw.ts says what the lines are). It tells no times of day, and mtr
 * does not tell whom it traced: that is taken to be the last address which answered, if it answered more than one ttl,
 * or if the last round went no further.
 */
import { ArchiveError } from "../archive/archive_error.ts";
import { SEND_FAILURES } from "../archive/read_line.ts";
import type { Answer } from "../messages.ts";
import type { Family } from "../network.ts";
import { canonicalAddress } from "../packet/address.ts";
import { UNKNOWN_OF_IMPORTED } from "../path/unknown_counts.ts";
import { familyOf } from "./address_text.ts";
import { bareAnswer, icmpAnswer, type Measured, type MeasuredAnswer, type MeasuredProbe } from "./measured.ts";

const LINE = /^[A-Za-z] [0-9]{1,6}(?: |$)/;
const LONGEST_NAME = 255;
const MOST_LABELS = 64;

/** What is known of an `h` line and those that belong to it. */
interface Responder {
  readonly address: string;
  readonly labels: Answer["labels"][number][];
  hasAnswered: boolean;
}

type Probe = Omit<MeasuredProbe, "failure" | "answers"> & {
  readonly token: string;
  readonly answers: MeasuredAnswer[];
  failure?: NonNullable<MeasuredProbe["failure"]>;
};

/** One target as it is read. */
interface Trace {
  typed: string | undefined;
  address: string | undefined;
  readonly probes: Probe[];
  readonly byToken: Map<string, Probe>;
  /** Those of each ttl, and how many of them are known to be answered. */
  readonly waiting: Map<number, { readonly probes: Probe[]; from: number }>;
  firstTtl: number;
  readonly responders: Map<number, Responder>;
  readonly names: Map<string, string>;
  readonly infos: Map<string, string>;
  /** How many probes of each ttl there are. */
  readonly rounds: Map<number, number>;
}

/** Throws `ArchiveError`. */
export function mtrRaw(file: string, text: string): readonly Measured[] {
  const reader = new RawReader(file);
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    if (!LINE.test(line)) throw reader.error(index + 1, "it is no line of mtr's raw output");
    reader.take(index + 1, line.trimEnd().split(" "));
  }
  return reader.traces.filter(({ probes }) => probes.length > 0).map(measuredOf);
}

class RawReader {
  readonly traces: Trace[] = [];
  readonly #file: string;
  readonly #targets = new Map<string, Trace>();
  #trace: Trace;
  #line = 0;
  /** The latest probe that was answered: a refusal tells more of it. */
  #answered: Probe | undefined;

  constructor(file: string) {
    this.#file = file;
    this.#trace = this.#begin();
  }

  error(line: number, why: string): ArchiveError {
    return new ArchiveError(this.#file, `line ${line}`, why);
  }

  take(line: number, [letter = "", position = "", ...words]: readonly string[]): void {
    this.#line = line;
    const act = this.#actions[letter];
    // Letters of other releases are passed over.
    if (act === undefined) return;
    if (letter === "T") return this.#turnTo(position, words);
    const ttl = Number(position) + 1;
    if (ttl > 255) throw this.error(line, `position ${position} must be at most 254`);
    act(ttl, words);
  }

  readonly #actions: Readonly<Record<string, (ttl: number, words: readonly string[]) => void>> = {
    x: (ttl, [token = ""]) => this.#send(ttl, token),
    h: (ttl, [address = ""]) => this.#meet(ttl, this.#address(address)),
    d: (ttl, [name = ""]) => this.#name(ttl, name),
    m: (ttl, numbers) => this.#label(ttl, numbers),
    p: (ttl, [rtt = "", token]) => this.#answer(ttl, rtt, token),
    A: (ttl, numbers) => this.#place(ttl, numbers.join(" ")),
    E: (_, [, type, code, mtu]) => this.#refuse([type, code, mtu]),
    F: (ttl, [token = "", reason = ""]) => this.#fail(ttl, token, reason),
    T: () => {},
  };

  #begin(): Trace {
    this.#trace = {
      typed: undefined,
      address: undefined,
      probes: [],
      byToken: new Map(),
      waiting: new Map(),
      firstTtl: 255,
      responders: new Map(),
      names: new Map(),
      infos: new Map(),
      rounds: new Map(),
    };
    this.traces.push(this.#trace);
    return this.#trace;
  }

  /** Only this program writes it: several targets at once. */
  #turnTo(index: string, [address = "", ...typed]: readonly string[]): void {
    const known = this.#targets.get(index);
    if (known !== undefined) {
      this.#trace = known;
      return;
    }
    const trace = this.#trace.probes.length === 0 ? this.#trace : this.#begin();
    trace.address = this.#address(address);
    trace.typed = typed.join(" ");
    this.#targets.set(index, trace);
  }

  #send(ttl: number, token: string): Probe {
    const { probes, rounds, byToken } = this.#trace;
    const round = rounds.get(ttl) ?? 0;
    const probe: Probe = { ttl, round, atUs: 0, token, answers: [] };
    const waiting = this.#trace.waiting.get(ttl) ?? { probes: [], from: 0 };
    waiting.probes.push(probe);
    this.#trace.waiting.set(ttl, waiting);
    this.#trace.firstTtl = Math.min(this.#trace.firstTtl, ttl);
    rounds.set(ttl, round + 1);
    probes.push(probe);
    byToken.set(token, probe);
    return probe;
  }

  #meet(ttl: number, address: string): void {
    const known = this.#trace.responders.get(ttl);
    // mtr tells an address once: when it is told again, another target has begun.
    if (known?.address === address && known.hasAnswered && this.#targets.size === 0) this.#divide(ttl);
    this.#trace.responders.set(ttl, { address, labels: [], hasAnswered: false });
  }

  /** The probes since the last one of the first ttl belong to another target. */
  #divide(ttl: number): void {
    const before = this.#trace;
    const at = before.probes.findLastIndex((probe) => probe.ttl === ttl);
    // Labels that have changed are told with the address, too.
    if (ttl !== before.firstTtl || at <= 0) return;
    const moved = before.probes.splice(at);
    this.#begin();
    for (const probe of moved) this.#send(probe.ttl, probe.token);
  }

  #name(ttl: number, name: string): void {
    const responder = this.#trace.responders.get(ttl);
    // mtr writes the address where there is no name.
    if (responder === undefined || canonicalAddress(name) !== undefined || name === "") return;
    this.#trace.names.set(responder.address, name.slice(0, LONGEST_NAME));
  }

  #place(ttl: number, numbers: string): void {
    const responder = this.#trace.responders.get(ttl);
    if (responder !== undefined) this.#trace.infos.set(responder.address, numbers.slice(0, LONGEST_NAME));
  }

  #label(ttl: number, words: readonly string[]): void {
    const [label = 0, trafficClass = 0, bottom = 0, labelTtl = 0] = words.map((word) => this.#number(word, 0xfffff));
    const responder = this.#trace.responders.get(ttl);
    if (responder === undefined || responder.labels.length >= MOST_LABELS) return;
    responder.labels.push({ label, trafficClass: trafficClass & 7, bottomOfStack: bottom === 1, ttl: labelTtl & 255 });
  }

  #answer(ttl: number, rtt: string, token: string | undefined): void {
    const responder = this.#trace.responders.get(ttl);
    if (responder === undefined) {
      throw this.error(this.#line, "nobody is known at this position: an h line must stand before it");
    }
    const rttUs = this.#number(rtt, 1e12);
    const probe = (token === undefined ? this.#oldest(ttl) : this.#trace.byToken.get(token)) ??
      this.#send(ttl, token ?? "");
    responder.hasAnswered = true;
    this.#answered = probe;
    probe.answers.push({
      kind: probe.answers.length === 0 ? "reply" : "duplicate",
      from: responder.address,
      rttUs,
      answer: {
        ...icmpAnswer(familyOf(responder.address), 11, 0),
        kind: "timeExceeded",
        labels: [...responder.labels],
      },
    });
  }

  #oldest(ttl: number): Probe | undefined {
    const waiting = this.#trace.waiting.get(ttl);
    if (waiting === undefined) return undefined;
    while ((waiting.probes[waiting.from]?.answers.length ?? 0) > 0) waiting.from++;
    return waiting.probes[waiting.from];
  }

  #refuse(words: readonly (string | undefined)[]): void {
    const [icmpType = 3, icmpCode = 0, mtu = 0] = words.map((word) => this.#number(word ?? "", 0xffffffff));
    const last = this.#answered?.answers.pop();
    if (last === undefined) return;
    const answer = {
      ...last.answer,
      kind: "unreachable",
      icmpType: icmpType & 255,
      icmpCode: icmpCode & 255,
      mtu,
    } as const;
    this.#answered?.answers.push({ ...last, answer });
  }

  #fail(ttl: number, token: string, word: string): void {
    const reason = SEND_FAILURES.find((known) => known === word) ?? "other";
    const probe = this.#trace.byToken.get(token) ?? this.#send(ttl, token);
    probe.failure = { reason, detail: word.slice(0, LONGEST_NAME) };
  }

  #address(text: string): string {
    const address = canonicalAddress(text);
    if (address === undefined) throw this.error(this.#line, "an IPv4 or IPv6 address is missing");
    return address;
  }

  #number(text: string, most: number): number {
    const number = /^[0-9]{1,13}$/.test(text) ? Number(text) : NaN;
    if (number <= most) return number;
    throw this.error(this.#line, `a whole number up to ${most} is missing`);
  }
}

function measuredOf(trace: Trace): Measured {
  const { probes, names, infos, typed, firstTtl } = trace;
  const address = trace.address ?? targetOf(probes);
  const family: Family = familyOf(address ?? probes.find(({ answers }) => answers.length > 0)?.answers[0]?.from ?? "");
  return {
    program: "mtr",
    version: "",
    host: "",
    plan: { firstTtl },
    typed: typed ?? address ?? "???",
    ...(address !== undefined && { address }),
    family,
    names,
    infos,
    probes: probes.map((probe) => ({
      ...probe,
      answers: probe.answers.map((answer) => toldOf(answer, family, address)),
    })),
    unknown: UNKNOWN_OF_IMPORTED,
  };
}

/** The raw output tells refusals, but no other kind of an answer. */
function toldOf(heard: MeasuredAnswer, family: Family, address: string | undefined): MeasuredAnswer {
  if (heard.answer.kind === "unreachable") return heard;
  return { ...heard, answer: { ...bareAnswer(family, heard.from === address), labels: heard.answer.labels } };
}

function targetOf(probes: readonly Probe[]): string | undefined {
  const answered = probes.filter(({ answers }) => answers.length > 0);
  const last = answered.reduce((latest, { ttl }) => Math.max(latest, ttl), 0);
  const address = answered.findLast(({ ttl }) => ttl === last)?.answers[0]?.from;
  const ttls = new Set(answered.filter(({ answers }) => answers[0]?.from === address).map(({ ttl }) => ttl));
  if (ttls.size > 1) return address;
  const rounds = probes.reduce((most, { round }) => Math.max(most, round), 0);
  const furthest = probes.reduce((most, { ttl, round }) => round === rounds ? Math.max(most, ttl) : most, 0);
  return furthest <= last ? address : undefined;
}
