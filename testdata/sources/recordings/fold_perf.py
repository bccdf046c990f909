#!/usr/bin/env python3
"""Turn the text of `perf script` into raw folded stacks and a truth file.

The text comes on standard input from
    perf script -D -F comm,pid,tid,event,ip,sym,symoff,dso --no-demangle --no-inline
`-F ip` alone is not enough: up to at least perf 6.1 it prints the file offset of a user frame, not
its address. So the addresses are those of the dumped call chain (`-D`), which has context markers
between kernel and user frames, and the names are those of the text below it, which has none.
One run keeps the samples of one process.

Files in --out:
    raw.folded            user frames, root first, `0x7f..`
    raw-kernel.folded     the same with the kernel frames above the user ones   (with --variants)
    raw-bpftrace.folded   bare hex, as bpftrace prints `ustack(raw)`            (with --variants)
    raw-perf-addrs.folded `[libfoo.so <7f..>]` or `[unknown <7f..>]`            (with --variants)
    truth                 `0x<address> leaf|caller <name> [alias...]`, from perf's own names

perf looks callers up at the return address itself, and it invents names for PLT stubs. A name goes
into the truth only if the symbol table of the file bears it out: see `check()`.
"""

import argparse
import bisect
import itertools
import os
import re
import struct
import sys
from collections import Counter, defaultdict

CHAIN = re.compile(r"^\.{5}\s*\d+: ([0-9a-f]{16})$")
FRAME = re.compile(r"^\s+([0-9a-f]+) (.*) \((.*)\)$")
HEADER = re.compile(r"^\s*(\S.*?)\s+(\d+)/(\d+)\s+\S+:\s*$")
# enum perf_callchain_context: what the entries after the marker are.
CONTEXTS = {(1 << 64) - 128: "kernel", (1 << 64) - 512: "user"}
DEBUG_FILES = "/usr/lib/debug/.build-id"
SHT_SYMTAB, SHT_NOTE, SHT_DYNSYM, SHF_EXECINSTR = 2, 7, 11, 4
STT_NOTYPE, STT_FUNC, STT_IFUNC = 0, 2, 10


class Symbols:
    """The code symbols of one 64-bit little-endian ELF file, from .symtab and .dynsym.

    perf also reads the separate debug file, where the distribution's is installed (libc6-dbg), and so
    does symfold: its symbols are merged in.
    """

    def __init__(self, path):
        found, build_id = self.read(path)
        debug_file = f"{DEBUG_FILES}/{build_id[:2]}/{build_id[2:]}.debug"
        if build_id and os.path.isfile(debug_file):
            found |= self.read(debug_file)[0]
        self.by_name = defaultdict(list)
        self.at = defaultdict(set)
        for value, size, name in found:
            self.by_name[name].append((value, size))
            self.at[value].add(name)
        # Sized ranges by start, and the greatest end of all that start no later.
        self.ranges = sorted((value, value + size) for value, size, _ in found if size > 0)
        self.reach, reach = [], 0
        for _, end in self.ranges:
            reach = max(reach, end)
            self.reach.append(reach)

    @staticmethod
    def read(path):
        """(set of (value, size, name), build-id in hex or "")"""
        with open(path, "rb") as file:
            header = file.read(64)
            (section_offset,) = struct.unpack_from("<Q", header, 40)
            (entry_size, count) = struct.unpack_from("<HH", header, 58)
            file.seek(section_offset)
            table = file.read(entry_size * count)
            sections = [struct.unpack_from("<IIQQQQIIQQ", table, i * entry_size)
                        for i in range(count)]
            found, build_id = set(), ""
            for section in sections:
                if section[1] == SHT_NOTE:
                    file.seek(section[4])
                    note = file.read(section[5])
                    if note[8:16] == b"\3\0\0\0GNU\0":
                        build_id = note[16:16 + struct.unpack_from("<I", note, 4)[0]].hex()
                if section[1] not in (SHT_SYMTAB, SHT_DYNSYM):
                    continue
                file.seek(section[4])
                entries = file.read(section[5])
                file.seek(sections[section[6]][4])
                strings = file.read(sections[section[6]][5])
                for name, info, _, index, value, size in struct.iter_unpack("<IBBHQQ", entries):
                    if info & 15 not in (STT_NOTYPE, STT_FUNC, STT_IFUNC) or not name:
                        continue
                    if 0 < index < count and sections[index][2] & SHF_EXECINSTR:
                        end = strings.index(b"\0", name)
                        found.add((value, size, strings[name:end].decode("utf-8", "replace")))
        return found, build_id

    def starts_around(self, vaddr):
        """Starts of all sized symbols that contain `vaddr`."""
        starts = set()
        at = bisect.bisect_right(self.ranges, (vaddr, 1 << 64)) - 1
        while at >= 0 and self.reach[at] > vaddr:
            if self.ranges[at][1] > vaddr:
                starts.add(self.ranges[at][0])
            at -= 1
        return starts


def check(symbols, address, role, name, symbol_offset):
    """Names for the address that the file's own table bears out, or the reason to drop it."""
    if role == "caller" and symbol_offset == 0:
        return None, "caller at offset 0 of the next function"
    # The load bias is a multiple of the page size, so the low 12 bits of the start must agree.
    fits = {value for value, size in symbols.by_name.get(name, ())
            if (value ^ (address - symbol_offset)) & 0xfff == 0
            and (size == 0 or symbol_offset < size)}
    if not fits:
        return None, "name not in the symbol table at that place (PLT stubs)"
    if len(fits) > 1:
        return None, "several functions of that name fit"
    (start,) = fits
    looked_up = start + symbol_offset - (role == "caller")
    if symbols.starts_around(looked_up) - {start} or symbols.starts_around(
            start + symbol_offset) - {start}:
        return None, "nested symbols"
    return [name] + sorted(symbols.at[start] - {name}), None


def samples(lines, pid, before_exec, dropped):
    """(comm, frames leaf first) of every sample of the process after its exec."""
    chain, context, comm, texts = [], None, None, []
    for line in itertools.chain(lines, ["\n"]):
        if comm is not None:
            frame = FRAME.match(line)
            if frame:
                texts.append(frame)
                continue
            if len(texts) != len(chain):
                # As when a garbage frame pointer looks like a context marker that perf does not know.
                dropped["names of a sample that perf refused to print"] += 1
                texts = []
            yield comm, [Frame(*entry, text) for entry, text in itertools.zip_longest(chain, texts)]
            comm, chain, texts = None, [], []
        if "PERF_RECORD_" in line:
            chain, context = [], None
        entry = CHAIN.match(line)
        if entry:
            address = int(entry[1], 16)
            if address in CONTEXTS:
                context = CONTEXTS[address]
            else:
                chain.append((address, context))
            continue
        header = chain and HEADER.match(line)
        if header and int(header[2]) != pid:
            dropped["other process"] += 1
        elif header and header[1] in before_exec:
            dropped["before exec"] += 1
        elif header:
            comm = header[1].replace(" ", "_").replace(";", ":")


class Frame:
    """One frame: `symbol_offset` is None where perf has no name."""

    def __init__(self, address, context, text):
        self.address = address
        self.is_user = context == "user"
        self.name, self.symbol_offset, self.file = None, None, "[unknown]"
        if text is None:
            return
        self.file = text[3]
        name, _, offset = text[2].rpartition("+0x")
        if name and text[2] != "[unknown]":
            self.name, self.symbol_offset = name, int(offset, 16)

    def module(self):
        """The file as stackcollapse-perf.pl --addrs shows it."""
        return "unknown" if self.file == "[unknown]" else self.file.rpartition("/")[2]


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--pid", type=int, required=True)
    arguments.add_argument("--out", required=True)
    arguments.add_argument("--files", default="/", help="truth only for ELF files below this path")
    arguments.add_argument("--before-exec", action="append", default=[], metavar="COMM",
                           help="leave out samples with this comm: a shell before its exec")
    arguments.add_argument("--variants", action="store_true")
    options = arguments.parse_args()

    folded = defaultdict(Counter)
    truth, seen, dropped = {}, set(), Counter()
    tables, drops = {}, Counter()
    weight = below = named = total = leaf_below = leaves = kernel_only = 0
    for comm, frames in samples(
            sys.stdin, options.pid, ("perf-exec", "perf", *options.before_exec), dropped):
        total += 1
        user = [frame for frame in reversed(frames) if frame.is_user]
        kernel = [frame for frame in reversed(frames) if not frame.is_user]
        kernel_only += not user
        addresses = [f"0x{frame.address:x}" for frame in user]
        folded["raw"][";".join([comm] + addresses)] += 1
        folded["raw-kernel"][
            ";".join([comm] + addresses + [f"0x{frame.address:x}" for frame in kernel])] += 1
        folded["raw-bpftrace"][";".join([comm] + [f"{frame.address:x}" for frame in user])] += 1
        folded["raw-perf-addrs"][";".join([comm] + [
            f"[{frame.module()} <{frame.address:x}>]"
            for frame in user])] += 1
        for depth, frame in enumerate(user):
            role = "leaf" if depth == len(user) - 1 else "caller"
            here = frame.file.startswith(options.files) and os.path.isfile(frame.file)
            weight += 1
            below += here
            named += here and frame.name is not None
            leaves += role == "leaf"
            leaf_below += here and role == "leaf"
            if (frame.address, role) in seen or not here:
                continue
            seen.add((frame.address, role))
            if frame.name is None:
                drops["perf has no name"] += 1
                continue
            if frame.file not in tables:
                tables[frame.file] = Symbols(frame.file)
            names, reason = check(
                tables[frame.file], frame.address, role, frame.name, frame.symbol_offset)
            if reason is not None:
                drops[reason] += 1
            else:
                truth[(frame.address, role)] = names

    if total == 0:
        sys.exit(f"No samples of process {options.pid}")
    for kind in folded if options.variants else ["raw"]:
        with open(os.path.join(options.out, kind + ".folded"), "w") as out:
            for stack in sorted(folded[kind]):
                out.write(f"{stack} {folded[kind][stack]}\n")
    with open(os.path.join(options.out, "truth"), "w") as out:
        for (address, role), names in sorted(truth.items()):
            out.write(f"0x{address:x} {role} {' '.join(names)}\n")
    print(f"{total} samples, {len(folded['raw'])} different user stacks, {kernel_only} without a user "
          f"frame; left out: {dict(dropped)}")
    print(f"{weight} user frames by weight, {100 * below / weight:.1f} % in {options.files}, "
          f"{100 * named / weight:.1f} % there and named by perf; "
          f"{100 * leaf_below / max(leaves, 1):.1f} % of leaves in {options.files}")
    print(f"truth: {len(truth)} of {len(seen)} different addresses and roles; "
          f"left out: {dict(drops)}")


if __name__ == "__main__":
    main()
