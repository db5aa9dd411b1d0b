/**
 * Reads many messages of a socket with one call: an array of `mmsghdr` for `recvmmsg`. Where there is no such function each
 * message is a call.
 *
 * Most reads find one message or two. There are places for more as soon as a read has filled those that there are.
 */
import { type Libc, libc } from "./libc.ts";
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
  /** From one `mmsghdr` to the next, and from its beginning to the length: in bytes, and in words of 4. */
  readonly #stride: number;
  readonly #strideWords: number;
  readonly #lengthWords: number;
  readonly #recvmmsg: Libc["call"]["recvmmsg"];
  readonly #dontWait: number;

  constructor() {
    const { call, constants: { layouts, MSG_DONTWAIT } } = this.#libc;
    this.#recvmmsg = call.recvmmsg;
    this.#dontWait = MSG_DONTWAIT;
    this.#stride = layouts.msghdr.size + LENGTH_AND_PADDING;
    this.#strideWords = this.#stride >> 2;
    this.#lengthWords = layouts.msghdr.size >> 2;
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
    return this.#words[place * this.#strideWords + this.#lengthWords]!;
  }

  /** Reads what is there without waiting, up to `room`; 0 where nothing is. Fewer than `room` are all that there were. */
  read(fd: number, flags: number): number {
    const messages = this.#messages;
    const recvmmsg = this.#recvmmsg;
    if (this.#used === messages.length) this.#makeRoom(Math.min(MOST, 2 * messages.length));
    for (let place = 0; place < this.#used; place++) messages[place]!.reset();
    this.#used = recvmmsg === null
      ? this.#readOneByOne(fd, flags | this.#dontWait)
      : Math.max(0, recvmmsg(fd, this.#headers, messages.length, flags | this.#dontWait, null));
    return this.#used;
  }

  #readOneByOne(fd: number, flags: number): number {
    const { call } = this.#libc;
    for (const [place, message] of this.#messages.entries()) {
      const length = call.recvmsg(fd, message.header, flags);
      if (length < 0) return place;
      this.#words[place * this.#strideWords + this.#lengthWords] = length;
    }
    return this.#messages.length;
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
