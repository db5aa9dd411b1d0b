/** A network that leads nowhere: all that is sent leaves at once, and nothing ever comes. No time passes there. */
import type { Inbound, Network, SendResult } from "../network.ts";

const NOW_US = 0;
// TEST-NET-1 (RFC 5737), which nobody has.
const SOURCE = "192.0.2.1";

export const NOWHERE: Network = {
  overflowed: 0,
  trafficClass: 0,
  ownPort: 1,
  nowUs: () => NOW_US,
  echoIdentifier: () => 1,
  sourceAddress: () => SOURCE,
  isOwn: () => false,
  send: (): SendResult => ({
    ok: true,
    sent: { atUs: NOW_US, source: "program", errorUs: undefined },
    transmission: undefined,
  }),
  receive: (): readonly Inbound[] => [],
};
