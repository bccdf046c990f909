#!/usr/bin/env bash
# Records with the recorders that run here, for a test that wants more than the committed samples:
#
#   OUTDIR/NAME/raw...     what the recorder wrote, without names
#   OUTDIR/NAME/named...   the same with the names that the recorder, or the tool that belongs to it, gives
#   OUTDIR/NAME/maps       where a recording has none in it
#   OUTDIR/NAME/skipped    why there is nothing else, if it does not run here
#
# Needs g++, perf, java (with its compiler), gdb, google-perftools, libjemalloc-dev; bpftrace, which wants
# root and a kernel with BPF, and Go are left out where they do not run. Takes half a minute.
set -euo pipefail

fail() {
  echo "fresh_recorders.sh: $*" >&2
  exit 1
}

[ $# -ge 1 ] || fail "Usage: fresh_recorders.sh OUTDIR [RECORDER]..."
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
out=$(cd "$1" && pwd)
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for tool in g++ perf java javac gdb google-pprof jeprof; do
  command -v "$tool" >/dev/null || fail "Cannot find \"$tool\": install it first"
done
libraries=/usr/lib/x86_64-linux-gnu
programs=$out/programs
prism=$programs/prism

# start NAME
start() {
  echo "== $1"
  folder=$out/$1
  mkdir -p "$folder"
  cd "$work"
}

build() {
  local cpp=$here/../recordings/cpp flags=(-std=c++17 -O2 -fno-omit-frame-pointer)
  mkdir -p "$programs"
  g++ "${flags[@]}" -fPIC -shared "$cpp/geometry.cpp" -o "$programs/libgeometry.so"
  # With debug information perf writes source lines; gdb then writes fewer addresses.
  g++ "${flags[@]}" -g "$cpp"/{main,scene,material,json,encode}.cpp -L"$programs" -lgeometry \
    -Wl,-rpath,"$programs" -pthread -o "$prism-g"
  strip --strip-debug -o "$prism" "$prism-g"
}

# run_prism SECONDS: in the background; sets pid when it does its work.
run_prism() {
  timeout "$1" "$prism" 900 "$work/ppm" >/dev/null 2>&1 &
  sleep 0.5
  pid=$(pgrep -P $! -x prism)
}

in_perf() {
  local fields=comm,pid,tid,time,period,event,ip,sym,symoff,dso mmaps="--show-mmap-events"
  start perf
  mkdir -p empty
  # Twice, at other addresses, for a comparison.
  perf record -q -N -e cpu-clock,task-clock -g -F 199 -o second -- "$prism-g" 60 ppm >log 2>&1
  perf script -i second $mmaps --symfs empty -F $fields >"$folder/second.txt" 2>/dev/null
  perf record -q -N -e cpu-clock,task-clock -g -F 199 -o data -- "$prism-g" 60 ppm >log 2>&1
  perf script -i data --no-inline $mmaps -F $fields >"$folder/named.txt" 2>/dev/null
  perf script -i data --symfs empty $mmaps -F $fields >"$folder/raw-all.txt" 2>/dev/null
  perf script -i data --symfs empty $mmaps -F comm,pid,tid,event,ip,sym,dso \
    >"$folder/raw-few.txt" 2>/dev/null
  perf script -i data --symfs empty $mmaps --show-task-events >"$folder/raw-default.txt" 2>/dev/null
  perf script -i data --symfs empty $mmaps -F +pid,+srcline >"$folder/raw-srcline.txt" 2>/dev/null
}

in_bpftrace() {
  start bpftrace
  run_prism 20
  cat "/proc/$pid/maps" >"$folder/maps"
  if ! timeout 60 bpftrace -e "profile:hz:99 /pid == $pid/ { @stacks[comm, ustack(perf, 64)] = count();
      @kernel[kstack(perf), comm] = count(); } interval:s:3 { exit(); }" >"$folder/named.txt" 2>log ||
    ! grep -q '@stacks' "$folder/named.txt"; then
    kill "$pid"
    tail -n 1 log | tee "$folder/skipped"
    return
  fi
  kill "$pid"
  # As if the process had ended before the names were looked up, and kallsyms were hidden.
  sed -E 's/^(\t)([0-9a-f]+) .*/\1\2 0x\2 ([unknown])/' "$folder/named.txt" >"$folder/raw.txt"
  cat /proc/kallsyms >"$folder/kallsyms"
}

in_jemalloc() {
  start jemalloc
  MALLOC_CONF=prof:true,prof_accum:true,lg_prof_interval:19,lg_prof_sample:9,prof_prefix:jemalloc \
    LD_PRELOAD=$libraries/libjemalloc.so.2 "$prism" 3 ppm >log
  cp "$(ls -S jemalloc.*.heap | head -n 1)" "$folder/raw.heap"
  jeprof --collapsed "$prism" "$folder/raw.heap" >"$folder/named.folded" 2>/dev/null
}

in_gperftools_heap() {
  start gperftools-heap
  HEAPPROFILE=$work/gperftools HEAP_PROFILE_ALLOCATION_INTERVAL=300000 \
    LD_PRELOAD=$libraries/libtcmalloc.so.4 "$prism" 3 ppm >log 2>&1
  cp gperftools.0003.heap "$folder/raw.heap"
  google-pprof --collapsed "$prism" "$folder/raw.heap" >"$folder/named.folded" 2>/dev/null
}

in_gperftools_cpu() {
  start gperftools-cpu
  CPUPROFILE=$folder/raw.prof CPUPROFILE_FREQUENCY=199 LD_PRELOAD=$libraries/libprofiler.so.0 \
    "$prism" 20 ppm >log 2>&1
  google-pprof --collapsed "$prism" "$folder/raw.prof" >"$folder/named.folded" 2>/dev/null
}

in_gdb() {
  start gdb
  run_prism 20
  gdb -p "$pid" -batch -ex "info proc mappings" -ex "thread apply all bt" >"$folder/named.txt" 2>log
  kill "$pid"
  sed -E 's/^(#[0-9]+ +0x[0-9a-f]+) in .*/\1 in ?? ()/' "$folder/named.txt" >"$folder/raw.txt"
}

in_hs_err() {
  start hs_err
  gcc -O1 -fno-omit-frame-pointer -fno-optimize-sibling-calls -fPIC -shared "$here/crash_jni.c" \
    -o "$programs/libcrash.so"
  javac -d . "$here/Crash.java"
  java -XX:ErrorFile="$folder/named.log" -XX:-CreateCoredumpOnCrash -cp . Crash "$programs/libcrash.so" \
    >log 2>&1 || true
  sed -E 's/^([CV]  \[[^]]*\]).*/\1/' "$folder/named.log" >"$folder/raw.log"
}

in_sanitizer() {
  start sanitizer
  local flags=(-O1 -g0 -fno-optimize-sibling-calls)
  g++ -x c++ -fpermissive -w "${flags[@]}" -fsanitize=address "$here/crash.c" -o "$programs/crash-asan"
  ASAN_OPTIONS=symbolize=0 "$programs/crash-asan" 2>"$folder/raw.txt" || true
  "$programs/crash-asan" 2>"$folder/named.txt" || true
}

in_backtrace() {
  start backtrace
  local flags=(-O1 -g0 -fno-optimize-sibling-calls)
  gcc "${flags[@]}" "$here/crash.c" -o "$programs/crash"
  # Only what the dynamic symbol table has is named by glibc.
  gcc "${flags[@]}" -rdynamic "$here/crash.c" -o "$programs/crash-rdynamic"
  "$programs/crash" abort >"$folder/raw.txt" || true
  "$programs/crash-rdynamic" abort >"$folder/named.txt" || true
}

in_go() {
  start go
  if ! command -v go >/dev/null; then
    echo "There is no Go" | tee "$folder/skipped"
    return
  fi
  go build -o "$programs/profiled" "$here/profiled.go"
  "$programs/profiled" "$folder/named.pb.gz" 2>log
}

build
if [ $# -eq 0 ]; then
  set -- perf bpftrace jemalloc gperftools_heap gperftools_cpu gdb hs_err sanitizer backtrace go
fi
for recorder; do "in_$recorder"; done
