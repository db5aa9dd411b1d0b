/** All that is known of one hop. */
import { toldHops } from "../../path/target.ts";
import type { Answer, AnswerKind } from "../../messages.ts";
import { printable } from "../../name/text.ts";
import { FIELDS } from "../../path/fields.ts";
import type { HopFigures, ResponderFigures } from "../../path/hop_figures.ts";
import { IP_INFO_FIELDS } from "../../view.ts";
import { cellText } from "../cell.ts";
import { ipInfoValue } from "../ip_info.ts";
import { labelText } from "../label.ts";
import { hostNameOf, nameOf } from "../naming.ts";
import { milliseconds } from "../number.ts";
import { rewrittenText } from "../verdict_facts.ts";
import type { Line } from "./frame.ts";
import { limitsOfScale, timesOf } from "./levels.ts";
import { type ChosenHop, evidence, LABEL_COLUMNS, labelled } from "./hop_evidence.ts";
import { columnsOfText, cutText, span, wrapped } from "./line.ts";
import type { Page } from "./page.ts";
import { SAMPLE_LIMIT } from "./samples.ts";
import { selectedBy } from "./scrolling.ts";
import { sparkline } from "./sparkline.ts";
import type { Pressed } from "./state.ts";
import { type Subject, subjectOf } from "./subject.ts";

const RANGES = 10;
/** Below it microseconds tell ranges apart. */
const FINE_RANGE_US = 10_000;
const BOLD = { bold: true } as const;

/** Of the hop that is chosen; up and down choose another one. */
export const DETAILS_PAGE: Page = {
  title: ({ selectedTtl }) => `Hop ${selectedTtl}; up and down choose another one, escape goes back`,
  lines(state, scene): readonly Line[] {
    const subject = subjectOf(state, scene);
    const hops = subject?.path === undefined ? [] : toldHops(subject.path);
    const hop = hops.find(({ ttl }) => ttl === state.selectedTtl);
    if (subject === undefined || hop === undefined) return [[span("There is no such hop now")]];
    return [
      ...SECTIONS.map((section) => section({ hop, subject, scene, state })).filter((lines) => lines.length > 0),
    ].flatMap((lines, index) => index === 0 ? lines : [[], ...lines]);
  },
  press(key, state, scene): Pressed | undefined {
    if (key !== "up" && key !== "down") return undefined;
    return selectedBy(state, scene, key === "up" ? -1 : 1);
  },
};

const SECTIONS: readonly ((hop: ChosenHop) => readonly Line[])[] = [
  who,
  verdicts,
  evidence,
  figures,
  latest,
  distribution,
  responders,
  flows,
  past,
];

function who({ hop, subject, scene }: ChosenHop): readonly Line[] {
  const { main, latestAnswer, rewritten = [] } = hop;
  if (main === undefined) return labelled("Address", "(waiting for reply)", scene);
  const { naming, path } = subject;
  const refusal = path?.refusalAt(hop);
  const name = hostNameOf(main.address, naming);
  const inDns = hostNameOf(main.address, { view: naming.view, names: naming.names });
  const networks = networkText(main.address, subject);
  const answer = latestAnswer && answerText(latestAnswer, main);
  return [
    ...labelled("Address", main.address, scene),
    ...(name === undefined ? [] : labelled("Name", name, scene)),
    ...(inDns === undefined || inDns === name ? [] : labelled("", `${inDns} in the DNS`, scene)),
    ...(networks === "" ? [] : labelled("Network", networks, scene)),
    ...(answer === undefined ? [] : labelled("Answer", answer, scene)),
    ...(refusal === undefined ? [] : labelled("Refuses", `${refusal.words} (${refusal.marker})`, scene)),
    ...main.labels.flatMap((label, at) => labelled(at === 0 ? "Labels" : "", labelText(label), scene)),
    ...(rewritten.length === 0 ? [] : labelled("NAT", `changed on the way: ${rewrittenText(rewritten)}`, scene)),
    ...labelled("Probes", countsText(hop), scene),
  ];
}

const ANSWER_WORDS: Readonly<Record<AnswerKind, string>> = {
  echoReply: "echo reply",
  timeExceeded: "time exceeded",
  unreachable: "unreachable",
  datagram: "datagram from the port",
  synAck: "SYN-ACK: the port is open",
  reset: "RST: the port is closed",
  initAck: "INIT ACK: the port is open",
  abort: "ABORT: the port is closed",
  reached: "from the target",
};
const ICMP_KINDS: ReadonlySet<AnswerKind> = new Set(["echoReply", "timeExceeded", "unreachable"]);

/** `time exceeded, ICMP type 11 code 0, arrived with TTL 61` */
function answerText({ kind, icmpType, icmpCode, word }: Answer, { replyTtl }: ResponderFigures): string {
  return [
    word === undefined ? ANSWER_WORDS[kind] : printable(word),
    ...(ICMP_KINDS.has(kind) ? [`ICMP type ${icmpType} code ${icmpCode}`] : []),
    ...(replyTtl === undefined ? [] : [`arrived with TTL ${replyTtl}`]),
  ].join(", ");
}

/** Whatever is known of it, asked for or not. */
function networkText(address: string, { naming }: Subject): string {
  const values = IP_INFO_FIELDS.map((field) => {
    const value = ipInfoValue(address, field, naming);
    return field === "asn" && value !== undefined ? `AS${value}` : value;
  });
  const organization = naming.names.ipInfo(address)?.organization;
  return [...values, organization === undefined ? undefined : printable(organization)].filter(Boolean).join("  ");
}

function countsText(
  {
    sent = 0,
    received = 0,
    lost = 0,
    inFlight = 0,
    sendFailed = 0,
    refused = 0,
    late = 0,
    duplicates = 0,
    reordered = 0,
    shared = 0,
  }: HopFigures,
): string {
  const counts = [
    `${sent} sent`,
    `${received} answered in time`,
    `${lost} lost`,
    ...(inFlight > 0 ? [`${inFlight} on their way`] : []),
    ...(sendFailed > 0 ? [`${sendFailed} of these did not leave this host`] : []),
    ...(refused > 0 ? [`${refused} of the lost refused by a router`] : []),
    ...(late > 0 ? [`${late} of the lost answered too late`] : []),
    ...(duplicates > 0 ? [`${duplicates} further answers`] : []),
    ...(reordered > 0 ? [`${reordered} answers overtaken by later ones`] : []),
    ...(shared > 0 ? [`${shared} of the sent were to other targets`] : []),
  ];
  return counts.join(", ");
}

function verdicts({ hop, subject, scene }: ChosenHop): readonly Line[] {
  return subject.verdicts.filter(({ ttl }) => ttl === hop.ttl).flatMap(({ word, sentence }) =>
    wrapped(`${word}: ${sentence}`, scene.columns, 2).map((text) => [span(text)])
  );
}

/** Every column there is, side by side where there is room. */
function figures({ hop, scene }: ChosenHop): readonly Line[] {
  const cells = Object.values(FIELDS).filter(({ unit }) => unit !== "blank" && unit !== "word").map((field) => {
    const isTime = field.unit === "microseconds" && field.value(hop) !== undefined;
    const text = cellText(isTime ? { ...field, decimals: 3 } : field, hop) + (isTime ? " ms" : "");
    return `${field.title.padEnd(LABEL_COLUMNS)}${text.padStart(14)}`;
  });
  const width = 3 + Math.max(...cells.map(columnsOfText));
  const most = Math.max(1, Math.min(3, Math.floor(scene.columns / width)));
  const height = Math.ceil(cells.length / most);
  return Array.from(
    { length: height },
    (
      _,
      row,
    ) => [span(cells.filter((_, at) => at % height === row).map((cell) => cell.padEnd(width)).join("").trimEnd())],
  );
}

function latest({ hop, subject, scene, state }: ChosenHop): readonly Line[] {
  const samples = subject.samples(hop.ttl, Math.max(0, scene.columns - LABEL_COLUMNS));
  if (samples.length === 0) return [];
  const limits = state.scaleMs && limitsOfScale(state.scaleMs);
  return [[
    span("Latest".padEnd(LABEL_COLUMNS), BOLD),
    ...sparkline(samples, { limits, isUnicode: scene.terminal.isUnicode }),
  ]];
}

/** How many of the latest samples lie in each of ten ranges from their least to their greatest. */
function distribution({ hop, subject, scene }: ChosenHop): readonly Line[] {
  const times = timesOf(subject.samples(hop.ttl, SAMPLE_LIMIT));
  if (times.length === 0) return [];
  const [least, greatest] = [Math.min(...times), Math.max(...times)];
  const counts: number[] = new Array(RANGES).fill(0);
  for (const rttUs of times) {
    const range = greatest > least ? Math.floor((rttUs - least) / (greatest - least) * RANGES) : 0;
    counts[Math.min(range, RANGES - 1)]! += 1;
  }
  const decimals = greatest - least < FINE_RANGE_US ? 3 : 1;
  const most = Math.max(...counts);
  const room = Math.max(0, scene.columns - 2 * LABEL_COLUMNS - 8);
  const bar = scene.terminal.isUnicode ? "█" : "#";
  const rows = counts.map((count, range): Line => {
    const from = milliseconds(least + range * (greatest - least) / RANGES, decimals);
    return [
      span(`${from} ms`.padStart(2 * LABEL_COLUMNS)),
      span(String(count).padStart(6)),
      span(`  ${bar.repeat(Math.round(count / most * room))}`),
    ];
  });
  return [[span(`Round trips of the latest ${times.length} answers, from`, BOLD)], ...rows];
}

function responders({ hop, subject, scene }: ChosenHop): readonly Line[] {
  if (hop.responders.length < 2 && hop.answersFromOthers === 0) return [];
  const rows = hop.responders.map((responder): Line => [span(responderText(responder, subject))]);
  const others: readonly Line[] = hop.answersFromOthers > 0
    ? [[span(`  ${hop.answersFromOthers} answers of others`)]]
    : [];
  const title = `${"Answers".padStart(9)}${
    ["Best", "Avg", "Wrst"].map((name) => name.padStart(9)).join("")
  }  Responder`;
  return [[span(cutText(title, scene.columns), BOLD)], ...rows, ...others];
}

function responderText(responder: ResponderFigures, { naming }: Subject): string {
  const times = [FIELDS.B, FIELDS.A, FIELDS.W].map((field) => cellText(field, responder).padStart(9)).join("");
  const ofFlows = responder.flows === undefined || responder.flows.length === 0
    ? ""
    : `, flows ${responder.flows.join(" ")}`;
  return `${String(responder.received ?? "-").padStart(9)}${times}  ${nameOf(responder, naming)}${ofFlows}`;
}

/** What each flow meets here, where there are several. */
function flows({ hop, subject, scene }: ChosenHop): readonly Line[] {
  const paths = subject.path?.flows ?? [];
  if (paths.length < 2) return [];
  const title = `${"Flow".padStart(6)}${
    [FIELDS.L, FIELDS.S, FIELDS.A].map(({ title }) => title.padStart(9)).join("")
  }  Responder`;
  return [
    [span(cutText(title, scene.columns), BOLD)],
    ...paths.map((path, index): Line => {
      const own = toldHops(path).find(({ ttl }) => ttl === hop.ttl);
      const cells = own === undefined
        ? ""
        : [FIELDS.L, FIELDS.S, FIELDS.A].map((field) => cellText(field, own).padStart(9)).join("");
      const name = own === undefined ? "(ends before)" : nameOf(own.main, subject.naming);
      return [span(`${String(index + 1).padStart(6)}${cells}  ${name}`)];
    }),
  ];
}

/** What only the present has. */
function past({ scene, state }: ChosenHop): readonly Line[] {
  return state.frozen === undefined
    ? []
    : labelled("Past", "flows, stamps, outages, and what routers quote are told of the present alone (k)", scene);
}
