/** What `poll` looks at: a `struct pollfd` for each socket, written when a socket comes or goes and not for each wait. */
import { libc } from "./libc.ts";
import { Timespec } from "./struct.ts";

/** A socket, what it is looked at for, and who is told. */
export interface Polled {
  readonly fd: number;
  /** POLLIN, POLLOUT or both; errors are always told. */
  readonly events: number;
  /** `returned` has the bits that `poll` found; never 0. */
  ready(returned: number): void;
}

/** struct pollfd: int fd, short events, short returned. */
const POLLFD = { events: 4, returned: 6, bytes: 8 } as const;
const INITIAL_ROOM = 16;

export class PollSet {
  readonly #libc = libc();
  readonly #timeout = new Timespec();
  readonly #polled: Polled[] = [];
  #pollfds = new Uint8Array(INITIAL_ROOM * POLLFD.bytes);

  add(polled: Polled): void {
    const at = this.#polled.push(polled) * POLLFD.bytes - POLLFD.bytes;
    if (at === this.#pollfds.length) {
      const larger = new Uint8Array(2 * this.#pollfds.length);
      larger.set(this.#pollfds);
      this.#pollfds = larger;
    }
    const view = new DataView(this.#pollfds.buffer);
    view.setInt32(at, polled.fd, true);
    view.setInt16(at + POLLFD.events, polled.events, true);
    view.setInt16(at + POLLFD.returned, 0, true);
  }

  /** Nothing happens if it is not there. */
  remove(polled: Polled): void {
    const index = this.#polled.indexOf(polled);
    if (index < 0) return;
    this.#polled.splice(index, 1);
    this.#pollfds.copyWithin(index * POLLFD.bytes, (index + 1) * POLLFD.bytes);
  }

  /** Waits at most `waitUs` until a socket has something, and tells all that have, in the order in which they came. */
  wait(waitUs: number): void {
    if (this.#poll(waitUs) <= 0) return;
    const view = new DataView(this.#pollfds.buffer);
    // Who is told may add and remove sockets.
    const found: { readonly polled: Polled; readonly returned: number }[] = [];
    for (const [index, polled] of this.#polled.entries()) {
      const returned = view.getInt16(index * POLLFD.bytes + POLLFD.returned, true);
      if (returned !== 0) found.push({ polled, returned });
    }
    for (const { polled, returned } of found) polled.ready(returned);
  }

  /** Number of sockets with something to tell; below 0 where a signal came first. */
  #poll(waitUs: number): number {
    const { call, constants } = this.#libc;
    if (!constants.features.ppoll) return call.poll(this.#pollfds, this.#polled.length, Math.ceil(waitUs / 1e3));
    this.#timeout.setUs(waitUs);
    return call.ppoll!(this.#pollfds, this.#polled.length, this.#timeout.bytes, null);
  }
}
