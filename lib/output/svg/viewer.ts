/** What the viewer needs of an element. It runs in browsers, whose types the rest must not see. */
export interface ViewerElement {
  textContent: string | null;
  readonly classList: { toggle(name: string, isOn: boolean): unknown };
  readonly ownerSVGElement: ViewerElement | null;
  readonly ownerDocument: ViewerDocument;
  getAttribute(name: string): string | null;
  setAttribute(name: string, value: string): void;
  querySelector(selector: string): ViewerElement | null;
  querySelectorAll(selector: string): Iterable<ViewerElement>;
  closest(selector: string): ViewerElement | null;
  append(child: ViewerElement): void;
  remove(): void;
  getBoundingClientRect(): { readonly width: number };
  addEventListener(type: string, listener: (event: ViewerEvent) => void): void;
}

/** What the viewer needs of a document. */
export interface ViewerDocument {
  readonly defaultView: Pick<ViewerElement, "addEventListener"> | null;
  createElementNS(namespace: string, name: string): ViewerElement;
}

/** What the viewer needs of an event. */
export interface ViewerEvent {
  readonly target: ViewerElement;
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  preventDefault(): void;
  stopPropagation(): void;
}

/** A text field of HTML. */
export interface ViewerField extends ViewerElement {
  readonly value: string;
  focus(): void;
  select(): void;
}

/**
 * Brings a flame graph that `writeSvg` wrote to life: frames fill the window and show when clicked
 * what is above them, names are searched, what is under the pointer is described. The picture holds
 * the text of this function, which so must refer to nothing outside of itself.
 *
 * @param script The element of the picture that the text is in.
 * @param labelText Gives what of a name fits into a frame.
 */
export function viewSvg(
  script: ViewerElement,
  labelText: (name: string, space: number) => string,
): void {
  const svg = script.ownerSVGElement!;
  const document = svg.ownerDocument;
  const height = svg.getAttribute("viewBox")!.split(" ")[3]!;
  const part = (name: string) => svg.querySelector(`.${name}`)!;
  const frames = Array.from(svg.querySelectorAll("g.frame"), (group) => {
    const [start = 0, weight = 0, depth = 0] = group.getAttribute("data-at")!.split(" ").map(
      Number,
    );
    const name = group.querySelector("title")!.textContent!.split("\n", 1)[0]!;
    const rect = group.querySelector("rect")!;
    const label = group.querySelector("text");
    const isCall = !group.getAttribute("class")!.includes("rest");
    return { group, rect, label, start, weight, depth, name, isCall };
  });
  const root = frames[0]!;
  let zoomed = root;
  let width = 0;
  let field: ViewerField | undefined;

  /** Puts all frames where they are with this zoom and this width. */
  function draw(): void {
    const end = zoomed.start + zoomed.weight;
    const scale = width / (zoomed.weight || 1);
    const isCaller = ({ start, weight, depth }: typeof root) =>
      depth < zoomed.depth && start <= zoomed.start && start + weight >= end;
    for (const frame of frames) {
      const { group, rect, start, weight, depth } = frame;
      const isAbove = isCaller(frame);
      const isShown = isAbove ||
        depth >= zoomed.depth && start >= zoomed.start && start + weight <= end;
      group.classList.toggle("hidden", !isShown);
      group.classList.toggle("caller", isAbove);
      if (!isShown) continue;
      const x = isAbove ? 0 : (start - zoomed.start) * scale;
      const space = isAbove || frame === zoomed ? width : weight * scale;
      rect.setAttribute("x", x.toFixed(2));
      // A gap between neighbours, if there is room for one.
      rect.setAttribute("width", (space > 2 ? space - 0.5 : space).toFixed(2));
      write(frame, x, space);
    }
    part("reset").classList.toggle("hidden", zoomed === root);
  }

  /** Writes as much of a name as there is room for. */
  function write(frame: typeof root, x: number, space: number): void {
    const text = frame.isCall ? labelText(frame.name, space) : "";
    if (text === "" && frame.label === null) return;
    if (frame.label === null) {
      frame.label = document.createElementNS("http://www.w3.org/2000/svg", "text");
      frame.label.setAttribute("y", String(Number(frame.rect.getAttribute("y")) + 13));
      frame.group.append(frame.label);
    }
    frame.label.textContent = text;
    frame.label.setAttribute("x", (x + 3).toFixed(2));
  }

  function zoom(to: typeof root): void {
    zoomed = to;
    draw();
  }

  /** Fills the width that the picture has, with letters as large as they are meant to be. */
  function resize(): void {
    svg.setAttribute("height", height);
    width = Math.max(400, Math.floor(svg.getBoundingClientRect().width));
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    part("tools").setAttribute("transform", `translate(${width} 0)`);
    part("paper").setAttribute("width", String(width));
    draw();
  }

  /** Marks what a regular expression finds; an empty one finds nothing. Small letters mean both. */
  function search(text: string): void {
    let pattern: RegExp | undefined;
    try {
      pattern = text === "" ? undefined : new RegExp(text, hasCapital(text) ? "" : "i");
    } catch {
      part("matched").textContent = "Not a regular expression";
      return;
    }
    let weight = 0;
    // Callers stand before what they call, so that what begins before this is in a match already.
    let counted = 0;
    for (const frame of frames) {
      const isMatch = frame.isCall && pattern !== undefined && pattern.test(frame.name);
      frame.group.classList.toggle("match", isMatch);
      if (!isMatch || frame.start < counted) continue;
      weight += frame.weight;
      counted = frame.start + frame.weight;
    }
    const share = (100 * weight / (root.weight || 1)).toFixed(1);
    part("matched").textContent = pattern === undefined ? "" : `Matched: ${share} %`;
  }

  /** Not counting those that stand for something, such as `\S`. */
  function hasCapital(text: string): boolean {
    return /\p{Lu}/u.test(text.replaceAll(/\\./g, ""));
  }

  function openSearch(): void {
    if (field === undefined) {
      const box = document.createElementNS("http://www.w3.org/2000/svg", "foreignObject");
      for (
        const [name, value] of Object.entries({ x: "-268", y: "6", width: "260", height: "26" })
      ) box.setAttribute(name, value);
      field = document.createElementNS("http://www.w3.org/1999/xhtml", "input") as ViewerField;
      field.setAttribute("type", "search");
      field.setAttribute("placeholder", "Regular expression");
      field.setAttribute("aria-label", "Search");
      field.setAttribute("style", "box-sizing:border-box;width:100%;height:100%;font:inherit");
      field.addEventListener("input", () => search(field!.value));
      box.append(field);
      part("tools").append(box);
    }
    part("search").classList.toggle("hidden", true);
    field.focus();
    field.select();
  }

  function closeSearch(): void {
    field?.closest("foreignObject")?.remove();
    field = undefined;
    part("search").classList.toggle("hidden", false);
    search("");
  }

  function press(event: ViewerEvent): void {
    const isSearch = event.key === "F3" ||
      (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "f";
    if (isSearch) {
      event.preventDefault();
      openSearch();
    } else if (event.key === "Escape") {
      if (field === undefined) zoom(root);
      else closeSearch();
    } else if (event.key === "Enter") {
      activate(event);
    }
  }

  function activate({ target }: ViewerEvent): void {
    if (target.closest(".search") !== null) return openSearch();
    if (target.closest(".reset") !== null) return zoom(root);
    const frame = frameAt(target);
    if (frame?.isCall) zoom(frame);
  }

  function frameAt(target: ViewerElement): typeof root | undefined {
    const group = target.closest("g.frame");
    return group === null ? undefined : frames.find((frame) => frame.group === group);
  }

  function describe(target: ViewerElement | undefined): void {
    const text = target?.closest("g.frame")?.querySelector("title")?.textContent ?? "";
    part("details").textContent = text.split("\n").join(" · ");
  }

  svg.classList.toggle("live", true);
  svg.addEventListener("click", activate);
  svg.addEventListener("mouseover", ({ target }) => describe(target));
  svg.addEventListener("mouseout", () => describe(undefined));
  document.defaultView!.addEventListener("keydown", press);
  document.defaultView!.addEventListener("resize", resize);
  resize();
}
