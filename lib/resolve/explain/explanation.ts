import type { LayoutRemark } from "../../maps/mod.ts";
import type { ImageEvidence } from "../evidence/image_evidence.ts";
import type { UnresolvedReason } from "../../profile/mod.ts";
import type { LabelVerdict, LookupStage, SymbolBinding, SymbolRule } from "../../symbols/mod.ts";
import type { FetchCommand } from "../images/fetch_commands.ts";

/** An address, offset or size in hexadecimal: `0x` and lower-case digits. */
export type Hex = string;

/** What was decided for one address, and why. All of it is plain data, fit for JSON. */
export interface Explanation {
  /** The address as it was given. */
  readonly input: string;
  /** The PID of the process whose address it is; left out if there is one process only. */
  readonly process?: number;
  /** What symfold writes for it; more than one if functions are inlined, outermost first. */
  readonly frames: readonly string[];
  /** Why there is no name; left out if there is one. */
  readonly failure?: ExplainedFailure;
  /** What was given. */
  readonly number: ExplainedNumber;
  /** Where it was looked up. */
  readonly lookup: ExplainedLookup;
  /** The mapping that holds the address; left out if none does, or no address was given. */
  readonly mapping?: ExplainedMapping;
  /** The nearest mappings, if none holds the address; left out if one does. */
  readonly neighbours?: {
    /** The last one before it; left out if there is none. */
    readonly before?: ExplainedMapping;
    /** The first one behind it; left out if there is none. */
    readonly behind?: ExplainedMapping;
  };
  /** The images that several snapshots have there, in order; left out if there is one at most. */
  readonly contested?: readonly ContestedImage[];
  /** What the recording says of the frame, and of its image; left out if there is none. */
  readonly recorded?: ExplainedRecording;
  /** The file behind the mapping, or that was named; left out if there is none. */
  readonly file?: ExplainedFile;
  /** The LOAD segments of the file, in order; left out if the file could not be read. */
  readonly segments?: readonly ImageSegment[];
  /** The load biases that mappings of the file allow, the best first; left out likewise. */
  readonly candidates?: readonly ExplainedBias[];
  /** The loaded copy of the file; left out if none holds the address. */
  readonly image?: ExplainedImage;
  /** Where in the file it is; left out if that is not known. */
  readonly place?: ExplainedPlace;
  /** What the code says of the address as a return address; left out if that cannot be told. */
  readonly evidence?: ExplainedEvidence;
  /** How the name was found, or why none was; left out if it did not come to that. */
  readonly name?: ExplainedName;
  /** The perf maps and jitdumps, in the order in which they are asked; left out if there are none. */
  readonly codeMaps?: readonly ExplainedCodeMap[];
  /** What kallsyms and vmlinux say; left out if the address is not the kernel's. */
  readonly kernel?: ExplainedKernel;
}

/** An image that a snapshot has at an address, where another snapshot has another. */
export interface ContestedImage {
  /** The snapshot's file name. */
  readonly snapshot: string;
  /** The path of the file. */
  readonly path: string;
  /** `address - vaddr`. */
  readonly loadBias: Hex;
  /** Whether it was chosen. */
  readonly isChosen: boolean;
  /** Return addresses of the recording that both have; 0 without a recording. */
  readonly returns: number;
  /** Those of them that follow a call in this one. */
  readonly calls: number;
}

/** What a recording says of a frame, and of the image that holds it. */
export interface ExplainedRecording {
  /** The file names of the recording. */
  readonly sources: readonly string[];
  /** What the stacks weigh in which the frame called another, added up for each time that it is there. */
  readonly callerWeight: number;
  /** What those weigh in which it did not, or was interrupted. */
  readonly leafWeight: number;
  /** Whether return addresses follow calls in the image; left out if none holds the frame. */
  readonly evidence?: ImageEvidence;
  /** Why the image is not what was mapped, as a clause; empty if it seems to be. */
  readonly doubt: string;
  /** The start of the function, if only the calls that lead there tell of it; else left out. */
  readonly calledStart?: Hex;
}

/** Why an address has no name. */
export interface ExplainedFailure {
  /** The reason, as in the report. */
  readonly reason: UnresolvedReason;
  /** What is the case, as a clause. */
  readonly meaning: string;
  /** What exactly was the matter; empty if the reason says it all. */
  readonly detail: string;
  /** What to do about it; empty if there is nothing. */
  readonly advice: string;
  /** Commands that may help. */
  readonly commands: readonly FetchCommand[];
}

/** What the number in a frame counts. */
export interface ExplainedNumber {
  /** An address of the process, a vaddr of a file, or a file offset. */
  readonly kind: "address" | "vaddr" | "fileOffset";
  /** The number; empty if it is no number that such an address may have. */
  readonly value: Hex;
  /** The file that the frame names; empty if it names none. */
  readonly module: string;
  /** The build-id that the frame has, lower-case hexadecimal; empty if it has none. */
  readonly buildId: string;
  /** The name that the recorder wrote beside the number; empty if it wrote none. */
  readonly symbol: string;
}

/** Where a number was looked up. */
export interface ExplainedLookup {
  /** Whether it is taken for the address behind a call, and looked up one byte before. */
  readonly isReturnAddress: boolean;
  /** The number that was looked up. */
  readonly value: Hex;
  /** What the frames would be if it were looked up the other way; left out if they are the same. */
  readonly otherwise?: readonly string[];
}

/** A line of a maps snapshot. */
export interface ExplainedMapping {
  /** The snapshot's file name. */
  readonly snapshot: string;
  /** First address. */
  readonly start: Hex;
  /** Address behind the last one. */
  readonly end: Hex;
  /** Such as `r-x`. */
  readonly permissions: string;
  /** In bytes, of what is mapped at the start. */
  readonly fileOffset: Hex;
  /** As `major:minor`. */
  readonly device: string;
  /** 0 if no file is behind it. */
  readonly inode: number;
  /** A path, or a label such as `[vdso]`; empty for anonymous memory. */
  readonly path: string;
  /** Whether the file had been deleted when the snapshot was taken. */
  readonly isDeleted: boolean;
}

/** A file of the recorded machine. */
export interface ExplainedFile {
  /** Its path there. */
  readonly path: string;
  /** Where it was found here; empty if it was not. */
  readonly foundAt: string;
  /** Lower-case hexadecimal; empty if it has none or it is not known. */
  readonly buildId: string;
  /** Such as `x86-64`; empty if it is not known. */
  readonly architecture: string;
}

/** A loaded copy of a file, and how it was told from what else the mappings allow. */
export interface ExplainedImage {
  /** `address - vaddr`. */
  readonly loadBias: Hex;
  /** The address of its first mapping. */
  readonly imageBase: Hex;
  /** At most the page size of the recorded machine, in bytes. */
  readonly pageSize: Hex;
  /** The mappings that belong to it, by start; the first one is its base. */
  readonly mappings: readonly ImageMapping[];
  /** What does not agree between the file's text and what is mapped; empty if all does. */
  readonly problem: string;
  /** What is remarkable about it. */
  readonly remarks: readonly LayoutRemark[];
}

/** A mapping of an image. */
export interface ImageMapping extends Omit<ExplainedMapping, "snapshot" | "device" | "inode"> {
  /** Whether it is the first one, whose start is the image's base. */
  readonly isFirst: boolean;
  /** Whether it holds the address. */
  readonly holdsAddress: boolean;
  /** Whether it is anonymous memory that took the place of text. */
  readonly isAnonymousText: boolean;
}

/** A LOAD segment of a file. */
export interface ImageSegment {
  /** Its number among the LOAD segments, from 0. */
  readonly number: number;
  /** `p_offset` in bytes. */
  readonly fileOffset: Hex;
  /** `p_filesz` in bytes. */
  readonly fileSize: Hex;
  /** `p_vaddr`. */
  readonly vaddr: Hex;
  /** `p_memsz` in bytes. */
  readonly memorySize: Hex;
  /** Such as `r-x`. */
  readonly permissions: string;
  /** Whether it holds the vaddr that was looked up. */
  readonly holdsVaddr: boolean;
  /**
   * The load bias that follows if the mapping that holds the address shows this segment; left out if
   * its pages do not hold the file offset of the mapping.
   */
  readonly loadBias?: Hex;
  /** How well the mapping agrees with it; the greater the better. Left out likewise. */
  readonly score?: number;
}

/** A load bias that mappings of a file allow. */
export interface ExplainedBias {
  /** `address - vaddr`. */
  readonly loadBias: Hex;
  /** How many mappings of the file it explains. */
  readonly mappings: number;
  /** How well they agree with the segments all together; the greatest wins. */
  readonly score: number;
  /**
   * Whether it is this image's, by the score, or because return addresses follow calls or all text is mapped by it; that of
   * another loaded copy, one where the file was mapped for reading only, or none because the mappings
   * are better explained by another.
   */
  readonly outcome:
    | "chosen"
    | "chosen by evidence"
    | "another copy"
    | "mapped for reading"
    | "lost";
}

/** Where in a file an address is. */
export interface ExplainedPlace {
  /** Of the number as given. */
  readonly vaddr: Hex;
  /** The one that was looked up. */
  readonly lookupVaddr: Hex;
  /** Of the vaddr that was looked up; left out if its byte is not in the file. */
  readonly fileOffset?: Hex;
  /** The section that holds it; left out if none does, or the file has no section headers. */
  readonly section?: ExplainedSection;
}

/** A section of a file. */
export interface ExplainedSection {
  /** Such as `.text`; empty if the file has no names of sections. */
  readonly name: string;
  /** Of its first byte. */
  readonly vaddr: Hex;
  /** In bytes. */
  readonly size: Hex;
}

/** What the instructions around an address say. */
export interface ExplainedEvidence {
  /**
   * A call ends just before the address, as before every return address; or the address is inside
   * of one, as if it had been adjusted already; or neither.
   */
  readonly finding: "behind a call" | "inside a call" | "no call";
  /** Of the call, in bytes; left out if there is none. */
  readonly callSize?: number;
  /** The vaddr that it calls; left out if a register or memory has it. */
  readonly target?: Hex;
  /** The function there; left out if it is not known. */
  readonly targetName?: string;
  /** Whether the code at the address does nothing but return from a signal handler. */
  readonly isSignalReturn: boolean;
}

/** A function that is inlined into another one. */
export interface ExplainedInlined {
  /** Empty if it is not known. */
  readonly name: string;
  /** Where in its own source it is, or calls the next one, `file:line`; left out if not known. */
  readonly position?: string;
}

/** How a name was found. */
export interface ExplainedName {
  /** The function, as its source spells it; empty if only its bounds are known. */
  readonly name: string;
  /** The vaddr of its first byte; left out if nothing is known of it. */
  readonly start?: Hex;
  /** What told of it; left out if nothing did. */
  readonly stage?: LookupStage;
  /**
   * Whether it is the function that begins at the address itself, although that is a return
   * address: nothing, or nothing better, is known of the byte before, as with signal handlers.
   */
  readonly isAtAddress: boolean;
  /** The rule that put the best symbol before the second best; left out if there is one only. */
  readonly rule?: SymbolRule;
  /** The symbols with a size that cover the vaddr, the best first; at most 64. */
  readonly symbols: readonly ExplainedSymbol[];
  /** How many there are. */
  readonly symbolCount: number;
  /** The nearest symbol without a size before it; left out if there is none. */
  readonly label?: ExplainedSymbol & { readonly verdict: LabelVerdict };
  /** Functions that are inlined there, outermost first. */
  readonly inlined: readonly ExplainedInlined[];
  /**
   * Where in the source it is, `file:line`: if functions are inlined there, where it calls the first
   * of them. Left out if that is not known.
   */
  readonly position?: string;
  /** Where the file has names: `.symtab`, `.dynsym`, the path of a debug file, ... */
  readonly namesFrom: readonly string[];
  /** What could not be used, and why. */
  readonly problems: readonly string[];
  /** The debug files that were tried, in order; left out if the file has all symbols itself. */
  readonly debugFiles?: readonly ExplainedDebugFile[];
}

/** A symbol that was considered. */
export interface ExplainedSymbol {
  /** The vaddr of its first byte. */
  readonly start: Hex;
  /** In bytes; `0x0` if it has none. */
  readonly size: Hex;
  /** Its binding. */
  readonly binding: SymbolBinding;
  /** In the order in which they are preferred, each with its tables. */
  readonly names: readonly { readonly name: string; readonly tables: readonly string[] }[];
}

/** A debug file that was tried. */
export interface ExplainedDebugFile {
  /** Where it would be. */
  readonly path: string;
  /** What led there: a build-id, a cache of debuginfod, or `.gnu_debuglink`. */
  readonly how: string;
  /** Whether it was taken, or why not. */
  readonly outcome: string;
  /** What is there and what is wanted; empty if the outcome says it all. */
  readonly detail: string;
}

/** What a perf map or jitdump says of an address. */
export interface ExplainedCodeMap {
  /** Its file name. */
  readonly source: string;
  /** The last range in it that holds the address; left out if none does. */
  readonly range?: {
    readonly start: Hex;
    readonly end: Hex;
    readonly name: string;
    /** The line of a perf map, 1-based; left out for a jitdump. */
    readonly line?: number;
    /** The file offset of the record of a jitdump; left out for a perf map. */
    readonly fileOffset?: Hex;
  };
}

/** What the sources of the kernel's names say of an address. */
export interface ExplainedKernel {
  /** Which of them names it. */
  readonly chosen: "kallsyms" | "vmlinux" | "none";
  /** The snapshot of kallsyms; left out if there is none. */
  readonly kallsyms?: {
    /** Its file name. */
    readonly source: string;
    /** The nearest function at or before the address; left out if there is none. */
    readonly nearest?: ExplainedKernelSymbol;
    /** Whether that reaches to the address, or another symbol ends it, or it is too far away. */
    readonly verdict: "chosen" | "ended" | "too far" | "none";
  };
  /** The kernel's ELF file; left out if there is none. */
  readonly vmlinux?: {
    /** Its file name. */
    readonly source: string;
    /** The address of the function that has the address; left out if none has. */
    readonly start?: Hex;
    /** Its name; left out likewise. */
    readonly name?: string;
  };
}

/** A function of the kernel. */
export interface ExplainedKernelSymbol {
  /** The address of its first byte. */
  readonly start: Hex;
  /** As the kernel spells it. */
  readonly name: string;
  /** The module that has it; empty for the kernel itself. */
  readonly module: string;
  /** Of the snapshot, 1-based. */
  readonly line: number;
}
