/**
 * What the codes of ICMP errors mean that tell why a packet could not be delivered: destination unreachable of both
 * families, "parameter problem" of both, and ICMPv6 "packet too big".
 *
 * `marker` is what traceroute prints behind a time, except for port unreachable: traceroute has none, since there it is the
 * sign of arrival; for an echo request it is a refusal, so it has `!p`, which nothing else has.
 */

export interface UnreachableCode {
  readonly marker: string;
  readonly words: string;
}

/**
 * By type, then by code. Sources: RFC 792 (0 to 5), RFC 1122 section 3.2.2.1 (6 to 12), RFC 1812 section 5.2.7.1 (13 to 15);
 * of type 12 RFC 792 (0), RFC 1108 (1) and the registry of RFC 2780 (2).
 */
const ICMP4: Readonly<Record<number, readonly UnreachableCode[]>> = {
  3: [
    { marker: "!N", words: "network unreachable" },
    { marker: "!H", words: "host unreachable" },
    { marker: "!P", words: "protocol unreachable" },
    { marker: "!p", words: "port unreachable" },
    { marker: "!F", words: "fragmentation needed" },
    { marker: "!S", words: "source route failed" },
    { marker: "!N", words: "destination network unknown" },
    { marker: "!H", words: "destination host unknown" },
    { marker: "!H", words: "source host isolated" },
    { marker: "!X", words: "network administratively prohibited" },
    { marker: "!X", words: "host administratively prohibited" },
    { marker: "!N", words: "network unreachable for this type of service" },
    { marker: "!H", words: "host unreachable for this type of service" },
    { marker: "!X", words: "administratively prohibited" },
    { marker: "!V", words: "host precedence violation" },
    { marker: "!C", words: "precedence cutoff in effect" },
  ],
  12: [
    { marker: "!P", words: "parameter problem" },
    { marker: "!P", words: "required option missing" },
    { marker: "!P", words: "bad length" },
  ],
};

/** RFC 4443 sections 3.1, 3.2 and 3.4; code 7 of type 1 is of RFC 6550, code 8 of RFC 8883. */
const ICMP6: Readonly<Record<number, readonly UnreachableCode[]>> = {
  1: [
    { marker: "!N", words: "no route to destination" },
    { marker: "!X", words: "administratively prohibited" },
    { marker: "!H", words: "beyond scope of source address" },
    { marker: "!H", words: "address unreachable" },
    { marker: "!p", words: "port unreachable" },
    { marker: "!X", words: "source address failed ingress or egress policy" },
    { marker: "!X", words: "reject route to destination" },
    { marker: "!S", words: "error in source routing header" },
    { marker: "!<8>", words: "headers too long" },
  ],
  2: [
    { marker: "!F", words: "packet too big" },
  ],
  4: [
    { marker: "!P", words: "erroneous header field" },
    { marker: "!P", words: "unrecognized next header" },
    { marker: "!P", words: "unrecognized option" },
  ],
};

const CODES = { 4: ICMP4, 6: ICMP6 } as const;

/**
 * By family, type and code, what only the destination of a packet says: that nobody has this port there, or that it does not
 * know the protocol (RFC 1122 section 3.2.2.1, RFC 1812 section 5.2.7.1; RFC 4443 section 3.1, RFC 8200 section 4: what is
 * behind the IPv6 header is nobody's business on the way).
 */
const OF_DESTINATION: Readonly<Record<4 | 6, Readonly<Record<number, readonly number[]>>>> = {
  4: { 3: [2, 3] },
  6: { 1: [4], 4: [1] },
};

export function isOfDestination(family: 4 | 6, type: number, code: number): boolean {
  return OF_DESTINATION[family][type]?.includes(code) ?? false;
}

/** Marker and words of an error; a code without a row has its number as marker. */
export function describeUnreachable(family: 4 | 6, type: number, code: number): UnreachableCode {
  return CODES[family][type]?.[code] ??
    { marker: `!<${code}>`, words: `unreachable with ICMP type ${type} code ${code}` };
}
