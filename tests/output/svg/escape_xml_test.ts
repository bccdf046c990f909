import { parseXml } from "@rgrove/parse-xml";
import { assertEquals } from "@std/assert";
import { escapeXml } from "../../../lib/output/svg/escape_xml.ts";
import { HOSTILE_NAMES } from "../../support/random_samples.ts";

Deno.test("escapeXml() leaves letters of any language", () => {
  assertEquals(escapeXml("größe 日本 \u{1f600}"), "größe 日本 \u{1f600}");
});

Deno.test("escapeXml() writes markup and line ends as references", () => {
  assertEquals(escapeXml(`<a b="c">&'\n`), "&#60;a b=&#34;c&#34;&#62;&#38;&#39;&#10;");
});

Deno.test("escapeXml() spells control characters, and replaces what XML forbids", () => {
  assertEquals(escapeXml("\x00\x1b\x7f\x9f"), "\\x00\\x1b\\x7f\\x9f");
  assertEquals(escapeXml("a\ud800b\udc00c\ufffe\uffff"), "a\ufffdb\ufffdc\ufffd\ufffd");
});

for (const name of HOSTILE_NAMES) {
  Deno.test(`escapeXml() of ${JSON.stringify(name)} is text, and an attribute`, () => {
    const escaped = escapeXml(name);
    const { root } = parseXml(`<a b="${escaped}">${escaped}</a>`);
    assertEquals(root!.attributes["b"], root!.text);
    assertEquals(root!.children.length, 1);
  });
}
