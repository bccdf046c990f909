import type { Profile } from "../../profile/mod.ts";
import { type CallTree, callTreeOf, ROOT } from "../call_tree.ts";
import { countText } from "../count_text.ts";
import type { WriteOptions } from "../profile_writer.ts";
import { frameText } from "../frame_text.ts";
import { profileHeading } from "../profile_heading.ts";
import { spellWeightAndUnit } from "../spell_weight.ts";
import { textChunks } from "../text_chunks.ts";
import { escapeXml } from "./escape_xml.ts";
import { type FlameBox, flameBoxes } from "./flame_boxes.ts";
import { changeColor, frameColor, MATCH_COLOR, REST_COLOR, TEXT_COLOR } from "./frame_color.ts";
import { labelText } from "./label_text.ts";
import { viewSvg } from "./viewer.ts";

/**
 * Writes a flame graph as SVG 1.1 that is complete without scripts, such as in a README: root at the
 * bottom, widths by weight, a tooltip for each frame. In a browser by itself it has zoom and search.
 * Of a differential profile widths are the weights after, and colours what changed. Calls narrower
 * than a tenth of a pixel are drawn as one.
 *
 * @returns The text in chunks.
 * @throws {FormatError} If all weights together are more than 2^53 - 1.
 */
export function* writeSvg(profile: Profile, options: WriteOptions = {}): Generator<Uint8Array> {
  yield* textChunks(new Picture(profile, options).pieces());
}

/** All in pixels of a picture that is not scaled. */
const WIDTH = 1200;
const MIN_BOX_WIDTH = 0.1;
const ROW_HEIGHT = 18;
/** From the top of a row to the line that letters stand on. */
const BASELINE = 13;
/** Above and below the frames. */
const HEAD_HEIGHT = 56;
const FOOT_HEIGHT = 28;
const MARGIN = 8;
/** Left of a name in its box, and right of it. */
const LABEL_INDENT = 3;
/** Of the field that is searched with. */
const FIELD_WIDTH = 260;
/** Boxes that are wide enough have a gap to the right. */
const GAP = 0.5;
/** How much larger the letters of the title are than those of frames. */
const TITLE_SCALE = 16 / 12;
/** What the tools may take of the first line. */
const TOOLS_WIDTH = 380;
const FONT = "ui-monospace, Menlo, Consolas, DejaVu Sans Mono, monospace";

/** For browsers only: a picture that does not run its script has the class `live` nowhere. */
const STYLE = `
.live .tools{display:inline}
.live .hidden{display:none}
.live .frame,.live .button{cursor:pointer}
.live .rest{cursor:default}
.live .frame:hover rect{stroke:${TEXT_COLOR}}
.live .frame text{pointer-events:none}
.live .match rect{fill:${MATCH_COLOR}}
.live .caller{opacity:.6}
.live .button{text-decoration:underline}
`;

class Picture {
  readonly #profile: Profile;
  readonly #tree: CallTree;
  readonly #title: string;
  readonly #exporter: string;
  /** What the root weighs; not 0, to divide by. */
  readonly #whole: number;
  readonly #height: number;
  readonly #greatestChange: number;

  constructor(profile: Profile, { title = "symfold", exporter = "symfold" }: WriteOptions) {
    this.#profile = profile;
    this.#title = title;
    this.#exporter = exporter;
    this.#tree = callTreeOf(profile);
    this.#whole = this.#tree.totalOf[ROOT]! || 1;
    let deepest = 0;
    let greatestChange = 1;
    for (const { node, depth, leftOut } of this.#boxes()) {
      deepest = Math.max(deepest, depth);
      if (leftOut === 0) greatestChange = Math.max(greatestChange, Math.abs(this.#changeOf(node)));
    }
    this.#greatestChange = greatestChange;
    this.#height = HEAD_HEIGHT + (deepest + 1) * ROW_HEIGHT + FOOT_HEIGHT;
  }

  *pieces(): Generator<string> {
    const height = this.#height;
    const subtitle = escapeXml(this.#subtitle());
    const shortTitle = labelText(this.#title, (WIDTH - TOOLS_WIDTH) / TITLE_SCALE);
    yield `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}"\
 font-family="${FONT}" font-size="12" fill="${TEXT_COLOR}">
<title>${escapeXml(this.#title)}</title>
<desc>${escapeXml(`Flame graph by ${this.#exporter}: `)}${subtitle}</desc>
<style>${STYLE}</style>
<rect class="paper" width="${WIDTH}" height="${height}" fill="#ffffff"/>
<text x="${MARGIN}" y="24" font-size="16" font-weight="bold">${escapeXml(shortTitle)}</text>
<text x="${MARGIN}" y="44">${subtitle}</text>
`;
    for (const box of this.#boxes()) yield this.#boxMarkup(box);
    yield `<text class="details" x="${MARGIN}" y="${height - 10}"/>
<g class="tools" display="none">
<text class="matched" x="-${MARGIN}" y="44" text-anchor="end"/>
${buttonMarkup("search", "Search", MARGIN)}
${buttonMarkup("reset hidden", "Reset zoom", FIELD_WIDTH + 3 * MARGIN)}
</g>
<script><![CDATA[(${viewSvg})(document.currentScript,${labelText})]]></script>
</svg>
`;
  }

  #boxes(): Generator<FlameBox> {
    return flameBoxes(this.#tree, this.#minWeight);
  }

  get #minWeight(): number {
    return this.#whole * MIN_BOX_WIDTH / WIDTH;
  }

  #subtitle(): string {
    const { totalOf, base } = this.#tree;
    const parts = [profileHeading(this.#profile, this.#tree)];
    if (base !== undefined) {
      parts.push("red: more than before, blue: less");
      const gone = base.selfOf.reduce(
        (sum, weight, at) => sum + (totalOf[at]! > 0 ? 0 : weight),
        0,
      );
      if (gone > 0) parts.push(`gone: ${spellWeightAndUnit(gone, this.#profile)}, not drawn`);
    }
    const narrow = totalOf.reduce(
      (count, total) => count + (total > 0 && total < this.#minWeight ? 1 : 0),
      0,
    );
    if (narrow > 0) parts.push(narrowText(narrow));
    return parts.join(" · ");
  }

  #boxMarkup(box: FlameBox): string {
    const { node, depth, start, weight, leftOut } = box;
    const scale = WIDTH / this.#whole;
    const x = start * scale;
    // The root is there even if nothing weighs anything.
    const space = node === ROOT && leftOut === 0 ? WIDTH : weight * scale;
    const y = this.#height - FOOT_HEIGHT - (depth + 1) * ROW_HEIGHT;
    const lines = leftOut > 0 ? this.#leftOutText(box) : frameText(this.#profile, this.#tree, node);
    const color = leftOut > 0 ? REST_COLOR : this.#colorOf(node);
    const label = leftOut > 0 ? "" : labelText(lines[0]!, space);
    const width = space > 4 * GAP ? space - GAP : space;
    return `<g class="frame${leftOut > 0 ? " rest" : ""}" data-at="${start} ${weight} ${depth}">\
<title>${escapeXml(lines.join("\n"))}</title>\
<rect x="${spell(x)}" y="${y}" width="${spell(width)}" height="${ROW_HEIGHT - 1}" fill="${color}"/>\
${label === "" ? "" : textMarkup(x + LABEL_INDENT, y + BASELINE, label)}</g>
`;
  }

  #leftOutText({ weight, leftOut }: FlameBox): string[] {
    return [narrowText(leftOut), spellWeightAndUnit(weight, this.#profile)];
  }

  #colorOf(node: number): string {
    const { base, functions, functionOf } = this.#tree;
    if (base !== undefined) return changeColor(this.#changeOf(node) / this.#greatestChange);
    return node === ROOT ? REST_COLOR : frameColor(functions[functionOf[node]!]!);
  }

  #changeOf(node: number): number {
    const { totalOf, base } = this.#tree;
    return base === undefined ? 0 : totalOf[node]! - base.totalOf[node]!;
  }
}

function buttonMarkup(classes: string, text: string, fromRight: number): string {
  return `<g class="button ${classes}" role="button" tabindex="0">\
<text x="-${fromRight}" y="24" text-anchor="end">${text}</text></g>`;
}

function textMarkup(x: number, y: number, text: string): string {
  return `<text x="${spell(x)}" y="${y}">${escapeXml(text)}</text>`;
}

function narrowText(count: number): string {
  return `${countText(count, "calls")} too narrow to draw`;
}

function spell(pixels: number): string {
  return String(Math.round(pixels * 100) / 100);
}
