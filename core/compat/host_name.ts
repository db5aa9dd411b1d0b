/** Hosts as they are typed or stand in a file (`-F`). Nothing is resolved here. */
import { invalidArgument, type NumberReader } from "./c_number.ts";
import { portProblem, REMOTE_PORT } from "./port.ts";

export interface CompatHost {
  /** Without the port; may be empty. */
  readonly name: string;
  /** That of HOST:PORT, which 0.96 knows. */
  readonly port?: number;
}

/** The bytes of a line that mtr reads at once; a longer line is several hosts. */
const LINE_BYTES = 511;
const LINE_FEED = 10;

/**
 * The hosts of a file, one a line, without the white space around them. There are no comments, and an empty line is a
 * host without a name.
 */
export function hostsOfText(text: string): string[] {
  const bytes = new TextEncoder().encode(text);
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const hosts: string[] = [];
  let start = 0;
  while (start < bytes.length) {
    const newline = bytes.subarray(start, start + LINE_BYTES).indexOf(LINE_FEED);
    const end = newline < 0 ? Math.min(start + LINE_BYTES, bytes.length) : start + newline + 1;
    hosts.push(trimmed(decoder.decode(bytes.subarray(start, end))));
    start = end;
  }
  return hosts;
}

/** A text of C's ends at its first NUL. */
function trimmed(line: string): string {
  return line.replace(/\0[^]*/, "").replace(/^[ \t\n\v\f\r]+|[ \t\n\v\f\r]+$/g, "");
}

export type HostReading =
  | { readonly ok: true; readonly host: CompatHost }
  | { readonly ok: false; readonly message: string };

/** HOST:PORT or [HOST]:PORT. What has other colons, or nothing after its last one, is a name. */
export function splitPort(typed: string, numbers: NumberReader): HostReading {
  const pattern = typed.startsWith("[") ? /^\[([^\]]*)\]:([^]+)$/ : /^([^:]*):([^:]+)$/;
  const [, name, text] = pattern.exec(typed) ?? [];
  if (name === undefined || text === undefined) return { ok: true, host: { name: typed } };
  const reading = numbers.int(text);
  if (!reading.ok) return { ok: false, message: invalidArgument(text, reading) };
  const message = portProblem(reading.value, REMOTE_PORT);
  return message === undefined ? { ok: true, host: { name, port: reading.value } } : { ok: false, message };
}
