/** Whether an answer is to a probe: everything that it quotes has to be of that one, but for what translators change. */
import type { RewrittenField } from "../messages.ts";
import { sumBetween } from "../packet/pseudo_header.ts";
import { balanceOf, type Heard, type Marks, NO_MARKS } from "../protocol/protocol.ts";
import { differ, type OwnFlight } from "./own_flight.ts";

// Of a quote's first 128 bytes, what is left behind an IPv6 header and the probe's own, and a margin for extensions.
const COMPARED_QUOTE_BYTES = 64;
// One's-complement sums of 16 bits are the same if they are so modulo this (RFC 1071).
const CHECKSUM_MODULUS = 0xffff;

/** Whether everything in the answer is of this probe. */
export function fits(heard: Heard, flight: OwnFlight<unknown>, from: string): boolean {
  // A quote says where the probe was going. The target's own answer says nothing of it: an echo reply may come from any
  // address of a host or an anycast group, while ports and tags are those of one address.
  const destination = heard.destination ?? (heard.mayComeFromElsewhere ? flight.destination : from);
  const isRedirected = destination !== flight.destination || heard.port !== flight.port;
  if (isRedirected && !isOfRedirected(heard, flight)) return false;
  const { marks, unchanged, payloadBytes = flight.manner.payloadBytes } = heard;
  if (!flight.isAsSent(marks)) {
    const differs = (mark: RewrittenField): boolean => isRewritten(mark, flight.marks, marks);
    // With this host's address it would be another program's.
    if (unchanged?.some(differs) || (differs("sourcePort") && !differs("sourceAddress"))) return false;
    if (heard.name.by === "identification" && !followsSource(flight, marks)) return false;
  }
  if (payloadBytes !== flight.manner.payloadBytes) return false;
  return heard.payload === undefined || isPayloadOf(flight, heard.payload, heard.destination !== undefined);
}

export function isRewritten(mark: RewrittenField, sent: Marks, quoted: Marks = NO_MARKS): boolean {
  return differ(sent[mark], quoted[mark]);
}

/**
 * Whether a checksum has changed with the source, as a translator has to change it (RFC 1624). One that has put the source
 * back may have left any checksum; a quote without a checksum tells nothing.
 */
function followsSource(flight: OwnFlight<unknown>, quoted: Marks = NO_MARKS): boolean {
  if (quoted.checksum === undefined) return true;
  const { marks: sent } = flight;
  if (!isRewritten("sourceAddress", sent, quoted) && !isRewritten("sourcePort", sent, quoted)) return true;
  return hasSameSum(flight, quoted);
}

/**
 * Whether a quote with another destination is of this probe all the same, as a translator of destinations has made it: it
 * has the identification, which nothing else proves, and a checksum that has changed as all addresses and ports have. Without
 * a checksum over these, as of ICMP for IPv4, a forged quote looks the same.
 */
function isOfRedirected({ name, destination, marks }: Heard, flight: OwnFlight<unknown>): boolean {
  return name.by === "identification" && destination !== undefined && marks?.sourceAddress !== undefined &&
    marks.checksum !== undefined && flight.marks.checksum !== undefined && hasSameSum(flight, marks);
}

/** Whether a checksum and all that it covers but the message come to the same as they were sent. */
function hasSameSum({ destination, port, marks: sent }: OwnFlight<unknown>, quoted: Marks): boolean {
  const sum = (
    {
      sourceAddress = destination,
      sourcePort = 0,
      destinationAddress = destination,
      destinationPort = port,
      checksum = 0,
    }: Marks,
  ): number =>
    sumBetween({ source: sourceAddress, destination: destinationAddress }, 0, 0) + sourcePort + destinationPort +
    checksum;
  return (sum(sent) - sum(quoted)) % CHECKSUM_MODULUS === 0;
}

/**
 * Whether a translator has made the identifier of this probe into the quoted one: the checksum has changed by as much (RFC
 * 1624), and with this host's own address, which all of its programs have, the payload is the probe's as well.
 */
export function isTranslated(
  flight: OwnFlight<unknown>,
  payload: Uint8Array | undefined,
  quoted: Marks,
): boolean {
  const { marks: sent } = flight;
  const sum = ({ identifier = 0, checksum = 0 }: Marks): number => identifier + checksum;
  if ((sum(sent) - sum(quoted)) % CHECKSUM_MODULUS !== 0) return false;
  if (isRewritten("sourceAddress", sent, quoted)) return true;
  return hasBalance(flight, payload);
}

/** Whether so much of the payload is known that it shows the balance, and that is the probe's. */
export function hasBalance({ balance }: OwnFlight<unknown>, payload: Uint8Array | undefined): boolean {
  return payload !== undefined && balance !== undefined && balanceOf(payload) === balance;
}

/**
 * Whether what came back is what was sent. A host may return less of it (some cut long echoes). A router may quote less,
 * fill its quote up with zeros (RFC 4884 section 5.1), and put anything behind its first 128 bytes.
 */
function isPayloadOf(
  { manner: { payloadBytes, fill }, balance }: OwnFlight<unknown>,
  payload: Uint8Array,
  isQuote: boolean,
): boolean {
  if (!isQuote && payload.length > payloadBytes) return false;
  const length = isQuote ? Math.min(payload.length, payloadBytes, COMPARED_QUOTE_BYTES) : payload.length;
  let at = 0;
  for (; at < length; at++) {
    const sent = balance === undefined || at > 1 ? fill : at === 0 ? balance >> 8 : balance & 0xff;
    if (payload[at] !== sent) break;
  }
  if (!isQuote) return at === length;
  while (at < length && payload[at] === 0) at++;
  return at === length;
}
