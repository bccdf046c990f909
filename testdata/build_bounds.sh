#!/usr/bin/env bash
#
# Builds testdata/bounds/ from testdata/sources/bounds/: small stripped libraries that still have a
# table of where functions begin and end, and beside each FILE.so FILE.truth: the functions as
# readelf shows them before the symbols are stripped ("vaddr size name", hexadecimal).
# testdata/bounds/README.md has a row a library. Needs neither a libc nor to run what it builds.
# Runs on Debian 12, x86-64. Packages:
#
#   gcc binutils clang lld llvm gcc-aarch64-linux-gnu gcc-arm-linux-gnueabihf gcc-i686-linux-gnu
#   gcc-s390x-linux-gnu gcc-riscv64-linux-gnu

set -euo pipefail
export LC_ALL=C

testdata=$(cd "$(dirname "$0")" && pwd)
sources=$testdata/sources/bounds
bounds=$testdata/bounds
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ln -s "$(command -v ld.lld)" "$work/ld.lld"
lld=(-fuse-ld=lld -B"$work") # a cross gcc does not look for ld.lld in PATH

tables=(-fasynchronous-unwind-tables -fexceptions)
no_tables=(-fno-asynchronous-unwind-tables -fno-unwind-tables -fno-exceptions)
debug_only=("${no_tables[@]}" -g)

main() {
  find "$bounds" -mindepth 1 -maxdepth 1 -type d -exec rm -rf {} +
  for triplet in x86_64 aarch64 i686 s390x riscv64; do
    select_arch "$triplet" "$triplet-linux-gnu"
    library gnu "${tables[@]}" -Wl,--eh-frame-hdr
    library no-hdr "${tables[@]}" -Wl,--no-eh-frame-hdr
    library debug-frame "${debug_only[@]}" -Wl,--no-eh-frame-hdr
  done
  select_arch s390x s390x-linux-gnu # big-endian
  compressed debug-frame-zstd debug-frame

  select_arch aarch64 aarch64-linux-gnu
  library lld "${tables[@]}" "${lld[@]}" -Wl,--eh-frame-hdr

  select_arch x86_64 x86_64-linux-gnu
  library lld "${tables[@]}" "${lld[@]}" -Wl,--eh-frame-hdr
  library large-model "${tables[@]}" -mcmodel=large -fno-dwarf2-cfi-asm -Wl,--no-eh-frame-hdr
  library debug-frame-zlib "${debug_only[@]}" -gz=zlib -Wl,--no-eh-frame-hdr
  compressed debug-frame-zstd debug-frame
  library debug-frame-dwarf64 "${debug_only[@]}" -gdwarf64 -fno-dwarf2-cfi-asm -Wl,--no-eh-frame-hdr
  library no-sections "${tables[@]}" "${lld[@]}" -Wl,--eh-frame-hdr
  llvm-strip --strip-sections "$bounds/x86_64/no-sections.so"

  select_arch armhf arm-linux-gnueabihf
  library exidx -mthumb "${tables[@]}" -Wl,--no-merge-exidx-entries
  library exidx-merged -marm "${tables[@]}"
  "$tool-gcc" -O2 -fPIC -mthumb "${no_tables[@]}" -c -o "$work/without.o" "$sources/without_tables.c"
  library exidx-cantunwind -mthumb "${tables[@]}" "$work/without.o"
  library exidx-lld -mthumb "${tables[@]}" "${lld[@]}"
  library debug-frame -marm "${debug_only[@]}"
}

# Sets the folder, compiler and tools.
select_arch() {
  folder=$bounds/$1
  tool=$2
  mkdir -p "$folder"
}

# library NAME FLAGS...
library() {
  local name=$1
  shift
  "$tool-gcc" -O2 -fPIC -shared -nostdlib -Wl,--build-id -Wl,-z,max-page-size=0x1000 "$@" -o "$work/full.so" "$sources/bounds.c"
  functions < <(readelf -sW "$work/full.so") > "$folder/$name.truth"
  "$tool-objcopy" --strip-all --keep-section=.debug_frame "$work/full.so" "$folder/$name.so"
  chmod 644 "$folder/$name.so"
}

# compressed NAME LIBRARY: gcc 12 and clang 14 were built without Zstandard.
compressed() {
  "$tool-objcopy" --compress-debug-sections=zstd "$folder/$2.so" "$folder/$1.so"
  chmod 644 "$folder/$1.so"
  cp "$folder/$2.truth" "$folder/$1.truth"
}

# The functions of .symtab, sorted and without aliases; the lowest bit of Arm's says Thumb.
functions() {
  local section="" vaddr size type index name
  while read -r _ vaddr size type _ _ index name; do
    case $vaddr in table) section=$size ;; esac
    [ "$section" = "'.symtab'" ] && [ "$type" = FUNC ] && [ "$index" != UND ] || continue
    printf '0x%x 0x%x %s\n' $((16#$vaddr)) $((size)) "$name"
  done | sort -u
}

main
