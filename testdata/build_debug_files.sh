#!/bin/bash
#
# Builds testdata/debug_files/ from testdata/sources/debug_files/: one small library with its symbols in place, and with the
# symbols moved to each of the places where a distribution may put them. testdata/debug_files/README.md has a row a file.
#
# Runs on Debian 12, x86-64. Packages:
#
#   gcc binutils elfutils dwz xz-utils zip zstd
#   gcc-arm-linux-gnueabihf gcc-s390x-linux-gnu rustc (1.90 or later, of rustup)
#
# A second run gives the same bytes.

set -euo pipefail
export LC_ALL=C TZ=UTC

testdata=$(cd "$(dirname "$0")" && pwd)
sources=$testdata/sources/debug_files
out=$testdata/debug_files

main() {
  find "$out" -mindepth 1 -maxdepth 1 -type d -exec rm -rf {} + 2>/dev/null || true
  architecture x86_64 x86_64-linux-gnu
  architecture armhf arm-linux-gnueabihf # 32 bits
  architecture s390x s390x-linux-gnu     # big-endian
  cd "$out/x86_64"
  other_build x86_64-linux-gnu
  no_build_id x86_64-linux-gnu
  by_elfutils
  shared_by_dwz x86_64-linux-gnu
  archives
  by_rustc
  mkdir "$out/streams"
  cd "$out/streams"
  streams
}

# architecture NAME TRIPLET
architecture() {
  mkdir -p "$out/$1"
  cd "$out/$1"
  library "$2" libnames.so
  truth "$2"
  compressed "$2"
  compressed_symbols
  separate "$2"
  mini_debug_info "$2"
}

# library TRIPLET FILE [FLAG...]
library() {
  local triplet=$1 file=$2
  shift 2
  "$triplet-gcc" -g -O1 -fPIC -shared -nostdlib -ffile-prefix-map="$sources"=. -fdebug-prefix-map="$PWD"=. \
    -Wl,--build-id,-z,max-page-size=0x1000 "$@" -o "$file" "$sources/names.c"
}

# What binutils says of the library with everything in place.
truth() {
  "$1-nm" --defined-only -S libnames.so | sort > nm
  "$1-readelf" -nW libnames.so | sed -n 's/.*Build ID: //p' > build-id
}

compressed() {
  "$1-objcopy" --compress-debug-sections=zlib libnames.so libnames-zlib.so
  "$1-objcopy" --compress-debug-sections=zstd libnames.so libnames-zstd.so
  "$1-objcopy" --compress-debug-sections=zlib-gnu libnames.so libnames-zdebug.so
}

# No compiler or packager does it, but a tool can: the symbol table itself.
compressed_symbols() {
  eu-elfcompress -q -t zlib -n .symtab -n .strtab -o libnames-symtab-zlib.so libnames.so
}

# As GDB's manual has it: by .gnu_debuglink, and by build-id.
separate() {
  local triplet=$1 id
  mkdir -p linked/.debug debug/.build-id
  "$triplet-objcopy" --only-keep-debug libnames.so linked/libnames.debug
  "$triplet-strip" -o linked/libnames.so libnames.so
  (cd linked && "$triplet-objcopy" --add-gnu-debuglink=libnames.debug libnames.so)
  mv linked/libnames.debug linked/.debug/
  id=$(cat build-id)
  mkdir -p "debug/.build-id/${id:0:2}"
  "$triplet-objcopy" --compress-debug-sections=zlib linked/.debug/libnames.debug "debug/.build-id/${id:0:2}/${id:2}.debug"
  "$triplet-strip" -o libnames-stripped.so libnames.so
}

# As find-debuginfo.sh of rpm does it: the functions that .dynsym does not have.
mini_debug_info() {
  "$1-nm" -D --format=posix --defined-only libnames.so | awk '{ print $1 }' | sort > dynsyms
  "$1-nm" --format=sysv --defined-only libnames.so | awk -F'|' '$4 ~ "FUNC" { sub(/ *$/, "", $1); print $1 }' | sort > funcsyms
  comm -13 dynsyms funcsyms > keep
  "$1-objcopy" -S --remove-section .comment --keep-symbols=keep linked/.debug/libnames.debug mini
  xz --keep --stdout mini > mini.xz
  "$1-objcopy" --add-section .gnu_debugdata=mini.xz libnames-stripped.so libnames-mini.so
  rm dynsyms funcsyms keep mini mini.xz
}

# Another build of the same name: other code, another build-id, the same link.
other_build() {
  mkdir -p other
  library "$1" other/libnames.so -O2
  "$1-objcopy" --only-keep-debug other/libnames.so other/libnames.debug
  rm other/libnames.so
}

# Without build-ids only the CRC tells files apart.
no_build_id() {
  mkdir -p no-build-id
  library "$1" no-build-id/libnames.so -Wl,--build-id=none
  "$1-objcopy" --only-keep-debug no-build-id/libnames.so no-build-id/libnames.debug
  "$1-strip" no-build-id/libnames.so
  (cd no-build-id && "$1-objcopy" --add-gnu-debuglink=libnames.debug libnames.so)
}

# eu-strip leaves the program headers of the whole file in the debug file.
by_elfutils() {
  mkdir -p elfutils
  eu-strip -o elfutils/libnames.so -f elfutils/libnames.debug libnames.so
}

# Two libraries that share their debug information.
shared_by_dwz() {
  mkdir -p dwz
  library "$1" dwz/libone.so -gdwarf-4
  library "$1" dwz/libtwo.so -gdwarf-4 -Wl,-soname,libtwo.so
  (cd dwz && dwz -q -m common.debug -M ../dwz/common.debug libone.so libtwo.so)
  rm dwz/libtwo.so
  # As debhelper does it: what dwz has shrunk is moved to a debug file of its own.
  mkdir dwz/.debug
  objcopy --only-keep-debug dwz/libone.so dwz/.debug/libone.debug
  strip -o dwz/libone-stripped.so dwz/libone.so
  (cd dwz/.debug && objcopy --add-gnu-debuglink=libone.debug ../libone-stripped.so)
  nm --defined-only -S dwz/libone.so | sort > dwz/nm
  readelf -nW dwz/common.debug | sed -n 's/.*Build ID: //p' > dwz/common.build-id
}

# rustc links by itself. `packed` leaves a .dwp beside the library, which holds no symbols.
by_rustc() {
  local flags=(--edition 2021 --crate-type cdylib -C panic=abort -C opt-level=1 -C symbol-mangling-version=v0)
  flags+=(-C link-arg=-nostdlib -C link-arg=-Wl,--build-id -C link-arg=-Wl,-z,max-page-size=0x1000)
  flags+=(--remap-path-prefix "$sources=." "$sources/names.rs")
  mkdir -p rust/debug/.build-id
  rustc "${flags[@]}" -g -C split-debuginfo=packed -o whole.so
  nm --defined-only -S whole.so | sort > rust/nm
  local id
  id=$(readelf -nW whole.so | sed -n 's/.*Build ID: //p')
  mkdir "rust/debug/.build-id/${id:0:2}"
  objcopy --only-keep-debug whole.so "rust/debug/.build-id/${id:0:2}/${id:2}.debug"
  strip -o rust/libnames.so whole.so
  cp whole.so.dwp rust/libnames.so.dwp
  rustc "${flags[@]}" -g -C strip=debuginfo -o rust/libnames-no-debug.so
  rustc "${flags[@]}" -g -C strip=symbols -o rust/libnames-no-symbols.so
  rm whole.so whole.so.dwp
}

archives() {
  mkdir -p archives lib/arm64-v8a
  cp libnames-stripped.so lib/arm64-v8a/libnames.so
  touch -d 2024-01-01 lib/arm64-v8a/libnames.so
  echo 'a text that is long enough to become shorter, shorter, shorter, shorter, shorter' > note.txt
  touch -d 2024-01-01 note.txt
  zip -q -X -0 archives/stored.apk note.txt lib/arm64-v8a/libnames.so
  zip -q -X -9 archives/compressed.jar note.txt lib/arm64-v8a/libnames.so
  zip -q -X -0 -fz archives/zip64.apk note.txt lib/arm64-v8a/libnames.so
  { printf '#!/bin/sh\nexit 0\n'; cat archives/stored.apk; } > archives/self-extracting.zip
  rm -r lib note.txt
}

# The same text, compressed in the ways that there are; and 64 MiB of zeros.
streams() {
  cp "$sources/names.c" text
  zstd -q -c text > text.zst
  zstd -q -c --no-check text > text-no-check.zst
  { head -c 1000 text | zstd -q -c; tail -c +1001 text | zstd -q -c; } > text-two-frames.zst
  xz -c text > text.xz
  xz -c -9e text > text-9e.xz
  xz -c --check=none text > text-no-check.xz
  xz -c --check=sha256 text > text-sha256.xz
  xz -c --x86 --lzma2 text > text-x86.xz
  xz -c --lzma2=dict=128MiB text > text-dict-128m.xz
  xz -c --block-size=1000 text > text-blocks.xz
  head -c 64M /dev/zero | zstd -q -19 -c > zeros.zst
  head -c 64M /dev/zero | xz -c > zeros.xz
}

main
