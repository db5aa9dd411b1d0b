/**
 * What ICMPv4 and ICMPv6 have in common: the kinds of message that tell about a probe, and how the body of an error is
 * divided into the quoted packet and the extension structure (RFC 4884). The layouts are in `icmp4.ts` and `icmp6.ts`.
 */
import { updateChecksum } from "./checksum.ts";
import { isExtension, isExtensionByItself } from "./extension.ts";

/** The header of an echo message, and what it carries. */
export interface Echo {
  readonly identifier: number;
  readonly sequence: number;
  readonly payload: Uint8Array;
}

/** What the sender of an echo request chooses; the payload is filled with the byte `fill`. */
export interface EchoProbe {
  readonly identifier: number;
  readonly sequence: number;
  readonly fill: number;
  /**
   * A checksum that was chosen beforehand: the first two bytes of the payload make it come true. Over IPv6 the kernel adds
   * the addresses to it; all requests between two addresses with one choice have one checksum, however long they are.
   */
  readonly checksum?: number | undefined;
}

/** The part of a payload that makes a chosen checksum come true. */
export const ECHO_BALANCE_BYTES = 2;

/** Where echo requests of both families have them. */
const ECHO_AT = { sequence: 6, balance: 8 } as const;

/**
 * Gives another number to an echo request with a chosen checksum. That stays: the payload balances the difference, and all
 * other bytes are the same.
 */
export function renumberEchoRequest(request: Uint8Array, sequence: number): void {
  const before = uint16At(request, ECHO_AT.sequence);
  setUint16(request, ECHO_AT.sequence, sequence);
  setUint16(request, ECHO_AT.balance, updateChecksum(uint16At(request, ECHO_AT.balance), before, sequence));
}

function uint16At(bytes: Uint8Array, at: number): number {
  return bytes[at]! << 8 | bytes[at + 1]!;
}

function setUint16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 8;
  bytes[at + 1] = value;
}

/** The body of an error: its parts are views of the message. */
export interface Quote {
  /** The packet that caused the error, from its IP header on, as far as the sender of the error gave it. */
  readonly quoted: Uint8Array;
  /** A valid extension structure. */
  readonly extension: Uint8Array | undefined;
}

interface OfMessage {
  readonly type: number;
  readonly code: number;
}

export type IcmpMessage =
  | (OfMessage & Echo & { readonly kind: "echoReply" })
  | (OfMessage & Quote & { readonly kind: "timeExceeded" })
  /**
   * `mtu` is the next hop's where the router named it ("fragmentation needed"), else 0. "Parameter problem" is one, too: of
   * ICMPv4 whatever the problem, of ICMPv6 an unrecognized next header, which IPv4 calls "protocol unreachable".
   */
  | (OfMessage & Quote & { readonly kind: "unreachable"; readonly mtu: number })
  /** ICMPv6 only. */
  | (OfMessage & Quote & { readonly kind: "packetTooBig"; readonly mtu: number })
  /** Any other message, echo requests of this very host among them. */
  | (OfMessage & { readonly kind: "other" });

/** An error message to be written. */
export interface IcmpError {
  readonly type: number;
  readonly code: number;
  /** Next-hop MTU, 0 for none. */
  readonly mtu: number;
  /** The packet that caused it, from its IP header on. */
  readonly quoted: Uint8Array;
  /** Extension structure behind the quote, which is then filled up with zeros to 128 bytes at least. */
  readonly extension: Uint8Array | undefined;
  /** Whether the length of the quote is told when there is an extension: routers older than RFC 4884 do not. */
  readonly tellsLength: boolean;
}

/** The least length of a quote with an extension behind it, and its exact length in messages that do not tell it. */
const PADDED_QUOTE_BYTES = 128;

/**
 * Divides the body of an error whose header says that the quote is `lengthBytes` long, 0 for nothing said. Where it says
 * nothing, or what cannot be, an extension is recognised as RFC 4884 section 5.5 advises: at byte 128, by its version and
 * checksum.
 */
export function divideBody(body: Uint8Array, lengthBytes: number): Quote {
  if (lengthBytes >= PADDED_QUOTE_BYTES && lengthBytes <= body.length) {
    const rest = body.subarray(lengthBytes);
    return { quoted: body.subarray(0, lengthBytes), extension: isExtension(rest) ? rest : undefined };
  }
  // A length that RFC 4884 does not allow may be what the byte was before: unused. So the structure must speak for itself.
  return (lengthBytes > 0 ? divideAt(body, lengthBytes) : undefined) ?? divideUntold(body, 0);
}

/** The same where nothing is said, of a body whose first `missingBytes` are not there. */
export function divideUntold(body: Uint8Array, missingBytes: number): Quote {
  return divideAt(body, PADDED_QUOTE_BYTES - missingBytes) ?? { quoted: body, extension: undefined };
}

function divideAt(body: Uint8Array, at: number): Quote | undefined {
  const rest = body.subarray(at);
  return isExtensionByItself(rest) ? { quoted: body.subarray(0, at), extension: rest } : undefined;
}

/** Joins what `divideBody` divides; the quote's length is filled up to a multiple of `unitBytes`. */
export function joinBody(
  { quoted, extension }: IcmpError,
  unitBytes: number,
): { body: Uint8Array; lengthBytes: number } {
  if (extension === undefined) return { body: quoted, lengthBytes: 0 };
  const lengthBytes = Math.max(PADDED_QUOTE_BYTES, Math.ceil(quoted.length / unitBytes) * unitBytes);
  const body = new Uint8Array(lengthBytes + extension.length);
  body.set(quoted);
  body.set(extension, lengthBytes);
  return { body, lengthBytes };
}
