#!/usr/bin/env bash
# Records a C++ program of our own that was compiled for arm64 in several ways, and other programs of
# arm64 that are named: OUTDIR/<program>/{raw.folded,maps}. qemu-user runs them with a sampler in them
# that follows frame pointers. The ELF files are those of this machine: resolve with --sysroot /.
#
# Needs: aarch64-linux-gnu-g++, qemu-aarch64-static; clang++ is used if it is there. The programs stay
# in OUTDIR/../arm64-programs.
set -euo pipefail

[ $# -ge 1 ] || {
  echo "Usage: arm64_recording.sh OUTDIR [PROGRAM [ARGUMENT]...]" >&2
  exit 1
}
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
out=$(cd "$1" && pwd)
shift
programs=$(dirname "$out")/arm64-programs
mkdir -p "$programs"
aarch64-linux-gnu-gcc -O2 -shared -fPIC -o "$programs/preload.so" "$here/arm64/preload.c"

record() {
  local name=$1
  shift
  mkdir -p "$out/$name"
  qemu-aarch64-static -L /usr/aarch64-linux-gnu -E LD_PRELOAD="$programs/preload.so" \
    -E SAMPLE_DIR="$out/$name" "$@" >/dev/null
  LC_ALL=C sort "$out/$name/raw.folded" | sed 's/ 1$//' | uniq -c |
    sed -E 's/^ *([0-9]+) (.*)$/\2 \1/' >"$out/$name/counted"
  mv "$out/$name/counted" "$out/$name/raw.folded"
}

prism() {
  local name=$1
  shift
  "$@" -std=c++17 -pthread -o "$programs/$name" \
    "$here"/cpp/{main,scene,material,json,encode,geometry}.cpp
  record "$name" "$programs/$name" 100 /dev/null
}

if [ $# -gt 0 ]; then
  record "$(basename "$1")" "$@"
  exit
fi
for level in -O2 -O3 -Os; do prism "prism$level" aarch64-linux-gnu-g++ "$level"; done
prism prism-leaf aarch64-linux-gnu-g++ -O2 -fno-omit-frame-pointer -mno-omit-leaf-frame-pointer
if command -v clang++ >/dev/null; then
  cross=(clang++ --target=aarch64-linux-gnu -fno-omit-frame-pointer)
  prism prism-clang "${cross[@]}" -O2
  prism prism-outlined "${cross[@]}" -Oz
fi
