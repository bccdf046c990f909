#!/usr/bin/env python3
"""Turn what perf says of the program with the replaced library into raw stacks and the truth.

The text comes on standard input from
    perf script -D -F comm,pid,tid,event,ip,sym,symoff,dso --no-demangle --no-inline
The addresses are those of the dumped call chain, see fold_perf.py; the names are those of the text
below it. perf knows when each library was mapped, so that it names each frame by the right one.

Files in the folder that is named:
    raw.folded   user frames, root first
    truth        the names of the frames in /opt/replaced-demo/lib/, root first, and the weight
"""

import re
import sys
from collections import Counter

CHAIN = re.compile(r"^\.{5}\s*\d+: ([0-9a-f]{16})$")
FRAME = re.compile(r"^\s+[0-9a-f]+ (\S+?)(?:\+0x[0-9a-f]+)? \((.*)\)$")
CONTEXT = (1 << 64) - 4096
LIBRARIES = "/opt/replaced-demo/lib/"

raw, truth = Counter(), Counter()
addresses, names, in_chain = [], [], False


def finish():
    if addresses:
        raw[";".join(["replace", *(f"0x{address:x}" for address in reversed(addresses))])] += 1
        if names:
            truth[";".join(reversed(names))] += 1
    addresses.clear()
    names.clear()


for line in sys.stdin:
    chain = CHAIN.match(line)
    if chain:
        if not in_chain:
            finish()
        in_chain = True
        address = int(chain[1], 16)
        if address < CONTEXT:
            addresses.append(address)
        continue
    in_chain = False
    frame = FRAME.match(line)
    if frame and frame[2].startswith(LIBRARIES):
        names.append(frame[1])
finish()

for name, counts in (("raw.folded", raw), ("truth", truth)):
    with open(f"{sys.argv[1]}/{name}", "w", encoding="utf-8") as file:
        file.writelines(f"{stack} {count}\n" for stack, count in sorted(counts.items()))
print(f"{sum(raw.values())} samples, {len(raw)} different stacks")
