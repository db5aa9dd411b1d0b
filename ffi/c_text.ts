/** The C library's own words for its errors, for who must print just these. */
import { systemConstants } from "./constant/mod.ts";

const SYMBOLS = {
  // char *strerror(int errnum);
  strerror: { parameters: ["i32"], result: "pointer" },
  // const char *gai_strerror(int errcode);
  gai_strerror: { parameters: ["i32"], result: "pointer" },
} as const satisfies Deno.ForeignLibraryInterface;

let symbols: Deno.DynamicLibrary<typeof SYMBOLS>["symbols"] | undefined;

function libc(): NonNullable<typeof symbols> {
  return symbols ??= Deno.dlopen(systemConstants().LIBC, SYMBOLS).symbols;
}

/** For example `Network is unreachable`. */
export function strerror(errno: number): string {
  return textAt(libc().strerror(errno));
}

/** For example `Name or service not known`. */
export function gaiStrerror(code: number): string {
  return textAt(libc().gai_strerror(code));
}

function textAt(pointer: Deno.PointerValue): string {
  return pointer === null ? "" : Deno.UnsafePointerView.getCString(pointer);
}
