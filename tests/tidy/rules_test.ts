import assert from "node:assert/strict";
import { problemsOf } from "./rules.ts";

const ROOT = new URL("../../", import.meta.url);

/** `problem` is a part of the one message expected; without it, there must be none. */
function check(path: string, source: string, problem?: string): void {
  const problems = problemsOf(path, source);
  if (problem === undefined) assert.deepEqual(problems, []);
  else assert.ok(problems.length === 1 && problems[0]?.includes(problem), `${path}: ${JSON.stringify(problems)}`);
}

Deno.test("the tree keeps the rules of the house", () => {
  const problems = [...typeScriptFiles("")].flatMap((path) =>
    problemsOf(path, Deno.readTextFileSync(new URL(path, ROOT)))
  );
  assert.deepEqual(problems, []);
});

Deno.test("packet and network import nothing", () => {
  check("core/packet/udp.ts", `import { checksum } from "./checksum.ts";`);
  check("core/packet/udp.ts", `import type { Plan } from "../plan.ts";`, "core/plan.ts");
  check("core/network.ts", `import { parse } from "./packet/mod.ts";`, "core/packet/mod.ts");
  check("core/network.ts", `import { printf } from "@std/fmt/printf";`, "@std/fmt/printf");
});

Deno.test("core never imports ffi, by whatever form of import", () => {
  for (
    const form of [
      `import { x } from "../../ffi/libc.ts";`,
      `import "../../ffi/libc.ts";`,
      `import type { X } from "../../ffi/libc.ts";`,
      `import {\n  x,\n  y,\n} from "../../ffi/libc.ts";`,
      `export * from "../../ffi/libc.ts";`,
      `export { x } from "../../ffi/libc.ts";`,
      `const x = await import("../../ffi/libc.ts");`,
      `const x = new URL("../../ffi/libc.ts", import.meta.url);`,
    ]
  ) check("core/trace/tracer.ts", form, "ffi/libc.ts");
});

Deno.test("types only, where only types are allowed", () => {
  check("core/protocol/udp.ts", `import type { Network } from "../network.ts";`);
  check("core/protocol/udp.ts", `import { Network } from "../network.ts";`, "core/network.ts (value)");
});

Deno.test("path knows messages only, output knows no packet", () => {
  check("core/path/hop.ts", `import type { TraceEvent } from "../messages.ts";`);
  check("core/path/hop.ts", `import type { Plan } from "../plan.ts";`, "core/plan.ts");
  check("core/output/csv.ts", `import { hop } from "../path/hop.ts";\nimport { printf } from "@std/fmt/printf";`);
  check("core/output/csv.ts", `import { udp } from "../packet/udp.ts";`, "core/packet/udp.ts");
});

Deno.test("option knows the tables only", () => {
  check("core/option/flags.ts", `import { FIELDS } from "../path/fields.ts";`);
  check("core/option/flags.ts", `import { Hop } from "../path/hop.ts";`, "core/path/hop.ts");
});

Deno.test("only the worker joins ffi and the engine, and it is named by URL only", () => {
  check("ffi/worker.ts", `import { Tracer } from "../core/trace/mod.ts";\nimport { libc } from "./libc.ts";`);
  check("ffi/socket.ts", `import { Tracer } from "../core/trace/mod.ts";`, "core/trace/mod.ts");
  check("ffi/socket.ts", `import { x } from "./worker.ts";`, "ffi/worker.ts");
  check("ffi/start_worker.ts", `new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });`);
  check("cli.ts", `import { x } from "./ffi/worker.ts";`, "ffi/worker.ts");
  check("cli.ts", `import { x } from "./core/plan.ts";`, "core/plan.ts");
  check("cli/main.ts", `import { x } from "../ffi/privilege.ts";\nimport { y } from "../core/plan.ts";`);
});

Deno.test("packages by their own names only, and not in the runner", () => {
  check("core/output/csv.ts", `import { x } from "npm:csv@1.0.0";`, "npm:csv");
  check("core/option/flags.ts", `import { x } from "jsr:@std/cli@1.0.32/parse-args";`, "jsr:");
  check("tools/task.ts", `import { parseArgs } from "@std/cli/parse-args";`, "@std/cli");
  check("tools/npm/printf.ts", `import { sprintf } from "npm:sprintf-js@1.1.3";`);
});

Deno.test("what tests share may import assertions, and no code that is not a test's may import it", () => {
  check("core/option/_parse_fixture.ts", `import { equal } from "node:assert/strict";`);
  check("core/option/parse_test.ts", `import { check } from "./_parse_fixture.ts";`);
  check("core/option/parse.ts", `import { check } from "./_parse_fixture.ts";`, "a test's");
});

Deno.test("a computed import cannot hide", () => {
  check("core/trace/tracer.ts", `const x = await import(name);`, "made at run time");
});

Deno.test("a file belongs to a room", () => {
  check("utils/string.ts", ``, "none of the rooms");
  check("core/helpers.ts", ``, "none of the rooms");
});

Deno.test("no system, clock or chance in core, but in its tests", () => {
  for (
    const use of [
      "Deno.hostname()",
      "Date.now()",
      "new Date()",
      "performance.now()",
      "Math.random()",
      "setTimeout(f, 1)",
    ]
  ) {
    assert.equal(problemsOf("core/trace/tracer.ts", `const x = ${use};`).length, 1, use);
    check("core/trace/tracer_test.ts", `const x = ${use};`);
    check("ffi/clock.ts", `const x = ${use};`);
  }
});

Deno.test("dlopen in ffi only, exit in cli.ts only, console where text is printed", () => {
  check("ffi/libc.ts", `Deno.dlopen(path, symbols);`);
  check("cli.ts", `Deno.dlopen(path, symbols);`, "Deno.dlopen");
  check("core/plan_test.ts", `Deno.dlopen(path, symbols);`, "Deno.dlopen");
  check("cli.ts", `Deno.exit(2);`);
  check("cli/world.ts", `Deno.exit(2);`);
  check("ffi/worker.ts", `Deno.exit(2);`, "Deno.exit");
  check("mod.ts", `Deno.exit(2);`, "Deno.exit");
  check("cli.ts", `console.error("x");`);
  check("ffi/socket.ts", `console.log("x");`, "console");
});

Deno.test("comments, strings and patterns are no code, and hide none", () => {
  check("core/plan.ts", `// Deno.exit() and import { x } from "../ffi/libc.ts"\n/* console.log("x") */`);
  check("core/plan.ts", `const text = "Math.random() 'Date.now()'";`);
  check("core/plan.ts", "const text = `Deno.exit \\` console.log`;");
  check("core/plan.ts", `const pattern = /["'\`/]Deno/;`);
  check("core/plan.ts", `const pattern = /["/]/; const now = Date.now(); // "`, "wall clock");
  check("core/plan.ts", `const url = "http://x"; const now = Date.now();`, "wall clock");
  check("core/plan.ts", `const half = a / b; const now = Date.now() / 2;`, "wall clock");
});

Deno.test("no promises in the code", () => {
  check("cli.ts", `// ${"TO" + "DO"}: later`, "do it");
  check("core/plan_test.ts", `// ${"FIX" + "ME"}`, "do it");
});

function* typeScriptFiles(folder: string): Generator<string> {
  for (const entry of Deno.readDirSync(new URL(folder, ROOT))) {
    const path = folder + entry.name;
    if (entry.isDirectory && !entry.name.startsWith(".") && path !== "dist") yield* typeScriptFiles(`${path}/`);
    if (entry.isFile && entry.name.endsWith(".ts")) yield path;
  }
}
