#!/usr/bin/env bash
# Records installed programs with --call-graph dwarf: OUTDIR/<program>/{raw.folded,maps} for node,
# python3 and a C++ program of our own without frame pointers. perf has unwound and adjusted the
# addresses of the callers; it prints all as file offsets. The ELF files are those of this machine.
#
# Needs what fresh_recording.sh needs, and g++. Leaves the C++ program in OUTDIR/prism.
set -euo pipefail

[ $# -eq 1 ] || {
  echo "Usage: dwarf_recording.sh OUTDIR" >&2
  exit 1
}
here=$(cd "$(dirname "$0")" && pwd)
source "$here/record.sh"
mkdir -p "$1"
out=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

record() {
  local name=$1
  shift
  mkdir -p "$out/$name"
  call_graph=dwarf,16384 record_process "$work/data" "$out/$name/maps" cpu-clock:u 199 "$@"
  perf script -i "$work/data" --no-inline -F comm,ip,sym,dso 2>/dev/null | fold \
    >"$out/$name/raw.folded"
  rm "$work/data"
}

# A line with the thread's name, then a line a frame, leaf first, then a blank line.
fold() {
  awk '
    /^$/ { if (stack != "") print root stack; root = stack = ""; next }
    root == "" { root = $1; next }
    { stack = ";" $1 " [unknown] " $NF stack }
  ' | LC_ALL=C sort | uniq -c | sed -E "s/^ *([0-9]+) (.*)$/\2 \1/"
}

mkdir -p "$out/prism"
g++ -O2 -std=c++17 -pthread -o "$out/prism/prism" \
  "$here"/cpp/{main,scene,material,json,encode,geometry}.cpp
record node "$(command -v node)" "$here/busy/busy.js"
record python3 "$(python3 -c 'import sys; print(sys.executable)')" "$here/busy/busy.py"
record prism "$out/prism/prism" 100 "$work/prism.ppm"
