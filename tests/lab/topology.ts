/** Where everything is in the world of the lab: places, addresses, links, names, open ports. */

/** A namespace of the world. */
export type Place = "client" | "r1" | "r2" | "r3" | "target";

export const PLACES: readonly Place[] = ["client", "r1", "r2", "r3", "target"];

/** Which name server the client asks: one that answers, or an address where nobody does. */
export type NameServer = "live" | "dead";

/** Addresses of the chain: a place's upper side looks to the client, its lower side to the target. */
export const ADDRESSES = {
  4: {
    client: "10.201.1.1",
    r1: "10.201.1.2",
    r2: "10.201.2.2",
    r3: "10.201.3.2",
    target: "10.201.4.2",
    /** A second link from the client to r1, used only when asked for. */
    otherLink: "10.201.9.1",
    /** No route leads there. */
    unrouted: "192.0.2.1",
  },
  6: {
    client: "fd00:201:1::1",
    r1: "fd00:201:1::2",
    r2: "fd00:201:2::2",
    r3: "fd00:201:3::2",
    target: "fd00:201:4::2",
    otherLink: "fd00:201:9::1",
    unrouted: "2001:db8::1",
  },
} as const;

/** The client's interfaces: the one that routes use, and the second link. */
export const CLIENT_LINK = "up0";
export const CLIENT_OTHER_LINK = "up1";

/** The addresses that answer on the way to the target, in order. */
export function pathOf(family: 4 | 6): readonly string[] {
  const a = ADDRESSES[family];
  return [a.r1, a.r2, a.r3, a.target];
}

/** The net behind the link of `attachOddPaths`. */
export const ODD_NET = {
  link: "odd0",
  farLink: "odd1",
  /** The far end's hardware address; no interface has it, so that no kernel takes the packets for its own. */
  hardware: "02:00:00:00:00:02",
  4: {
    client: "10.202.0.1",
    gateway: "10.202.0.2",
    target: "10.202.9.9",
    hop: (index: number): string => `10.202.1.${index}`,
  },
  6: {
    client: "fd00:202::1",
    gateway: "fd00:202::2",
    target: "fd00:202:9::9",
    hop: (index: number): string => `fd00:202:1::${index}`,
  },
} as const;

/** Names that the live name server knows, beside the reverse of each. */
export const NAMES: Readonly<Record<string, readonly string[]>> = {
  "r1.lab.test": [ADDRESSES[4].r1, ADDRESSES[6].r1],
  "r3.lab.test": [ADDRESSES[4].r3, ADDRESSES[6].r3],
  "target.lab.test": [ADDRESSES[4].target, ADDRESSES[6].target],
  "only4.lab.test": [ADDRESSES[4].target],
  "only6.lab.test": [ADDRESSES[6].target],
  "xn--mnchen-3ya.lab.test": [ADDRESSES[4].target],
};

/** TXT records that the live name server knows: what the zones of AS information say, some of it by a foe. */
export const TEXTS: Readonly<Record<string, string>> = {
  "2.1.201.10.origin.asn.cymru.com": "64496 | 10.201.1.0/24 | ZZ | arin | 2010-01-01",
  "2.2.201.10.origin.asn.cymru.com": "64497 64498 | 10.201.2.0/24 | \x1b[2J | =1+1 | ",
  "0.0.0.0.1.0.0.0.1.0.2.0.0.0.d.f.origin6.asn.cymru.com": "64499 | fd00:201:1::/48 | YY | ripencc | 2011-02-03",
  "2.1.201.10.four.lab.test": "65001 | 10.201.0.0/16",
  "0.0.0.0.1.0.0.0.1.0.2.0.0.0.d.f.six.lab.test": "65002 | fd00:201::/32",
};

/** A name that stands in the client's hosts file only: r2, by addresses that are no hop's. */
export const HOSTS_FILE = { name: "in-hosts-file.lab.test", 4: "10.201.3.1", 6: "fd00:201:3::1" } as const;

/** The target's ports that somebody listens at, once `servePorts` has been called; no other port is open. */
export const OPEN_PORTS = { udp: 5_353, tcp: 80 } as const;

/** Where the name servers are. */
export const NAME_SERVERS: Readonly<Record<NameServer, string>> = { live: ADDRESSES[4].r1, dead: "10.201.0.53" };
