/** Failures of system calls: their names for people, and their meaning for a probe. */
import type { SendFailure, SendResult, SystemError } from "../core/network.ts";
import type { Constants } from "./constant/mod.ts";
import { libc } from "./libc.ts";

export class SystemCallError extends Error {
  override readonly name = "SystemCallError";
  readonly errno: number;

  /** `aim` is what the call was for, in words that follow "Cannot". */
  constructor(readonly call: string, errno: number, aim: string) {
    super(`Cannot ${aim}: ${errnoText(errno)}, says ${call}`);
    this.errno = errno;
  }
}

/** Gives `result` if the call just made succeeded; throws `SystemCallError` if not. Call it around the call itself. */
export function check(result: number, call: string, aim: string): number {
  if (result < 0) throw new SystemCallError(call, libc().errno[0]!, aim);
  return result;
}

// Two that agree are mostly the first two.
const MOST_TRIES = 8;

/**
 * The result of a call that may be made again where it failed, or, below 0, the negative of its `errno`. The runtime makes
 * system calls of its own, and one of them may come between a call and the reading of `errno`: a failure is believed when
 * two tries in a row have told the same.
 */
export function certainly(make: () => number): number {
  const { errno } = libc();
  let told = 0;
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const result = make();
    if (result >= 0) return result;
    const failure = errno[0]!;
    if (failure === told) break;
    told = failure;
  }
  return -told;
}

/** Gives the result of a call that may be made again where it failed; throws `SystemCallError` if it fails for certain. */
export function checkCertainly(make: () => number, call: string, aim: string): number {
  const result = certainly(make);
  if (result < 0) throw new SystemCallError(call, -result, aim);
  return result;
}

/** For example `network is unreachable (ENETUNREACH)`, or `errno 42` for one without a name in the tables. */
export function errnoText(errno: number, { errno: numbers }: Constants = libc().constants): string {
  const name = errnoName(errno, numbers);
  return name === undefined ? `errno ${errno}` : `${WORDS[name]} (${name})`;
}

/** What a failed send gives, with the system's error as it is. */
export function failedSend(errno: number, detail = errnoText(errno)): Extract<SendResult, { ok: false }> {
  return { ok: false, reason: sendFailure(errno), detail, error: systemError(errno) };
}

function systemError(errno: number): SystemError {
  return { name: errnoName(errno, libc().constants.errno) ?? "", number: errno };
}

/**
 * Whether that may be the number of a system call of the runtime's own, which came between a call and the reading of its
 * `errno`: those of its waits, and whatever no call of this program says.
 */
export function mayBeStray(errno: number): boolean {
  const { EAGAIN, EINTR } = libc().constants.errno;
  return errno === EAGAIN || errno === EINTR || errnoName(errno, libc().constants.errno) === undefined;
}

type ErrnoName = keyof Constants["errno"];

const WORDS: Readonly<Record<ErrnoName, string>> = {
  EPERM: "not permitted",
  EINTR: "interrupted",
  EAGAIN: "no room at the moment",
  EACCES: "permission denied",
  ENODEV: "no such interface",
  EINVAL: "invalid argument",
  EMFILE: "too many open files",
  EPIPE: "nobody reads any more",
  EMSGSIZE: "the packet is too long",
  EPROTONOSUPPORT: "protocol not supported",
  EAFNOSUPPORT: "address family not supported",
  EADDRINUSE: "address in use",
  EADDRNOTAVAIL: "this host does not have the address",
  ENETDOWN: "network is down",
  ENETUNREACH: "network is unreachable",
  ENOBUFS: "no buffer space",
  ECONNREFUSED: "connection refused",
  EHOSTDOWN: "host is down",
  EHOSTUNREACH: "host is unreachable",
  EINPROGRESS: "under way",
};

function errnoName(errno: number, numbers: Constants["errno"]): ErrnoName | undefined {
  const names = Object.keys(numbers) as ErrnoName[];
  return names.find((name) => numbers[name] === errno);
}

const SEND_FAILURES: Readonly<Partial<Record<ErrnoName, SendFailure>>> = {
  ENETUNREACH: "noRoute",
  EHOSTUNREACH: "hostUnreachable",
  EHOSTDOWN: "hostUnreachable",
  ENETDOWN: "networkDown",
  ENODEV: "networkDown",
  EPERM: "permissionDenied",
  EACCES: "permissionDenied",
  EMSGSIZE: "tooLarge",
  EADDRNOTAVAIL: "addressNotAvailable",
  EADDRINUSE: "addressInUse",
  EINVAL: "invalid",
  ENOBUFS: "noBuffer",
  EMFILE: "noBuffer",
  EAGAIN: "noBuffer",
};

/** What a failed send means. */
export function sendFailure(errno: number): SendFailure {
  const name = errnoName(errno, libc().constants.errno);
  return (name && SEND_FAILURES[name]) ?? "other";
}
