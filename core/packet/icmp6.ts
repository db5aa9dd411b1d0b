/**
 * ICMPv6 (RFC 4443): echo, and errors with the length of RFC 4884.
 *
 *  0      1      2             4             6             8
 * +------+------+-------------+-------------+-------------+------
 * | type | code | checksum    | identifier  | sequence    | payload            echo request and reply
 * +------+------+-------------+------+------+-------------+------
 * | type | code | checksum    | len  | 0                  | quoted packet, extension     errors; len in words of 8 bytes
 * +------+------+-------------+------+--------------------+------
 * | type | code | checksum    | MTU                       | quoted packet      packet too big
 * +------+------+-------------+---------------------------+------
 * | type | code | checksum    | pointer into the quote    | quoted packet      parameter problem
 * +------+------+-------------+---------------------------+------
 *
 * The checksum covers a pseudo header too, so it can be neither computed nor checked without both addresses. Kernels
 * do both for whoever sends and receives ICMPv6.
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
import { type Between, sumBetween } from "./pseudo_header.ts";

const AT = {
  type: 0,
  code: 1,
  checksum: 2,
  identifier: 4,
  sequence: 6,
  quoteLength: 4,
  mtu: 4,
  body: 8,
} as const;

/** Next header number. */
export const ICMP6_PROTOCOL = 58;

export const ICMP6_TYPE = {
  unreachable: 1,
  packetTooBig: 2,
  timeExceeded: 3,
  parameterProblem: 4,
  echoRequest: 128,
  echoReply: 129,
} as const;

/** Code of a parameter problem (section 3.4): the host does not have the protocol that the packet carries. */
export const ICMP6_UNRECOGNIZED_NEXT_HEADER = 1;

/** Errors that have another field in the place of the length, so that RFC 4884 does not extend them. */
const UNEXTENDED: readonly number[] = [ICMP6_TYPE.packetTooBig, ICMP6_TYPE.parameterProblem];

const LENGTH_UNIT = 8;

/**
 * Reads a message from its ICMPv6 header on; `undefined` if it is cut short in its header, or if `between` is given and
 * its checksum is wrong.
 */
export function parseIcmp6(bytes: Uint8Array, between?: Between): IcmpMessage | undefined {
  if (bytes.length < AT.body) return undefined;
  if (between !== undefined && !isChecksumRight(bytes, sumBetween(between, ICMP6_PROTOCOL, bytes.length))) {
    return undefined;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const type = bytes[AT.type]!;
  const code = bytes[AT.code]!;
  switch (type) {
    case ICMP6_TYPE.echoReply: {
      const { identifier, sequence, payload } = echoOf(bytes);
      return { kind: "echoReply", type, code, identifier, sequence, payload };
    }
    case ICMP6_TYPE.timeExceeded: {
      const { quoted, extension } = quoteOf(bytes);
      return { kind: "timeExceeded", type, code, quoted, extension };
    }
    case ICMP6_TYPE.unreachable:
      return { kind: "unreachable", type, code, mtu: 0, ...quoteOf(bytes) };
    // IPv4 has an unreachable for one of its codes ("protocol unreachable"), and the others alike.
    case ICMP6_TYPE.parameterProblem:
      return { kind: "unreachable", type, code, mtu: 0, ...wholeBodyOf(bytes) };
    case ICMP6_TYPE.packetTooBig:
      return { kind: "packetTooBig", type, code, mtu: view.getUint32(AT.mtu), ...wholeBodyOf(bytes) };
    default:
      return { kind: "other", type, code };
  }
}

/** Reads an echo request, as a router does or as an error quotes it; `undefined` if `bytes` hold none. */
export function parseIcmp6EchoRequest(bytes: Uint8Array): Echo | undefined {
  if (bytes.length < AT.body || bytes[AT.type] !== ICMP6_TYPE.echoRequest || bytes[AT.code] !== 0) return undefined;
  return echoOf(bytes);
}

/**
 * Makes the whole of `into` an echo request. The checksum is 0, for the kernel to fill in, unless `between` is given. A
 * chosen one needs two bytes of payload.
 */
export function writeIcmp6EchoRequest(into: Uint8Array, echo: EchoProbe, between?: Between): void {
  const view = new DataView(into.buffer, into.byteOffset, into.byteLength);
  view.setUint8(AT.type, ICMP6_TYPE.echoRequest);
  view.setUint8(AT.code, 0);
  view.setUint16(AT.identifier, echo.identifier);
  view.setUint16(AT.sequence, echo.sequence);
  into.fill(echo.fill, AT.body);
  if (echo.checksum !== undefined) {
    view.setUint16(AT.body, 0);
    view.setUint16(AT.checksum, echo.checksum);
    // Of the pseudo header only the length is not the same for all.
    view.setUint16(AT.body, checksum(into, into.length));
  }
  seal(into, view, between);
}

/** The reply that a host gives to an echo request. */
export function writeIcmp6EchoReply(echo: Echo, between?: Between): Uint8Array {
  const bytes = new Uint8Array(AT.body + echo.payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(AT.type, ICMP6_TYPE.echoReply);
  view.setUint16(AT.identifier, echo.identifier);
  view.setUint16(AT.sequence, echo.sequence);
  bytes.set(echo.payload, AT.body);
  seal(bytes, view, between);
  return bytes;
}

/**
 * An error as a router or host sends it. "Packet too big" and "parameter problem", whose pointer is 0, have no
 * extension.
 */
export function writeIcmp6Error(error: IcmpError, between?: Between): Uint8Array {
  const { body, lengthBytes } = joinBody(error, LENGTH_UNIT);
  const bytes = new Uint8Array(AT.body + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(AT.type, error.type);
  view.setUint8(AT.code, error.code);
  if (error.type === ICMP6_TYPE.packetTooBig) view.setUint32(AT.mtu, error.mtu);
  else if (!UNEXTENDED.includes(error.type)) {
    view.setUint8(AT.quoteLength, error.tellsLength ? lengthBytes / LENGTH_UNIT : 0);
  }
  bytes.set(body, AT.body);
  seal(bytes, view, between);
  return bytes;
}

function seal(bytes: Uint8Array, view: DataView, between: Between | undefined): void {
  view.setUint16(AT.checksum, 0);
  if (between === undefined) return;
  view.setUint16(AT.checksum, checksum(bytes, sumBetween(between, ICMP6_PROTOCOL, bytes.length)));
}

function echoOf(bytes: Uint8Array): Echo {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    identifier: view.getUint16(AT.identifier),
    sequence: view.getUint16(AT.sequence),
    payload: bytes.subarray(AT.body),
  };
}

function wholeBodyOf(bytes: Uint8Array): Quote {
  return { quoted: bytes.subarray(AT.body), extension: undefined };
}

function quoteOf(bytes: Uint8Array): Quote {
  return divideBody(bytes.subarray(AT.body), bytes[AT.quoteLength]! * LENGTH_UNIT);
}
