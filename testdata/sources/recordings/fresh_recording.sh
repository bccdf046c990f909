#!/usr/bin/env bash
# Makes a fresh recording of large installed programs, for tests that want more than the committed
# ones: OUTDIR/<program>/{raw.folded,maps,truth} for node, python3, cc1 (of gcc) and, where there are
# such, clang, a Go program and java. The ELF files are those of this machine: resolve with
# --sysroot /.
#
# Needs: perf, node, python3, gcc; the right to record one's own programs
# (kernel.perf_event_paranoid at most 2, or root). Takes less than a minute.
set -euo pipefail

fail() {
  echo "fresh_recording.sh: $*" >&2
  exit 1
}

[ $# -eq 1 ] || fail "Usage: fresh_recording.sh OUTDIR"
here=$(cd "$(dirname "$0")" && pwd)
source "$here/record.sh"
mkdir -p "$1"
out=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for tool in perf node python3 gcc; do
  command -v "$tool" >/dev/null || fail "Cannot find \"$tool\": install it first"
done
if ! perf record -q -N -e cpu-clock:u -g -o "$work/probe" -- true >"$work/probe.log" 2>&1; then
  cat "$work/probe.log" >&2
  fail "perf cannot record on this machine (kernel.perf_event_paranoid is" \
    "$(cat /proc/sys/kernel/perf_event_paranoid 2>/dev/null || echo unreadable)):" \
    "want at most 2, or root, and a container that allows perf_event_open"
fi

record() {
  local name=$1
  shift
  mkdir -p "$out/$name"
  record_process "$work/$name.data" "$out/$name/maps" cpu-clock:u 499 "$@" ||
    fail "Cannot record $name"
  echo "$name:"
  perf_text "$work/$name.data" |
    "$python" "$here/fold_perf.py" --pid "$recorded_pid" --before-exec sh --out "$out/$name"
  rm "$work/$name.data"
}

# A C file large enough to keep a compiler busy for some seconds.
awk -v functions="${FUNCTIONS:-300}" 'BEGIN {
  for (f = 0; f < functions; f++) {
    printf "int f%d(int *a, int n, int k) {\n  int s = k;\n", f
    print "  for (int i = 0; i < n; i++) {"
    print "    switch ((a[i] + k) % 5) {"
    for (c = 0; c < 5; c++)
      printf "    case %d: for (int j = i; j < n; j++) s += a[j] * %d ^ (s >> %d); break;\n", c, f + c, c + 1
    print "    }"
    if (f > 0) printf "    if (s & %d) s += f%d(a, i, s);\n", f, f - 1
    print "    a[i] = s % (k | 1);\n  }\n  return s;\n}"
  }
}' >"$work/big.c"

python=$(python3 -c 'import sys; print(sys.executable)')
record node "$(command -v node)" "$here/busy/busy.js"
record python3 "$python" "$here/busy/busy.py"
record cc1 "$(gcc -print-prog-name=cc1)" -quiet -O2 "$work/big.c" -o /dev/null
if command -v clang >/dev/null; then
  record clang "$(command -v clang)" -O2 -c "$work/big.c" -o /dev/null
fi
if command -v go >/dev/null; then
  mkdir -p "$out/go"
  go build -o "$out/go/busy" "$here/busy/busy.go"
  record go "$out/go/busy"
fi
if command -v javac >/dev/null; then
  javac -d "$work" "$here/busy/Busy.java"
  record java java -cp "$work" Busy
fi
