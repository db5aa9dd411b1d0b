/**
 * The few system calls that the lab's own scripts need and Deno does not have: packet sockets and poll. Linux only. It shares nothing with the program under test, on purpose. Run by scripts inside a world, never imported by tests.
 */
const SYMBOLS = {
  // int socket(int domain, int type, int protocol);
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  // int bind(int fd, const struct sockaddr *address, socklen_t length);
  bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  // int ioctl(int fd, unsigned long request, void *argument);
  ioctl: { parameters: ["i32", "u32", "buffer"], result: "i32" },
  // unsigned int if_nametoindex(const char *name);
  if_nametoindex: { parameters: ["buffer"], result: "u32" },
  // ssize_t recvfrom(int fd, void *bytes, size_t length, int flags, struct sockaddr *from, socklen_t *fromLength);
  recvfrom: { parameters: ["i32", "buffer", "u32", "i32", "buffer", "buffer"], result: "i32" },
  // int poll(struct pollfd *fds, nfds_t count, int timeoutMs);
  poll: { parameters: ["buffer", "u32", "i32"], result: "i32" },
  // ssize_t read(int fd, void *bytes, size_t length);
  read: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  // ssize_t write(int fd, const void *bytes, size_t length);
  write: { parameters: ["i32", "buffer", "u32"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

let opened: Deno.DynamicLibrary<typeof SYMBOLS>["symbols"] | undefined;

function libc(): Deno.DynamicLibrary<typeof SYMBOLS>["symbols"] {
  return opened ??= Deno.dlopen("libc.so.6", SYMBOLS).symbols;
}

const AF_PACKET = 17;
const SOCK_RAW = 3;
const ETH_P_ALL = 3;
const POLLIN = 1;
const SIOCGSTAMPNS = 0x8907;
const PACKET_OUTGOING = 4;

/** A frame with what the kernel knows of it. */
export interface Frame {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The kernel's stamp: wall-clock seconds and nanoseconds. */
  readonly seconds: number;
  readonly nanoseconds: number;
  /** Whether this host sent it. */
  readonly isOutgoing: boolean;
}

/** Every frame of an Ethernet interface, both ways, and a way to send some. */
export class Frames {
  readonly #fd: number;
  readonly #poll: Uint8Array<ArrayBuffer>;
  readonly #buffer = new Uint8Array(65_536);

  private constructor(fd: number, what: string) {
    if (fd < 0) throw new Error(`Cannot open ${what}`);
    this.#fd = fd;
    this.#poll = new Uint8Array(8);
    new DataView(this.#poll.buffer).setInt32(0, fd, true);
    new DataView(this.#poll.buffer).setInt16(4, POLLIN, true);
  }

  static of(name: string): Frames {
    const frames = new Frames(libc().socket(AF_PACKET, SOCK_RAW, ETH_P_ALL << 8), "a packet socket");
    // struct sockaddr_ll: family, protocol (network order), interface index.
    const address = new Uint8Array(20);
    const view = new DataView(address.buffer);
    view.setUint16(0, AF_PACKET, true);
    view.setUint16(2, ETH_P_ALL);
    view.setInt32(4, libc().if_nametoindex(cString(name)), true);
    if (libc().bind(frames.#fd, address, 20) < 0) throw new Error(`Cannot bind to ${name}`);
    // Asked once in vain, the kernel takes the time of every frame from now on.
    libc().ioctl(frames.#fd, SIOCGSTAMPNS, new Uint8Array(16));
    return frames;
  }

  /** The next one, a copy; `undefined` if none came within the time. -1 waits without end. */
  next(timeoutMs: number): Uint8Array<ArrayBuffer> | undefined {
    if (libc().poll(this.#poll, 1, timeoutMs) <= 0) return undefined;
    const length = libc().read(this.#fd, this.#buffer, this.#buffer.length);
    return length < 0 ? undefined : this.#buffer.slice(0, length);
  }

  /** The next frame, with its stamp. Waits without end. */
  nextFrame(): Frame {
    // struct sockaddr_ll, which has the packet's direction at 10, and its length.
    const [from, fromLength] = [new Uint8Array(20), Uint8Array.of(20, 0, 0, 0)];
    const length = libc().recvfrom(this.#fd, this.#buffer, this.#buffer.length, 0, from, fromLength);
    if (length < 0) throw new Error("Cannot receive a frame");
    const bytes = this.#buffer.slice(0, length);
    // struct timespec of the packet that was read last.
    const time = new Uint8Array(16);
    if (libc().ioctl(this.#fd, SIOCGSTAMPNS, time) < 0) throw new Error("Cannot read the time of a frame");
    const view = new DataView(time.buffer);
    return {
      bytes,
      seconds: view.getUint32(0, true),
      nanoseconds: view.getUint32(8, true),
      isOutgoing: from[10] === PACKET_OUTGOING,
    };
  }

  send(bytes: Uint8Array<ArrayBuffer>): void {
    if (libc().write(this.#fd, bytes, bytes.length) !== bytes.length) throw new Error("Cannot send a packet");
  }
}

function cString(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text + "\0");
}
