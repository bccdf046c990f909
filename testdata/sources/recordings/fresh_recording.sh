#!/usr/bin/env bash
# Makes a fresh recording of large installed programs, for tests that want more than the committed
# ones: OUTDIR/<program>/{raw.folded,maps,truth} for node, python3, cc1 (of gcc) and, where there is
# one, clang. The ELF files are those of this machine: resolve with --sysroot /.
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

cat >"$work/busy.js" <<'JS'
const zlib = require("zlib"), crypto = require("crypto"), { performance } = require("perf_hooks");
const rows = Array.from({ length: 3000 }, (_, i) => ({
  id: i, name: `row ${i * 7919 % 3001}`, tags: ["a" + i % 7, "b" + i % 11], at: i / 3,
}));
let sum = 0;
for (const end = performance.now() + 4000; performance.now() < end;) {
  const text = JSON.stringify(rows);
  const copy = JSON.parse(text);
  sum += text.replace(/"name":"row (\d+)"/g, (_, n) => n * 2).length;
  sum += (text.match(/[ab]\d[^,]*?,"at":\d+\.3/g) ?? []).length;
  sum += zlib.gzipSync(text).length;
  sum += crypto.createHash("sha256").update(text).digest()[0];
  sum += crypto.pbkdf2Sync(text, "salt", 40, 32, "sha512")[0];
  copy.sort((a, b) => a.name.localeCompare(b.name));
  sum += new Map(copy.map((row) => [row.name, { ...row }])).size;
  sum += Buffer.from(text).toString("base64").length + new TextEncoder().encode(text).length;
}
console.log(sum);
JS

cat >"$work/busy.py" <<'PY'
import hashlib, json, re, time, zlib

rows = [{"id": i, "name": f"row {i * 7919 % 3001}", "at": i / 3} for i in range(2000)]
total = 0
end = time.monotonic() + 4
while time.monotonic() < end:
    text = json.dumps(rows)
    copy = json.loads(text)
    total += len(re.sub(r'"name": "row (\d+)"', lambda found: found[1], text))
    total += len(zlib.compress(text.encode()))
    total += hashlib.blake2b(text.encode()).digest()[0]
    copy.sort(key=lambda row: row["name"])
    total += sum(value * value % 7 for value in range(20000))
    words = {}
    for word in text.split():
        words[word] = words.get(word, 0) + 1
    total += 10 ** 3000 // (len(words) + 7 ** 900) % 10
print(total)
PY

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
record node "$(command -v node)" "$work/busy.js"
record python3 "$python" "$work/busy.py"
record cc1 "$(gcc -print-prog-name=cc1)" -quiet -O2 "$work/big.c" -o /dev/null
if command -v clang >/dev/null; then
  record clang "$(command -v clang)" -O2 -c "$work/big.c" -o /dev/null
fi
