/**
 * Reads many messages of a socket with one call: an array of `mmsghdr` for `recvmmsg`. Where there is no such function each
 * message is a call.
 *
 * Most reads find one message or two. There are places for more as soon as a read has filled those that there are.
 */
import { libc } from "./libc.ts";
import { MESSAGE_DATA_BYTES, ReceiveMessage } from "./struct.ts";

/** The two stamps of a send. */
const FEWEST = 2;
// 1 MB, of which the system gives what is written to.
const MOST = 16;
/** struct mmsghdr: a `msghdr`, the length of the message, and 4 bytes of padding. */
const LENGTH_AND_PADDING = 8;

export class ReceiveBatch {
  readonly #libc = libc();
  readonly #messages: ReceiveMessage[] = [];
  readonly #headers: Uint8Array<ArrayBuffer>;
  readonly #words: Int32Array;
  readonly #data = new Uint8Array(MOST * MESSAGE_DATA_BYTES);
  /** How many have to be reset. */
  #used = 0;

  constructor() {
    this.#headers = new Uint8Array(MOST * this.#stride);
    this.#words = new Int32Array(this.#headers.buffer);
    this.#makeRoom(FEWEST);
  }

  /** How many messages a read can give now. */
  get room(): number {
    return this.#messages.length;
  }

  /** The latest read's message at this place, until the next read. */
  message(place: number): ReceiveMessage {
    return this.#messages[place]!;
  }

  /** Its length in bytes. */
  lengthOf(place: number): number {
    return this.#words[(place * this.#stride + this.#libc.constants.layouts.msghdr.size) >> 2]!;
  }

  /** Reads what is there without waiting, up to `room`; 0 where nothing is. Fewer than `room` are all that there were. */
  read(fd: number, flags: number): number {
    const { call, constants: { MSG_DONTWAIT } } = this.#libc;
    const messages = this.#messages;
    if (this.#used === messages.length) this.#makeRoom(Math.min(MOST, 2 * messages.length));
    for (let place = 0; place < this.#used; place++) messages[place]!.reset();
    this.#used = call.recvmmsg === null
      ? this.#readOneByOne(fd, flags | MSG_DONTWAIT)
      : Math.max(0, call.recvmmsg(fd, this.#headers, messages.length, flags | MSG_DONTWAIT, null));
    return this.#used;
  }

  #readOneByOne(fd: number, flags: number): number {
    const { call, constants: { layouts } } = this.#libc;
    for (const [place, message] of this.#messages.entries()) {
      const length = call.recvmsg(fd, message.header, flags);
      if (length < 0) return place;
      this.#words[(place * this.#stride + layouts.msghdr.size) >> 2] = length;
    }
    return this.#messages.length;
  }

  get #stride(): number {
    return this.#libc.constants.layouts.msghdr.size + LENGTH_AND_PADDING;
  }

  #makeRoom(count: number): void {
    const { constants } = this.#libc;
    for (let place = this.#messages.length; place < count; place++) {
      const header = this.#headers.subarray(place * this.#stride, place * this.#stride + constants.layouts.msghdr.size);
      const data = this.#data.subarray(place * MESSAGE_DATA_BYTES, (place + 1) * MESSAGE_DATA_BYTES);
      const message = new ReceiveMessage(constants, header, data);
      message.reset();
      this.#messages.push(message);
    }
  }
}
