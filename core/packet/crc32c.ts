/** CRC32c (Castagnoli), the checksum of SCTP (RFC 9260 appendix A). */

/** Remainders of the sixteen values of four bits, for the reflected polynomial 82f63b78: two steps make a byte. */
const REMAINDERS = [
  0x00000000,
  0x105ec76f,
  0x20bd8ede,
  0x30e349b1,
  0x417b1dbc,
  0x5125dad3,
  0x61c69362,
  0x7198540d,
  0x82f63b78,
  0x92a8fc17,
  0xa24bb5a6,
  0xb21572c9,
  0xc38d26c4,
  0xd3d3e1ab,
  0xe330a81a,
  0xf36e6f75,
] as const;

/** CRC over `bytes`, 32 bits without sign; `before` is the CRC of what precedes them. */
export function crc32c(bytes: Uint8Array, before = 0): number {
  let crc = ~before;
  for (const byte of bytes) {
    crc ^= byte;
    crc = (crc >>> 4) ^ REMAINDERS[crc & 15]!;
    crc = (crc >>> 4) ^ REMAINDERS[crc & 15]!;
  }
  return ~crc >>> 0;
}
