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

/** struct pollfd: int fd, short events, short returned. In words of 2 bytes: */
const POLLFD = { fd: 0, events: 2, returned: 3, words: 4, bytes: 8 } as const;
const INITIAL_ROOM = 16;

export class PollSet {
  readonly #libc = libc();
  readonly #timeout = new Timespec();
  readonly #polled: Polled[] = [];
  #pollfds = new Uint8Array(INITIAL_ROOM * POLLFD.bytes);
  #words = new Int16Array(this.#pollfds.buffer);
  /** Those that have something to tell, and what; beyond them stands what was told before. */
  readonly #found: Polled[] = [];
  readonly #returned: number[] = [];

  add(polled: Polled): void {
    const at = this.#polled.push(polled) * POLLFD.words - POLLFD.words;
    if (at === this.#words.length) {
      const larger = new Uint8Array(2 * this.#pollfds.length);
      larger.set(this.#pollfds);
      this.#pollfds = larger;
      this.#words = new Int16Array(larger.buffer);
    }
    this.#words[at + POLLFD.fd] = polled.fd;
    this.#words[at + POLLFD.fd + 1] = polled.fd >> 16;
    this.#words[at + POLLFD.events] = polled.events;
    this.#words[at + POLLFD.returned] = 0;
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
    let left = this.#poll(waitUs);
    if (left <= 0) return;
    const found = this.#found;
    const returned = this.#returned;
    const words = this.#words;
    let count = 0;
    // Who is told may add and remove sockets.
    for (let index = 0; left > 0 && index < this.#polled.length; index++) {
      const bits = words[index * POLLFD.words + POLLFD.returned]!;
      if (bits === 0) continue;
      left--;
      found[count] = this.#polled[index]!;
      returned[count++] = bits;
    }
    for (let index = 0; index < count; index++) found[index]!.ready(returned[index]!);
  }

  /** Waits for so long, whatever sockets have, unless a signal comes. */
  sleep(us: number): void {
    this.#poll(us, 0);
  }

  /** Number of sockets with something to tell; below 0 where a signal came first. */
  #poll(waitUs: number, count = this.#polled.length): number {
    const { call, constants } = this.#libc;
    if (!constants.features.ppoll) return call.poll(this.#pollfds, count, Math.ceil(waitUs / 1e3));
    this.#timeout.setUs(waitUs);
    return call.ppoll!(this.#pollfds, count, this.#timeout.bytes, null);
  }
}
