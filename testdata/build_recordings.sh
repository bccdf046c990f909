#!/usr/bin/env bash
# Makes testdata/recordings/ again: programs of our own, recorded while they run. Every run gives
# other addresses and counts; recordings/README.md has the numbers of the committed ones.
#
# Needs an x86-64 Linux, root (writes /opt/{cpp,rust,arm64,replaced}-demo, samples the kernel), and on
# Debian 12: apt-get install g++ lld g++-aarch64-linux-gnu qemu-user-static linux-perf python3,
# and rustc 1.95 or later.
set -euo pipefail
cd "$(dirname "$0")"
sources=$PWD/sources/recordings
recordings=$PWD/recordings
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
source "$sources/record.sh"

for tool in g++ ld.lld rustc aarch64-linux-gnu-g++ qemu-aarch64-static perf python3; do
  command -v "$tool" >/dev/null || { echo "Cannot find \"$tool\"" >&2; exit 1; }
done

# start_recording NAME: an empty folder.
start_recording() {
  echo "== $1"
  rm -rf "${recordings:?}/$1"
  mkdir -p "$recordings/$1"
}

# keep_files NAME FILE...: the ELF files, at the paths that the maps show.
keep_files() {
  local name=$1 file
  shift
  for file; do install -D "$file" "$recordings/$name/sysroot$file"; done
}

# perf_recording NAME PREFIX OPTIONS COMMAND...
perf_recording() {
  local name=$1 prefix=$2 options=$3
  shift 3
  record_process "$work/$name.data" "$recordings/$name/maps" cpu-clock 999 "$@"
  # shellcheck disable=SC2086  # no or several options
  perf_text "$work/$name.data" | python3 "$sources/fold_perf.py" --pid "$recorded_pid" \
    --before-exec sh --files "$prefix" --out "$recordings/$name" $options
}

cpp_x86_64() {
  local demo=/opt/cpp-demo
  local flags=(-std=c++17 -O2 -g0 -fno-omit-frame-pointer -mno-omit-leaf-frame-pointer
    -Wl,--build-id=sha1)
  start_recording cpp-x86_64
  mkdir -p $demo/bin $demo/lib
  # lld puts each segment on a page of its own without padding the file: p_offset != p_vaddr.
  g++ "${flags[@]}" -fPIC -shared "$sources/cpp/geometry.cpp" -fuse-ld=lld \
    -o $demo/lib/libgeometry.so
  g++ "${flags[@]}" "$sources"/cpp/{main,scene,material,json,encode}.cpp \
    -L$demo/lib -lgeometry -Wl,-rpath,$demo/lib -pthread -o $demo/bin/prism
  perf_recording cpp-x86_64 $demo/ --variants $demo/bin/prism 100 "$work/prism.ppm"
  keep_files cpp-x86_64 $demo/bin/prism $demo/lib/libgeometry.so
}

rust_x86_64() {
  local demo=/opt/rust-demo
  local flags=(--edition 2021 -C opt-level=2 -C codegen-units=1 -C lto=fat -C panic=abort
    -C force-frame-pointers=yes -C strip=debuginfo -C link-arg=-Wl,--build-id=sha1)
  start_recording rust-x86_64
  mkdir -p $demo/bin $demo/lib
  rustc "${flags[@]}" -C symbol-mangling-version=v0 "$sources/rust/score.rs" \
    -o $demo/lib/libscore.so
  rustc "${flags[@]}" -L $demo/lib -C link-arg=-Wl,-rpath,$demo/lib "$sources/rust/search.rs" \
    -o $demo/bin/search
  perf_recording rust-x86_64 $demo/ "" $demo/bin/search
  keep_files rust-x86_64 $demo/bin/search $demo/lib/libscore.so
}

arm64() {
  local demo=/opt/arm64-demo folder=$recordings/arm64
  local flags=(-O2 -g0 -fno-omit-frame-pointer -mno-omit-leaf-frame-pointer -fno-exceptions
    -fno-rtti -fno-math-errno -fno-optimize-sibling-calls)
  start_recording arm64
  mkdir -p $demo/bin $demo/lib
  # Two code sections at places of their own: the library is mapped twice at file offset 0.
  aarch64-linux-gnu-g++ "${flags[@]}" -fPIC -shared "$sources/arm64/field.cpp" -nodefaultlibs -lc \
    -Wl,--section-start=.seg1=0x4000 -Wl,--section-start=.seg2=0x8000 \
    -Wl,-z,norelro -Wl,-z,max-page-size=0x1000 -o $demo/lib/libfield.so
  aarch64-linux-gnu-g++ "${flags[@]}" -rdynamic "$sources"/arm64/{orbit,sampler}.cpp \
    -nodefaultlibs -L$demo/lib -lfield -lc -Wl,-rpath,$demo/lib -o $demo/bin/orbit
  # The program samples itself and asks its own loader for the names.
  qemu-aarch64-static -L /usr/aarch64-linux-gnu $demo/bin/orbit 60 "$work"
  cp "$work/maps" "$folder/maps"
  LC_ALL=C sort -u "$work/truth" >"$folder/truth"
  sed 's/ 1$//' "$work/raw.folded" | LC_ALL=C sort | uniq -c |
    sed -E 's/^ *([0-9]+) (.*)$/\2 \1/' >"$folder/raw.folded"
  keep_files arm64 $demo/bin/orbit $demo/lib/libfield.so
  awk -F'[; ]' '
    { samples += $NF; frames += $NF * (NF - 2) }
    END { print samples " samples, " FNR " different stacks, " frames " frames by weight" }
  ' "$folder/raw.folded"
}

replaced_x86_64() {
  local demo=/opt/replaced-demo folder=$recordings/replaced-x86_64
  local flags=(-O2 -g0 -fno-omit-frame-pointer -mno-omit-leaf-frame-pointer
    -fno-optimize-sibling-calls -fno-ipa-icf)
  start_recording replaced-x86_64
  mkdir -p $demo/bin $demo/lib
  gcc "${flags[@]}" -DBUILD=first -fPIC -shared -Wl,-Bsymbolic "$sources/replaced/library.c" \
    -o $demo/lib/libfirst.so
  gcc "${flags[@]}" -DBUILD=second -DLONGER -fPIC -shared -Wl,-Bsymbolic \
    "$sources/replaced/library.c" -o $demo/lib/libsecond.so
  gcc "${flags[@]}" "$sources/replaced/program.c" -o $demo/bin/replace
  perf record -q -N -e cpu-clock:u --call-graph fp -F 499 -o "$work/replaced.data" -- \
    $demo/bin/replace $demo/lib/libfirst.so "$folder/maps-before" \
    $demo/lib/libsecond.so "$folder/maps"
  perf_text "$work/replaced.data" | python3 "$sources/replaced/fold_replaced.py" "$folder"
  keep_files replaced-x86_64 $demo/bin/replace $demo/lib/libfirst.so $demo/lib/libsecond.so
}

if [ $# -eq 0 ]; then set -- cpp_x86_64 rust_x86_64 arm64 replaced_x86_64; fi
for recording; do "$recording"; done
du -sb "$recordings"/*/sysroot
