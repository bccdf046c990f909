import { parseXml, XmlElement } from "@rgrove/parse-xml";

/** A frame of a picture. */
export interface SvgFrame {
  /** The lines of its tooltip; the first is its name. */
  readonly tooltip: readonly string[];
  /** What is written in it; empty if there is no room. */
  readonly label: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly fill: string;
  /** Whether it stands for calls that are too narrow. */
  readonly isRest: boolean;
  /** The weight to the left of it, and its own. */
  readonly start: number;
  readonly weight: number;
}

/** What an SVG flame graph has, read by a strict XML parser. */
export interface SvgPicture {
  readonly title: string;
  /** The texts above the frames. */
  readonly heading: readonly string[];
  readonly frames: readonly SvgFrame[];
  /** The names of all elements that are there. */
  readonly elements: ReadonlySet<string>;
  readonly script: string;
}

/**
 * Reads a picture.
 *
 * @throws If it is not well-formed XML.
 */
export function readSvg(text: string): SvgPicture {
  const { root } = parseXml(text);
  const children = elementsOf(root!);
  const frames = children.filter(({ attributes }) => /^frame\b/.test(attributes["class"] ?? ""));
  return {
    title: childOf(root!, "title")!.text,
    heading: children.filter(({ name, attributes }) =>
      name === "text" && attributes["class"] === undefined
    ).map((element) => element.text),
    frames: frames.map(frameOf),
    elements: new Set(descendantsOf(root!).map(({ name }) => name)),
    script: childOf(root!, "script")!.text,
  };
}

function frameOf(group: XmlElement): SvgFrame {
  const { attributes } = childOf(group, "rect")!;
  const [start, weight] = group.attributes["data-at"]!.split(" ").map(Number);
  return {
    tooltip: childOf(group, "title")!.text.split("\n"),
    label: childOf(group, "text")?.text ?? "",
    x: Number(attributes["x"]),
    y: Number(attributes["y"]),
    width: Number(attributes["width"]),
    fill: attributes["fill"]!,
    isRest: group.attributes["class"] === "frame rest",
    start: start!,
    weight: weight!,
  };
}

function childOf(element: XmlElement, name: string): XmlElement | undefined {
  return elementsOf(element).find((child) => child.name === name);
}

function elementsOf(element: XmlElement): XmlElement[] {
  return element.children.filter((child) => child instanceof XmlElement);
}

function descendantsOf(element: XmlElement): XmlElement[] {
  return [element, ...elementsOf(element).flatMap(descendantsOf)];
}
