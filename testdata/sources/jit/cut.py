"""Cuts what make.sh recorded down to what the tests need, and writes the truth beside it.

Lines and records that are kept are kept as they are and in order.
"""

import bisect
import re
import struct
import sys

OUTPUT = sys.argv[1]
FRAME = re.compile(r"^\s+([0-9a-f]+) (.*) \((.*)\)$")
# Besides what was sampled: the functions of our own program, and one in so many of the others.
OURS = "/hot.mjs"
OTHERS = 60
# A function whose records have more bytes is left out, so that the file is not mostly machine code,
# and so are all functions once the file is this long.
MAX_RECORDS = 1150
MAX_DUMP = 90_000


def frames(path):
    """Address, name and file of each line of `perf script` that is a frame."""
    with open(path, encoding="utf-8") as lines:
        return [(int(m[1], 16), m[2], m[3]) for m in map(FRAME.match, lines) if m]


def in_perf_map(dso):
    return re.search(r"perf-\d+\.map$", dso) is not None


def write_truth(name, truth):
    with open(f"{OUTPUT}/{name}", "w", encoding="utf-8") as file:
        for address, symbol in sorted(truth.items()):
            file.write(f"0x{address:x} {symbol}\n")


def cut_kallsyms():
    with open("kallsyms", encoding="utf-8") as file:
        lines = file.readlines()
    addresses = [int(line.split()[0], 16) for line in lines]
    text = sorted(a for a, line in zip(addresses, lines) if line.split()[1] in "tTwW")
    truth = {}
    for address, symbol, _ in frames("by-kallsyms.txt"):
        if not address >> 63 or symbol == "[unknown]":
            continue
        # Of several names for one function perf chooses by rules of its own.
        at = bisect.bisect(text, address) - 1
        if at == 0 or text[at - 1] != text[at]:
            truth[address] = symbol
    truth = dict(sorted(truth.items())[:: max(1, len(truth) // 60)])
    kept = set(addresses[:8]) | set(addresses[-8:])
    kept |= {a for a, line in zip(addresses, lines) if re.search(r" _[se](init)?text$", line)}
    for address in truth:
        kept.add(text[bisect.bisect(text, address) - 1])
        kept.add(min(a for a in addresses if a > address))
    with open(f"{OUTPUT}/kallsyms", "w", encoding="utf-8") as file:
        file.writelines(line for a, line in zip(addresses, lines) if a in kept)
    write_truth("kallsyms.truth", truth)


def cut_perf_map():
    truth = {a: s for a, s, dso in frames("by-map.txt") if in_perf_map(dso)}
    assert "[unknown]" not in truth.values()
    kept = []
    with open("perf.map", encoding="utf-8") as file:
        for number, line in enumerate(file):
            start, size = (int(field, 16) for field in line.split(" ", 2)[:2])
            # All that overlap are kept, so that the last one wins as in the whole file.
            sampled = any(start <= a < start + size for a in truth)
            if sampled or number % OTHERS == 0 or OURS in line:
                kept.append(line)
    with open(f"{OUTPUT}/perf.map", "w", encoding="utf-8") as file:
        file.writelines(kept)
    write_truth("perf.map.truth", truth)


def cut_jitdump():
    """perf shows offsets in the files that inject made, so the addresses come from the same frames
    before. Those in the node binary are left out: of these, too, perf shows offsets in a file."""
    before, after = frames("by-map.txt"), frames("by-dump.txt")
    assert len(before) == len(after)
    truth = {
        address: symbol
        for (address, _, map_dso), (_, symbol, dso) in zip(before, after)
        if in_perf_map(map_dso) and re.search(r"/jitted-\d+-\d+\.so$", dso)
    }
    with open("jit.dump", "rb") as file:
        data = file.read()
    at = struct.unpack_from("<I", data, 8)[0]
    kept = [data[:at]]
    number = 0
    pending = []
    while at + 16 <= len(data):
        kind, size = struct.unpack_from("<II", data, at)
        record = data[at : at + size]
        at += size
        if kind != 0:  # What is said of a function comes before its JIT_CODE_LOAD.
            pending.append(record)
            continue
        start, length = struct.unpack_from("<QQ", record, 32)
        number += 1
        sampled = [a for a in truth if start <= a < start + length]
        length = sum(map(len, pending)) + size
        if length > MAX_RECORDS or sum(map(len, kept)) + length > MAX_DUMP:
            for address in sampled:
                del truth[address]
        elif sampled or number % OTHERS == 0 or OURS.encode() in record:
            kept += pending + [record]
        pending = []
    with open(f"{OUTPUT}/jit.dump", "wb") as file:
        file.write(b"".join(kept + pending))
    write_truth("jit.dump.truth", truth)


cut_kallsyms()
cut_perf_map()
cut_jitdump()
