/**
 * What mtr-deno may do, named one by one: the same list for running from source and for the executable. FFI has no finer grain
 * that would let it call libc; the rest is what cli.ts itself reads.
 */
export const PERMISSIONS: readonly string[] = [
  "--no-prompt",
  "--allow-ffi",
  "--allow-read",
  "--allow-env=MTR_OPTIONS,POSIXLY_CORRECT,SUDO_UID,SUDO_GID",
  "--allow-sys=hostname",
  // TXT records of AS numbers; Deno cannot be told to allow the name servers of resolv.conf only.
  "--allow-net",
];
