/**
 * The few system calls that the lab's own scripts need and Deno does not have: packet sockets, TUN devices, poll. Linux
 * only. It shares nothing with the program under test, on purpose. Run by scripts inside a world, never imported by tests.
 */
const SYMBOLS = {
  // int socket(int domain, int type, int protocol);
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  // int bind(int fd, const struct sockaddr *address, socklen_t length);
  bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  // int open(const char *path, int flags);
  open: { parameters: ["buffer", "i32"], result: "i32" },
  // int ioctl(int fd, unsigned long request, void *argument);
  ioctl: { parameters: ["i32", "u32", "buffer"], result: "i32" },
  // unsigned int if_nametoindex(const char *name);
  if_nametoindex: { parameters: ["buffer"], result: "u32" },
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
const O_RDWR = 2;
const TUNSETIFF = 0x400454ca;
const IFF_TUN = 1;
const IFF_NO_PI = 0x1000;
const POLLIN = 1;

/** A descriptor that carries whole frames or packets. */
export class Packets {
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

  /** All Ethernet frames of an interface, both directions, and a way to send some. */
  static ofLink(name: string): Packets {
    const packets = new Packets(libc().socket(AF_PACKET, SOCK_RAW, ETH_P_ALL << 8), "a packet socket");
    // struct sockaddr_ll: family, protocol (network order), interface index.
    const address = new Uint8Array(20);
    const view = new DataView(address.buffer);
    view.setUint16(0, AF_PACKET, true);
    view.setUint16(2, ETH_P_ALL);
    view.setInt32(4, libc().if_nametoindex(cString(name)), true);
    if (libc().bind(packets.#fd, address, 20) < 0) throw new Error(`Cannot bind to ${name}`);
    return packets;
  }

  /** The far end of a TUN device: what the kernel sends through it is read here. */
  static ofTun(name: string): Packets {
    const packets = new Packets(libc().open(cString("/dev/net/tun"), O_RDWR), "/dev/net/tun");
    // struct ifreq: name[16], flags.
    const request = new Uint8Array(40);
    request.set(cString(name));
    new DataView(request.buffer).setUint16(16, IFF_TUN | IFF_NO_PI, true);
    if (libc().ioctl(packets.#fd, TUNSETIFF, request) < 0) throw new Error(`Cannot attach to ${name}`);
    return packets;
  }

  /** The next one, a copy; `undefined` if none came within the time. -1 waits without end. */
  next(timeoutMs: number): Uint8Array<ArrayBuffer> | undefined {
    if (libc().poll(this.#poll, 1, timeoutMs) <= 0) return undefined;
    const length = libc().read(this.#fd, this.#buffer, this.#buffer.length);
    return length < 0 ? undefined : this.#buffer.slice(0, length);
  }

  send(bytes: Uint8Array<ArrayBuffer>): void {
    if (libc().write(this.#fd, bytes, bytes.length) !== bytes.length) throw new Error("Cannot send a packet");
  }
}

function cString(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text + "\0");
}
