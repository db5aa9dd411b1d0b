/**
 * A classic BPF program (SO_ATTACH_FILTER) for raw sockets: lets through what goes to a range of ports, so that a busy
 * host's other traffic is never copied. It reads packets as the kernel shows them to raw sockets: IPv4 with its header,
 * IPv6 without.
 */
import type { Family } from "../core/network.ts";
import { addressOf } from "./struct.ts";

/** Opcodes of <linux/bpf_common.h>. */
const OP = {
  /** X = length of the IPv4 header at 0 */
  ldxMsh: 0xb1,
  ldxImm: 0x01,
  /** A = 16 or 8 bits at X + k */
  ldhInd: 0x48,
  ldbInd: 0x50,
  jge: 0x35,
  jgt: 0x25,
  jset: 0x45,
  ret: 0x06,
} as const;

const ALL = 0xffff_ffff;
const DESTINATION_PORT_AT = 2;
const TCP_FLAGS_AT = 13;
const TCP_SYN_OR_RST = 0x06;

interface Instruction {
  readonly code: number;
  /** How many instructions to pass over if the test holds, and if not. */
  readonly yes?: number;
  readonly no?: number;
  readonly k?: number;
}

type Bytes = Uint8Array<ArrayBuffer>;

export interface PortRange {
  readonly first: number;
  readonly last: number;
  /** Only segments with SYN or RST: what can answer a SYN. */
  readonly opensOrResetsOnly: boolean;
}

/** A `struct sock_fprog`, and the program that it points to: keep both until `setsockopt` has returned. */
export function portFilter(family: Family, range: PortRange): { program: Bytes; fprog: Bytes } {
  const instructions = instructionsFor(family, range);
  const program = new Uint8Array(8 * instructions.length);
  const view = new DataView(program.buffer);
  for (const [index, { code, yes = 0, no = 0, k = 0 }] of instructions.entries()) {
    view.setUint16(8 * index, code, true);
    view.setUint8(8 * index + 2, yes);
    view.setUint8(8 * index + 3, no);
    view.setUint32(8 * index + 4, k, true);
  }
  const fprog = new Uint8Array(16);
  const head = new DataView(fprog.buffer);
  head.setUint16(0, instructions.length, true);
  head.setBigUint64(8, addressOf(program), true);
  return { program, fprog };
}

function instructionsFor(family: Family, { first, last, opensOrResetsOnly }: PortRange): readonly Instruction[] {
  const flags: readonly Instruction[] = opensOrResetsOnly
    ? [{ code: OP.ldbInd, k: TCP_FLAGS_AT }, { code: OP.jset, k: TCP_SYN_OR_RST, no: 1 }]
    : [];
  return [
    family === 4 ? { code: OP.ldxMsh } : { code: OP.ldxImm },
    { code: OP.ldhInd, k: DESTINATION_PORT_AT },
    { code: OP.jge, k: first, no: flags.length + 2 },
    { code: OP.jgt, k: last, yes: flags.length + 1 },
    ...flags,
    { code: OP.ret, k: ALL },
    { code: OP.ret, k: 0 },
  ];
}
