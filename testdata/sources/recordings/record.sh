# Sourced by build_recordings.sh, fresh_recording.sh and dwarf_recording.sh.

# record_process DATA MAPS EVENT FREQUENCY COMMAND...
# Samples the command with perf into the file DATA, and leaves its memory map in the file MAPS.
# Sets recorded_pid. Stacks are unwound by frame pointers, or as the variable call_graph says. The map
# is read again and again while the command runs; the last but one is kept, since all libraries are
# loaded by then and the last may be cut short by the exit. record_flags may hold more flags for perf.
record_flags=()
record_process() {
  local data=$1 maps=$2 event=$3 frequency=$4 log=$1.log pid_file=$1.pid perf
  shift 4
  rm -f "$maps" "$maps".*.tmp "$pid_file"
  # A shell that becomes the command, so that the number of the process is known.
  perf record -q -N "${record_flags[@]}" -e "$event" --call-graph "${call_graph:-fp}" -F "$frequency" -o "$data" -- \
    sh -c 'echo $$ > "$0"; exec "$@"' "$pid_file" "$@" >"$log" 2>&1 &
  perf=$!
  until [ -s "$pid_file" ]; do
    if ! kill -0 "$perf" 2>/dev/null; then
      cat "$log" >&2
      echo "perf did not start \"$1\"" >&2
      return 1
    fi
    sleep 0.05
  done
  recorded_pid=$(cat "$pid_file")
  while sleep 0.2; cat "/proc/$recorded_pid/maps" >"$maps.new.tmp" 2>/dev/null &&
    [ -s "$maps.new.tmp" ]; do
    [ ! -e "$maps.last.tmp" ] || mv "$maps.last.tmp" "$maps"
    mv "$maps.new.tmp" "$maps.last.tmp"
  done
  rm -f "$maps".*.tmp
  if ! wait "$perf"; then
    cat "$log" >&2
    echo "Recording \"$1\" failed" >&2
    return 1
  fi
  if [ ! -s "$maps" ]; then
    echo "\"$1\" ended before its maps were read twice" >&2
    return 1
  fi
}

# perf_text DATA: what fold_perf.py reads.
perf_text() {
  perf script -i "$1" -D -F comm,pid,tid,event,ip,sym,symoff,dso --no-demangle --no-inline \
    2>/dev/null
}
