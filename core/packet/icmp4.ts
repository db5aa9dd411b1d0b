/**
 * ICMPv4 (RFC 792): echo, and errors with the length of RFC 4884 and the MTU of RFC 1191.
 *
 *  0      1      2             4             6             8
 * +------+------+-------------+-------------+-------------+------
 * | type | code | checksum    | identifier  | sequence    | payload            echo request and reply
 * +------+------+-------------+------+------+-------------+------
 * | type | code | checksum    | 0    | len  | MTU or 0    | quoted packet, extension     errors; len in words of 4 bytes
 * +------+------+-------------+------+------+-------------+------
 *
 * A parameter problem has a pointer into the quote at byte 4.
 */
import { checksum, isChecksumRight } from "./checksum.ts";
import {
  divideBody,
  type Echo,
  type EchoProbe,
  type IcmpError,
  type IcmpMessage,
  joinBody,
  type Quote,
} from "./icmp.ts";

const AT = {
  type: 0,
  code: 1,
  checksum: 2,
  identifier: 4,
  sequence: 6,
  quoteLength: 5,
  mtu: 6,
  body: 8,
} as const;

/** IP protocol number. */
export const ICMP4_PROTOCOL = 1;

export const ICMP4_HEADER_BYTES = AT.body;

export const ICMP4_TYPE = {
  echoReply: 0,
  unreachable: 3,
  sourceQuench: 4,
  redirect: 5,
  echoRequest: 8,
  timeExceeded: 11,
  parameterProblem: 12,
} as const;

export const FRAGMENTATION_NEEDED = 4;

const LENGTH_UNIT = 4;

/** Reads a message from its ICMP header on; `undefined` if it is cut short in its header or its checksum is wrong. */
export function parseIcmp4(bytes: Uint8Array): IcmpMessage | undefined {
  if (bytes.length < AT.body || !isChecksumRight(bytes)) return undefined;
  const type = bytes[AT.type]!;
  const code = bytes[AT.code]!;
  switch (type) {
    case ICMP4_TYPE.echoReply: {
      const { identifier, sequence, payload } = echoOf(bytes);
      return { kind: "echoReply", type, code, identifier, sequence, payload };
    }
    case ICMP4_TYPE.timeExceeded: {
      const { quoted, extension } = quoteOf(bytes);
      return { kind: "timeExceeded", type, code, quoted, extension };
    }
    case ICMP4_TYPE.unreachable:
    case ICMP4_TYPE.parameterProblem: {
      const { quoted, extension } = quoteOf(bytes);
      const hasMtu = type === ICMP4_TYPE.unreachable && code === FRAGMENTATION_NEEDED;
      return { kind: "unreachable", type, code, mtu: hasMtu ? uint16At(bytes, AT.mtu) : 0, quoted, extension };
    }
    default:
      return { kind: "other", type, code };
  }
}

/**
 * Reads an echo request, as a router does or as an error quotes it; `undefined` if `bytes` hold none. The checksum is
 * not looked at: a quote seldom has all of the message.
 */
export function parseIcmp4EchoRequest(bytes: Uint8Array): Echo | undefined {
  if (bytes.length < AT.body || bytes[AT.type] !== ICMP4_TYPE.echoRequest || bytes[AT.code] !== 0) return undefined;
  return echoOf(bytes);
}

/** Makes the whole of `into` an echo request with its checksum. A chosen one needs two bytes of payload. */
export function writeIcmp4EchoRequest(into: Uint8Array, echo: EchoProbe): void {
  const view = new DataView(into.buffer, into.byteOffset, into.byteLength);
  view.setUint8(AT.type, ICMP4_TYPE.echoRequest);
  view.setUint8(AT.code, 0);
  view.setUint16(AT.identifier, echo.identifier);
  view.setUint16(AT.sequence, echo.sequence);
  into.fill(echo.fill, AT.body);
  if (echo.checksum === undefined) return seal(into, view);
  view.setUint16(AT.body, 0);
  view.setUint16(AT.checksum, echo.checksum);
  // With the wanted checksum in its field, what completes the sum may be in any other word just as well.
  view.setUint16(AT.body, checksum(into));
}

/** The identifier of a request, as an error quotes it. */
export function quotedIcmp4Identifier(bytes: Uint8Array): number {
  return uint16At(bytes, AT.identifier);
}

/** The checksum of a request, as an error quotes it. */
export function quotedIcmp4Checksum(bytes: Uint8Array): number {
  return uint16At(bytes, AT.checksum);
}

/** The reply that a host gives to an echo request. */
export function writeIcmp4EchoReply(echo: Echo): Uint8Array {
  const bytes = new Uint8Array(AT.body + echo.payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(AT.type, ICMP4_TYPE.echoReply);
  view.setUint16(AT.identifier, echo.identifier);
  view.setUint16(AT.sequence, echo.sequence);
  bytes.set(echo.payload, AT.body);
  seal(bytes, view);
  return bytes;
}

/** An error as a router or host sends it. */
export function writeIcmp4Error(error: IcmpError): Uint8Array {
  const { body, lengthBytes } = joinBody(error, LENGTH_UNIT);
  const bytes = new Uint8Array(AT.body + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(AT.type, error.type);
  view.setUint8(AT.code, error.code);
  view.setUint8(AT.quoteLength, error.tellsLength ? lengthBytes / LENGTH_UNIT : 0);
  view.setUint16(AT.mtu, error.mtu);
  bytes.set(body, AT.body);
  seal(bytes, view);
  return bytes;
}

function seal(bytes: Uint8Array, view: DataView): void {
  view.setUint16(AT.checksum, 0);
  view.setUint16(AT.checksum, checksum(bytes));
}

function echoOf(bytes: Uint8Array): Echo {
  return {
    identifier: uint16At(bytes, AT.identifier),
    sequence: uint16At(bytes, AT.sequence),
    payload: bytes.subarray(AT.body),
  };
}

function uint16At(bytes: Uint8Array, at: number): number {
  return bytes[at]! << 8 | bytes[at + 1]!;
}

function quoteOf(bytes: Uint8Array): Quote {
  return divideBody(bytes.subarray(AT.body), bytes[AT.quoteLength]! * LENGTH_UNIT);
}
