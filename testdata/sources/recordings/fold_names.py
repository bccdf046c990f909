#!/usr/bin/env python3
"""Turn the text of `perf script` into the names that perf gives to code that is in no file.

The text comes on standard input, as fold_perf.py wants it. One run keeps the samples of one process,
and of those the frames in generated code, in the vDSO and in the kernel.

Files in --out:
    raw-KINDS.folded      all frames, root first, `0x7f..`
    truth-KINDS           `KIND ADDRESS leaf|caller WEIGHT NAME [ALIAS...]`, with tabs between

perf looks callers up at the return address itself: a caller that it finds at offset 0 of a function is
left out, since it called from the one before. Of several names for one place perf chooses by rules of
its own: the others are aliases, as far as kallsyms and the vDSO have them.
"""

import argparse
import os
import re
import sys
from collections import Counter, defaultdict

from fold_perf import Symbols, samples

KINDS = {
    "jit": re.compile(r"/perf-\d+\.map$|/jitted-\d+-\d+\.so$"),
    "vdso": re.compile(r"^\[vdso\]$"),
    "kernel": re.compile(r"^\[kernel\.kallsyms\]$|^\[(?!vdso\]|unknown\])[a-z0-9_]+\]$"),
}


MAPPING = re.compile(r"^([0-9a-f]+)-([0-9a-f]+) ..x. [0-9a-f]+ \S+ \d+\s*$")


def read_anonymous(path):
    """Where memory without a file may be run: (start, end) pairs."""
    with open(path, encoding="utf-8") as file:
        return [(int(m[1], 16), int(m[2], 16)) for m in map(MAPPING.match, file) if m]


def read_kallsyms(path):
    """{address: names}"""
    names = defaultdict(list)
    with open(path, encoding="utf-8") as file:
        for line in file:
            address, kind, name = line.split(maxsplit=2)
            if kind in "tTwW":
                names[int(address, 16)].append(name.strip().replace("\t", " "))
    return names


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--pid", type=int, required=True)
    arguments.add_argument("--out", required=True)
    arguments.add_argument("--kinds", required=True, help="jit, vdso, kernel, with commas")
    arguments.add_argument("--maps", required=True)
    arguments.add_argument("--kallsyms")
    arguments.add_argument("--vdso")
    options = arguments.parse_args()
    kallsyms = read_kallsyms(options.kallsyms) if options.kallsyms else {}
    vdso = Symbols(options.vdso) if options.vdso else None
    anonymous = read_anonymous(options.maps)
    kinds = options.kinds.split(",")

    folded, truth, dropped = Counter(), Counter(), Counter()
    aliases = {}
    for comm, frames in samples(sys.stdin, options.pid, ("perf-exec", "perf", "sh"), dropped):
        user = [frame for frame in reversed(frames) if frame.is_user]
        kernel = [frame for frame in reversed(frames) if not frame.is_user]
        folded[";".join([comm] + [f"0x{frame.address:x}" for frame in user + kernel])] += 1
        for part in (user, kernel):
            for frame in part:
                kind = next((kind for kind in kinds if KINDS[kind].search(frame.file)), None)
                if kind is None:
                    continue
                if kind == "jit" and not any(a <= frame.address < b for a, b in anonymous):
                    dropped["generated code in a file, such as V8's builtins"] += 1
                    continue
                role = "leaf" if frame is part[-1] else "caller"
                if frame.name is None:
                    dropped[f"perf has no name ({kind})"] += 1
                elif role == "caller" and frame.symbol_offset == 0:
                    dropped["caller at offset 0 of the next function"] += 1
                else:
                    key = kind, frame.address, role, frame.name
                    truth[key] += 1
                    start = frame.address - frame.symbol_offset
                    if kind == "kernel":
                        aliases[key] = kallsyms.get(start, [])
                    elif kind == "vdso" and vdso:
                        fits = {value for value, _ in vdso.by_name.get(frame.name, ())
                                if (value ^ start) & 0xfff == 0}
                        aliases[key] = [name for value in fits for name in vdso.at[value]]

    if not folded:
        sys.exit(f"No samples of process {options.pid}")
    label = "-".join(kinds)
    with open(os.path.join(options.out, f"raw-{label}.folded"), "w", encoding="utf-8") as out:
        for stack in sorted(folded):
            out.write(f"{stack} {folded[stack]}\n")
    with open(os.path.join(options.out, f"truth-{label}"), "w", encoding="utf-8") as out:
        for (kind, address, role, name), weight in sorted(truth.items()):
            names = [name] + sorted(set(aliases.get((kind, address, role, name), [])) - {name})
            out.write("\t".join([kind, f"0x{address:x}", role, str(weight), *names]) + "\n")
    weights = Counter()
    for (kind, *_), weight in truth.items():
        weights[kind] += weight
    print(f"{sum(folded.values())} samples; frames that perf names: {dict(weights)}; "
          f"left out: {dict(dropped)}")


main()
