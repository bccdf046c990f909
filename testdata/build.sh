#!/usr/bin/env bash
# Makes everything in testdata/ again. Addresses and counts of recordings change with each run. The
# scripts say which Debian packages they need.
set -euo pipefail
cd "$(dirname "$0")"
for script in build_*.sh sources/jit/make.sh; do
  "./$script"
done
