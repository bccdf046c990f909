#!/usr/bin/env bash
#
# Builds testdata/evidence/ from testdata/sources/evidence/; evidence/README.md says what is there.
# Runs as root, because it writes to /opt/evidence, on Debian 12, x86-64. Packages:
#
#   gcc binutils qemu-user-static gcc-{aarch64,i686,powerpc64,riscv64,s390x}-linux-gnu
#   gcc-arm-linux-gnueabihf

set -euo pipefail
export LC_ALL=C

testdata=$(cd "$(dirname "$0")" && pwd)
sources=$testdata/sources/evidence
evidence=$testdata/evidence
demo=/opt/evidence

main() {
  find "$evidence" -mindepth 1 -maxdepth 1 -type d -exec rm -rf {} +
  mkdir -p "$evidence/calls" $demo
  architecture x86_64 x86_64-linux-gnu
  architecture i686 i686-linux-gnu i386
  architecture aarch64 aarch64-linux-gnu aarch64
  architecture armhf arm-linux-gnueabihf arm
  architecture riscv64 riscv64-linux-gnu riscv64
  calls riscv32 riscv64-linux-gnu -march=rv32imac -mabi=ilp32
  architecture s390x s390x-linux-gnu s390x
  architecture powerpc64 powerpc64-linux-gnu ppc64
  rm -r $demo
}

# architecture NAME TRIPLET [QEMU]
architecture() {
  calls "$1" "$2"
  recording "$@"
}

# calls NAME TRIPLET FLAGS...: a program of calls and other instructions, as objdump sees them.
calls() {
  local file=$evidence/calls/$1 object=$demo/calls.o
  # Not by one command: the symbol table would hold the name of a temporary file.
  "$2-gcc" "${@:3}" -c "$sources/calls/$1.S" -o $object
  "$2-gcc" "${@:3}" -nostdlib -static -no-pie -Wl,--build-id=none,-z,max-page-size=0x1000 \
    -Wl,-z,noseparate-code $object -o "$file"
  "$2-objdump" -d -w "$file" | sed 1,2d >"$file.truth"
  chmod 644 "$file"
}

# recording NAME TRIPLET [QEMU]: what the library did, and builds of it: the one that ran, one in which
# all is elsewhere, and one in which the second half is.
recording() {
  local name=$1 triplet=$2 run=()
  [ $# -lt 3 ] || run=("qemu-$3-static" -L "/usr/$triplet")
  library "$name" "$triplet" same
  library "$name" "$triplet" other -DLATER=0
  case $name in
    x86_64 | aarch64)
      library "$name" "$triplet" partly -DLATER=6
      without_tables "$name" "$triplet"
      ;;
  esac
  cp "$evidence/$name/same$demo/libwalk.so" $demo
  "$triplet-gcc" -O2 -funwind-tables -rdynamic "$sources/record.c" -L$demo -lwalk \
    -Wl,-rpath,$demo -o $demo/record
  "${run[@]}" $demo/record "$evidence/$name"
}

# without_tables NAME TRIPLET: the library that ran without all that says where functions begin, the
# exported one excepted; and what nm said of that before.
without_tables() {
  local same=$evidence/$1/same$demo/libwalk.so folder=$evidence/$1/no-tables$demo
  mkdir -p "$folder"
  "$2-objcopy" --strip-all -R .eh_frame -R .eh_frame_hdr "$same" "$folder/libwalk.so"
  chmod 644 "$folder/libwalk.so"
  "$2-nm" "$same" | grep -E ' [tT] (step_|walk)' >"$evidence/$1/no-tables/nm"
}

# library NAME TRIPLET BUILD FLAGS...
library() {
  local folder=$evidence/$1/$3$demo
  mkdir -p "$folder"
  # Functions stay in the order of the source.
  "$2-gcc" "${@:4}" -O2 -fPIC -shared -nostdlib -funwind-tables -fno-toplevel-reorder \
    -Wl,--build-id=none,-z,max-page-size=0x1000,-z,noseparate-code "$sources/walk.c" \
    -o "$folder/libwalk.so"
  chmod 644 "$folder/libwalk.so"
}

main "$@"
