/** Failures of system calls: their names for people, and their meaning for a probe. */
import type { SendFailure } from "../core/network.ts";
import type { Constants } from "./constant/mod.ts";
import { libc } from "./libc.ts";

export class SystemCallError extends Error {
  override readonly name = "SystemCallError";
  readonly errno: number;

  /** `aim` is what the call was for, in words that follow "Cannot". */
  constructor(readonly call: string, errno: number, aim: string) {
    super(`Cannot ${aim}: ${call} answers ${errnoName(errno)}`);
    this.errno = errno;
  }
}

/** Gives `result` if the call just made succeeded; throws `SystemCallError` if not. Call it around the call itself. */
export function check(result: number, call: string, aim: string): number {
  if (result < 0) throw new SystemCallError(call, libc().errno[0]!, aim);
  return result;
}

/** `ENETUNREACH`, or `errno 42` for one without a name in the tables. */
export function errnoName(errno: number, { errno: names }: Constants = libc().constants): string {
  return Object.entries(names).find(([, number]) => number === errno)?.[0] ?? `errno ${errno}`;
}

const SEND_FAILURES = {
  ENETUNREACH: "noRoute",
  EHOSTUNREACH: "hostUnreachable",
  EHOSTDOWN: "hostUnreachable",
  ENETDOWN: "networkDown",
  ENODEV: "networkDown",
  EPERM: "permissionDenied",
  EACCES: "permissionDenied",
  EMSGSIZE: "tooLarge",
  EADDRNOTAVAIL: "addressNotAvailable",
  EINVAL: "addressNotAvailable",
  ENOBUFS: "noBuffer",
  EAGAIN: "noBuffer",
} as const satisfies Partial<Record<keyof Constants["errno"], SendFailure>>;

/** What a failed send means. */
export function sendFailure(errno: number): SendFailure {
  const name = errnoName(errno);
  return name in SEND_FAILURES ? SEND_FAILURES[name as keyof typeof SEND_FAILURES] : "other";
}
