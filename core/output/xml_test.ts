import assert from "node:assert/strict";
import { script } from "../path/_script.ts";
import { DEFAULT_PLAN } from "../plan.ts";
import { DEFAULT_VIEW, type View } from "../view.ts";
import type { TargetRecord } from "./record.ts";
import { xml } from "./xml.ts";

const TARGET: TargetRecord = {
  typed: "target.example",
  status: "OK",
  startedAtMs: 0,
  endedAtMs: 1000,
  utcOffsetMinutes: 0,
};

function render(targets: readonly Partial<TargetRecord>[], view: Partial<View> = {}): string {
  return xml.render({
    program: { name: "mtr-deno", version: "0.1.0" },
    localHost: "vm",
    plan: { ...DEFAULT_PLAN, rounds: undefined },
    view: { ...DEFAULT_VIEW, ...view },
    names: { host: () => "a<b", ipInfo: () => ({ asn: "64496", country: "a<b", organization: "A & B" }) },
    targets: targets.map((target) => ({ ...TARGET, ...target })),
  });
}

Deno.test("what the user typed cannot end its attribute", () =>
  assert.match(render([{ typed: `<"'&>` }]), / DST="&lt;&quot;&apos;&amp;&gt;" /));

Deno.test("line ends are references, and what XML forbids is a mark", () =>
  assert.match(render([{ typed: "a\t\n\r\x85\0\x1b\ud800\uffff😀" }]), / DST="a&#9;&#10;&#13;&#133;\ufffd{4}😀" /));

Deno.test("a single target is the root, several have one around them", () => {
  assert.match(render([{}]), /^<\?xml [^\n]*\?>\n<MTR [^\n]*>\n<\/MTR>\n$/);
  assert.match(render([{}, {}]), /^<\?xml [^\n]*\?>\n<MTR-RUN>\n(?: {4}<MTR [^\n]*>\n {4}<\/MTR>\n){2}<\/MTR-RUN>\n$/);
});

Deno.test("no sample is an empty element, and a run without end has no number of tests", () => {
  const text = render([{ path: script().inFlight(1).path() }]);
  assert.match(text, /<Loss><\/Loss>\n +<Snt>1<\/Snt>\n +<Last><\/Last>/);
  assert.match(text, / TESTS="" /);
});

Deno.test("numbers have no unit, and a blank column is none", () =>
  assert.match(
    render([{ path: script().reply(1, "192.0.2.99", 1500).lost(1).lost(1).path() }], { order: "L N" }),
    /<HUB [^\n]*>\n +<Loss>66.67<\/Loss>\n +<Last>1.5<\/Last>\n +<RESPONDER /,
  ));

Deno.test("that each probe has a port of its own is told where it is so", () => {
  assert.match(render([{ path: script().portsVary().path() }]), /<MTR [^\n]* PORTSVARY="true"/);
  assert.doesNotMatch(render([{ path: script().path() }]), /PORTSVARY/);
});

Deno.test("a name from the network is escaped twice over", () =>
  assert.match(
    render([{ path: script().reply(1, "192.0.2.99", 1500).path() }], {
      ipinfo: ["asn", "country", "prefix"],
    }),
    /HOSTNAME="a\\060b" ASN="AS64496" COUNTRY="a\\060b" PREFIX="\?\?\?" ORGANIZATION="A &amp; B"/,
  ));
