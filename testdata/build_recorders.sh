#!/usr/bin/env bash
# Makes testdata/recorders/ again: what recorders write, of the programs of testdata/recordings/ and
# of crash.c and debug1.go. Every run gives other addresses and counts.
#
# Needs an x86-64 Linux with perf events and BPF, root, the programs that build_recordings.sh left in
# /opt/{cpp,rust}-demo, and on Debian 12: apt-get install bpftrace gcc gdb google-perftools
# libgoogle-perftools-dev libjemalloc-dev linux-perf openjdk-17-jdk-headless, and Go.
set -euo pipefail
cd "$(dirname "$0")"
sources=$PWD/sources/recorders
out=$PWD/recorders
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prism=/opt/cpp-demo/bin/prism
search=/opt/rust-demo/bin/search
crash=/opt/crash-demo/bin
libraries=/usr/lib/x86_64-linux-gnu

start() {
  echo "== $1"
  rm -rf "${out:?}/$1"
  mkdir -p "$out/$1"
}

# in_background COMMAND...: waits until it does its work; sets pid.
in_background() {
  "$@" >/dev/null 2>&1 &
  pid=$!
  sleep 0.4
}

end_background() {
  kill "$pid" || true
  wait "$pid" 2>/dev/null || true
}

perf_script() {
  local fields=comm,pid,tid,time,period,event,ip,sym,symoff,dso
  start perf
  mkdir "$work/empty"
  perf record -q -N -e cpu-clock,task-clock -g -F 49 -o "$work/one" -- $prism 40 "$work/ppm" \
    >"$work/log" 2>&1
  # With the names that perf has for its own addresses, and without.
  perf script -i "$work/one" --no-inline --show-mmap-events --show-task-events -F $fields \
    >"$out/perf/named.txt" 2>/dev/null
  perf script -i "$work/one" --show-mmap-events --show-task-events --symfs "$work/empty" -F $fields \
    >"$out/perf/raw.txt" 2>/dev/null
  # As people call it: no process numbers, no events but samples.
  perf script -i "$work/one" --symfs "$work/empty" 2>/dev/null | sed -n 1,300p >"$out/perf/plain.txt"
  # A shell that runs two programs: forks, programs that replace others, three processes.
  perf record -q -N -e cpu-clock:u -g -F 99 -o "$work/two" -- \
    sh -c "$prism 12 $work/ppm & $search & wait" >"$work/log" 2>&1
  perf script -i "$work/two" --no-inline --show-mmap-events --show-task-events -F $fields \
    >"$work/two.txt" 2>/dev/null
  awk '/PERF_RECORD/ { print; next } NF && !/^[\t ]/ { keep = ++samples % 8 == 1 } keep' \
    "$work/two.txt" >"$out/perf/processes.txt"
  # No stacks: a frame behind each event.
  perf record -q -N -e cpu-clock:u -F 49 -o "$work/flat" -- $prism 12 "$work/ppm" >"$work/log" 2>&1
  perf script -i "$work/flat" 2>/dev/null >"$out/perf/flat.txt"
}

# trace NAME SECONDS MAP OPTIONS...: prism, which ends after that many seconds.
trace() {
  local name=$1 seconds=$2 map=$3
  shift 3
  in_background timeout "$seconds" $prism 900 "$work/ppm"
  pid=$(pgrep -P "$pid")
  cat "/proc/$pid/maps" >"$out/bpftrace/$name.maps"
  bpftrace "$@" -e "profile:hz:29 /pid == $pid/ { $map } interval:s:2 { exit(); }" \
    >"$out/bpftrace/$name.txt" 2>"$work/log"
  wait
}

bpftrace_maps() {
  start bpftrace
  # It has ended when bpftrace looks for names: those of C++ would be very long.
  trace default 2 '@[ustack, comm] = count();'
  trace perf 2 '@[ustack(perf, 12)] = count();'
  trace several 2 '@stacks[comm, pid, kstack, ustack(9)] = count(); @calls[comm] = count();'
  trace json 2 '@[ustack(perf, 9), comm] = count(); @both[kstack, ustack(9)] = count();' -f json
}

heap_profiles() {
  start heap
  (
    cd "$work"
    MALLOC_CONF=prof:true,prof_accum:true,lg_prof_interval:19,lg_prof_sample:12,prof_prefix:jemalloc \
      LD_PRELOAD=$libraries/libjemalloc.so.2 $prism 3 ppm
    cp jemalloc.*.i1.heap "$out/heap/jemalloc.heap"
    HEAPPROFILE=$work/gperftools HEAP_PROFILE_ALLOCATION_INTERVAL=300000 \
      LD_PRELOAD=$libraries/libtcmalloc.so.4 $prism 3 ppm
    cp gperftools.0003.heap "$out/heap/gperftools.heap"
  )
  jeprof --collapsed $prism "$out/heap/jemalloc.heap" 2>/dev/null >"$out/heap/jemalloc.jeprof"
  google-pprof --collapsed $prism "$out/heap/gperftools.heap" 2>/dev/null \
    >"$out/heap/gperftools.google-pprof"
}

cpu_profiles() {
  start cpu
  CPUPROFILE=$out/cpu/gperftools.prof CPUPROFILE_FREQUENCY=199 \
    LD_PRELOAD=$libraries/libprofiler.so.0 $prism 20 "$work/ppm"
  google-pprof --collapsed $prism "$out/cpu/gperftools.prof" 2>/dev/null \
    >"$out/cpu/gperftools.google-pprof"
  # pprof's own conversion: addresses, no names.
  go tool pprof -proto -symbolize=none "$out/cpu/gperftools.prof" 2>/dev/null >"$out/cpu/pprof.pb.gz"
}

crashes() {
  start crash
  mkdir -p $crash "$out/crash/sysroot$crash"
  local flags=(-O1 -g0 -fno-optimize-sibling-calls)
  gcc "${flags[@]}" "$sources/crash.c" -o $crash/crash
  gcc "${flags[@]}" -fsanitize=address "$sources/crash.c" -o $crash/crash-asan
  cp $crash/crash $crash/crash-asan "$out/crash/sysroot$crash"
  $crash/crash signal >"$out/crash/backtrace-signal.txt" || true
  $crash/crash abort >"$out/crash/backtrace.txt" || true
  ASAN_OPTIONS=symbolize=0 $crash/crash-asan 2>"$out/crash/asan.txt" || true
  # The same stacks with the names of its own symbolizer.
  $crash/crash-asan 2>"$out/crash/asan-named.txt" || true
  in_background $prism 900 "$work/ppm"
  gdb -p "$pid" -batch -ex "info proc mappings" -ex "thread apply all bt" 2>/dev/null \
    >"$out/crash/gdb.txt"
  end_background
  java_crash
}

java_crash() {
  javac -d "$work" "$sources/Packer.java"
  (
    cd "$work"
    java -cp . Packer >log 2>&1 &
    java=$!
    sleep 2
    for task in /proc/$java/task/*; do
      [ "$(cat "$task/comm")" != packer ] || packer=$(basename "$task")
    done
    # tgkill(2), so that this thread is the one that crashes.
    python3 -c "import ctypes; ctypes.CDLL(None).syscall(234, $java, $packer, 11)"
    wait $java || true
  )
  # Without memory dumps, events and settings, which are most of it.
  sed -E '/^Registers:/,/^Dynamic libraries:/{/^Dynamic libraries:/!d}; /^VM Arguments:/,/^END\./d' \
    "$work"/hs_err_pid*.log >"$out/crash/hs_err.log"
}

go_texts() {
  start go
  go build -trimpath -o "$work/debug1" "$sources/debug1.go"
  "$work/debug1" "$out/go"
  # Without what follows the stacks: facts of the garbage collector.
  sed -i '/^# runtime.MemStats/,$d' "$out/go/heap.txt"
  # What the tool that belongs to it reads in them.
  for text in "$out"/go/*.txt; do
    go tool pprof -raw "$text" 2>/dev/null | sed '/^Locations/,$d' >"${text%.txt}.pprof"
  done
}

if [ $# -eq 0 ]; then
  set -- perf_script bpftrace_maps heap_profiles cpu_profiles crashes go_texts
fi
for recorder; do "$recorder"; done
du -sb "$out"/*
