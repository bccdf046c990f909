import type { FrameLocation } from "../profile/mod.ts";

/**
 * Reads what the text of a frame says about where its code is. Every spelling that profilers,
 * tracers and crash reports are known to write is understood; what carries no number is a name.
 *
 * | text | what the number is |
 * | --- | --- |
 * | `0x7f572d91b230`, `00007f572d91b230`, `7f572d91b230` | address (bpftrace, libbpf-tools, perf) |
 * | `7f57.. [unknown] (/lib/x.so)` | address, or file offset in newer perf |
 * | `0x7f57.. sym+0x12 (/lib/x.so+0x1c4b5)` | address (libbpf-tools) |
 * | `[libc.so.6 <7f57..>]` | the same (collapsers of perf with `--addrs`) |
 * | `/lib/x.so(sym+0x1a) [0x7f57..]` | address (`backtrace_symbols(3)`) |
 * | `#1 0x55.. in f (/lib/x.so+0x29d8f)` | address (sanitizers, gdb, eu-stack) |
 * | ``libc.so.1`0x7f57..``, `unknown ([exited]) <7f57..>` | address (DTrace, systing) |
 * | `lib.so+0x12`, `/lib/x.so+0x12`, `[lib.so+0x12]`, `lib.so!0x12` | vaddr |
 * | `C  [libc.so.6+0x29d90]  sym+0x80` | vaddr (JVM error logs) |
 * | `#00 pc 000191ac  /system/lib/libc.so (sym+12)` | vaddr (Android tombstones) |
 * | `(/lib/x.so+0x12)`, `[lib.so@0x12]` | file offset (perf's `dsoff`; symfold) |
 * | `<build-id> 0x12`, `unknown ([buildid:..]) <0x12>` | file offset (bpftrace, systing) |
 *
 * @example
 * ```ts
 * import { parseRawFrame } from "./raw_frame.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseRawFrame("[libm.so.6+0x12]_[k]"), {
 *   kind: "vaddr",
 *   module: "libm.so.6",
 *   vaddr: 0x12,
 *   bare: false,
 *   symbol: "",
 *   annotation: "_[k]",
 * });
 * assertEquals(parseRawFrame("main"), { kind: "name" });
 * ```
 */
export function parseRawFrame(text: string): FrameLocation {
  if (PLAIN_REGEXP.test(text)) return plainAddress(text);
  if (text.length > MAX_LENGTH || !HEX_DIGIT_REGEXP.test(text)) return NAME;
  const annotation = ANNOTATION_REGEXP.exec(text)?.[0] ?? "";
  const body = text.slice(0, text.length - annotation.length);
  for (const { pattern, read } of SPELLINGS) {
    const match = pattern.exec(body);
    const location = match?.groups && read({ annotation, symbol: "", ...match.groups });
    if (location) return location;
  }
  return NAME;
}

/**
 * An address in symfold's form from its hexadecimal digits (no `0x`): the upper half of the 64-bit
 * space as negative numbers, NaN if the value is not canonical.
 */
export function parseHexAddress(digits: string): number {
  const significant = digits.startsWith("0") ? digits.replace(/^0+(?=.)/, "") : digits;
  if (significant.length <= 13) return parseInt(significant, 16);
  if (significant.length > 16) return NaN;
  const high = parseInt(significant.slice(0, -8), 16) | 0;
  if (high >= 0x200000 || high < -0x200000) return NaN;
  return high * 0x100000000 + parseInt(significant.slice(-8), 16);
}

/** What most frames are: a table and its groups would cost more than all else of reading them. */
const PLAIN_REGEXP = /^0x[0-9a-f]{1,16}$/;

function plainAddress(text: string): FrameLocation {
  return {
    kind: "address",
    address: parseHexAddress(text.slice(2)),
    bare: false,
    perfModule: "",
    symbol: "",
    annotation: "",
  };
}

const NAME: FrameLocation = { kind: "name" };
/** Longer texts are names: the time that some patterns take grows with the square of the length. */
const MAX_LENGTH = 4096;
const HEX_DIGIT_REGEXP = /[0-9a-fA-F]/;
/** What flame graph tools and async-profiler put behind a name: kernel, JIT, inlined, ... */
const ANNOTATION_REGEXP = /_\[[kjiw01]\]$/;

/** The named groups of a spelling's pattern, with the annotation. */
interface Parts {
  readonly annotation: string;
  readonly symbol: string;
  readonly address?: string | undefined;
  readonly module?: string | undefined;
  readonly number?: string | undefined;
  readonly buildId?: string | undefined;
}

interface Spelling {
  /** Has the groups that `read` takes. */
  readonly pattern: RegExp;
  /** Gives undefined if it is another spelling after all. */
  readonly read: (parts: Parts) => FrameLocation | undefined;
}

/** In the order in which they are tried: the plain ones are by far the most frequent. */
const SPELLINGS: readonly Spelling[] = [
  { pattern: /^0x(?<address>[0-9a-f]+)$/i, read: readAddress },
  { pattern: /^(?<address>[0-9a-f]{5,16})$/i, read: readBareAddress },
  { pattern: /^(?<buildId>[0-9a-f]{16,64})[ :+]0x(?<number>[0-9a-f]+)$/i, read: readBuildId },
  {
    pattern: /^unknown \(\[buildid:(?<buildId>[0-9a-f]+)\]\) <0x(?<number>[0-9a-f]+)>$/i,
    read: readBuildId,
  },
  { pattern: /^unknown \(\[exited\]\) <?(?:0x)?(?<address>[0-9a-f]+)>?$/i, read: readAddress },
  // perf and libbpf-tools: an address, then a symbol, then the file in parentheses; any may lack.
  {
    pattern:
      /^0x(?<address>[0-9a-f]+)\s+(?<symbol>.*?)\s*(?:(?<=\s)\((?:\/.*|\[.*\]|[^()\s]*)\))?$/i,
    read: readAddress,
  },
  {
    pattern: /^(?<address>[0-9a-f]{1,16})\s+(?<symbol>.*?)\s*\((?<module>\/.*|\[.*\])\)$/i,
    read: readAddress,
  },
  { pattern: /^(?<address>[0-9a-f]{5,16})\s+(?<symbol>\[unknown\])$/i, read: readAddress },
  { pattern: /^\[(?<module>.+) <(?:0x)?(?<address>[0-9a-f]+)>\]$/i, read: readAddress },
  {
    pattern: /^(?:\S.*\((?<symbol>[^()]*)\)\s*)?\[0x(?<address>[0-9a-f]+)\]$/i,
    read: readAddress,
  },
  { pattern: /^.* load address 0x[0-9a-f]+ .*\[0x(?<address>[0-9a-f]+)\]$/i, read: readAddress },
  {
    pattern:
      /^#\d+ +pc (?<number>[0-9a-f]+) +(?<module>\/.*?(?: \(deleted\))?)(?: \(offset 0x[0-9a-f]+\))?(?: \((?!BuildId|offset|deleted\))(?<symbol>.*?)\))?(?: \(BuildId: [0-9a-f]+\))?$/i,
    read: readVaddr,
  },
  // Sanitizers, gdb and eu-stack: arguments or the file in parentheses, then the source or the file.
  {
    pattern:
      /^#\d+ +0x(?<address>[0-9a-f]+)(?: +- 1)?(?: +(?:in +)?(?!- |\([/<[])(?<symbol>\S.*?))?(?: +\(.*\))?(?: +(?:at|from|-) .+| +\/.*:\d+| +\S+:\d+)?$/i,
    read: readAddress,
  },
  { pattern: /^.+`0x(?<address>[0-9a-f]+)$/i, read: readAddress },
  {
    pattern: /^[CVJjv] +\[(?<module>.+)\+0x(?<number>[0-9a-f]+)\](?: +(?<symbol>.+))?$/i,
    read: readVaddr,
  },
  {
    pattern: /^(?:\[unknown\] +)?\((?<module>.+)\+0x(?<number>[0-9a-f]+)\)$/i,
    read: readFileOffset,
  },
  { pattern: /^\[(?<module>.+)@0x(?<number>[0-9a-f]+)\]$/i, read: readFileOffset },
  { pattern: /^\[(?<module>[^\]]+)\+0x(?<number>[0-9a-f]+)\]$/i, read: readVaddr },
  { pattern: /^(?<module>[^\s!]+)!0x(?<number>[0-9a-f]+)$/i, read: readVaddr },
  {
    pattern: /^(?<module>\/.*|[^\s()]*\.so(?:\.[0-9.]+)?)\+0x(?<number>[0-9a-f]+)$/i,
    read: readVaddr,
  },
  { pattern: /^(?<module>[^\s()+;]+)\+0x(?<number>[0-9a-f]+)$/i, read: readBareVaddr },
];

function readAddress(parts: Parts): FrameLocation {
  return {
    kind: "address",
    address: parseHexAddress(parts.address ?? ""),
    bare: false,
    perfModule: perfModuleOf(parts.module),
    symbol: symbolOnly(parts.symbol),
    annotation: parts.annotation,
  };
}

/** The file without what else perf may write in the parentheses; empty if perf knew none. */
export function perfModuleOf(module: string | undefined): string {
  if (module === undefined || /^(?:\[(?!vdso\]).*\]|unknown|)$/.test(module)) return "";
  return module.replace(/\+0x[0-9a-f]+$/, "").replace(/ \(deleted\)$/, "");
}

function readBareAddress(parts: Parts): FrameLocation {
  return {
    kind: "address",
    address: parseHexAddress(parts.address ?? ""),
    bare: true,
    perfModule: "",
    symbol: "",
    annotation: parts.annotation,
  };
}

function readVaddr(parts: Parts): FrameLocation {
  return vaddrLocation(parts, false);
}

function readBareVaddr(parts: Parts): FrameLocation {
  return vaddrLocation(parts, true);
}

function vaddrLocation(parts: Parts, bare: boolean): FrameLocation {
  return {
    kind: "vaddr",
    module: parts.module ?? "",
    vaddr: parseHexAddress(parts.number ?? ""),
    bare,
    symbol: symbolOnly(parts.symbol),
    annotation: parts.annotation,
  };
}

function readFileOffset(parts: Parts): FrameLocation {
  return {
    kind: "fileOffset",
    module: parts.module ?? "",
    buildId: "",
    fileOffset: parseHexAddress(parts.number ?? ""),
    symbol: "",
    annotation: parts.annotation,
  };
}

/** Sixteen digits of which the first four are those of an address are no build-id. */
function readBuildId(parts: Parts): FrameLocation | undefined {
  const buildId = (parts.buildId ?? "").toLowerCase();
  if (buildId.length % 2 !== 0 || /^(?:0000|ffff).{12}$/.test(buildId)) return undefined;
  return {
    kind: "fileOffset",
    module: "",
    buildId,
    fileOffset: parseHexAddress(parts.number ?? ""),
    symbol: "",
    annotation: parts.annotation,
  };
}

/** Cuts the offset that some recorders append: hexadecimal in perf and bcc, decimal in bpftrace. */
export function symbolOnly(symbol: string | undefined): string {
  if (symbol === undefined || symbol.startsWith("0x")) return "";
  if (symbol === "[unknown]" || symbol === "??") return "";
  return symbol.replace(/^\+0x[0-9a-f]+$/, "").replace(/\+(?:0x[0-9a-f]+|\d+)$/, "");
}
