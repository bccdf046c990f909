#!/usr/bin/env bash
# Makes testdata/outputs/: a small profile as Mozilla's own writer of its format writes it, the crate
# fxprof-processed-profile of samply. Needs cargo.
set -euo pipefail
cd "$(dirname "$0")"
target=$(mktemp -d)
trap 'rm -rf "$target"' EXIT
mkdir -p outputs
cargo run --quiet --locked --target-dir "$target" \
  --manifest-path sources/outputs/fxprof/Cargo.toml >outputs/fxprof.json
