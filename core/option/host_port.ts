/** `HOST:PORT` and `[ADDRESS]:PORT`, as targets of protocols with ports may be written. */
import { LIMITS } from "../plan.ts";
import { quoted } from "./problem.ts";

export type HostPort =
  | { readonly ok: true; readonly host: string; readonly port?: number }
  | { readonly ok: false; readonly message: string };

/** Divides a host as it was typed. An IPv6 address has a port only behind brackets: its own colons are not counted. */
export function splitPort(typed: string): HostPort {
  const [, host, text] = /^\[([^\]]*)\]:(.*)$/.exec(typed) ?? /^([^:]*):([^:]*)$/.exec(typed) ?? [];
  if (host === undefined || text === undefined) return { ok: true, host: typed };
  const { least, most } = LIMITS.remotePort;
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : NaN;
  if (port >= least && port <= most) return { ok: true, host, port };
  return {
    ok: false,
    message: `Cannot use ${quoted(text)} as the port of ${quoted(host)}: it must be ${least} to ${most}`,
  };
}
