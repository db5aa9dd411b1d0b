/**
 * mtr-packet's work over a `Network`: commands in, probes out, replies in the order in which they are known. It moves no
 * bytes of its own: who drives it reads for it, waits for it, and writes what it says.
 *
 * Limits: outstanding probes by the dialect; probers, one for each protocol and local port; addresses remembered; times
 * of probes that have long been answered are swept.
 */
import type { Answer } from "../messages.ts";
import type { Endpoint, Family, Inbound, MessageSettings, Network, SendFailure, SystemError } from "../network.ts";
import { ICMP6_TYPE, ICMP6_UNRECOGNIZED_NEXT_HEADER } from "../packet/icmp6.ts";
import { DEFAULT_PLAN, PROTOCOL_NAMES, type ProtocolName } from "../plan.ts";
import { NetworkProber } from "../probe/network_prober.ts";
import type { Flight, Sending, Told } from "../probe/prober.ts";
import { Agenda } from "../trace/agenda.ts";
import type { RelayDialect } from "./dialects.ts";
import { LineBuffer } from "./line_buffer.ts";
import { type Abilities, type ProbeRequest, readRequest } from "./probe_request.ts";
import { answerLine, BUFFER_OVERFLOW, type CommandLine, PARSE_ERROR } from "./server_lines.ts";
import { readCommandLine, replyLine, supportReply } from "./server_lines.ts";

export interface RelayServerOptions {
  readonly dialect: RelayDialect;
  readonly abilities: Abilities;
}

/** A probe that its client waits for. */
interface Waiting {
  readonly token: number;
  readonly request: ProbeRequest;
  readonly prober: NetworkProber<Waiting>;
  /** `undefined` if it was lost before it left. */
  flight: Flight<Waiting> | undefined;
}

const SECOND_US = 1_000_000;
// One a protocol, and a generous number of local ports.
const MOST_PROBERS = 64;
// A client asks for one target's address again and again.
const MOST_ENDPOINTS = 1_024;
// Times of answered probes that may stay on the agenda beside as many of outstanding ones.
const MOST_OLD_TIMES = 4_096;

/** ICMP errors that end a probe. Others, as "packet too big", leave it to its time limit. */
const EXPIRED: Readonly<Record<Family, number>> = { 4: 11, 6: 3 };
const UNREACHABLE: Readonly<Record<Family, { readonly type: number; readonly port: number }>> = {
  4: { type: 3, port: 3 },
  6: { type: 1, port: 4 },
};
/** ICMPv6 parameter problem: of its codes, only that of a host that lacks the protocol ends a probe. */
const LACKS_PROTOCOL = { family: 6, type: ICMP6_TYPE.parameterProblem, code: ICMP6_UNRECOGNIZED_NEXT_HEADER } as const;

/** For failures that no system call has named: the error that stands for each, as Linux numbers them. */
const ERRORS: Readonly<Record<SendFailure, SystemError>> = {
  noRoute: { name: "ENETUNREACH", number: 101 },
  hostUnreachable: { name: "EHOSTUNREACH", number: 113 },
  networkDown: { name: "ENETDOWN", number: 100 },
  permissionDenied: { name: "EPERM", number: 1 },
  tooLarge: { name: "EMSGSIZE", number: 90 },
  addressNotAvailable: { name: "EADDRNOTAVAIL", number: 99 },
  addressInUse: { name: "EADDRINUSE", number: 98 },
  noBuffer: { name: "ENOBUFS", number: 105 },
  invalid: { name: "EINVAL", number: 22 },
  other: { name: "EIO", number: 5 },
};

/** Errors that a look for the source address would have found before: then the address cannot be used at all. */
const NO_WAY: ReadonlySet<string> = new Set(["ENETUNREACH", "EACCES", "EAFNOSUPPORT", "EADDRNOTAVAIL"]);

const NO_ROOM = "EAGAIN";
const NO_DEVICE = "ENODEV";

export class RelayServer {
  readonly #network: Network;
  readonly #dialect: RelayDialect;
  readonly #abilities: Abilities;
  readonly #input = new LineBuffer();
  readonly #commands: ReadonlyMap<string, (command: CommandLine) => void> = new Map([
    ["check-support", (command) => this.#checkSupport(command)],
    ["send-probe", (command) => this.#sendProbe(command)],
  ]);
  /** What the client wrote and nobody has looked at. */
  readonly #unread: (() => void)[] = [];
  /** By protocol and local port, the longest unused first. */
  readonly #probers = new Map<string, NetworkProber<Waiting>>();
  readonly #endpoints = new Map<string, Endpoint>();
  readonly #outstanding = new Set<Waiting>();
  /** Interfaces that stay, by family. */
  readonly #devices: Record<Family, string | undefined> = { 4: undefined, 6: undefined };
  #agenda = new Agenda<Waiting>();
  #times = 0;
  #said: string[] = [];
  #hasEnded = false;

  constructor(network: Network, { dialect, abilities }: RelayServerOptions) {
    this.#network = network;
    this.#dialect = dialect;
    this.#abilities = abilities;
  }

  /** Takes what the client wrote; `run` works it off. */
  read(bytes: Uint8Array): void {
    for (const piece of this.#input.add(bytes)) {
      const command = piece.kind === "line" ? readCommandLine(piece.text) : undefined;
      this.#unread.push(() => {
        if (command !== undefined) this.#obey(command);
        else this.#said.push(piece.kind === "line" ? PARSE_ERROR : BUFFER_OVERFLOW);
      });
    }
  }

  /** The client will write nothing more. */
  end(): void {
    this.#hasEnded = true;
  }

  /** Nothing is to be done, nor will it ever be. */
  get isDone(): boolean {
    return this.#hasEnded && this.#unread.length === 0 && this.#outstanding.size === 0;
  }

  /** Until when there is nothing to do but hear; `Infinity` if no probe is out. */
  get nextUs(): number {
    return this.#outstanding.size === 0 ? Infinity : this.#agenda.nextUs;
  }

  /** Takes what arrived. */
  take(inbound: readonly Inbound[]): void {
    for (const arrival of inbound) {
      for (const prober of this.#probers.values()) {
        const told = prober.take(arrival);
        if (told === undefined || !("flight" in told)) continue;
        this.#hear(told);
        break;
      }
    }
  }

  /** Gives up what has waited long enough. To be called after everything that had arrived was taken. */
  expire(): void {
    const nowUs = this.#network.nowUs();
    for (let waiting; (waiting = this.#agenda.takeDue(nowUs)) !== undefined;) {
      this.#times--;
      if (!this.#outstanding.has(waiting)) continue;
      this.#close(waiting);
      this.#say(waiting, "no-reply");
    }
  }

  /** Works off the commands. */
  run(): void {
    for (const lookAt of this.#unread.splice(0)) lookAt();
  }

  /** What there is to write to the client, which is forgotten here. */
  drain(): string {
    return this.#said.splice(0).join("");
  }

  #obey(command: CommandLine): void {
    const obey = this.#commands.get(command.name);
    if (obey === undefined) this.#said.push(replyLine(command.token, "unknown-command"));
    else obey(command);
  }

  #checkSupport({ token, args }: CommandLine): void {
    const feature = args.find(([name]) => name === "feature")?.[1];
    const isKnown = feature !== undefined && Object.hasOwn(FEATURES, feature);
    const support = isKnown ? FEATURES[feature]!(this.#dialect, this.#abilities) : "no";
    this.#said.push(feature === undefined ? replyLine(token, "invalid-argument") : supportReply(token, support));
  }

  #sendProbe({ token, args }: CommandLine): void {
    const read = readRequest(args, this.#abilities, this.#dialect);
    if (!read.ok) {
      this.#said.push(replyLine(token, read.words));
      return;
    }
    const { request } = read;
    const prober = this.#outstanding.size >= this.#dialect.mostOutstanding ? undefined : this.#proberOf(request);
    if (prober === undefined) {
      this.#said.push(replyLine(token, "probes-exhausted"));
      return;
    }
    const to = this.#endpointOf(request);
    const settings = this.#settingsOf(request, to);
    if (settings === undefined) {
      this.#said.push(replyLine(token, "invalid-argument"));
      return;
    }
    const waiting: Waiting = { token, request, prober, flight: undefined };
    const sending = prober.send({
      to,
      port: request.port,
      ttl: request.ttl,
      packetBytes: request.packetBytes,
      fill: request.fill,
      settings,
    }, waiting);
    const isThere = sending.ok || sending.error?.name !== NO_DEVICE;
    if (isThere && !isConnection(request)) this.#devices[request.family] = settings.device;
    if (sending.ok) waiting.flight = sending.flight;
    // Where mtr-packet would stand still until there is room, the probe is lost, as on a busy line.
    else if (sending.error?.name !== NO_ROOM) {
      this.#say(waiting, this.#failureOf(sending, request));
      return;
    }
    this.#outstanding.add(waiting);
    this.#sweep();
    this.#times++;
    this.#agenda.add(this.#network.nowUs() + request.timeoutSeconds * SECOND_US, waiting);
  }

  /** How a probe leaves; `undefined` if there is no way. */
  #settingsOf(request: ProbeRequest, to: Endpoint): MessageSettings | undefined {
    const { family, settings } = request;
    const device = settings.device ?? (isConnection(request) ? undefined : this.#devices[family]);
    if (device === undefined || settings.sourceAddress !== undefined) return { ...settings, device };
    // As mtr-packet does: the address that the way without the interface has. Behind an interface, every host seems near.
    const sourceAddress = this.#network.sourceAddress(to);
    return typeof sourceAddress === "string" ? { ...settings, device, sourceAddress } : undefined;
  }

  #hear(told: Extract<Told<Waiting>, { flight: unknown }>): void {
    const waiting = told.flight.tag;
    if (!this.#outstanding.has(waiting)) return;
    const { family, to, destination } = waiting.request;
    if (told.kind === "unsent") {
      this.#close(waiting);
      this.#say(waiting, this.#failureOf({ ...told, ok: false }, waiting.request));
      return;
    }
    const { answer, rttUs } = told;
    const name = this.#nameOf(answer, family);
    if (name === undefined) return;
    this.#close(waiting);
    // A connection has its peer by the name that the client gave it.
    const from = isOfConnection(answer) && told.from === destination ? to : told.from;
    this.#said.push(answerLine(waiting.token, { name, family, from, rttUs, labels: answer.labels }));
  }

  /** The reply's name for an answer; `undefined` for those that mtr-packet passes over. */
  #nameOf({ kind, icmpType, icmpCode }: Answer, family: Family): string | undefined {
    if (kind !== "timeExceeded" && kind !== "unreachable") return "reply";
    if (icmpType === EXPIRED[family]) return "ttl-expired";
    const { family: of, type: problem, code } = LACKS_PROTOCOL;
    if (family === of && icmpType === problem && icmpCode === code) return "reply";
    const { type, port } = UNREACHABLE[family];
    if (icmpType !== type) return undefined;
    return icmpCode === port ? "reply" : this.#dialect.refused;
  }

  #failureOf({ reason, error = ERRORS[reason] }: Extract<Sending<Waiting>, { ok: false }>, of: ProbeRequest): string {
    const { name, number } = error;
    if (of.settings.sourceAddress === undefined && NO_WAY.has(name)) return "invalid-argument";
    return this.#dialect.failures[name] ?? `unexpected-error errno ${number}`;
  }

  #say({ token }: Waiting, words: string): void {
    this.#said.push(replyLine(token, words));
  }

  #close(waiting: Waiting): void {
    this.#outstanding.delete(waiting);
    if (waiting.flight !== undefined) waiting.prober.close(waiting.flight);
  }

  /** The prober of a protocol and local port, which its answers can be told by; `undefined` if there are too many. */
  #proberOf({ protocol, localPort }: ProbeRequest): NetworkProber<Waiting> | undefined {
    const port = protocol === "udp" ? localPort : undefined;
    const key = `${protocol} ${port ?? ""}`;
    let prober = this.#probers.get(key);
    if (prober === undefined) {
      if (this.#probers.size >= MOST_PROBERS && !this.#forgetProber()) return undefined;
      const plan = { ...DEFAULT_PLAN, protocol, localPort: port, flow: "varying", mtr: "0.95" } as const;
      prober = new NetworkProber<Waiting>(this.#network, plan, this.#dialect.sequences);
    }
    this.#probers.delete(key);
    this.#probers.set(key, prober);
    return prober;
  }

  /** Forgets the prober that was unused for longest and waits for nothing; false if all wait. */
  #forgetProber(): boolean {
    const busy = new Set([...this.#outstanding].map(({ prober }) => prober));
    const idle = [...this.#probers].find(([, prober]) => !busy.has(prober));
    return idle !== undefined && this.#probers.delete(idle[0]);
  }

  /** One object an address, by which the network knows what it has found out of it. */
  #endpointOf({ family, destination }: ProbeRequest): Endpoint {
    let endpoint = this.#endpoints.get(destination);
    if (endpoint === undefined) {
      if (this.#endpoints.size >= MOST_ENDPOINTS) this.#endpoints.clear();
      endpoint = { family, address: destination, scopeId: 0 };
      this.#endpoints.set(destination, endpoint);
    }
    return endpoint;
  }

  /** Takes the times of answered probes off the agenda, when there are many: a client may set them years ahead. */
  #sweep(): void {
    if (this.#times <= 2 * this.#outstanding.size + MOST_OLD_TIMES) return;
    const old = this.#agenda;
    this.#agenda = new Agenda();
    this.#times = 0;
    for (let atUs = old.nextUs; atUs < Infinity; atUs = old.nextUs) {
      const waiting = old.takeDue(atUs)!;
      if (!this.#outstanding.has(waiting)) continue;
      this.#agenda.add(atUs, waiting);
      this.#times++;
    }
  }
}

/** Connections have a socket each, so nothing of one shows in the next. */
function isConnection({ protocol }: ProbeRequest): boolean {
  return protocol === "tcp" || protocol === "sctp";
}

function isOfConnection({ kind }: Answer): boolean {
  return kind === "synAck" || kind === "reset" || kind === "initAck" || kind === "abort";
}

type Feature = (dialect: RelayDialect, abilities: Abilities) => string;

const yesNo = (has: boolean): string => has ? "ok" : "no";
const ofFamily = (family: Family): Feature => (_, abilities) =>
  yesNo(PROTOCOL_NAMES.some((protocol) => abilities.has(family, protocol)));
const ofProtocol = (protocol: ProtocolName): Feature => (_, abilities) =>
  yesNo(abilities.has(4, protocol) || abilities.has(6, protocol));

const FEATURES: Readonly<Record<string, Feature>> = {
  version: ({ version }) => version,
  "ip-4": ofFamily(4),
  "ip-6": ofFamily(6),
  "send-probe": () => "ok",
  icmp: ofProtocol("icmp"),
  udp: ofProtocol("udp"),
  tcp: ofProtocol("tcp"),
  sctp: ofProtocol("sctp"),
  mark: () => "ok",
};
