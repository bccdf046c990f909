import type { Profile } from "../../profile/mod.ts";
import { printable } from "../printable.ts";
import type { WriteOptions } from "../profile_writer.ts";
import { encodePage } from "./encode_page.ts";
import { PAGE_MARKUP, PAGE_SCRIPT, PAGE_STYLE } from "./page_text.ts";

/**
 * Writes a profile as one page that needs nothing else: flame graph, search, table of functions. It
 * forbids itself the network, and runs no script but its own (Content Security Policy Level 3), so
 * that names from files can do nothing in it.
 *
 * @returns The page as UTF-8, in chunks.
 * @throws {FormatError} If all weights together are more than 2^53 - 1.
 */
export async function* writeHtml(
  profile: Profile,
  options: WriteOptions = {},
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  const [style, script] = await Promise.all([hashOf(PAGE_STYLE), hashOf(PAGE_SCRIPT)]);
  // "default-src" says nothing of the last two.
  const policy =
    `default-src 'none'; img-src data:; style-src '${style}'; script-src '${script}'; ` +
    "base-uri 'none'; form-action 'none'";
  yield encoder.encode(
    `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="${escapeHtml(options.exporter ?? "symfold")}">
<title>${escapeHtml(options.title ?? "symfold")}</title>
<link rel="icon" href="${ICON}">
<style>${PAGE_STYLE}</style>
</head>
<body>
${PAGE_MARKUP}
<script type="application/json" id="data">`,
  );
  for (const piece of encodePage(profile, options)) yield encoder.encode(piece);
  yield encoder.encode(`</script>\n<script>${PAGE_SCRIPT}</script>\n</body>\n</html>\n`);
}

/** Without one, browsers ask the server that the page came from. */
const ICON = "data:image/svg+xml," + encodeURIComponent(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path fill="#c2410c" d="M1 12h14v3H1z"/><path fill="#ea580c" d="M1 8h9v3H1z"/><path fill="#f59e0b" d="M3 4h5v3H3z"/><path fill="#fbbf24" d="M4 1h2v2H4zM11 8h3v3h-3z"/></svg>`,
);

/** What a policy calls a text that may run. */
async function hashOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}`;
}

function escapeHtml(text: string): string {
  return printable(text).replace(
    /[&<>"']/g,
    (character) => `&#${character.charCodeAt(0)};`,
  );
}
