#!/usr/bin/env bash
#
# Builds testdata/kernel/ from testdata/sources/kernel/: small files that are linked where kernels are,
# with a kallsyms snapshot as the kernel would give it after it was moved. The addresses in that are
# nm's, moved by Python. testdata/kernel/README.md has a row a file.
#
# Runs on Debian 12, x86-64. Packages: gcc binutils gcc-aarch64-linux-gnu python3.
# A second run gives the same bytes.

set -euo pipefail
export LC_ALL=C

testdata=$(cd "$(dirname "$0")" && pwd)
sources=$testdata/sources/kernel
out=$testdata/kernel

main() {
  find "$out" -mindepth 1 -maxdepth 1 -type d -exec rm -rf {} + 2>/dev/null || true
  architecture x86_64 x86_64-linux-gnu 0x1e000000 -mcmodel=kernel -mno-red-zone -Wl,--eh-frame-hdr
  # Moved within the whole range of the vmalloc area, and linked as a shared object, as the kernel is.
  architecture aarch64 aarch64-linux-gnu 0x2b5c31a00000 -mcmodel=small -Wl,-shared,-Bsymbolic,-z,notext
}

# architecture NAME TRIPLET SLIDE FLAG...
architecture() {
  local name=$1 triplet=$2 slide=$3 id
  shift 3
  mkdir -p "$out/$name/debug/.build-id"
  cd "$out/$name"
  kernel vmlinux "$@"
  kernel vmlinux-other "$@" -O2 -DOTHER_BUILD
  "$triplet-nm" --defined-only -S vmlinux | sort > nm
  "$triplet-objdump" -d vmlinux | awk '/^[0-9a-f]+:/ {
    if (call) print $1
    call = /\t(call|bl)[ \t]/
  }' | tr -d : > returns
  moved "$slide" < nm > kallsyms
  grep -E ' T _s?text$' kallsyms > kallsyms-start
  sed 's/^[0-9a-f]*/0000000000000000/' kallsyms > kallsyms-restricted
  "$triplet-strip" -o vmlinux-stripped vmlinux
  id=$("$triplet-readelf" -nW vmlinux | sed -n 's/.*Build ID: //p')
  mkdir "debug/.build-id/${id:0:2}"
  "$triplet-objcopy" --only-keep-debug vmlinux "debug/.build-id/${id:0:2}/${id:2}.debug"
  echo "$id [kernel.kallsyms]" > buildid-list
  chmod 644 vmlinux*
}

# kernel FILE FLAG...
kernel() {
  local file=$1
  shift
  "$triplet-gcc" -O1 -ffreestanding -fno-pic -fno-stack-protector -fasynchronous-unwind-tables \
    -nostdlib -static -Wl,--build-id,-z,max-page-size=0x1000,--no-warn-rwx-segments \
    -Wl,-T,"$sources/$name.lds" "$@" -o "$file" "$sources/kernel.c" "$sources/$name.S"
}

# moved SLIDE: the text symbols that nm has, in the form of /proc/kallsyms, and those of a module.
moved() {
  python3 -c '
import sys
slide = int(sys.argv[1], 16)
symbols = []
for line in sys.stdin:
    address, *_, kind, name = line.split()
    if kind in "tTwW" and not name.startswith("$"):
        symbols.append((int(address, 16) + slide, kind, name))
for address, kind, name in sorted(symbols, key=lambda symbol: symbol[0]):
    print(f"{address:016x} {kind} {name}")
module = symbols[0][0] // 2**30 * 2**30 + 2**31 - 2**28
print(f"{module:016x} t nf_hook\t[nf_tables]")
print(f"{module + 64:016x} T nf_register\t[nf_tables]")
' "$1"
}

main
