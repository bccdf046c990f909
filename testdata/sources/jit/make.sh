#!/usr/bin/env bash
# Makes testdata/jit/ again (README.md there excepted). Every run gives other addresses.
#
# Needs an x86-64 Linux, root (writes /opt/jit-demo, samples the kernel, reads its addresses), and
# on Debian 12: apt-get install linux-perf python3, and Node.js 20 or later.
set -euo pipefail
cd "$(dirname "$0")"
sources=$PWD
output=$PWD/../../jit
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir -p "$output" /opt/jit-demo
cp hot.mjs /opt/jit-demo/
cd "$work"

# One process that writes both kinds of files. perf inject wants the clock of the jitdump (-k mono).
perf record -k mono -e cpu-clock -F 999 -g -o node.data -- \
  node --perf-basic-prof --perf-prof --interpreted-frames-native-stack /opt/jit-demo/hot.mjs 1500
dump=$(echo jit-*.dump)
pid=${dump//[!0-9]/}
cp "$dump" jit.dump
perf script -i node.data -F ip,sym,dso >by-map.txt
mv "/tmp/perf-$pid.map" perf.map
perf inject --jit -i node.data -o injected.data
perf script -i injected.data -F ip,sym,dso >by-dump.txt

# System calls enough for the kernel to be seen at work.
perf record -e cpu-clock -F 2999 -g -o kernel.data -- \
  sh -c 'find /usr -newer /etc/passwd; tar -c /usr/lib/python3* | gzip -1' >/dev/null
perf script -i kernel.data -F ip,sym,dso >by-kallsyms.txt
cat /proc/kallsyms >kallsyms
setpriv --reuid 65534 --clear-groups --inh-caps=-all sed -n 1,20p /proc/kallsyms \
  >"$output/kallsyms-restricted"

python3 "$sources/cut.py" "$output"
