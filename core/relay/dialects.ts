/** In what the releases of mtr-packet differ, as their users can see it. */
import type { DialectName } from "../compat/dialect.ts";
import type { Family } from "../network.ts";
import type { ProtocolName } from "../plan.ts";
import type { Sequences } from "../probe/in_flight.ts";

export interface RelayDialect {
  /** What `check-support feature version` says. */
  readonly version: string;
  /** So many probes may wait for answers. */
  readonly mostOutstanding: number;
  /** Numbers of the probes on the wire. */
  readonly sequences: Sequences;
  /** A router that refuses. */
  readonly refused: string;
  /** What is said of a failed send, by the system's name of the error; of others, `unexpected-error` and the number. */
  readonly failures: Readonly<Record<string, string>>;
  /** A probe of family 4 is so much longer than it was asked for. */
  readonly extraBytes: Readonly<Record<Family, number>>;
  /** Who writes IPv4 headers of ICMP and UDP probes: see `MessageSettings`. */
  readonly ipv4Header: "kernel" | "program";
  /** Protocols whose IPv4 packets tell routers not to fragment them. */
  readonly dontFragment: readonly ProtocolName[];
  /** `local-device` means something, and stays for all later ICMP and UDP probes of the family. */
  readonly knowsDevice: boolean;
  /** `mark` means something; else it is refused, since the program has given up the right to it. */
  readonly marks: boolean;
}

const FAILURES = {
  EINVAL: "invalid-argument",
  ENETDOWN: "network-down",
  EPERM: "permission-denied",
  EADDRINUSE: "address-in-use",
  EADDRNOTAVAIL: "address-not-available",
} as const;

export const RELAY_DIALECTS = {
  "0.95": {
    version: "0.95",
    mostOutstanding: 1_024,
    sequences: { first: 33_000, last: 65_535 },
    refused: "no-route",
    failures: { ...FAILURES, ENETUNREACH: "no-route", EHOSTUNREACH: "no-route" },
    extraBytes: { 4: 0, 6: 0 },
    ipv4Header: "program",
    dontFragment: ["tcp", "sctp"],
    knowsDevice: false,
    marks: true,
  },
  "0.96": {
    version: "0.96",
    mostOutstanding: 10_240,
    sequences: { first: 33_434, last: 65_535 },
    refused: "no-route-host",
    failures: {
      ...FAILURES,
      EHOSTDOWN: "host-down",
      ENETUNREACH: "no-route-network",
      EHOSTUNREACH: "no-route-host",
    },
    // The kernel writes the IP header in front of as many bytes.
    extraBytes: { 4: 20, 6: 0 },
    ipv4Header: "kernel",
    dontFragment: ["icmp", "udp", "tcp", "sctp"],
    knowsDevice: true,
    marks: false,
  },
} as const satisfies Record<DialectName, RelayDialect>;
