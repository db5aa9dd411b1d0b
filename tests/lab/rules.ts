/** Lines of nftables that make places of the world odd. */
import { ADDRESSES, type Place } from "./topology.ts";

/**
 * Where a rule sits: packets that arrive for the place, pass through it, or leave from it; all that come, before their way is
 * chosen; and all that go, where addresses are translated.
 */
export const HOOKS = {
  input: "type filter hook input priority 0",
  forward: "type filter hook forward priority 0",
  output: "type filter hook output priority 0",
  prerouting: "type filter hook prerouting priority 0",
  postrouting: "type nat hook postrouting priority srcnat",
} as const;

type Hook = keyof typeof HOOKS;

/** One line of nftables at a place. */
export interface Rule {
  readonly at: Place;
  readonly hook: Hook;
  readonly rule: string;
}

/** Rules that make the world odd. Each is a list, so that they can be joined. */
export const ODD = {
  /** A router that forwards and never says "time exceeded". */
  silent: (at: Place): readonly Rule[] => [
    { at, hook: "output", rule: "icmp type time-exceeded drop" },
    { at, hook: "output", rule: "icmpv6 type time-exceeded drop" },
  ],
  /** r3 answers for itself, and drops what goes on. */
  blackholed: [
    { at: "r3", hook: "forward", rule: `ip daddr ${ADDRESSES[4].target} drop` },
    { at: "r3", hook: "forward", rule: `ip6 daddr ${ADDRESSES[6].target} drop` },
  ],
  /** r3 answers for itself, and refuses what goes on with "communication administratively prohibited". */
  prohibited: [
    {
      at: "r3",
      hook: "forward",
      rule: `ip daddr ${ADDRESSES[4].target} reject with icmp type admin-prohibited`,
    },
    {
      at: "r3",
      hook: "forward",
      rule: `ip6 daddr ${ADDRESSES[6].target} reject with icmpv6 type admin-prohibited`,
    },
  ],
  /** Of every `every` "time exceeded" of a router, the one numbered `which` (from 0) is lost. */
  routerLoses: (at: Place, every: number, which: number): readonly Rule[] => [
    { at, hook: "output", rule: `icmp type time-exceeded numgen inc mod ${every} == ${which} drop` },
    { at, hook: "output", rule: `icmpv6 type time-exceeded numgen inc mod ${every} == ${which} drop` },
  ],
  /**
   * Of every `every` probes that reach the target with their last hop, the one numbered `which` (from 0) is lost. Probes
   * with more life, which the first round may send beyond the target, pass and are not counted.
   */
  targetLoses: (every: number, which: number): readonly Rule[] => [
    {
      at: "target",
      hook: "input",
      rule: `icmp type echo-request ip ttl 1 numgen inc mod ${every} == ${which} drop`,
    },
    {
      at: "target",
      hook: "input",
      rule: `icmpv6 type echo-request ip6 hoplimit 1 numgen inc mod ${every} == ${which} drop`,
    },
  ],
  /** Only echo requests with this firewall mark leave the client. */
  onlyMarked: (mark: number): readonly Rule[] => [
    { at: "client", hook: "output", rule: `icmp type echo-request meta mark != ${mark} drop` },
    { at: "client", hook: "output", rule: `icmpv6 type echo-request meta mark != ${mark} drop` },
  ],
} as const satisfies Record<string, readonly Rule[] | ((...args: never[]) => readonly Rule[])>;
