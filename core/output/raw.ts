/**
 * Raw: a line for each probe and each answer, as they come. The lines that mtr has:
 *
 *     x POS TOKEN                   a probe left; TOKEN is its number
 *     h POS ADDRESS                 who answers at POS from here on
 *     m POS LABEL TC S TTL          its MPLS labels (with -e), top of stack first
 *     d POS NAME                    its name
 *     p POS USEC TOKEN              the answer to a probe, and its round-trip time
 *
 * POS is the ttl less 1. `h` stands before the first answer of an address, each time that another one answers, and once
 * more if the labels change; `m` and `d` tell of the latest `h`. `d` follows as soon as the name is known, and never if
 * there is none. An answer of the target to a probe with ttl to spare is no hop and is left out; so is one that came too
 * late, since its probe is lost. The lines with a capital letter are ours, and an ordinary run has none:
 *
 *     A POS NUMBER                  autonomous system (-z, or 0 among the fields of -y) of the latest `h`
 *     I POS FIELD TEXT              another field of -y, by its number there
 *     E POS TOKEN TYPE CODE MTU     the answer just told is a refusal of this ICMP type and code (MTU 0: none was named)
 *     N POS TOKEN FIELD…            the answer just told quotes a probe of which these fields were changed on the way
 *     Q POS TOKEN FIELD VALUE…      the answer just told quotes a probe that arrived with this ttl (other than 1), or this
 *                                   trafficClass (other than it was sent with)
 *     L POS ROLE INDEX ADDRESS MTU NAME
 *                                   an interface that the latest `h` names, `-` for what it does not tell
 *     S POS TOKEN OTHER             the probe just told has not left: the one of token OTHER, to another target over the same
 *                                   routers, counts for it
 *     F POS TOKEN REASON            a probe did not leave this host
 *     V POS WORD: SENTENCE          at the end: what the figures mean
 *     X COUNT FORGED MALFORMED LOST at the end: messages that answered no probe of ours, those among them that named one and
 *                                   did not fit it, those that nobody could read; and those that the kernel dropped
 *     W NUMBER                      the lines below belong to this flow (only in a run with several)
 *     T INDEX ADDRESS HOST          the lines below belong to this target (only in a run over several)
 *
 * A reader of mtr's lines that passes over letters that it does not know reads a run over one target as it is.
 */
import type { PathFigures } from "../path/figures.ts";
import { wordText } from "../name/text.ts";
import type { RunCounts } from "../path/run_counts.ts";
import { IP_INFO_FIELDS } from "../view.ts";
import { ipInfoValue } from "./ip_info.ts";
import { hostNameOf } from "./naming.ts";
import { fixed } from "./number.ts";
import type { OutputFormat, OutputStream, RunSetup, TargetEvent } from "./record.ts";
import { TargetLines } from "./target_lines.ts";
import { toldVerdicts, verdictLine } from "./verdict.ts";

export const raw: OutputFormat = {
  help: "A line per probe and answer, as they come",
  render: () => "",
  stream: (setup) => new RawStream(setup),
};

type Reply = Extract<TargetEvent, { kind: "reply" }>;

/** Who answers at a position, and what has been told of it. */
interface Told {
  readonly target: number;
  readonly flow: number | undefined;
  readonly position: number;
  readonly address: string;
  readonly labels: string;
  /** Lines of the interfaces. */
  interfaces: string;
  name?: string;
  /** Lines of AS information. */
  readonly info: Set<string>;
}

class RawStream implements OutputStream {
  readonly #setup: RunSetup;
  readonly #lines: TargetLines;
  /** Target and flow that the latest lines belong to. */
  #flow: string | undefined;
  /** By target, flow and position. */
  readonly #told = new Map<string, Told>();
  /** The same by address. */
  readonly #places = new Map<string, Set<Told>>();

  constructor(setup: RunSetup) {
    this.#setup = setup;
    this.#lines = new TargetLines(setup.targets);
  }

  event(event: TargetEvent, path: PathFigures): string {
    const { flow } = event as { readonly flow?: number };
    const ofFlow = flow === undefined ? path : path.flows?.[flow - 1] ?? path;
    return this.#textOf(event.target, flow, this.#linesOf(event, ofFlow));
  }

  named(address: string): string {
    const places = [...this.#places.get(address) ?? []];
    return places.map((told) => this.#textOf(told.target, told.flow, this.#names(told))).join("");
  }

  tick(): string {
    return "";
  }

  end(): string {
    const { targets, counts } = this.#setup.run();
    const traced = targets.filter(({ path }) => path !== undefined);
    return traced.map((target, index) =>
      this.#lines.of(
        index,
        toldVerdicts(target, counts).map((verdict) => `V ${verdict.ttl - 1} ${verdictLine(verdict)}`),
      )
    ).join("") + countsLine(counts);
  }

  /** These lines, behind one that names their flow where it is another one than before. */
  #textOf(target: number, flow: number | undefined, lines: readonly string[]): string {
    if (flow === undefined || lines.length === 0) return this.#lines.of(target, lines);
    const key = `${target} ${flow}`;
    const isOther = key !== this.#flow;
    this.#flow = key;
    return this.#lines.of(target, isOther ? [`W ${flow}`, ...lines] : lines);
  }

  #linesOf(event: TargetEvent, path: PathFigures): readonly string[] {
    // Arrival probes are no hop's, and mtr has none.
    if ("arrival" in event && event.arrival) return [];
    switch (event.kind) {
      case "sent":
        return [
          `x ${event.ttl - 1} ${event.probe}`,
          ...(event.shared === undefined ? [] : [`S ${event.ttl - 1} ${event.probe} ${event.shared}`]),
        ];
      case "sendFailed":
      case "unsent":
        return [`F ${event.ttl - 1} ${event.probe} ${event.reason}`];
      case "reply":
        return isBeyond(event, path) ? [] : this.#reply(event);
      case "portsVary":
        return ["P"];
      case "late":
      case "duplicate":
      case "lost":
      case "surveyed":
      case "load":
      case "round":
      case "finished":
        return [];
      default:
        return event satisfies never;
    }
  }

  #reply(reply: Reply): readonly string[] {
    const { ttl, probe, rttUs, answer } = reply;
    const lines = [...this.#responder(reply), ...this.#interfaces(reply), `p ${ttl - 1} ${fixed(rttUs, 0)} ${probe}`];
    if (answer.kind === "unreachable") {
      lines.push(`E ${ttl - 1} ${probe} ${answer.icmpType} ${answer.icmpCode} ${answer.mtu}`);
    }
    if (answer.rewritten !== undefined) lines.push(`N ${ttl - 1} ${probe} ${answer.rewritten.join(" ")}`);
    const quoted = [
      ...(answer.quotedTtl === undefined ? [] : [`ttl ${answer.quotedTtl}`]),
      ...(answer.quotedTrafficClass === undefined ? [] : [`trafficClass ${answer.quotedTrafficClass}`]),
    ];
    if (quoted.length > 0) lines.push(`Q ${ttl - 1} ${probe} ${quoted.join(" ")}`);
    return lines;
  }

  /** What is new about who answers. */
  #responder({ target, flow, ttl, from, answer }: Reply): readonly string[] {
    const position = ttl - 1;
    const labels = (this.#setup.view.mpls ? answer.labels : []).map(({ label, trafficClass, bottomOfStack, ttl }) =>
      `m ${position} ${label} ${trafficClass} ${bottomOfStack ? 1 : 0} ${ttl}`
    );
    const known = this.#told.get(`${target} ${flow} ${position}`);
    if (known?.address === from && known.labels === labels.join()) return this.#names(known);
    const now: Told = { target, flow, position, address: from, labels: labels.join(), interfaces: "", info: new Set() };
    this.#keep(now, known);
    return [`h ${position} ${from}`, ...labels, ...this.#names(now)];
  }

  /** The interfaces that an answer names, where they are others than those told last. */
  #interfaces({ target, flow, ttl, answer: { interfaces } }: Reply): readonly string[] {
    const told = this.#told.get(`${target} ${flow} ${ttl - 1}`);
    if (interfaces === undefined || told === undefined) return [];
    const lines = interfaces.map(({ role, index, address, mtu, name }) =>
      `L ${ttl - 1} ${[role, index, address, mtu, wordText(name ?? "")].map((part) => part ?? "-").join(" ")}`
    );
    const isNew = told.interfaces !== lines.join();
    told.interfaces = lines.join();
    return isNew ? lines : [];
  }

  #keep(now: Told, before: Told | undefined): void {
    this.#told.set(`${now.target} ${now.flow} ${now.position}`, now);
    if (before !== undefined) {
      const places = this.#places.get(before.address);
      places?.delete(before);
      if (places?.size === 0) this.#places.delete(before.address);
    }
    const places = this.#places.get(now.address) ?? new Set();
    this.#places.set(now.address, places.add(now));
  }

  /** Name and AS information, as far as they are new. */
  #names(told: Told): readonly string[] {
    const name = hostNameOf(told.address, this.#setup);
    const lines: string[] = [];
    if (name !== undefined && name !== told.name) {
      told.name = name;
      lines.push(`d ${told.position} ${name}`);
    }
    const news = this.#infoLines(told).filter((line) => !told.info.has(line));
    for (const line of news) told.info.add(line);
    return [...lines, ...news];
  }

  #infoLines({ position, address }: Told): readonly string[] {
    return this.#setup.view.ipinfo.flatMap((field) => {
      const value = ipInfoValue(address, field, this.#setup);
      if (value === undefined) return [];
      return field === "asn" ? [`A ${position} ${value}`] : [`I ${position} ${IP_INFO_FIELDS.indexOf(field)} ${value}`];
    });
  }
}

function countsLine(counts: RunCounts | undefined): string {
  const { foreign, forged, malformed, overflowed } = counts ?? {};
  if (!foreign && !overflowed) return "";
  return `X ${[foreign, forged, malformed, overflowed].map((count) => count ?? "-").join(" ")}\n`;
}

/** The target has answered a probe that would have gone further. */
function isBeyond({ ttl, from, answer }: Reply, { address, reachedTtl }: PathFigures): boolean {
  return reachedTtl !== undefined && ttl > reachedTtl && (answer.kind === "echoReply" || from === address);
}
