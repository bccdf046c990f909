#!/usr/bin/env bash
# Makes everything in testdata/ again: layouts/ and recordings/. Addresses and counts of the
# recordings change with each run. The two scripts say which Debian packages they need.
set -euo pipefail
cd "$(dirname "$0")"
./build_layouts.sh
./build_recordings.sh
