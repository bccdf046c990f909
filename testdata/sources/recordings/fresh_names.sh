#!/usr/bin/env bash
# Makes fresh recordings of code that is in no file, and of what names it, for tests that want more than
# the committed ones:
#
#   OUTDIR/node    V8's code: perf.map, jit.dump
#   OUTDIR/java    a JVM's code: perf.map
#   OUTDIR/clock   the vDSO and the kernel: vdso.so, kallsyms
#
# Each has maps, raw-KINDS.folded and truth-KINDS besides; see fold_names.py. The vDSO is taken by the
# command in README.md.
#
# Needs: perf, node, java (with its compiler), gcc, python3; root, for the kernel and its addresses. Takes
# less than a minute.
set -euo pipefail

fail() {
  echo "fresh_names.sh: $*" >&2
  exit 1
}

[ $# -eq 1 ] || fail "Usage: fresh_names.sh OUTDIR"
here=$(cd "$(dirname "$0")" && pwd)
readme=$here/../../../README.md
source "$here/record.sh"
mkdir -p "$1"
out=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for tool in perf node java gcc python3; do
  command -v "$tool" >/dev/null || fail "Cannot find \"$tool\": install it first"
done
cd "$work"
export PYTHONDONTWRITEBYTECODE=1

# record NAME COMMAND...
record() {
  local name=$1
  shift
  mkdir -p "$out/$name"
  # perf inject wants the clock of the jitdump.
  record_flags=(-k mono)
  record_process "$work/$name.data" "$out/$name/maps" cpu-clock 999 "$@" ||
    fail "Cannot record $name"
}

# fold NAME KINDS DATA FLAG...
fold() {
  local name=$1 kinds=$2 data=$3
  shift 3
  echo "$name, $kinds:"
  perf_text "$work/$data" |
    python3 "$here/fold_names.py" --pid "$recorded_pid" --out "$out/$name" --kinds "$kinds" \
      --maps "$out/$name/maps" "$@"
}

record node "$(command -v node)" --perf-basic-prof --perf-prof --interpreted-frames-native-stack \
  "$here/../jit/hot.mjs" 4000
cp "/tmp/perf-$recorded_pid.map" "$out/node/perf.map"
fold node jit node.data
mkdir "$out/node-jitdump"
cp "$out/node/maps" "$out/node-jitdump/"
cp "jit-$recorded_pid.dump" "$out/node-jitdump/jit.dump"
perf inject --jit -i node.data -o injected.data
fold node-jitdump jit injected.data
rm "/tmp/perf-$recorded_pid.map"

javac -d . "$here/Hot.java"
record java "$(readlink -f "$(command -v java)")" -XX:+PreserveFramePointer \
  -XX:+UnlockDiagnosticVMOptions -XX:+DumpPerfMapAtExit -cp . Hot 4000
cp "/tmp/perf-$recorded_pid.map" "$out/java/perf.map"
fold java jit java.data
rm "/tmp/perf-$recorded_pid.map"

gcc -O1 -g -fno-omit-frame-pointer -o clock "$here/clock.c"
record clock ./clock 3
(cd "$out/clock" && bash -c "$(grep -m 1 '/proc/self/mem' "$readme")") ||
  fail "Cannot take the vDSO as README.md says"
fold clock vdso clock.data --vdso "$out/clock/vdso.so"
# Without the right to see addresses they are all 0 (kernel.kptr_restrict).
if grep -qv '^0* ' /proc/kallsyms; then
  cat /proc/kallsyms >"$out/clock/kallsyms"
  fold clock kernel clock.data --kallsyms "$out/clock/kallsyms"
else
  echo "clock, kernel: /proc/kallsyms hides its addresses"
fi
