#!/usr/bin/env bash
# Makes testdata/dwarf: one library with debug information of each kind, and what llvm-symbolizer says
# of it. Needs gcc, clang, cross compilers, and llvm.
set -euo pipefail
cd "$(dirname "$0")"
source=sources/dwarf/inlines.c
flags=(-O2 -shared -fPIC -nostdlib -ffile-prefix-map="$PWD=/src" -Wl,--unresolved-symbols=ignore-all)
rm -rf dwarf
mkdir -p dwarf

# build NAME COMPILER FLAG...
build() {
  local name=$1 compiler=$2
  shift 2
  "$compiler" "${flags[@]}" "$@" -o "dwarf/$name.so" "$source"
  truth "$name"
}

# truth NAME: a line for every fourth byte of the code, with what llvm-symbolizer answers as JSON.
truth() {
  local start size vaddr
  read -r start size < <(
    readelf -SW "dwarf/$1.so" | sed -n 's/^ *\[ *[0-9]*\] \.text  *PROGBITS  *\([0-9a-f]*\) [0-9a-f]* \([0-9a-f]*\).*/\1 \2/p'
  )
  for ((vaddr = 0x$start; vaddr < 0x$start + 0x$size; vaddr += 4)); do
    printf '0x%x\n' "$vaddr"
  done >dwarf/addresses
  llvm-symbolizer -i --no-demangle --output-style=JSON -e "dwarf/$1.so" <dwarf/addresses |
    sed 's/"ModuleName":"[^"]*"/"ModuleName":""/' | gzip -9n >"dwarf/$1.truth.gz"
  rm dwarf/addresses
}

for version in 2 3 4 5; do build "gcc-dwarf$version" gcc -g "-gdwarf-$version"; done
build gcc-dwarf5-64 gcc -g -gdwarf-5 -gdwarf64
build gcc-zlib gcc -g -gz=zlib
build gcc-g1 gcc -g1
build clang-dwarf4 clang -g -gdwarf-4
build clang-dwarf5 clang -g -gdwarf-5
build clang-gmlt clang -gmlt
build aarch64 aarch64-linux-gnu-gcc -g
build s390x s390x-linux-gnu-gcc -g
