/**
 * Records an interface to standard output as tcpdump would (pcap, nanoseconds, everything), where tcpdump cannot run:
 * `deno run --allow-ffi recorder.ts LINK`.
 */
import { FILE_HEADER_BYTES, NANOSECOND_MAGIC, RECORD_HEADER_BYTES } from "./capture.ts";
import { Frames } from "./system.ts";

const SNAP_BYTES = 256;
const ETHERNET = 1;

function main(link: string): void {
  const frames = Frames.of(link);
  const header = new DataView(new ArrayBuffer(FILE_HEADER_BYTES));
  header.setUint32(0, NANOSECOND_MAGIC, true);
  header.setUint16(4, 2, true);
  header.setUint16(6, 4, true);
  header.setUint32(16, SNAP_BYTES, true);
  header.setUint32(20, ETHERNET, true);
  write(new Uint8Array(header.buffer));
  console.error(`listening on ${link}`);
  for (;;) {
    const { bytes, seconds, nanoseconds, isOutgoing } = frames.nextFrame();
    // Over the loopback interface each packet comes by twice.
    if (link === "lo" && isOutgoing) continue;
    const kept = bytes.subarray(0, SNAP_BYTES);
    const record = new DataView(new ArrayBuffer(RECORD_HEADER_BYTES));
    record.setUint32(0, seconds, true);
    record.setUint32(4, nanoseconds, true);
    record.setUint32(8, kept.length, true);
    record.setUint32(12, bytes.length, true);
    write(Uint8Array.of(...new Uint8Array(record.buffer), ...kept));
  }
}

function write(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}

if (import.meta.main) main(Deno.args[0] ?? "");
