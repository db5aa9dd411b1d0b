/**
 * What really was on the wire: tcpdump inside a world, and a reader for what it writes (pcap, nanoseconds) and for the
 * packets in it. Own codecs on purpose: the tested program must not be judged by its own parser.
 */

/** An ICMP packet as it was seen. */
export interface Packet {
  /** Wall-clock time of the kernel's stamp in µs, with a fraction. */
  readonly atUs: number;
  readonly family: 4 | 6;
  readonly from: string;
  readonly to: string;
  readonly ttl: number;
  readonly trafficClass: number;
  /** 0 for IPv4. */
  readonly flowLabel: number;
  /** Length of the whole IP packet. */
  readonly packetBytes: number;
  readonly kind: "echoRequest" | "echoReply" | "timeExceeded" | "unreachable" | "other";
  readonly type: number;
  readonly code: number;
  /** Of the echo message itself, or of the one that an error quotes. */
  readonly identifier: number;
  readonly sequence: number;
  /** Of the message itself. */
  readonly checksum: number;
  /** After the ICMP header of an echo message. */
  readonly payload: Uint8Array;
}

export interface Capture extends AsyncDisposable {
  /** Waits until that many echo requests were seen. */
  probes(count: number): Promise<void>;
  /** Ends the recording and gives every packet seen until now. */
  stop(): Promise<readonly Packet[]>;
  /** The same with the messages of UDP, TCP and SCTP, and the errors that quote one. */
  stopWithPorts(): Promise<readonly PortPacket[]>;
}

/** A UDP, TCP or SCTP packet as it was seen; or an ICMP error about one, with the ports of what it quotes. */
export interface PortPacket extends Omit<IpHeader, "bytes"> {
  /** As in `Packet`. */
  readonly atUs: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** From the transport header on, or that of ICMP, as far as it was recorded. */
  readonly message: Uint8Array;
}

interface CaptureOptions {
  readonly link: string;
  readonly filter: string;
  readonly commandLine: (argv: readonly string[]) => readonly [string, ...string[]];
  /** Sends one UDP packet to port 9 over the interface: the last one that counts. */
  readonly mark: () => Promise<void>;
  /** Records in place of tcpdump, which cannot run in a user namespace: a script that writes what tcpdump would. */
  readonly recorder: readonly string[] | undefined;
  /** Whether packets are handed over one by one; costs the sender time. */
  readonly immediate: boolean;
}

const MARK_PORT = 9;

/** Starts tcpdump and waits until it listens. */
export async function openCapture(options: CaptureOptions): Promise<Capture> {
  const [program, ...args] = options.commandLine(options.recorder ?? tcpdump(options));
  const child = new Deno.Command(program, { args, stdin: "null", stdout: "piped", stderr: "piped" }).spawn();
  const said = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
  for (let text = ""; !text.includes("listening on");) {
    const { done, value } = await said.read();
    if (done) throw new Error(`Cannot capture on ${options.link}: ${text.trim()}`);
    text += value;
  }
  const packets: Packet[] = [];
  const withPorts: PortPacket[] = [];
  const waiting: { readonly count: number; readonly done: () => void; readonly failed: (why: Error) => void }[] = [];
  let probes = 0;
  const wake = (): void => {
    for (const { count, done } of waiting) if (probes >= count) done();
  };
  const marked = (async (): Promise<void> => {
    for await (const { packet, withPort, isMark } of readPcap(child.stdout)) {
      if (isMark) return;
      if (withPort !== undefined) withPorts.push(withPort);
      if (packet === undefined) continue;
      packets.push(packet);
      if (packet.kind === "echoRequest") probes += 1;
      wake();
    }
  })();
  const end = async (): Promise<void> => {
    try {
      child.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
    await Promise.all([child.status, said.cancel(), marked]);
    for (const { count, failed } of waiting) failed(new Error(`Only ${probes} of ${count} probes were seen`));
  };
  const stop = async (): Promise<void> => {
    await options.mark();
    await marked;
    await end();
  };
  return {
    probes: (count) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      waiting.push({ count, done: resolve, failed: reject });
      wake();
      return promise;
    },
    stop: async () => {
      await stop();
      return packets;
    },
    stopWithPorts: async () => {
      await stop();
      return withPorts;
    },
    [Symbol.asyncDispose]: end,
  };
}

function tcpdump({ link, filter, immediate }: CaptureOptions): readonly string[] {
  return [
    "tcpdump",
    // As root it would become another user, who could not write to the pipe of this one.
    "--relinquish-privileges=root",
    `--interface=${link}`,
    "--snapshot-length=256",
    "--buffer-size=4096",
    "--time-stamp-precision=nano",
    ...(immediate ? ["--immediate-mode"] : []),
    "--packet-buffered",
    "-n",
    "-w",
    "-",
    `(${filter}) or udp port ${MARK_PORT}`,
  ];
}

export const FILE_HEADER_BYTES = 24;
export const RECORD_HEADER_BYTES = 16;
export const NANOSECOND_MAGIC = 0xa1b23c4d;
/** Bytes before the IP header, and where the protocol stands, by link type. */
const LINK_TYPES: Readonly<Record<number, number>> = { 1: 14, 101: 0, 12: 0, 228: 0, 229: 0 };

interface Seen {
  readonly packet: Packet | undefined;
  readonly withPort: PortPacket | undefined;
  readonly isMark: boolean;
}

/** Reads a pcap stream packet by packet, until it ends; only the little-endian nanosecond form that tcpdump writes. */
async function* readPcap(stream: ReadableStream<Uint8Array>): AsyncGenerator<Seen> {
  let rest: Uint8Array = new Uint8Array(0);
  let linkBytes: number | undefined;
  for await (const chunk of stream) {
    const all = new Uint8Array(rest.length + chunk.length);
    all.set(rest);
    all.set(chunk, rest.length);
    const view = new DataView(all.buffer);
    let at = 0;
    if (linkBytes === undefined) {
      if (all.length < FILE_HEADER_BYTES) {
        rest = all;
        continue;
      }
      if (view.getUint32(0, true) !== NANOSECOND_MAGIC) throw new Error("Not a nanosecond pcap");
      linkBytes = LINK_TYPES[view.getUint32(20, true)];
      if (linkBytes === undefined) throw new Error(`Unknown link type ${view.getUint32(20, true)}`);
      at = FILE_HEADER_BYTES;
    }
    while (all.length >= at + RECORD_HEADER_BYTES) {
      const length = view.getUint32(at + 8, true);
      const from = at + RECORD_HEADER_BYTES;
      if (all.length < from + length) break;
      const atUs = view.getUint32(at, true) * 1e6 + view.getUint32(at + 4, true) / 1e3;
      const ip = all.slice(from + linkBytes, from + length);
      yield { packet: parseIcmp(ip, atUs), withPort: parseWithPort(ip, atUs), isMark: isMark(ip) };
      at = from + length;
    }
    rest = all.slice(at);
  }
}

function isMark(ip: Uint8Array): boolean {
  return ip[0] === 0x45 && ip[9] === 17 && ip[22]! * 256 + ip[23]! === MARK_PORT;
}

const KINDS: Readonly<Record<4 | 6, Readonly<Record<number, Packet["kind"]>>>> = {
  4: { 0: "echoReply", 8: "echoRequest", 11: "timeExceeded", 3: "unreachable" },
  6: { 129: "echoReply", 128: "echoRequest", 3: "timeExceeded", 1: "unreachable", 4: "unreachable" },
};

/** Takes an IP packet apart; `undefined` if it is not ICMP. */
export function parseIcmp(ip: Uint8Array, atUs: number): Packet | undefined {
  const view = new DataView(ip.buffer, ip.byteOffset, ip.byteLength);
  const header = ipHeader(view);
  if (header?.protocol !== "icmp" || view.byteLength < header.bytes + 8) return undefined;
  const { family, bytes: at } = header;
  const type = view.getUint8(at);
  const kind = KINDS[family][type] ?? "other";
  let echo = at;
  if (kind === "timeExceeded" || kind === "unreachable") {
    const quoted = ipHeader(new DataView(ip.buffer, ip.byteOffset + at + 8, ip.byteLength - at - 8));
    if (quoted?.protocol !== "icmp") return undefined;
    echo = at + 8 + quoted.bytes;
  }
  if (view.byteLength < echo + 8) return undefined;
  return {
    atUs,
    family,
    from: header.from,
    to: header.to,
    ttl: header.ttl,
    trafficClass: header.trafficClass,
    flowLabel: header.flowLabel,
    packetBytes: header.packetBytes,
    kind,
    type,
    code: view.getUint8(at + 1),
    identifier: view.getUint16(echo + 4),
    sequence: view.getUint16(echo + 6),
    checksum: view.getUint16(at + 2),
    payload: ip.slice(echo + 8),
  };
}

/** Takes an IP packet apart; `undefined` if neither it nor what it quotes has ports. */
export function parseWithPort(ip: Uint8Array, atUs: number): PortPacket | undefined {
  const view = new DataView(ip.buffer, ip.byteOffset, ip.byteLength);
  const header = ipHeader(view);
  if (header === undefined || view.byteLength < header.bytes + 8) return undefined;
  const { bytes: at, ...rest } = header;
  const portsAt = header.protocol === "icmp" ? quotedPortsAt(header, ip) : at;
  if (portsAt === undefined) return undefined;
  const [sourcePort, destinationPort] = [view.getUint16(portsAt), view.getUint16(portsAt + 2)];
  return { ...rest, atUs, sourcePort, destinationPort, message: ip.slice(at, rest.packetBytes) };
}

/** Where the ports are in what an ICMP error quotes; `undefined` if it is no error, or quotes none. */
function quotedPortsAt({ family, bytes: at }: IpHeader, ip: Uint8Array): number | undefined {
  const kind = KINDS[family][ip[at]!];
  if (kind !== "timeExceeded" && kind !== "unreachable") return undefined;
  const quotedAt = at + 8;
  const quoted = ipHeader(new DataView(ip.buffer, ip.byteOffset + quotedAt, ip.byteLength - quotedAt));
  if (quoted === undefined || quoted.protocol === "icmp") return undefined;
  const portsAt = quotedAt + quoted.bytes;
  return ip.byteLength < portsAt + 4 ? undefined : portsAt;
}

const PROTOCOLS: Readonly<Record<4 | 6, Readonly<Record<number, IpHeader["protocol"]>>>> = {
  4: { 1: "icmp", 6: "tcp", 17: "udp", 132: "sctp" },
  6: { 58: "icmp", 6: "tcp", 17: "udp", 132: "sctp" },
};

interface IpHeader {
  readonly family: 4 | 6;
  readonly protocol: "icmp" | "udp" | "tcp" | "sctp";
  readonly bytes: number;
  readonly from: string;
  readonly to: string;
  readonly ttl: number;
  readonly trafficClass: number;
  /** 0 for IPv4. */
  readonly flowLabel: number;
  /** 0 for IPv6. */
  readonly identification: number;
  readonly packetBytes: number;
}

/** The IP header of a packet of a protocol that is looked at. */
function ipHeader(view: DataView): IpHeader | undefined {
  if (view.byteLength < 20) return undefined;
  const version = view.getUint8(0) >> 4;
  const protocol = version === 4
    ? PROTOCOLS[4][view.getUint8(9)]
    : version === 6
    ? PROTOCOLS[6][view.getUint8(6)]
    : undefined;
  if (protocol === undefined) return undefined;
  if (version === 4) {
    return {
      family: 4,
      protocol,
      bytes: (view.getUint8(0) & 15) * 4,
      from: text4(view, 12),
      to: text4(view, 16),
      ttl: view.getUint8(8),
      trafficClass: view.getUint8(1),
      flowLabel: 0,
      identification: view.getUint16(4),
      packetBytes: view.getUint16(2),
    };
  }
  if (view.byteLength >= 40) {
    return {
      family: 6,
      protocol,
      bytes: 40,
      from: text6(view, 8),
      to: text6(view, 24),
      ttl: view.getUint8(7),
      trafficClass: (view.getUint16(0) >> 4) & 255,
      flowLabel: view.getUint32(0) & 0xfffff,
      identification: 0,
      packetBytes: 40 + view.getUint16(4),
    };
  }
  return undefined;
}

function text4(view: DataView, at: number): string {
  return [0, 1, 2, 3].map((i) => view.getUint8(at + i)).join(".");
}

/** RFC 5952 by way of the URL parser, which writes IPv6 addresses so. */
function text6(view: DataView, at: number): string {
  const groups = [0, 2, 4, 6, 8, 10, 12, 14].map((i) => view.getUint16(at + i).toString(16));
  return new URL(`http://[${groups.join(":")}]/`).hostname.slice(1, -1);
}

/** Probes and their answers, matched by identifier, sequence and direction; first answer only. */
export function roundTrips(
  packets: readonly Packet[],
): readonly { readonly request: Packet; readonly answer: Packet | undefined }[] {
  const key = (packet: Packet): string => `${packet.family} ${packet.identifier} ${packet.sequence}`;
  const trips = new Map<string, { request: Packet; answer: Packet | undefined }>();
  for (const packet of packets) {
    if (packet.kind === "echoRequest") trips.set(key(packet), { request: packet, answer: undefined });
    else {
      const trip = trips.get(key(packet));
      if (trip !== undefined && trip.answer === undefined) trip.answer = packet;
    }
  }
  return [...trips.values()];
}
