#!/usr/bin/env bash
# denort.sh ARCH OUTDIR     ARCH: x86_64 | aarch64
#
# `deno compile` needs a runtime, denort, that it would download. A program that was itself made by
# `deno compile` is that runtime with a payload behind it, so this cuts one out of a published wheel.
# It writes OUTDIR/denort-ARCH and prints two lines: the path of the runtime, and the version of the
# Deno that must do the compiling (set DENORT_BIN to the path; it works with --target, too).
#
# The versions must match: compiled by another Deno, which says nothing, the program dies with "Could
# not find standalone binary section". So run what was compiled. The lock file is the same for Deno
# 2.4.2, 2.7.14 and 2.9.6, so --frozen works for all; 2.9.6 checks the types, its TypeScript is newer.
# Under qemu the program needs no flags, but --v8-flags=--jitless breaks it.
set -euo pipefail

# Any of these wheels, of PyPI, holds the same runtime, byte for byte. Earlier ones hold earlier
# versions of Deno (2.4.0: Deno 2.6.8), later ones none. For x86-64 alone, the npm package
# @vltpkg/cli-linux-x64 0.0.0-18 holds that of 2.4.2.
package=bids-validator-deno
versions=(3.0.0a3 3.0.0a0)
deno=2.7.14

die() {
  echo "denort.sh: $*" >&2
  exit 1
}

[ $# -eq 2 ] || die "usage: denort.sh x86_64|aarch64 OUTDIR"
arch=$1
case $arch in
  x86_64) sha=44fa11ae44592891a07ecc3967cdb091ae316a947d60929415d26dedbb8f55b7 ;;
  aarch64) sha=0d8efb0267594b14f4cb073f8813c456b283debf467cd36cd9e01db7eaf174f7 ;;
  *) die "unknown architecture '$arch': expected x86_64 or aarch64" ;;
esac
mkdir -p "$2"
out=$(cd "$2" && pwd)/denort-$arch

matches() {
  [ -f "$1" ] && echo "$sha  $1" | sha256sum --check --status
}

if ! matches "$out"; then
  work=$(mktemp -d "$out.XXXXXX")
  trap 'rm -rf "$work"' EXIT

  got=
  for version in "${versions[@]}"; do
    if python3 -m pip download --quiet --disable-pip-version-check --no-deps \
      --only-binary :all: --platform "manylinux_2_28_$arch" \
      --dest "$work/wheel" "$package==$version" >"$work/pip.log" 2>&1; then
      got=$version
      break
    fi
    cat "$work/pip.log" >&2
  done
  [ -n "$got" ] ||
    die "pip could not get $package (${versions[*]}) for $arch: no runtime to compile with"

  python3 -m zipfile -e "$work"/wheel/*.whl "$work/files"
  program=$(find "$work/files" -path '*/scripts/*' -type f -size +30M -print -quit)
  [ -n "$program" ] || die "$package $got holds no compiled program"

  # The program ends in: u32 0x501e, u32 hash of the section's name, u64 length, all little-endian;
  # the length counts the payload and these 16 bytes.
  node - "$program" "$work/denort" <<'JS' || die "$package $got is not laid out as expected"
const fs = require("node:fs");
const [program, output] = process.argv.slice(2);
const bytes = fs.readFileSync(program);
const trailer = bytes.subarray(-16);
if (trailer.readUInt32LE(0) !== 0x501e) throw new Error("no trailer at the end of " + program);
const cut = bytes.length - Number(trailer.readBigUInt64LE(8));
if (bytes.toString("latin1", cut, cut + 8) !== "d3n0l4nd") throw new Error("no payload at " + cut);
fs.writeFileSync(output, bytes.subarray(0, cut), { mode: 0o755 });
JS
  matches "$work/denort" || die "the runtime cut from $package $got is not the expected one"
  mv -f "$work/denort" "$out"
fi

echo "$out"
echo "$deno"
