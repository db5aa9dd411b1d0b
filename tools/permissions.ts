/**
 * What mtr-deno may do, named one by one: the same list for running from source and for the executable. FFI has no
 * finer grain that would let it call libc; the rest is what the program itself reads.
 */
export const PERMISSIONS: readonly string[] = [
  "--no-prompt",
  "--allow-ffi",
  "--allow-read",
  // --output and --append: whichever file the user names.
  "--allow-write",
  "--allow-env=MTR_OPTIONS,MTR_DENO_CONFIG,MTR_PACKET,POSIXLY_CORRECT,SUDO_UID,SUDO_GID" +
  // What the terminal of a screen can show.
  ",TERM,COLORTERM,NO_COLOR,COLORFGBG,LC_ALL,LC_CTYPE,LANG",
  "--allow-sys=hostname,networkInterfaces",
  // A helper that sends the probes (--packet, MTR_PACKET): whichever program the user names.
  "--allow-run",
  // TXT records of AS numbers; Deno cannot be told to allow the name servers of resolv.conf only.
  "--allow-net",
];

/**
 * How the engine is run. Where much is made and little is kept, as of frames and events, V8 lets the space for new things
 * grow to 48 MB a thread before it looks for room: an open screen would take 60 MB that it does not need. In so small a
 * space to wake other threads costs more than to look alone. And where little is made at all, V8 takes the time to look
 * through everything for memory to give back, after eight seconds and twice again: 50 ms a thread, as much as 150 probes,
 * for some hundred KB. Heaps of many targets are looked through when they have grown by 80 percent, and not by far more: a
 * thousand take 165 MB instead of 185, for no time that can be measured at 4,000 probes a second.
 */
export const V8_FLAGS =
  "--max-semi-space-size=2,--no-parallel-scavenge,--no-memory-reducer-for-small-heaps,--heap-growing-percent=80";
