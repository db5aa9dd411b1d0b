/** What the headers of both families of IP have in common. */

/** Length of a header without options, as probes leave, by family. */
export const IP_HEADER_BYTES = { 4: 20, 6: 40 } as const;
