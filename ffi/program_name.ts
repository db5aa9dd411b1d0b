/** By which name this program was started: a link to it, or whatever its starter put in the place of the name. */
import { libc } from "./libc.ts";

/** The name without its folders; `undefined` where the system does not keep it. It costs half a millisecond. */
export function programName(): string | undefined {
  const { LIBC, features } = libc().constants;
  // The GNU C library's own variable.
  if (!features.programName) return undefined;
  // extern char *program_invocation_short_name;
  const symbols = { program_invocation_short_name: { type: "pointer" } } as const;
  const variableAt = Deno.dlopen(LIBC, symbols).symbols.program_invocation_short_name;
  if (variableAt === null) return undefined;
  const nameAt = new Deno.UnsafePointerView(variableAt).getPointer();
  return nameAt === null ? undefined : Deno.UnsafePointerView.getCString(nameAt);
}
