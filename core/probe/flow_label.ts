/**
 * IPv6 flow labels (RFC 6437): routers may balance load by them and the addresses alone (RFC 6438), as Linux does by
 * default. A flow has one that is the same at every ttl, and other than those of all other flows.
 */

// The half of the labels that no flow manager gives out, where a host parts them (Linux: flowlabel_state_ranges).
const STATELESS = 0x80000;
const MASK = 0x7ffff;
// Odd, so that no two numbers share a label; near the golden ratio of the range, so that neighbours lie far apart.
const STEP = 0x4f1bb;

/** The label of flow `number`, less than 2^19. That of the first one, 0, is 0: the system chooses, as for other programs. */
export function flowLabelOf(number: number): number {
  return number === 0 ? 0 : STATELESS | Math.imul(number, STEP) & MASK;
}
