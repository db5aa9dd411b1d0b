import assert from "node:assert/strict";
import { programName } from "./program_name.ts";

Deno.test({
  name: "the name is the one that the starter gave, without its folders",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    assert.equal(programName(), Deno.execPath().split("/").at(-1));
    const module = JSON.stringify(new URL("./program_name.ts", import.meta.url).href);
    const code = `import { programName } from ${module}; console.log(programName());`;
    const flags = ["run", "--quiet", "--no-check", "--no-config", "--no-lock", "--allow-all"];
    const data = `data:application/javascript,${encodeURIComponent(code)}`;
    const { stdout, stderr } = await new Deno.Command("bash", {
      args: ["-c", 'exec -a /somewhere/mtr-packet "$@"', "bash", Deno.execPath(), ...flags, data],
    }).output();
    assert.equal(new TextDecoder().decode(stdout), "mtr-packet\n", new TextDecoder().decode(stderr));
  },
});
