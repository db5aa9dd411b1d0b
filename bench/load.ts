/** Keeps `count` loops running for every core until disposed: each process is ended by itself, and otherwise ends alone. */
export function busyCores(count: number): AsyncDisposable {
  const children = Array.from(
    { length: count * navigator.hardwareConcurrency },
    () => new Deno.Command("bash", { args: ["-c", "while (( SECONDS < 300 )); do :; done"], stdin: "null" }).spawn(),
  );
  return {
    [Symbol.asyncDispose]: async () => {
      for (const child of children) child.kill("SIGKILL");
      for (const child of children) await child.status;
    },
  };
}
