/**
 * Why a native frame has no name. A miss is a value: it is counted with its weight and reported
 * with what can be done about it, never thrown and never dropped.
 */
export type UnresolvedReason = keyof typeof UNRESOLVED_REASONS;

/** What a person is told about a reason. */
export interface ReasonText {
  /** What is the case, as a clause. */
  readonly meaning: string;
  /** What to do about it; empty if there is nothing. */
  readonly advice: string;
}

/** Every reason, with its texts. */
export const UNRESOLVED_REASONS = {
  "no-maps": {
    meaning: "no maps snapshot was given",
    advice:
      "give the process's /proc/PID/maps with --maps FILE, or let perf print it: perf script " +
      "--show-mmap-events",
  },
  "no-maps-of-process": {
    meaning: "no maps snapshot of its process was given",
    advice: "give the /proc/PID/maps of that process too, with --maps PID=FILE",
  },
  "unknown-process": {
    meaning: "the stack does not say which process it is of",
    advice: "collapse with the PID in the first frame, as stackcollapse-perf.pl --pid does",
  },
  "not-canonical": {
    meaning: "the value is not an address of this machine",
    advice: "the recording's unwinding is broken there: build with frame pointers",
  },
  "outside-mappings": {
    meaning: "no mapping of the snapshot holds the address",
    advice: "take the snapshot of the same process, late in its life; broken unwinding does it too",
  },
  "outside-recording": {
    meaning: "no mapping that the recording has holds the address",
    advice:
      "the recording's unwinding is broken there: build with frame pointers, or record with " +
      "--call-graph dwarf; if it is so everywhere, let perf script print files, too: -F +dso",
  },
  "not-executable": {
    meaning: "the mapping that holds the address is not executable",
    advice:
      "the recording's unwinding is broken there: build with frame pointers; if ends of stacks are " +
      "there, the snapshot is of another process or time",
  },
  "kernel": {
    meaning: "the address is the kernel's",
    advice: "give a copy of /proc/kallsyms, taken as root, with --kallsyms FILE",
  },
  "kernel-slide": {
    meaning: "it is not known where the kernel of the vmlinux file was loaded",
    advice: "give a copy of /proc/kallsyms, taken as root before the machine starts again, with " +
      "--kallsyms FILE",
  },
  "kernel-mismatch": {
    meaning: "the vmlinux file is not of the kernel that ran",
    advice: "give the one of that very build with --vmlinux FILE, or kallsyms alone",
  },
  "kernel-hidden": {
    meaning: "the kallsyms snapshot has no addresses, only zeros",
    advice: "take it as root: sudo cat /proc/kallsyms > kallsyms (see kernel.kptr_restrict)",
  },
  "kernel-gap": {
    meaning: "no function of the kallsyms snapshot or of vmlinux holds the address",
    advice: "take all of /proc/kallsyms, as root, while the same kernel and modules run",
  },
  "anonymous": {
    meaning: "the code was made at run time, in memory without a file",
    advice: "give the runtime's /tmp/perf-PID.map or jit-PID.dump with --perf-map FILE",
  },
  "special-mapping": {
    meaning: "the kernel made the mapping, there is no file",
    advice:
      "for [vdso], give a copy of it with --vdso FILE, or name the recording on its machine, " +
      "before that is started again, with all permissions: deno run -A main.ts",
  },
  "unknown-module": {
    meaning: "the frame names a file that is not in the snapshot",
    advice: "give the snapshot of the same process, or write the frame with the file's full path",
  },
  "ambiguous-module": {
    meaning: "the frame's file name is that of several files in the snapshot",
    advice: "",
  },
  "file-not-found": {
    meaning: "there is no such file here",
    advice: "copy it from the recorded machine below a folder and give that with --sysroot DIR",
  },
  "file-deleted": {
    meaning: "the mapped file was deleted or replaced before the snapshot",
    advice:
      "give the file that was running with --sysroot DIR, or a folder with it with --search DIR",
  },
  "file-unreadable": {
    meaning: "the file cannot be read",
    advice: "",
  },
  "not-elf": {
    meaning: "the mapped file is not an ELF file",
    advice: "",
  },
  "malformed-elf": {
    meaning: "the ELF file is damaged",
    advice: "copy the file again",
  },
  "unsupported-elf": {
    meaning: "the ELF file uses a feature that is not supported",
    advice: "",
  },
  "layout-mismatch": {
    meaning:
      "the file's segments do not fit the mapping: it is another build than the one that ran",
    advice: "give the file that was running with --sysroot DIR",
  },
  "ambiguous-base": {
    meaning:
      "the mappings of the file allow several load biases, and no return address tells which",
    advice: "give a whole copy of /proc/PID/maps, or a recording with callers",
  },
  "ambiguous-snapshot": {
    meaning: "the snapshots have different images there, and no return address tells which it was",
    advice:
      "give all files that they map there, or the snapshots of the time of the recording only",
  },
  "not-in-bundle": {
    meaning: "the bundle does not have the part of the file that is needed",
    advice: "give symfold collect the recording, or --whole",
  },
  "outside-segments": {
    meaning: "the file offset is in no segment that is loaded",
    advice: "the file is another build than the one that ran",
  },
  "build-id-mismatch": {
    meaning: "the file's build-id is not the one that was recorded",
    advice: "give the file that was running with --sysroot DIR or --search DIR",
  },
  "file-differs": {
    meaning: "the file is not what was mapped there: return addresses in it follow no calls",
    advice: "give the file that was running, or the snapshot of the same process; --trust-files " +
      "keeps the names",
  },
  "packed-in-archive": {
    meaning: "the code is in an archive that is not stored as it is",
    advice: "",
  },
  "no-symbols": {
    meaning: "the file has no symbol table",
    advice:
      "install its debug symbols, or give their folder with --debug-dir DIR: symfold images " +
      "says which file",
  },
  "only-exported": {
    meaning: "the file is stripped: it has symbols for exported functions only",
    advice:
      "install its debug symbols, or give their folder with --debug-dir DIR: symfold images " +
      "says which file",
  },
  "no-covering-symbol": {
    meaning: "no symbol of the file covers the address",
    advice: "",
  },
} as const satisfies Record<string, ReasonText>;
