/**
 * The name server of the lab: answers A, AAAA and PTR from a list given as JSON and TXT from another, over UDP, and "no
 * such name" to the rest. Run inside a world:
 * `deno run --allow-net dns_server.ts ADDRESS '{"name": ["address", …]}' '{"name": "text"}'`.
 */
import { createSocket } from "node:dgram";
import { addressBytes } from "./build_packet.ts";

const TYPE = { a: 1, ptr: 12, txt: 16, aaaa: 28 } as const;
const HEADER_BYTES = 12;
const NO_SUCH_NAME = 3;

type Records = ReadonlyMap<string, readonly { readonly type: number; readonly data: Uint8Array }[]>;

type Names = Readonly<Record<string, readonly string[]>>;
type Texts = Readonly<Record<string, string>>;

function main(address: string, names: Names, texts: Texts): void {
  const records = recordsOf(names, texts);
  const socket = createSocket("udp4");
  socket.on("message", (query, from) => {
    const answer = answerTo(query, records);
    if (answer !== undefined) socket.send(answer, from.port, from.address);
  });
  socket.bind(53, address, () => console.log("listening"));
}

function recordsOf(names: Names, texts: Texts): Records {
  const records = new Map<string, { type: number; data: Uint8Array }[]>();
  const add = (name: string, type: number, data: Uint8Array): void => {
    records.set(name, [...records.get(name) ?? [], { type, data }]);
  };
  const reversed = new Set<string>();
  for (const [name, addresses] of Object.entries(names)) {
    for (const address of addresses) {
      const bytes = addressBytes(address);
      add(name, bytes.length === 4 ? TYPE.a : TYPE.aaaa, bytes);
      // The first name of an address is the one that its reverse gives.
      const reverse = reverseOf(bytes);
      if (!reversed.has(reverse)) add(reverse, TYPE.ptr, labelsOf(name));
      reversed.add(reverse);
    }
  }
  for (const [name, text] of Object.entries(texts)) {
    const bytes = new TextEncoder().encode(text);
    add(name, TYPE.txt, Uint8Array.of(bytes.length, ...bytes));
  }
  return records;
}

/** The answer to a query with one question; `undefined` for anything else. */
function answerTo(query: Uint8Array, records: Records): Uint8Array | undefined {
  if (query.length < HEADER_BYTES || query[5] !== 1) return undefined;
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(new TextDecoder().decode(query.subarray(at + 1, at + 1 + length)).toLowerCase());
    at += 1 + length;
  }
  const question = query.subarray(HEADER_BYTES, at + 5);
  const type = (query[at + 1] ?? 0) * 256 + (query[at + 2] ?? 0);
  const known = records.get(labels.join("."));
  const answers = (known ?? []).filter((record) => record.type === type);
  const header = Uint8Array.of(query[0] ?? 0, query[1] ?? 0, 0x85, 0x80, 0, 1, 0, answers.length, 0, 0, 0, 0);
  if (known === undefined) header[3] = 0x80 | NO_SUCH_NAME;
  // Each answer: a pointer to the question's name, type, class IN, 60 s, length, data.
  const body = answers.flatMap(({ data }) => [0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, data.length, ...data]);
  return Uint8Array.of(...header, ...question, ...body);
}

function labelsOf(name: string): Uint8Array {
  const encode = new TextEncoder();
  return Uint8Array.of(...name.split(".").flatMap((label) => [label.length, ...encode.encode(label)]), 0);
}

function reverseOf(bytes: Uint8Array): string {
  if (bytes.length === 4) return [...bytes].reverse().join(".") + ".in-addr.arpa";
  const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [...digits].reverse().join(".") + ".ip6.arpa";
}

if (import.meta.main) {
  main(Deno.args[0] ?? "", JSON.parse(Deno.args[1] ?? "{}"), JSON.parse(Deno.args[2] ?? "{}"));
}
