import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { readerOfBytes } from "../../lib/bytes/mod.ts";
import { FormatError } from "../../lib/errors.ts";
import { openRecording } from "../../lib/input/mod.ts";
import { OUTPUT_FORMATS } from "../../lib/output/mod.ts";
import { profileOf } from "../support/profile_of.ts";

/** Bytes, a character each. */
const bytesOf = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

const OTHERS: readonly (readonly [string, string])[] = [
  ["PERFILE2\x68\0\0\0", "it is perf's own file: "],
  ["\x7fELF\x02\x01\x01\0", "it is an ELF file, want a recording"],
  ["DTiJ\x01\0\0\0", "it is a jitdump: give it with --perf-map"],
  ["\x89PNG\r\n\x1a\n\0", "it is a picture in PNG, "],
  ["%PDF-1.7\n", "it is a PDF, "],
  ["PK\x03\x04\x14\0", "it is a zip archive: "],
  ["\xfd7zXZ\0\0", "it is compressed with xz: "],
  ["BZh91AY&SY", "it is compressed with bzip2: "],
  ["a.txt".padEnd(257, "\0") + "ustar\0" + "00", "it is a tar archive, "],
  ["\xff\xfem\0a\0", "it is text in UTF-16: "],
  ["\xfe\xff\0m\0a", "it is text in UTF-16: "],
  ["<!DOCTYPE html>\n<title>x</title>", "it is a page in HTML, "],
  ["\n<html lang=en>", "it is a page in HTML, "],
  ['<?xml version="1.0"?>\n<svg xmlns="x">', "it is a picture in SVG, "],
  ["<svg width='1'>", "it is a picture in SVG, "],
  ['<?xml version="1.0"?>\n<a/>', "it is XML, "],
  ["a\0b\nc", "it is no text, and no binary format fits; "],
];

async function refusal(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const open = () => openRecording(readerOfBytes("a", bytes));
  return (await assertRejects(open, FormatError)).message;
}

for (const [text, detail] of OTHERS) {
  Deno.test(`openRecording() refuses ${JSON.stringify(text.slice(0, 24))}`, async () => {
    const message = await refusal(bytesOf(text));
    const wanted = `Cannot read the stacks of "a": ${detail}`;
    assertEquals(message.slice(0, wanted.length), wanted);
    assertEquals(
      (await openRecording(readerOfBytes("a", bytesOf(text)), "folded")).format,
      "folded",
    );
  });
}

for (
  const text of [
    "<unknown>;main 3\n",
    "<htm> 1\n",
    "{;}; 3\n",
    "BZ;x 1\n",
    "PERF;ELF 1\n",
    "[x] 1\n",
  ]
) {
  Deno.test(`openRecording() takes ${JSON.stringify(text)} for stacks`, async () => {
    assertEquals((await openRecording(readerOfBytes("a", bytesOf(text)))).format, "folded");
  });
}

for (const { name, load } of OUTPUT_FORMATS.filter(({ name }) => /html|svg|scope|fox/.test(name))) {
  Deno.test(`openRecording() refuses what is written as ${name}`, async () => {
    const write = await load();
    const options = { merge: true, title: "a", exporter: "symfold" };
    const chunks = ReadableStream.from(write(profileOf([[["main", "run"], 3]]), options));
    const message = await refusal(await new Response(chunks).bytes());
    assertMatch(message, /^Cannot read the stacks of "a": it is (?:a p|JSON for )/);
  });
}
