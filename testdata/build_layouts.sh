#!/bin/bash
#
# Builds testdata/layouts/ from testdata/sources/layouts/: small ELF files in awkward layouts, what the kernel or qemu shows
# of them in /proc/self/maps, and the truth about addresses from the live process. testdata/layouts/README.md has a row a
# fixture.
#
#   testdata/build_layouts.sh                       everything
#   testdata/build_layouts.sh --many-sections FILE  only the 4.7 MB object file with 65,308 sections, which is not committed
#
# Runs on Debian 12, x86-64, as a user who may create /opt/layouts and /opt/layouts-host (they must not exist; both are
# removed at the end). Packages:
#
#   gcc binutils lld llvm util-linux qemu-user-static
#   gcc-aarch64-linux-gnu gcc-arm-linux-gnueabihf gcc-i686-linux-gnu gcc-s390x-linux-gnu gcc-riscv64-linux-gnu
#   gcc-powerpc64-linux-gnu
#   libc6-dev-arm64-cross libc6-dev-armhf-cross libc6-dev-i386-cross libc6-dev-s390x-cross libc6-dev-riscv64-cross
#
# Address randomization is off (setarch -R), so a second run differs in little but inode numbers.

set -euo pipefail
export LC_ALL=C

testdata=$(cd "$(dirname "$0")" && pwd)
sources=$testdata/sources/layouts
layouts=$testdata/layouts
root=/opt/layouts      # where the libraries are while they are loaded: what the maps show
hosts=/opt/layouts-host # where the loading programs are: never committed
lld=(-fuse-ld=lld -B"$hosts/lld") # a cross gcc does not look for ld.lld in PATH

main() {
  if [ "${1-}" = --many-sections ]; then
    many_sections "${2:?a file name}"
    return
  fi
  for folder in "$root" "$hosts"; do
    [ ! -e "$folder" ] || { echo "$folder exists: remove it first" >&2; exit 1; }
  done
  trap 'rm -rf "$root" "$hosts"' EXIT
  mkdir -p "$root" "$hosts/lld" "$layouts"
  ln -s "$(command -v ld.lld)" "$hosts/lld/ld.lld"
  find "$layouts" -mindepth 1 -maxdepth 1 -type d -exec rm -rf {} +

  for arch in x86_64 aarch64; do
    select_arch "$arch"
    layouts_of_segments
    layouts_of_mappings
    layouts_of_programs
    layouts_of_tables
  done
  select_arch x86_64
  layouts_of_paths
  layouts_of_machines
}

# Sets arch, compiler, strip and the command that runs a program of an architecture, and builds its host.
select_arch() {
  arch=$1
  local triplet=$arch-linux-gnu
  run=(setarch -R)
  case $arch in
    x86_64) ;;
    armhf) triplet=arm-linux-gnueabihf; run=(setarch -R qemu-arm-static -L /usr/$triplet) ;;
    i686) run=(setarch -R "/usr/$triplet/lib/ld-linux.so.2" --library-path "/usr/$triplet/lib") ;;
    *) run=(setarch -R "qemu-$arch-static" -L "/usr/$triplet") ;;
  esac
  compiler=$triplet-gcc
  strip=$triplet-strip
  host=$hosts/host-$arch
  "$compiler" -O1 -Wall -Wextra -o "$host" "$sources/host.c" -ldl
}

# library FILE FLAGS...: layout.c as a shared library at $root/FILE.
library() {
  local file=$1
  shift
  mkdir -p "$(dirname "$root/$file")"
  "$compiler" -Os -fPIC -shared -nostdlib -Wl,--build-id "$@" -o "$root/$file" "$sources/layout.c"
}

# fixture NAME SCENARIO FILE [ARGUMENT]: keeps $root as the sysroot of the fixture, loads FILE there, empties $root.
fixture() {
  local name=$1 scenario=$2 file=$3
  shift 3
  keep "$name"
  "${run[@]}" "$host" "$scenario" "$folder" "$root/$file" "$@"
  finish
}

keep() {
  folder=$layouts/$arch/$1
  mkdir -p "$folder/sysroot/opt"
  cp -a "$root" "$folder/sysroot$root"
  chmod -R u+rw,go-w "$folder"
  find "$folder" -type f -exec chmod 644 {} +
  program_headers > "$folder/program-headers"
}

program_headers() {
  (cd "$folder/sysroot" && find . -type f -print0 | sort -z | while IFS= read -r -d '' file; do
    case $file in *.so | */program) ;; *) continue ;; esac
    printf '### %q\n' "${file#.}"
    readelf -lW "$file"
  done)
}

finish() {
  rm -rf "$root"
  mkdir "$root"
}

# --- Layouts that the link editor makes -----------------------------------------------------------------------------------

layouts_of_segments() {
  library libsection-start.so -DSEGMENTS -Wl,--section-start=.seg1=0x4000 -Wl,--section-start=.seg2=0x8000 \
    -Wl,-z,norelro -Wl,-z,max-page-size=0x1000
  fixture section-start plain libsection-start.so

  first_segment_at no-offset-zero 0xfe000 0x1000 moved 0xfe000
  first_segment_at unaligned-first 0x10340 0x1000 moved 0x10000
  first_segment_at align-mismatch 0x1000 0x200000 moved 0x10000 # the lowest address the kernel gives out
  first_segment_at preferred-address 0xfe000 0x1000 plain

  library liblld-shifted.so "${lld[@]}" -Wl,-z,max-page-size=0x1000
  fixture lld-shifted plain liblld-shifted.so

  library libnoseparate-code.so -Wl,-z,noseparate-code -Wl,-z,max-page-size=0x1000
  fixture noseparate-code plain libnoseparate-code.so

  library libpage-64k.so -Wl,-z,noseparate-code -Wl,-z,norelro -Wl,-z,max-page-size=0x10000
  fixture page-64k plain libpage-64k.so

  library libpage-2m.so "${lld[@]}" -Wl,-z,max-page-size=0x200000
  fixture page-2m plain libpage-2m.so
}

# first_segment_at NAME VADDR MAX_PAGE_SIZE SCENARIO [ARGUMENT]
first_segment_at() {
  local name=$1 vaddr=$2 page_size=$3 scenario=$4
  shift 4
  library "lib$name.so" -Wl,-T,"$sources/first-segment-at.ld" -Wl,--defsym="layout_base=$vaddr" \
    -Wl,-z,max-page-size="$page_size" -Wl,-z,norelro
  fixture "$name" "$scenario" "lib$name.so" "$@"
}

# --- Layouts that the process makes ---------------------------------------------------------------------------------------

layouts_of_mappings() {
  library libtwice.so -Wl,-z,max-page-size=0x1000
  fixture twice twice libtwice.so

  library libread-first.so -Wl,-z,max-page-size=0x1000
  local size
  size=$(load_size libread-first.so)
  fixture read-first read-below libread-first.so "$size"

  if [ "$arch" = x86_64 ]; then # qemu hands out addresses upwards: there this is read-first again
    library libread-above.so -Wl,-z,max-page-size=0x1000
    fixture read-above read-above libread-above.so
  fi

  library libmprotect-split.so -DPAGES -Wl,-z,max-page-size=0x1000
  fixture mprotect-split mprotect-split libmprotect-split.so

  library libanon-part.so -DPAGES -Wl,-z,max-page-size=0x1000
  fixture anon-part anon-part libanon-part.so

  library libanon-all.so -DPAGES "${lld[@]}" -Wl,-z,max-page-size=0x1000
  fixture anon-all anon-all libanon-all.so

  library libloaded-name.so -Wl,-z,max-page-size=0x1000
  ln "$root/libloaded-name.so" "$root/libread-name.so"
  fixture two-names read-other-name libloaded-name.so "$root/libread-name.so"

  library libhole.so "${lld[@]}" -Wl,-z,max-page-size=0x200000
  library libother.so "${lld[@]}" -Wl,-z,max-page-size=0x1000
  fixture hole hole libhole.so "$root/libother.so"
}

# Bytes of address space a library takes, from its first page to its last.
load_size() {
  local type vaddr memory_size size=0 rest
  while read -r type _ vaddr _ _ memory_size rest; do
    [ "$type" != LOAD ] || size=$(((vaddr + memory_size + 4095) / 4096 * 4096))
  done < <(readelf -lW "$root/$1")
  echo "$size"
}

# --- Programs -------------------------------------------------------------------------------------------------------------

layouts_of_programs() {
  program exec -DWITH_LIBC -no-pie -fno-pie
  program static -static -no-pie -fno-pie -nostdlib
  program static-pie -static-pie -fPIE -nostdlib
}

program() {
  local name=$1
  shift
  "$compiler" -Os -Wall -fno-stack-protector -fno-builtin -Wl,--build-id -Wl,-z,max-page-size=0x1000 "$@" \
    -o "$root/program" "$sources/program.c"
  keep "$name"
  "${run[@]}" "$root/program" > "$folder/truth" 3> "$folder/maps"
  finish
}

# --- Symbol and section tables --------------------------------------------------------------------------------------------

layouts_of_tables() {
  export LAYOUT_STRIPPED=1
  library libdynsym-only.so -Wl,-z,max-page-size=0x1000
  "$strip" "$root/libdynsym-only.so"
  fixture dynsym-only plain libdynsym-only.so

  local style
  for style in sysv gnu; do
    library "libno-sections-$style.so" -Wl,--hash-style="$style" -Wl,-z,max-page-size=0x1000
    llvm-strip --strip-sections "$root/libno-sections-$style.so"
    fixture "no-sections-$style" plain "libno-sections-$style.so"
  done
  unset LAYOUT_STRIPPED

  "$compiler" -shared -nostdlib -Wl,--build-id -Wl,-z,max-page-size=0x1000 -o "$root/libnested-symbols.so" "$sources/nested.S"
  keep nested-symbols
  readelf -sW "$root/libnested-symbols.so" > "$folder/symbols"
  "${run[@]}" "$host" nested "$folder" "$root/libnested-symbols.so"
  finish
}

# 65,300 sections: e_shnum is 0 and e_shstrndx SHN_XINDEX, the real numbers are in section header 0. 64 bytes a header.
many_sections() {
  local assembly
  assembly=$(mktemp --suffix=.s)
  {
    seq 1 65300 | sed 's/.*/.section .s&,"a"/'
    printf '.text\n.globl many_first\n.type many_first, @function\n.size many_first, 16\nmany_first: .fill 16, 1, 0x90\n'
  } > "$assembly"
  x86_64-linux-gnu-gcc -c -o "$1" "$assembly"
  rm "$assembly"
  readelf -hW "$1" | grep -i section
}

# --- Paths ----------------------------------------------------------------------------------------------------------------

layouts_of_paths() {
  library libdeleted.so -Wl,-z,noseparate-code
  fixture deleted deleted libdeleted.so

  library libmemfd.so -Wl,-z,noseparate-code
  fixture memfd memfd libmemfd.so layout-memfd

  library 'two  blanks/lib blank.so' -Wl,-z,noseparate-code
  fixture blank-path plain 'two  blanks/lib blank.so'

  library $'new\nline/libnewline.so' -Wl,-z,noseparate-code
  fixture newline-path plain $'new\nline/libnewline.so'
  # Not every system that the repository is checked out on takes a newline in a name.
  mv "$folder"/sysroot"$root"/{$'new\nline','new\012line'}
}

# --- Other machines -------------------------------------------------------------------------------------------------------

layouts_of_machines() {
  select_arch armhf
  library libplain.so -marm -DTHUMB
  fixture thumb plain libplain.so

  for arch in i686 s390x riscv64; do
    select_arch "$arch"
    library libplain.so
    fixture plain plain libplain.so
  done

  # ELFv1: a function's symbol is a descriptor in .opd, not its code. Only the file, nothing is run.
  arch=powerpc64
  compiler=powerpc64-linux-gnu-gcc
  library libplain.so -mabi=elfv1 -Wl,-z,max-page-size=0x1000
  keep plain
  readelf -sW "$root/libplain.so" > "$folder/symbols"
  readelf -SW "$root/libplain.so" > "$folder/section-headers"
  powerpc64-linux-gnu-nm "$root/libplain.so" > "$folder/nm"
  powerpc64-linux-gnu-nm --synthetic "$root/libplain.so" > "$folder/nm-synthetic"
  readelf -x .opd "$root/libplain.so" > "$folder/opd"
  finish
}

main "$@"
