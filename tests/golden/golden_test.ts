import assert from "node:assert/strict";
import { IP_INFO_FIELDS } from "../../core/view.ts";
import { CASES, render } from "./cases.ts";
import { runWith } from "./record.ts";
import { readFixture } from "./recording.ts";
import { readXml } from "./xml_reader.ts";

for (const [name, golden] of Object.entries(CASES)) {
  for (const file of Object.keys(golden.views)) {
    Deno.test(`the run "${name}" renders as own/${name}.${file}`, () =>
      assert.equal(render(golden, file), readFixture(`own/${name}.${file}`)));
  }
}

Deno.test("one run is one JSON document, of one target or of several", () => {
  for (const golden of Object.values(CASES)) {
    const document = JSON.parse(render({ ...golden, views: { json: { output: "json" } } }, "json"));
    const reports = golden.run.targets.length === 1 ? [document.report] : document.reports;
    assert.equal(reports.length, golden.run.targets.length);
  }
});

Deno.test("every CSV row has as many cells as the header", () => {
  for (const golden of Object.values(CASES)) {
    const [header, ...rows] = cellsOf(
      render({ ...golden, views: { csv: { output: "csv", ipinfo: IP_INFO_FIELDS } } }, "csv"),
    );
    for (const row of rows) assert.equal(row.length, header?.length);
  }
});

Deno.test("no cell begins a formula", () => {
  for (const golden of Object.values(CASES)) {
    const text = render({ ...golden, views: { csv: { output: "csv", ipinfo: IP_INFO_FIELDS } } }, "csv");
    for (const row of cellsOf(text)) for (const cell of row) assert.match(cell, /^(?![=+\-@])/);
  }
});

Deno.test("no output holds a control character but the line end", () => {
  for (const golden of Object.values(CASES)) {
    for (const file of Object.keys(golden.views)) assert.match(render(golden, file), /^[\n\P{Cc}]*$/u);
  }
});

Deno.test("one run is one well-formed XML document, of one target or of several", () => {
  for (const golden of Object.values(CASES)) {
    const root = readXml(render({ ...golden, views: { xml: { output: "xml", ipinfo: IP_INFO_FIELDS } } }, "xml"));
    const targets = golden.run.targets.length === 1 ? [root] : root.children;
    assert.deepEqual(
      targets.map(({ name, attributes }) => [name, attributes["DST"], attributes["STATUS"]]),
      golden.run.targets.map(({ typed, status }) => ["MTR", typed, status]),
    );
  }
});

Deno.test("an empty run is an empty report, a header and empty lists; a stream has nothing to say", () => {
  const views = {
    report: {},
    csv: { output: "csv" },
    json: { output: "json" },
    xml: { output: "xml" },
    raw: { output: "raw" },
    split: { output: "split" },
  } as const;
  const golden = { run: runWith([]), scripts: [], views };
  assert.equal(render(golden, "report"), "");
  assert.equal(render(golden, "csv").split("\n").length, 2);
  assert.deepEqual(JSON.parse(render(golden, "json")), { reports: [] });
  assert.deepEqual(readXml(render(golden, "xml")).children, []);
  assert.equal(render(golden, "raw") + render(golden, "split"), "");
});

/** A strict reader of RFC 4180, for texts without line ends inside cells. */
function cellsOf(csv: string): readonly (readonly string[])[] {
  return csv.trimEnd().split("\n").map((line) =>
    [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(([, quoted, plain]) =>
      quoted?.replaceAll('""', '"') ?? plain ?? ""
    )
  );
}
