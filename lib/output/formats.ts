import { writeFolded } from "./folded.ts";
import type { ProfileWriter } from "./profile_writer.ts";

/** What an output format is called on the command line. */
export type OutputFormatName =
  | "folded"
  | "html"
  | "svg"
  | "speedscope"
  | "pprof"
  | "firefox"
  | "top"
  | "tree";

/** A format that profiles may be written in. */
export interface OutputFormat {
  /** What it is called. */
  readonly name: OutputFormatName;
  /** What it is, for people. */
  readonly help: string;
  /** The ends of names of files that mean it, with their dots, lower-case. */
  readonly suffixes: readonly string[];
  /** Whether it shows more of frames than their names: `Profile.details`. */
  readonly usesDetails: boolean;
  /** Whether it is text that a terminal may show. */
  readonly isText: boolean;
  /** True if it is compressed with gzip by itself; left out otherwise. */
  readonly isGzip?: true;
  /** Gives what writes it, which is loaded when it is needed. */
  readonly load: () => Promise<ProfileWriter>;
}

/**
 * All formats, the default first. To add one, write a file with its writer, and its name above and a
 * row here: `--format`, the suffixes of `-o` and the help follow.
 */
export const OUTPUT_FORMATS: readonly OutputFormat[] = [
  {
    name: "folded",
    help: "collapsed stacks, for flame graph tools",
    suffixes: [".folded", ".collapsed"],
    usesDetails: false,
    isText: true,
    load: () => Promise.resolve(writeFolded),
  },
  {
    name: "html",
    help: "a page with a flame graph, search and a table of functions",
    suffixes: [".html", ".htm"],
    usesDetails: true,
    isText: true,
    load: async () => (await import("./html/write_html.ts")).writeHtml,
  },
  {
    name: "svg",
    help: "a flame graph as a picture, with zoom and search in a browser",
    suffixes: [".svg"],
    usesDetails: true,
    isText: false,
    load: async () => (await import("./svg/write_svg.ts")).writeSvg,
  },
  {
    name: "top",
    help: "a table of functions, the heaviest first, for a terminal",
    suffixes: [".top"],
    usesDetails: true,
    isText: true,
    load: async () => (await import("./top.ts")).writeTop,
  },
  {
    name: "tree",
    help: "the call tree, the heaviest first, for a terminal",
    suffixes: [".tree"],
    usesDetails: true,
    isText: true,
    load: async () => (await import("./tree.ts")).writeTree,
  },
  {
    name: "speedscope",
    help: "JSON for speedscope",
    suffixes: [".speedscope.json"],
    usesDetails: true,
    isText: true,
    load: async () => (await import("./speedscope.ts")).writeSpeedscope,
  },
  {
    name: "pprof",
    help: "profile.proto for pprof and all that reads its profiles",
    suffixes: [".pb.gz", ".pprof"],
    usesDetails: true,
    isText: false,
    isGzip: true,
    load: async () => (await import("./pprof.ts")).writePprof,
  },
  {
    name: "firefox",
    help: "JSON for the Firefox Profiler, profiler.firefox.com",
    suffixes: [".firefox.json"],
    usesDetails: true,
    isText: true,
    load: async () => (await import("./firefox.ts")).writeFirefox,
  },
];

/** The format of this name; undefined if there is none. */
export function outputFormatNamed(name: string): OutputFormat | undefined {
  return OUTPUT_FORMATS.find((format) => format.name === name);
}

/** The format that the name of a file means; undefined if it means none. */
export function outputFormatOfPath(path: string): OutputFormat | undefined {
  const name = path.toLowerCase();
  return OUTPUT_FORMATS.find(({ suffixes }) => suffixes.some((suffix) => name.endsWith(suffix)));
}
