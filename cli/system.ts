/** The environment, and what the system says of its errors. */
import { printable } from "../core/name/text.ts";

/** Variables of the environment that are set. */
export function environmentOf<Name extends string>(names: readonly Name[]): Partial<Record<Name, string>> {
  const values: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const value = Deno.env.get(name);
    if (value !== undefined) values[name] = value;
  }
  return values;
}

/** Whether the system refused something, which `error` tells in its words. */
export function isSystemError(error: unknown): error is Error {
  return error instanceof Error &&
    ("code" in error || /\(os error [0-9]+\)$/.test(error.message) ||
      Object.values(Deno.errors).some((kind) => error instanceof kind));
}

/** The system's words without Deno's additions, such as `(os error 28)`. */
export function reasonOf({ message }: Error): string {
  return printable(message.replace(/ \(os error [0-9]+\).*$/s, ""));
}

export function randomSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!;
}
