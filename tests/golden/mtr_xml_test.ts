/** XML beside that of mtr's development head, byte by byte, once what is ours alone is left out. */
import assert from "node:assert/strict";
import type { RunRecord } from "../../core/output/mod.ts";
import { xml } from "../../core/output/xml.ts";
import { DEFAULT_PLAN, type TracePlan } from "../../core/plan.ts";
import { DEFAULT_VIEW, type View } from "../../core/view.ts";
import { NO_NAMES, runWith } from "./record.ts";
import { hopsOfXml, pathOf, readRecording, type Recording } from "./recording.ts";
import { playScenario } from "./scenario.ts";
import { readXml } from "./xml_reader.ts";

/** What mtr prints, and what stands there instead. */
const WANTED: readonly (readonly [from: RegExp, to: string])[] = [
  // A number has no unit.
  [/%(?=<\/Loss>)/g, ""],
];

/** A silent hop has no times. */
const SILENT_HUB = /<HUB[^>]* HOST="\?\?\?"[^]*?<\/HUB>/g;

function expectedOf({ stdout }: Recording): string {
  const edited = WANTED.reduce((text, [from, to]) => text.replace(from, to), stdout);
  return edited.replace(SILENT_HUB, (hub) => hub.replace(/>0\.0</g, "><"));
}

const OF_MTR: Readonly<Record<string, readonly string[]>> = {
  MTR: ["SRC", "DST", "TOS", "PSIZE", "BITPATTERN", "TESTS"],
  HUB: ["COUNT", "HOST", "ADDR", "HOSTNAME"],
};

/** The document as a reader of mtr's sees it: without further attributes and elements. */
function seenByReaderOfMtr(document: string): string {
  return document
    .replace(/^ +<(MPLS|RESPONDER)\b[^>]*\/>\n/gm, "")
    .replace(/^ +<RESPONDER\b[^]*?<\/RESPONDER>\n/gm, "")
    .replace(/^ +<(ICMP|VERDICT)\b.*\n/gm, "")
    .replace(/<(MTR|HUB) (.*)>$/gm, (_, name: string, attributes: string) => {
      const kept = attributes.match(/[A-Z]+="[^"]*"/g)?.filter((one) => OF_MTR[name]?.includes(one.replace(/=.*/, "")));
      return `<${[name, ...(kept ?? [])].join(" ")}>`;
    });
}

interface LiveCase {
  readonly view?: Partial<View>;
  readonly plan: Partial<TracePlan>;
}

const LIVE: Readonly<Record<string, LiveCase>> = {
  xml: { plan: { rounds: 3 } },
  xml_v6: { plan: { rounds: 2 } },
  xml_f2: { plan: { rounds: 2 } },
  xml_dns: { plan: { rounds: 2 } },
  xml_dns_b: { plan: { rounds: 2 }, view: { showIps: true } },
  xml_order_all: { plan: { rounds: 3 }, view: { order: "LSRDNBAWVGJMXI" } },
  xml_s_B_Q: { plan: { rounds: 2, packetBytes: 100, bitPattern: 170, trafficClass: 46 } },
  xml_sneg_Bneg: { plan: { rounds: 2, packetBytes: 100, randomPacketBytes: true, randomBitPattern: true } },
  silent_xml: { plan: { rounds: 3 } },
  blackhole_xml: { plan: { rounds: 3 } },
};

for (const [name, { view: asked, plan }] of Object.entries(LIVE)) {
  Deno.test(`the figures of mtr's ${name} give mtr's document`, () => {
    const recording = readRecording(`live-0.96/${name}`);
    const view: View = { ...DEFAULT_VIEW, ...asked };
    const { attributes, children } = readXml(recording.stdout);
    const names = new Map(children.map((hub) => [hub.attributes["ADDR"], hub.attributes["HOSTNAME"]]));
    const typed = attributes["DST"] ?? "";
    const path = pathOf({
      address: children.at(-1)?.attributes["ADDR"] ?? "",
      family: 4,
      hops: hopsOfXml(recording, view.order),
    });
    const run: RunRecord = runWith([{ path, typed }], {
      view,
      plan: { ...DEFAULT_PLAN, ...plan },
      names: { ...NO_NAMES, host: (address) => names.get(address) },
    });
    assert.equal(seenByReaderOfMtr(xml.render(run)), expectedOf(recording));
  });
}

const SCRIPTED: Readonly<Record<string, { readonly rounds: number; readonly address?: string }>> = {
  mixed_x: { rounds: 5 },
  loss7_x_c3: { rounds: 3 },
  loss7_x_c7: { rounds: 7 },
  v6_x: { rounds: 3, address: "fd00:200:0:4::2" },
  ecmp10_x: { rounds: 12 },
  mpls8_x: { rounds: 12 },
};

for (const [name, { rounds, address = "10.200.4.2" }] of Object.entries(SCRIPTED)) {
  Deno.test(`the probes of mtr's ${name} give mtr's document`, () => {
    const recording = readRecording(`scripted-0.96/${name}`);
    const script = playScenario(name.replace(/_.*/, ""), { rounds, firstTtl: 1, maxTtl: 30 });
    const path = script.path({ address, family: address.includes(":") ? 6 : 4 });
    const text = xml.render(runWith([{ path }], { plan: { ...DEFAULT_PLAN, rounds } }));
    assert.equal(seenByReaderOfMtr(text), expectedOf(recording));
  });
}
