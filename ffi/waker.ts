/**
 * Ends another thread's wait in `poll`: a pipe, whose descriptors are the process's and so are known by their numbers in
 * each thread. It lives as long as the process.
 */
import { check } from "./errno.ts";
import { libc } from "./libc.ts";
import type { Polled } from "./poll_set.ts";

// More wakes than this while the thread was busy are heard at the next wait.
const READ_BYTES = 64;

export class Waker implements Polled {
  readonly fd: number;
  readonly events = libc().constants.POLLIN;
  /** What `wake` takes. */
  readonly waker: number;
  #isWoken = false;

  constructor() {
    const fds = new Int32Array(2);
    check(libc().call.pipe(new Uint8Array(fds.buffer)), "pipe", "be woken");
    this.fd = fds[0]!;
    this.waker = fds[1]!;
  }

  ready(): void {
    libc().call.read(this.fd, new Uint8Array(READ_BYTES), READ_BYTES);
    this.#isWoken = true;
  }

  /** Whether somebody has woken this thread since `forget`. */
  get isWoken(): boolean {
    return this.#isWoken;
  }

  /** From here on nobody has. */
  forget(): void {
    this.#isWoken = false;
  }
}

/** Wakes the thread that has the `Waker`. A pipe so full that it takes no more wakes it all the same. */
export function wake(waker: number): void {
  libc().call.write(waker, new Uint8Array(1), 1);
}
