import { type Profile, SAMPLES, UNRESOLVED_REASONS } from "../../profile/mod.ts";
import { type CallTree, callTreeOf, NO_NODE, ROOT } from "../call_tree.ts";
import { printable } from "../printable.ts";
import type { WriteOptions } from "../profile_writer.ts";
import { PAGE_KINDS } from "./page_data.ts";

/** Numbers of a column that become text at once. */
const COLUMN_PIECE = 1 << 13;

/**
 * The JSON of `PageData` in pieces. It may stand in a `<script>` element: no `<` is in it.
 *
 * @throws {FormatError} If all weights together are more than 2^53 - 1.
 */
export function* encodePage(profile: Profile, options: WriteOptions): Generator<string> {
  const tree = callTreeOf(profile);
  const columns = new PageColumns(profile, tree);
  columns.addNodes();
  const { name, unit } = profile.weightType ?? SAMPLES;
  const head = {
    title: printable(options.title ?? "symfold"),
    exporter: printable(options.exporter ?? "symfold"),
    weight: {
      decimals: profile.decimals,
      weightType: { name: printable(name), unit: printable(unit) },
    },
  };
  yield jsonOf(head).slice(0, -1);
  yield ',"strings":[';
  yield* stringsOf(columns.strings);
  yield "]";
  const { functions, places, nodes } = columns;
  for (const [title, group] of Object.entries({ functions, places, nodes })) {
    yield `,"${title}":{`;
    yield* columnsOf(group);
    yield "}";
  }
  yield "}";
}

/** The columns of a page, filled while the tree is walked. */
class PageColumns {
  readonly strings: string[] = [""];
  readonly functions = { name: [] as number[], image: [] as number[], kind: [] as number[] };
  readonly places = {
    function: [] as number[],
    file: [] as number[],
    line: [] as number[],
    reason: [] as number[],
  };
  readonly nodes: { up: number[]; place: number[]; self: number[]; base?: number[] };
  readonly #profile: Profile;
  readonly #tree: CallTree;
  readonly #numberOf = new Map<string, number>([["", 0]]);
  readonly #functionOf: Int32Array;
  readonly #placeOf = new Map<string, number>();

  constructor(profile: Profile, tree: CallTree) {
    this.#profile = profile;
    this.#tree = tree;
    this.#functionOf = new Int32Array(tree.functions.length).fill(-1);
    const nodes = { up: [], place: [], self: [] };
    this.nodes = tree.base === undefined ? nodes : { ...nodes, base: [] };
  }

  /** Adds all nodes but the root, whose weight is that of its children. */
  addNodes(): void {
    const { firstChildOf, nextSiblingOf, parentOf } = this.#tree;
    let up = 0;
    for (let node = firstChildOf[ROOT]!; node > ROOT;) {
      this.#addNode(node, up);
      if (firstChildOf[node] !== NO_NODE) {
        up = 0;
        node = firstChildOf[node]!;
        continue;
      }
      up = 1;
      while (node !== ROOT && nextSiblingOf[node] === NO_NODE) {
        node = parentOf[node]!;
        up++;
      }
      if (node !== ROOT) node = nextSiblingOf[node]!;
    }
  }

  #addNode(node: number, up: number): void {
    const { selfOf, base } = this.#tree;
    this.nodes.up.push(up);
    this.nodes.place.push(this.#place(node));
    this.nodes.self.push(selfOf[node]!);
    this.nodes.base?.push(base!.selfOf[node]!);
  }

  /** How far the place of a node is before a new one. */
  #place(node: number): number {
    const { functionOf, frameOf } = this.#tree;
    const detail = this.#profile.details?.[frameOf[node]!];
    const { file, line } = detail?.position ?? { file: "", line: 0 };
    const key = `${functionOf[node]};${line};${detail?.reason ?? ""};${file}`;
    const count = this.#placeOf.size;
    const known = this.#placeOf.get(key);
    if (known !== undefined) return count - known;
    this.#placeOf.set(key, count);
    this.places.function.push(this.#function(functionOf[node]!));
    this.places.file.push(this.#string(file));
    this.places.line.push(line);
    this.places.reason.push(this.#string(reasonText(detail?.reason)));
    return 0;
  }

  /** How far a function is before a new one. */
  #function(of: number): number {
    const { name, image, kind } = this.functions;
    const count = name.length;
    if (this.#functionOf[of]! >= 0) return count - this.#functionOf[of]!;
    this.#functionOf[of] = count;
    const { name: text, image: path, kind: word } = this.#tree.functions[of]!;
    name.push(this.#string(text));
    image.push(this.#string(path));
    kind.push(PAGE_KINDS.indexOf(word));
    return 0;
  }

  #string(text: string): number {
    const known = this.#numberOf.get(text);
    if (known !== undefined) return known;
    this.#numberOf.set(text, this.strings.length);
    return this.strings.push(printable(text)) - 1;
  }
}

function reasonText(reason: keyof typeof UNRESOLVED_REASONS | undefined): string {
  if (reason === undefined) return "";
  const { meaning, advice } = UNRESOLVED_REASONS[reason];
  return advice === "" ? meaning : `${meaning}: ${advice}`;
}

/** JSON that ends no `<script>` and begins no comment in one. */
function jsonOf(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}

function* stringsOf(strings: readonly string[]): Generator<string> {
  for (let at = 0; at < strings.length; at += COLUMN_PIECE) {
    const piece = jsonOf(strings.slice(at, at + COLUMN_PIECE)).slice(1, -1);
    yield at === 0 ? piece : `,${piece}`;
  }
}

function* columnsOf(group: Readonly<Record<string, readonly number[]>>): Generator<string> {
  let separator = "";
  for (const [title, numbers] of Object.entries(group)) {
    yield `${separator}"${title}":[`;
    for (let at = 0; at < numbers.length; at += COLUMN_PIECE) {
      const piece = numbers.slice(at, at + COLUMN_PIECE).join();
      yield at === 0 ? piece : `,${piece}`;
    }
    yield "]";
    separator = ",";
  }
}
