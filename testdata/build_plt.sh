#!/usr/bin/env bash
#
# Builds testdata/plt/ from testdata/sources/plt/: small libraries and programs with PLT stubs in
# the layouts that link editors make, and beside each file FILE.truth, the stubs that objdump names.
# testdata/plt/README.md has a row a layout. Needs neither a libc nor to run what it builds. Runs on
# Debian 12, x86-64. Packages:
#
#   gcc binutils lld llvm gcc-aarch64-linux-gnu gcc-arm-linux-gnueabihf gcc-i686-linux-gnu
#   gcc-riscv64-linux-gnu

set -euo pipefail
export LC_ALL=C

testdata=$(cd "$(dirname "$0")" && pwd)
sources=$testdata/sources/plt
plt=$testdata/plt
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
ln -s "$(command -v ld.lld)" "$tools/ld.lld"
lld=(-fuse-ld=lld -B"$tools") # a cross gcc does not look for ld.lld in PATH

main() {
  find "$plt" -mindepth 1 -maxdepth 1 -type d -exec rm -rf {} +

  select_arch x86_64 x86_64-linux-gnu
  layout lazy -DWITH_IFUNC -Wl,-z,lazy
  layout ibt -DWITH_IFUNC -fcf-protection=full -Wl,-z,ibtplt -Wl,-z,lazy
  layout now -DWITH_IFUNC -Wl,-z,now
  layout ibt-now -DWITH_IFUNC -fcf-protection=full -Wl,-z,ibtplt -Wl,-z,now
  layout gold -fuse-ld=gold
  layout no-plt -fno-plt
  static_program static
  renamed lazy
  without_sections lazy
  without_sections ibt
  layout lld -DWITH_IFUNC "${lld[@]}"
  layout lld-ibt "${lld[@]}" -fcf-protection=full -Wl,-z,force-ibt

  select_arch i686 i686-linux-gnu
  layout lazy -DWITH_IFUNC -Wl,-z,lazy
  layout ibt -DWITH_IFUNC -fcf-protection=full -Wl,-z,ibtplt -Wl,-z,lazy
  layout now -DWITH_IFUNC -Wl,-z,now
  static_program static
  without_sections lazy
  layout lld "${lld[@]}"

  select_arch aarch64 aarch64-linux-gnu
  layout lazy -DWITH_IFUNC
  layout bti -mbranch-protection=standard -Wl,-z,force-bti
  layout bti-pac -mbranch-protection=standard -Wl,-z,force-bti -Wl,-z,pac-plt
  static_program static
  without_sections lazy
  layout lld "${lld[@]}"
  layout lld-bti "${lld[@]}" -mbranch-protection=standard -Wl,-z,force-bti
  layout lld-bti-pac "${lld[@]}" -mbranch-protection=standard -Wl,-z,force-bti -Wl,-z,pac-plt

  select_arch armhf arm-linux-gnueabihf
  layout arm -DWITH_IFUNC -marm
  layout thumb -DWITH_IFUNC -mthumb
  layout long -marm -Wl,--long-plt
  without_sections thumb
  layout lld "${lld[@]}" -marm
  layout lld-far "${lld[@]}" -marm -Wl,--section-start=.got.plt=0x20000000

  select_arch riscv64 riscv64-linux-gnu
  layout lazy
  without_sections lazy
  layout lld "${lld[@]}"
}

select_arch() {
  arch=$1
  triplet=$2
}

# layout NAME FLAGS...: the library, a program at fixed addresses and one at any address.
layout() {
  local folder=$plt/$arch/$1
  shift
  local common=(-O2 -nostdlib -fno-asynchronous-unwind-tables -fno-stack-protector -Wl,--build-id=none
    -Wl,-z,max-page-size=0x1000 "$@")
  case "$*" in *fuse-ld*) ;; *) common+=(-Wl,-z,noseparate-code) ;; esac
  mkdir -p "$folder"
  "$triplet-gcc" -fPIC -shared "${common[@]}" -o "$folder/library.so" "$sources/library.c"
  "$triplet-gcc" -fno-pie -no-pie "${common[@]}" -Wl,--allow-shlib-undefined -o "$folder/program" \
    "$sources/program.c" "$folder/library.so"
  case $arch in # code of the others does not differ from that of a library
    x86_64 | i686)
      "$triplet-gcc" -fPIE -pie "${common[@]}" -Wl,--allow-shlib-undefined -o "$folder/pie" \
        "$sources/program.c" "$folder/library.so"
      ;;
  esac
  truths "$folder"
}

static_program() {
  local folder=$plt/$arch/$1
  mkdir -p "$folder"
  "$triplet-gcc" -O2 -DSTATIC -DWITH_IFUNC -fno-pie -no-pie -static -nostdlib -Wl,--build-id=none \
    -fno-asynchronous-unwind-tables -Wl,-z,max-page-size=0x1000 -Wl,-z,noseparate-code \
    -o "$folder/program" "$sources/program.c"
  truths "$folder"
}

# Section names that objdump does not know; the truth is that of the file before.
renamed() {
  local folder=$plt/$arch/$1-renamed
  mkdir -p "$folder"
  "$triplet-objcopy" --rename-section .plt=.stubs --rename-section .plt.got=.more \
    "$plt/$arch/$1/library.so" "$folder/library.so"
  cp "$plt/$arch/$1/library.so.truth" "$folder/library.so.truth"
}

# No section headers at all; the truth is that of the file before.
without_sections() {
  local folder=$plt/$arch/$1-no-sections file
  mkdir -p "$folder"
  for file in library.so program; do
    llvm-strip --strip-sections -o "$folder/$file" "$plt/$arch/$1/$file"
    cp "$plt/$arch/$1/$file.truth" "$folder/$file.truth"
  done
}

truths() {
  local file
  for file in "$1"/*; do
    case $arch/$1 in
      armhf/*/lld*) stubs_in_order "$file" ;;
      aarch64/*/lld*) llvm-objdump -d "$file" | sed -n '/@plt>:$/p' ;;
      *) "$triplet-objdump" -d "$file" | sed -n '/@plt>:$/p' ;;
    esac > "$file.truth"
    chmod 644 "$file"
  done
}

# No objdump here knows the stubs that lld makes for armhf. It writes them in the order of .rel.plt:
# 32 bytes, then 16 a stub.
stubs_in_order() {
  local start
  start=$(readelf -SW "$1" | sed -n 's/.* \.plt *PROGBITS *\([0-9a-f]*\) .*/\1/p')
  readelf -rW "$1" | awk '/ R_ARM_JUMP_SLOT / { print $NF }' | while read -r name; do
    printf '%08x <%s@plt>:\n' $((0x$start + 32)) "$name"
    start=$(printf %x $((0x$start + 16)))
  done
}

main "$@"
