/**
 * The Internet checksum (RFC 1071): the complement of the one's-complement sum of 16-bit words in network order.
 * An odd last byte counts as if a zero followed it.
 */

// Beyond this length an unfolded sum could leave 32 bits; no IP packet is half as long.
const LONGEST = 131_072;

/** One's-complement sums of 16 bits are sums modulo this. */
const MODULUS = 0xffff;

/** Checksum over `bytes`; `initial` is a sum that precedes them, for example that of a pseudo header. */
export function checksum(bytes: Uint8Array, initial = 0): number {
  return ~fold(sumWords(bytes, initial)) & 0xffff;
}

/** Whether `bytes`, checksum field included, sum up to what an undamaged message has. */
export function isChecksumRight(bytes: Uint8Array, initial = 0): boolean {
  return fold(sumWords(bytes, initial)) === 0xffff;
}

/**
 * The checksum after one aligned 16-bit word of the covered bytes went from `before` to `after` (RFC 1624, equation 3).
 */
export function updateChecksum(checksum: number, before: number, after: number): number {
  return ~fold((~checksum & 0xffff) + (~before & 0xffff) + (after & 0xffff)) & 0xffff;
}

/** What has to be added to a one's-complement sum to make it `wanted`: 1 to 65535, which stands for 0, too. */
export function difference(wanted: number, sum: number): number {
  return (wanted - sum + 2 * MODULUS) % MODULUS || MODULUS;
}

/** Sum of the words of `bytes` on top of `initial`, not yet folded; to go on from a range, it must have even length. */
export function sumWords(bytes: Uint8Array, initial = 0): number {
  if (bytes.length > LONGEST) {
    throw new RangeError(`Cannot sum ${bytes.length} bytes: an Internet checksum covers at most ${LONGEST}`);
  }
  const even = bytes.length & ~1;
  let sum = fold(initial);
  for (let at = 0; at < even; at += 2) sum += (bytes[at]! << 8) | bytes[at + 1]!;
  if (even < bytes.length) sum += bytes[even]! << 8;
  return sum;
}

/** Brings a sum of up to 32 bits to 16, adding each carry at the low end. */
function fold(sum: number): number {
  const once = (sum & 0xffff) + (sum >>> 16);
  return (once & 0xffff) + (once >>> 16);
}
