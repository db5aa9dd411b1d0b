/**
 * The system's C library: one table of symbols with their prototypes, opened on first use.
 *
 * `size_t` and `ssize_t` are declared as 32-bit numbers, since no length here comes near 2^31 and 64-bit ones would be
 * BigInts. It wraps nothing: callers read `errno[0]` as the very next expression after a call that failed.
 */
import { type Constants, systemConstants } from "./constant/mod.ts";

const SYMBOLS = {
  // uid_t getuid(void);
  getuid: { parameters: [], result: "u32" },
  // int prctl(int operation, unsigned long, unsigned long, unsigned long, unsigned long);
  prctl: { parameters: ["i32", "u32", "u32", "u32", "u32"], result: "i32", optional: true },
  // int capset(cap_user_header_t header, const cap_user_data_t data);
  capset: { parameters: ["buffer", "buffer"], result: "i32", optional: true },
  // int socket(int domain, int type, int protocol);
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  // int setsockopt(int fd, int level, int name, const void *value, socklen_t length);
  setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
  // int getsockopt(int fd, int level, int name, void *value, socklen_t *length);
  getsockopt: { parameters: ["i32", "i32", "i32", "buffer", "buffer"], result: "i32" },
  // int bind(int fd, const struct sockaddr *address, socklen_t length);
  bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  // int connect(int fd, const struct sockaddr *address, socklen_t length);
  connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  // int getsockname(int fd, struct sockaddr *address, socklen_t *length);
  getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  // ssize_t sendto(int fd, const void *data, size_t length, int flags, const struct sockaddr *to, socklen_t tolength);
  sendto: { parameters: ["i32", "buffer", "u32", "i32", "buffer", "u32"], result: "i32" },
  // ssize_t sendmsg(int fd, const struct msghdr *message, int flags);
  sendmsg: { parameters: ["i32", "buffer", "i32"], result: "i32" },
  // ssize_t recvfrom(int fd, void *data, size_t length, int flags, struct sockaddr *from, socklen_t *fromlength);
  recvfrom: { parameters: ["i32", "buffer", "u32", "i32", "buffer", "buffer"], result: "i32" },
  // ssize_t recvmsg(int fd, struct msghdr *message, int flags);
  recvmsg: { parameters: ["i32", "buffer", "i32"], result: "i32" },
  // int recvmmsg(int fd, struct mmsghdr *messages, unsigned int count, int flags, struct timespec *timeout);
  recvmmsg: { parameters: ["i32", "buffer", "u32", "i32", "pointer"], result: "i32", optional: true },
  // int poll(struct pollfd *fds, nfds_t count, int timeout);
  poll: { parameters: ["buffer", "u32", "i32"], result: "i32" },
  // The same, on another thread.
  pollElsewhere: { name: "poll", parameters: ["buffer", "u32", "i32"], result: "i32", nonblocking: true },
  // int ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask);
  ppoll: { parameters: ["buffer", "u32", "buffer", "pointer"], result: "i32", optional: true },
  // ssize_t read(int fd, void *data, size_t length);
  read: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  // ssize_t write(int fd, const void *data, size_t length);
  write: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  // The same, on another thread.
  writeElsewhere: { name: "write", parameters: ["i32", "buffer", "u32"], result: "i32", nonblocking: true },
  // int open(const char *path, int flags, ...); only without O_CREAT, which has a further parameter
  open: { parameters: ["buffer", "i32"], result: "i32" },
  // int flock(int fd, int operation);
  flock: { parameters: ["i32", "i32"], result: "i32" },
  // mode_t umask(mode_t mask);
  umask: { parameters: ["u32"], result: "u32" },
  // int pipe(int fds[2]);
  pipe: { parameters: ["buffer"], result: "i32" },
  // int close(int fd);
  close: { parameters: ["i32"], result: "i32" },
  // int clock_gettime(clockid_t clock, struct timespec *time);
  clock_gettime: { parameters: ["i32", "buffer"], result: "i32" },
  // unsigned int if_nametoindex(const char *name);
  if_nametoindex: { parameters: ["buffer"], result: "u32" },
  // uid_t geteuid(void); gid_t getgid(void); gid_t getegid(void);
  geteuid: { parameters: [], result: "u32" },
  getgid: { parameters: [], result: "u32" },
  getegid: { parameters: [], result: "u32" },
  // int setgroups(size_t count, const gid_t *groups);
  setgroups: { parameters: ["u32", "pointer"], result: "i32" },
  // int setgid(gid_t gid); int setuid(uid_t uid);
  setgid: { parameters: ["u32"], result: "i32" },
  setuid: { parameters: ["u32"], result: "i32" },
  // int setresgid(gid_t real, gid_t effective, gid_t saved); int setresuid(uid_t real, uid_t effective, uid_t saved);
  setresgid: { parameters: ["u32", "u32", "u32"], result: "i32", optional: true },
  setresuid: { parameters: ["u32", "u32", "u32"], result: "i32", optional: true },
  // int sigaction(int signal, const struct sigaction *action, struct sigaction *old);
  sigaction: { parameters: ["i32", "pointer", "buffer"], result: "i32" },
  // int tcgetattr(int fd, struct termios *settings);
  tcgetattr: { parameters: ["i32", "buffer"], result: "i32" },
  // int tcsetattr(int fd, int when, const struct termios *settings);
  tcsetattr: { parameters: ["i32", "i32", "buffer"], result: "i32" },
  // int tcflush(int fd, int queue);
  tcflush: { parameters: ["i32", "i32"], result: "i32" },
  // void cfmakeraw(struct termios *settings);
  cfmakeraw: { parameters: ["buffer"], result: "void" },
  // pid_t getpgid(pid_t process); pid_t getsid(pid_t process);
  getpgid: { parameters: ["i32"], result: "i32" },
  getsid: { parameters: ["i32"], result: "i32" },
  // long syscall(long number, ...); for calls that the library has no function for: sched_getattr, sched_setattr
  syscall: { parameters: ["i64", "i32", "buffer", "u32", "u32"], result: "i32", optional: true },
} as const satisfies Deno.ForeignLibraryInterface;

type Table = typeof SYMBOLS;
type Calls = Deno.DynamicLibrary<Table>["symbols"];

/** What is called for each probe, or while one waits. */
const FREQUENT: ReadonlySet<string> = new Set<keyof Table>(
  ["clock_gettime", "sendto", "sendmsg", "recvfrom", "recvmsg", "recvmmsg", "poll", "ppoll", "read", "write"],
);

/**
 * Deno compiles a way into each function as it is looked up, but for those that take a structure: that costs some 0.4 ms,
 * and pays after thousands of calls. So all but the frequent ones are said to take one behind their parameters: a function of
 * C does not see what it has not asked for.
 */
const UNCOMPILED = { struct: ["u8"] } as const;
const UNCOMPILED_VALUE = new Uint8Array(1);

export interface Libc {
  /** The functions of the table, looked up when they are first used: a run needs half of them. */
  readonly call: Calls;
  /** The thread's `errno` itself; any system call of the runtime may change it, so read it at once. */
  readonly errno: Int32Array;
  readonly constants: Constants;
}

// One a thread: each worker has its own instance of this module.
let opened: Libc | undefined;

/** The C library of this thread; throws on a system without a table of constants. */
export function libc(): Libc {
  return opened ??= open(systemConstants());
}

function open(constants: Constants): Libc {
  const { LIBC, ERRNO_LOCATION } = constants;
  const { locate, ...found } = lookUp(LIBC, {
    // int *__errno_location(void); on Linux, int *__error(void); on macOS
    locate: { name: ERRNO_LOCATION, parameters: [], result: "pointer" },
    ...tableOf(EVERY_THREADS),
  });
  const errnoAt = (locate as () => Deno.PointerValue)();
  if (errnoAt === null) throw new Error(`Cannot find errno: ${ERRNO_LOCATION} gave a null pointer`);
  const errno = new Int32Array(Deno.UnsafePointerView.getArrayBuffer(errnoAt, 4));
  return { call: lazyCalls(LIBC, found), errno, constants };
}

/** What every thread calls, to give its privileges up: looked up together with its `errno`. */
const EVERY_THREADS: readonly (keyof Table)[] = ["getuid", "prctl", "capset"];

/** Whoever needs one of these needs all; looked up together they cost a third less. */
const TOGETHER: readonly (readonly (keyof Table)[])[] = [
  ["clock_gettime", "socket", "setsockopt", "bind", "connect", "getsockname", "sendmsg", "recvmmsg", "ppoll", "pipe"],
  ["geteuid", "getgid", "getegid"],
  ["tcgetattr", "tcsetattr", "tcflush", "cfmakeraw", "poll", "pollElsewhere", "write", "writeElsewhere"],
];

/** Looks up what every trace calls, for a thread that has to wait anyway. */
export function warmUp(): void {
  const { call } = libc();
  for (const name of ["clock_gettime", "geteuid"] as const) call[name];
}

/** An object whose properties become functions of the library as they are first read. */
function lazyCalls(library: string, first: Functions): Calls {
  const calls = { ...first };
  for (const name of Object.keys(SYMBOLS) as (keyof Table)[]) {
    if (name in calls) continue;
    const names = TOGETHER.find((group) => group.includes(name)) ?? [name];
    const look = (): unknown => {
      const found = lookUp(library, tableOf(names));
      for (const one of names) Object.defineProperty(calls, one, { value: found[one] });
      return found[name];
    };
    Object.defineProperty(calls, name, { get: look, configurable: true, enumerable: true });
  }
  return calls as Calls;
}

function tableOf(names: readonly (keyof Table)[]): Record<string, Deno.ForeignFunction> {
  return Object.fromEntries(names.map((name) => [name, SYMBOLS[name]]));
}

/** By their names; `null` is one that the library does not have. */
type Functions = Record<string, ((...values: unknown[]) => unknown) | null>;

function lookUp(library: string, table: Record<string, Deno.ForeignFunction>): Functions {
  // What runs on another thread is not compiled in any case.
  const isMarked = (name: string): boolean => !FREQUENT.has(name) && table[name]?.nonblocking !== true;
  const wanted = Object.entries(table).map(([name, one]) => {
    return [name, isMarked(name) ? { ...one, parameters: [...one.parameters, UNCOMPILED] } : one];
  });
  const found = Deno.dlopen(library, Object.fromEntries(wanted)).symbols as Functions;
  return Object.fromEntries(
    Object.entries(found).map(([name, call]) => {
      if (call === null || !isMarked(name)) return [name, call];
      return [name, (...values: unknown[]) => call(...values, UNCOMPILED_VALUE)];
    }),
  );
}
