/**
 * SCTP (RFC 9260): the common header, and the chunks that open or refuse an association.
 *
 *  0             2             4                  8                    12
 * +-------------+-------------+------------------+--------------------+------
 * | source port | destination | verification tag | CRC32c, low byte   | chunks
 * |             | port        |                  | first              |
 * +-------------+-------------+------------------+--------------------+------
 *
 * A chunk, and behind its header the body of INIT and INIT ACK:
 *
 *  0      1       2        4              8                 12           14          16            20
 * +------+-------+--------+--------------+-----------------+------------+-----------+-------------+-----------
 * | type | flags | length | initiate tag | receiver window | outbound   | inbound   | initial TSN | parameters
 * |      |       |        |              |                 | streams    | streams   |             |
 * +------+-------+--------+--------------+-----------------+------------+-----------+-------------+-----------
 */
import { crc32c } from "./crc32c.ts";

const AT = { sourcePort: 0, destinationPort: 2, verificationTag: 4, checksum: 8, chunk: 12 } as const;

/** From the start of a chunk. */
const CHUNK_AT = {
  type: 0,
  flags: 1,
  length: 2,
  body: 4,
  initiateTag: 4,
  receiverWindow: 8,
  outboundStreams: 12,
  inboundStreams: 14,
  initialTsn: 16,
  parameters: 20,
} as const;

/** A quote of 8 bytes ends behind the verification tag. */
const LEAST_QUOTE = AT.checksum;

/** The parameter of an INIT ACK that its receiver gives back (section 3.3.3.1). */
const STATE_COOKIE = 7;
const PARAMETER_HEADER_BYTES = 4;

/** What the checksum covers in its own place. */
const NO_CHECKSUM = new Uint8Array(AT.chunk - AT.checksum);

/** IP protocol and next header number. */
export const SCTP_PROTOCOL = 132;

/** What `writeSctpInit` writes. */
export const SCTP_INIT_BYTES = AT.chunk + CHUNK_AT.parameters;

export const SCTP_CHUNK = { init: 1, initAck: 2, abort: 6 } as const;

export interface SctpHeader {
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** 0 with an INIT; answers to an INIT have its initiate tag. */
  readonly verificationTag: number;
}

/** What is left of a packet in an error; `undefined` where the quote ends before. */
export interface QuotedSctp extends SctpHeader {
  /** The CRC32c as the packet has it. */
  readonly checksum: number | undefined;
  /** Of an INIT only. */
  readonly initiateTag: number | undefined;
}

export interface SctpPacket extends SctpHeader {
  /** Type of the first chunk, see `SCTP_CHUNK`. */
  readonly chunk: number;
  /** Of INIT and INIT ACK only. */
  readonly initiateTag: number | undefined;
}

/** What the side that sends INIT or INIT ACK chooses for itself. */
export interface SctpInit {
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** Every answer has it as its verification tag: 1 to 2^32 - 1. */
  readonly initiateTag: number;
  /** Room for received data: 1500 at least (section 3.3.2). */
  readonly receiverWindowBytes: number;
  /** 1 at least, as the inbound ones. */
  readonly outboundStreams: number;
  readonly inboundStreams: number;
  /** Number of the first piece of data. */
  readonly initialTsn: number;
}

/**
 * Reads a received packet; `undefined` if it is cut short in its first chunk or its checksum is wrong. A checksum of 0
 * passes: a sender leaves it to its network device where that can compute it, and loopback and the pairs of network
 * namespaces never do.
 */
export function parseSctp(bytes: Uint8Array): SctpPacket | undefined {
  if (bytes.length < AT.chunk + CHUNK_AT.body) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunkBytes = view.getUint16(AT.chunk + CHUNK_AT.length);
  if (chunkBytes < CHUNK_AT.body || chunkBytes > bytes.length - AT.chunk) return undefined;
  const checksum = view.getUint32(AT.checksum, true);
  if (checksum !== 0 && checksum !== checksumOf(bytes)) return undefined;
  const chunk = bytes[AT.chunk + CHUNK_AT.type]!;
  const opens = chunk === SCTP_CHUNK.init || chunk === SCTP_CHUNK.initAck;
  if (opens && chunkBytes < CHUNK_AT.parameters) return undefined;
  return {
    ...headerOf(view),
    chunk,
    initiateTag: opens ? view.getUint32(AT.chunk + CHUNK_AT.initiateTag) : undefined,
  };
}

/** Reads a packet that an error quotes; `undefined` if `bytes` end before the verification tag does. */
export function parseQuotedSctp(bytes: Uint8Array): QuotedSctp | undefined {
  if (bytes.length < LEAST_QUOTE) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const showsTag = bytes.length >= AT.chunk + CHUNK_AT.receiverWindow && bytes[AT.chunk] === SCTP_CHUNK.init;
  return {
    ...headerOf(view),
    checksum: bytes.length >= AT.chunk ? view.getUint32(AT.checksum, true) : undefined,
    initiateTag: showsTag ? view.getUint32(AT.chunk + CHUNK_AT.initiateTag) : undefined,
  };
}

/** Writes a packet with an INIT chunk to the start of `into`; gives its length. */
export function writeSctpInit(into: Uint8Array, init: SctpInit): number {
  const bytes = into.subarray(0, SCTP_INIT_BYTES);
  // No association exists before it is opened, so there is no tag to verify.
  const view = writeHeader(bytes, SCTP_CHUNK.init, { ...init, verificationTag: 0 });
  writeInitBody(view, init);
  seal(bytes, view);
  return SCTP_INIT_BYTES;
}

/** The packet in which an open port agrees to an INIT, with this state cookie. */
export function writeSctpInitAck(
  init: SctpInit & { readonly verificationTag: number; readonly cookie: Uint8Array },
): Uint8Array {
  const parameterBytes = PARAMETER_HEADER_BYTES + init.cookie.length;
  const at = AT.chunk + CHUNK_AT.parameters;
  const bytes = new Uint8Array(at + Math.ceil(parameterBytes / 4) * 4);
  const view = writeHeader(bytes, SCTP_CHUNK.initAck, init);
  // Padding behind the last parameter is none of the chunk's length (section 3.2).
  view.setUint16(AT.chunk + CHUNK_AT.length, CHUNK_AT.parameters + parameterBytes);
  writeInitBody(view, init);
  view.setUint16(at, STATE_COOKIE);
  view.setUint16(at + 2, parameterBytes);
  bytes.set(init.cookie, at + PARAMETER_HEADER_BYTES);
  seal(bytes, view);
  return bytes;
}

/** The packet in which a closed port refuses an INIT (section 8.4), without causes. */
export function writeSctpAbort(header: SctpHeader): Uint8Array {
  const bytes = new Uint8Array(AT.chunk + CHUNK_AT.body);
  seal(bytes, writeHeader(bytes, SCTP_CHUNK.abort, header));
  return bytes;
}

/** The common header, and that of a chunk that takes up the rest of `bytes`. */
function writeHeader(bytes: Uint8Array, chunk: number, header: SctpHeader): DataView {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint16(AT.sourcePort, header.sourcePort);
  view.setUint16(AT.destinationPort, header.destinationPort);
  view.setUint32(AT.verificationTag, header.verificationTag);
  view.setUint8(AT.chunk + CHUNK_AT.type, chunk);
  view.setUint8(AT.chunk + CHUNK_AT.flags, 0);
  view.setUint16(AT.chunk + CHUNK_AT.length, bytes.length - AT.chunk);
  return view;
}

function writeInitBody(view: DataView, init: SctpInit): void {
  if (init.initiateTag === 0 || init.outboundStreams === 0 || init.inboundStreams === 0) {
    throw new RangeError("Cannot open an association with initiate tag 0 or no streams: hosts discard it");
  }
  view.setUint32(AT.chunk + CHUNK_AT.initiateTag, init.initiateTag);
  view.setUint32(AT.chunk + CHUNK_AT.receiverWindow, init.receiverWindowBytes);
  view.setUint16(AT.chunk + CHUNK_AT.outboundStreams, init.outboundStreams);
  view.setUint16(AT.chunk + CHUNK_AT.inboundStreams, init.inboundStreams);
  view.setUint32(AT.chunk + CHUNK_AT.initialTsn, init.initialTsn);
}

function seal(bytes: Uint8Array, view: DataView): void {
  view.setUint32(AT.checksum, checksumOf(bytes), true);
}

/** CRC32c of a packet as if its own field were 0. */
function checksumOf(bytes: Uint8Array): number {
  const before = crc32c(bytes.subarray(0, AT.checksum));
  return crc32c(bytes.subarray(AT.chunk), crc32c(NO_CHECKSUM, before));
}

function headerOf(view: DataView): SctpHeader {
  return {
    sourcePort: view.getUint16(AT.sourcePort),
    destinationPort: view.getUint16(AT.destinationPort),
    verificationTag: view.getUint32(AT.verificationTag),
  };
}
