/** Whether the kernel itself speaks SCTP. Our probes do not need it; who acts as a program that does has to know. */
import { SystemCallError } from "./errno.ts";
import { libc } from "./libc.ts";
import { Socket } from "./socket.ts";

export function kernelHasSctp(): boolean {
  const { AF_INET, SOCK_STREAM, IPPROTO_SCTP } = libc().constants;
  try {
    new Socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP, "look for SCTP")[Symbol.dispose]();
    return true;
  } catch (error) {
    if (!(error instanceof SystemCallError)) throw error;
    return false;
  }
}
