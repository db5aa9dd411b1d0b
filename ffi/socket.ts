/** A socket of the system: opened, set up, bound and closed. Failures are `SystemCallError`s. */
import type { Endpoint } from "../core/network.ts";
import { checkCertainly } from "./errno.ts";
import { libc } from "./libc.ts";
import { int, readSockaddr, SOCKADDR_MOST_BYTES, type SocketAddress, writeSockaddr } from "./struct.ts";

const NOBODY = new Uint8Array(16);

export class Socket implements Disposable {
  readonly fd: number;

  constructor(domain: number, type: number, protocol: number, aim: string) {
    const { call } = libc();
    this.fd = checkCertainly(() => call.socket(domain, type, protocol), "socket", aim);
  }

  /** For options that are numbers; the system copies them. */
  static readonly #number = new Int32Array(1);
  static readonly #numberBytes = new Uint8Array(Socket.#number.buffer);

  /** Sets an option; throws with `aim` in the message where the system refuses. */
  set(level: number, name: number, value: number | Uint8Array<ArrayBuffer>, aim: string): void {
    const bytes = typeof value === "number" ? Socket.#bytesOf(value) : value;
    const { call } = libc();
    checkCertainly(() => call.setsockopt(this.fd, level, name, bytes, bytes.length), "setsockopt", aim);
  }

  /** Sets an option that the program can do without; false where the system refuses. */
  trySet(level: number, name: number, value: number | Uint8Array<ArrayBuffer>): boolean {
    const bytes = typeof value === "number" ? Socket.#bytesOf(value) : value;
    // A number below 0 stands for an option that this system does not have.
    return name >= 0 && libc().call.setsockopt(this.fd, level, name, bytes, bytes.length) === 0;
  }

  static #bytesOf(value: number): Uint8Array<ArrayBuffer> {
    Socket.#number[0] = value;
    return Socket.#numberBytes;
  }

  /** Reads an option into `into`, as far as the system has it; false where it refuses. */
  tryGet(level: number, name: number, into: Uint8Array<ArrayBuffer>): boolean {
    return name >= 0 && libc().call.getsockopt(this.fd, level, name, into, int(into.length)) === 0;
  }

  bind(endpoint: Endpoint, port: number, aim: string): void {
    const { call, constants } = libc();
    const address = writeSockaddr(endpoint, port, constants);
    checkCertainly(() => call.bind(this.fd, address, address.length), "bind", aim);
  }

  /** Names the peer; nothing is sent. Afterwards `localAddress` is the one that the system would send from. */
  connect(endpoint: Endpoint, port: number, aim: string): void {
    const { call, constants } = libc();
    const address = writeSockaddr(endpoint, port, constants);
    checkCertainly(() => call.connect(this.fd, address, address.length), "connect", aim);
  }

  /** Forgets the peer, and the local address that came with it. */
  disconnect(): void {
    // A socket address of the family 0, AF_UNSPEC.
    const { call } = libc();
    checkCertainly(() => call.connect(this.fd, NOBODY, NOBODY.length), "connect", "forget a peer");
  }

  localAddress(): SocketAddress {
    const bytes = new Uint8Array(SOCKADDR_MOST_BYTES);
    const length = int(bytes.length);
    const { call, constants } = libc();
    checkCertainly(() => call.getsockname(this.fd, bytes, length), "getsockname", "learn the local address");
    const address = readSockaddr(bytes, 0, constants);
    if (address === undefined) throw new Error("Cannot read the local address: it is neither IPv4 nor IPv6");
    return address;
  }

  [Symbol.dispose](): void {
    libc().call.close(this.fd);
  }
}
