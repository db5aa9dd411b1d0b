/**
 * Names and addresses through the system's own resolver: /etc/hosts, DNS and whatever else nsswitch.conf names.
 *
 * The calls run on the runtime's blocking threads. They cannot be cut short, so whoever asks bounds the wait; the
 * threads give up by resolv.conf's own times.
 */
import type { Endpoint, Family } from "../core/network.ts";
import { formatAddress, parseAddress } from "../core/packet/address.ts";
import { type Constants, systemConstants } from "./constant/mod.ts";
import { zoneIndex } from "./interface.ts";
import { cString, readSockaddr, writeSockaddr } from "./struct.ts";

const SYMBOLS = {
  // int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **result);
  getaddrinfo: { parameters: ["buffer", "pointer", "buffer", "buffer"], result: "i32", nonblocking: true },
  // void freeaddrinfo(struct addrinfo *result);
  freeaddrinfo: { parameters: ["pointer"], result: "void" },
  // int getnameinfo(const struct sockaddr *address, socklen_t length, char *host, socklen_t hostlength, char *service,
  //   socklen_t servicelength, int flags);
  getnameinfo: {
    parameters: ["buffer", "u32", "buffer", "u32", "pointer", "u32", "i32"],
    result: "i32",
    nonblocking: true,
  },
} as const satisfies Deno.ForeignLibraryInterface;

type Symbols = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

/** Offsets of `struct addrinfo` that are the same on all systems. */
const HINTS = { flags: 0, family: 4, socktype: 8 } as const;
const TEXT_LIMIT_MS = 10_000;
// NI_MAXHOST.
const HOST_BYTES = 1_025;

export type Resolved = { readonly ok: true; readonly endpoint: Endpoint } | {
  readonly ok: false;
  readonly why: string;
  /** getaddrinfo's own error, where it gave one. */
  readonly code?: number;
};

export class SystemResolver {
  readonly #constants: Constants = systemConstants();
  #symbols: Symbols | undefined;
  /** Limited by the callers' number of lookups at once. */
  readonly #inUse = new Set<readonly Uint8Array[]>();

  /** The address that a literal names, without asking anybody; `undefined` if `text` is not one. */
  literal(text: string): Endpoint | undefined {
    const [plain = "", zone, ...more] = text.replace(/^\[(.*)\]$/, "$1").split("%");
    const bytes = parseAddress(plain);
    if (bytes === undefined || more.length > 0 || (zone !== undefined && bytes.length === 4)) return undefined;
    const address = formatAddress(bytes)!;
    const scopeId = zone === undefined ? 0 : zoneIndex(zone);
    if (zone !== undefined && scopeId === 0) return undefined;
    return unmapped({ family: bytes.length === 4 ? 4 : 6, address, scopeId });
  }

  /** The first address that the system prefers for `host`, of `family` if given (RFC 6724 order). */
  async address(host: string, family: Family | undefined): Promise<Resolved> {
    const c = this.#constants;
    const { addr, size } = c.layouts.addrinfo;
    const hints = new Uint8Array(size);
    const view = new DataView(hints.buffer);
    // The families that this host uses; but who asks for one gets it, on a host with nothing but loopback, too.
    view.setInt32(HINTS.flags, family === undefined ? c.AI_ADDRCONFIG : 0, true);
    view.setInt32(HINTS.family, family === undefined ? 0 : family === 4 ? c.AF_INET : c.AF_INET6, true);
    view.setInt32(HINTS.socktype, c.SOCK_DGRAM, true);
    const result = new Uint8Array(8);
    const node = cString(host);
    const code = await this.#keeping([node, hints, result], this.#libc().getaddrinfo(node, null, hints, result));
    if (code !== 0) return { ok: false, why: this.#why(code), code };
    const pointer = Deno.UnsafePointer.create(new DataView(result.buffer).getBigUint64(0, true));
    if (pointer === null) return { ok: false, why: "the resolver gave no address" };
    try {
      const info = new Deno.UnsafePointerView(pointer);
      const length = info.getUint32(c.layouts.addrinfo.addrlen);
      const sockaddr = info.getPointer(addr);
      if (sockaddr === null) return { ok: false, why: "the resolver gave no address" };
      const bytes = new Uint8Array(length);
      new Deno.UnsafePointerView(sockaddr).copyInto(bytes);
      const found = readSockaddr(bytes, 0, c);
      if (found === undefined) return { ok: false, why: "the resolver gave neither an IPv4 nor an IPv6 address" };
      return { ok: true, endpoint: unmapped({ family: found.family, address: found.address, scopeId: found.scopeId }) };
    } finally {
      this.#libc().freeaddrinfo(pointer);
    }
  }

  /** The name of an address as the resolver spells it, hostile until made printable; `undefined` if it has none. */
  async name(address: string): Promise<string | undefined> {
    const c = this.#constants;
    const family = address.includes(":") ? 6 : 4;
    const sockaddr = writeSockaddr({ family, address, scopeId: 0 }, 0, c);
    const host = new Uint8Array(HOST_BYTES);
    const call = this.#libc().getnameinfo(sockaddr, sockaddr.length, host, host.length, null, 0, c.NI_NAMEREQD);
    const code = await this.#keeping([sockaddr, host], call);
    const end = host.indexOf(0);
    if (code !== 0 || end <= 0) return undefined;
    return new TextDecoder().decode(host.subarray(0, end));
  }

  /** The first TXT record of `name`, its strings joined; `undefined` if there is none or nobody answers. */
  async text(name: string): Promise<string | undefined> {
    try {
      // With the dot of the root the search list of resolv.conf is not tried, nor told of the address.
      const [first] = await Deno.resolveDns(name.endsWith(".") ? name : `${name}.`, "TXT", {
        signal: AbortSignal.timeout(TEXT_LIMIT_MS),
      });
      return first?.join("");
    } catch (error) {
      if (error instanceof Deno.errors.NotCapable) throw error;
      // No such name, no answer, a broken answer: each means that nothing is known.
      return undefined;
    }
  }

  /** Waits for a call on another thread; a pointer does not keep its buffer alive, so this does. */
  async #keeping<Result>(buffers: readonly Uint8Array[], call: Promise<Result>): Promise<Result> {
    this.#inUse.add(buffers);
    try {
      return await call;
    } finally {
      this.#inUse.delete(buffers);
    }
  }

  #why(code: number): string {
    const c = this.#constants;
    if (code === c.EAI_NONAME || code === c.EAI_NODATA) return "no such name, or no address of the family asked for";
    if (code === c.EAI_AGAIN) return "the name servers do not answer";
    return `the resolver answers with error ${code}`;
  }

  /** Opened on first use: a run that needs no names opens nothing. */
  #libc(): Symbols {
    return this.#symbols ??= Deno.dlopen(this.#constants.LIBC, SYMBOLS).symbols;
  }
}

/** An IPv4-mapped IPv6 address is probed as the IPv4 address that it stands for. */
function unmapped(endpoint: Endpoint): Endpoint {
  const bytes = endpoint.family === 6 ? parseAddress(endpoint.address) : undefined;
  const isMapped = bytes !== undefined && bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff &&
    bytes[11] === 0xff;
  return isMapped ? { family: 4, address: bytes.subarray(12).join("."), scopeId: 0 } : endpoint;
}
