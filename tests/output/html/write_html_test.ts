import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { PAGE_SCRIPT, PAGE_STYLE } from "../../../lib/output/html/page_text.ts";
import { writeHtml } from "../../../lib/output/html/write_html.ts";
import type { WriteOptions } from "../../../lib/output/mod.ts";
import { profileOf } from "../../support/profile_of.ts";

Deno.test("writeHtml() writes one page with style, markup, data and script", async () => {
  const text = await page({ title: "my run", exporter: "symfold 1.2.3" });
  assertMatch(text, /^<!doctype html>\n<html lang="en">\n/);
  assertMatch(text, /<\/html>\n$/);
  assertStringIncludes(text, "<title>my run</title>");
  assertStringIncludes(text, '<meta name="generator" content="symfold 1.2.3">');
  for (const part of ["<style>", "<header", '<script type="application/json" id="data">{"title"']) {
    assertEquals(text.split(part).length, 2, part);
  }
});

Deno.test("writeHtml() allows its own style and script, and no network", async () => {
  const text = await page();
  const [, policy] = /<meta http-equiv="Content-Security-Policy" content="([^"]*)">/.exec(text)!;
  const parts = policy!.split("; ");
  assertEquals(parts.slice(0, 2), ["default-src 'none'", "img-src data:"]);
  assertEquals(parts[2], `style-src '${await hashOf(between(text, "<style>", "</style>"))}'`);
  assertEquals(parts[3], `script-src '${await hashOf(between(text, "<script>", "</script>"))}'`);
  assertEquals(parts.slice(4), ["base-uri 'none'", "form-action 'none'"]);
});

Deno.test("writeHtml() names no other place", async () => {
  const text = (await page()).replaceAll("http://www.w3.org/2000/svg", "");
  assertEquals(/https?:|\/\/[a-z]+\.|@import|\burl\(|\bfetch\(|import\(/.exec(text), null);
});

Deno.test("writeHtml() lets no title out of its place", async () => {
  const text = await page({ title: `</title><script>alert("'&")</script>\0` });
  assertStringIncludes(
    text,
    "<title>&#60;/title&#62;&#60;script&#62;alert(&#34;&#39;&#38;&#34;)&#60;/script&#62;\\x00</title>",
  );
  assertEquals(text.split("<script>alert").length, 1);
});

Deno.test("writeHtml() embeds texts that the elements around them cannot end in", () => {
  assert(!/<\/script|<!--/i.test(PAGE_SCRIPT));
  assert(!/<\/style/i.test(PAGE_STYLE));
  // A policy's hash is of the text with line feeds alone.
  assert(!`${PAGE_SCRIPT}${PAGE_STYLE}`.includes("\r"));
});

async function page(options: WriteOptions = {}): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of writeHtml(profileOf([[["main"], 1]]), options)) {
    text += decoder.decode(chunk, { stream: true });
  }
  return text;
}

function between(text: string, start: string, end: string): string {
  const from = text.indexOf(start) + start.length;
  return text.slice(from, text.indexOf(end, from));
}

async function hashOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `sha256-${new Uint8Array(digest).toBase64()}`;
}
