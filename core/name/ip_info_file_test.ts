import assert from "node:assert/strict";
import { Random } from "../packet/_random.ts";
import { writeMmdb } from "./_mmdb.ts";
import { IpInfoFileError } from "./file_error.ts";
import { readIpInfoFile } from "./ip_info_file.ts";

const TEXT = new TextEncoder().encode("10.0.0.0\t10.255.255.255\t64496\tZZ\tExample\n");
const MMDB = writeMmdb({ networks: { "10.0.0.0/8": { autonomous_system_number: 64497 } } });

type Bytes = Uint8Array<ArrayBuffer>;

async function* chunksOf(bytes: Bytes, size: number): AsyncIterable<Bytes> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}

async function packed(bytes: Bytes): Promise<Bytes> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function asnOf(bytes: Bytes, size = 1 << 16): Promise<string | undefined> {
  return (await readIpInfoFile("a file", chunksOf(bytes, size))).find("10.1.2.3")?.asn;
}

Deno.test("what a file is shows in its content, packed or not, in whatever chunks it comes", async () => {
  for (const size of [1, 100, 1 << 16]) {
    assert.equal(await asnOf(TEXT, size), "64496");
    assert.equal(await asnOf(MMDB, size), "64497");
    assert.equal(await asnOf(await packed(TEXT), size), "64496");
    assert.equal(await asnOf(await packed(MMDB), size), "64497");
  }
});

async function refusalOf(bytes: Bytes): Promise<string> {
  try {
    await asnOf(bytes, 1000);
  } catch (error) {
    if (error instanceof IpInfoFileError) return error.message;
    throw error;
  }
  return "";
}

Deno.test("what is none of these is refused with the name of the file", async () => {
  for (const bytes of [new Uint8Array(), new Uint8Array(10_000), new TextEncoder().encode("%PDF-1.7\n")]) {
    assert.match(await refusalOf(bytes), /^Cannot read AS information from a file: /);
  }
});

Deno.test("a damaged gzip file is refused, and the message says behind what", async () => {
  const whole = await packed(new TextEncoder().encode("# a comment, and another one\n".repeat(10_000)));
  for (const bytes of [whole.slice(0, whole.length / 2), whole.slice(0, 5), Uint8Array.of(0x1f, 0x8b, 9, 9, 9, 9, 9)]) {
    assert.match(await refusalOf(bytes), /^Cannot read AS information from a file: behind \d+ unpacked bytes: /);
  }
});

Deno.test("a file without end is refused", async () => {
  const line = new TextEncoder().encode(`#${" ".repeat(4000)}\n`);
  const chunk = Uint8Array.from({ length: line.length * 250 }, (_, at) => line[at % line.length]!);
  async function* endless(): AsyncIterable<Bytes> {
    for (let sent = 0; sent < 300; sent++) yield chunk;
  }
  await assert.rejects(readIpInfoFile("a file", endless()), /^IpInfoFileError: .*: it holds more than 256 MiB$/);
});

Deno.test("what goes wrong while a file is read stays as it is", async () => {
  async function* broken(): AsyncIterable<Bytes> {
    yield Uint8Array.of(0x1f, 0x8b, 8);
    yield TEXT;
    throw new Deno.errors.Interrupted("disk");
  }
  await assert.rejects(readIpInfoFile("a file", broken()), Deno.errors.Interrupted);
});

Deno.test("any bytes are a file or refused by name; nothing else is thrown", async () => {
  const random = new Random(5);
  const wholes = [TEXT, MMDB, await packed(TEXT), await packed(MMDB)];
  for (let run = 0; run < 500; run++) {
    const bytes = run % 10 === 0 ? Uint8Array.from(random.bytes(random.below(3000))) : random.pick(wholes).slice();
    for (let damage = random.below(3); damage >= 0 && bytes.length > 0; damage--) {
      bytes[random.below(bytes.length)] = random.below(256);
    }
    const message = await refusalOf(bytes);
    assert.match(message, /^(Cannot read AS information from a file: [^\p{Cc}]+)?$/u);
  }
});
