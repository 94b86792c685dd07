#!/usr/bin/env bash
# Measures: builds besa-bench for release and writes what it prints (tab-separated, one figure a line) to build/bench.tsv.
# usage: [ONLY=name] tools/bench.sh
set -eu
cd "$(dirname "$0")/.."
tools/install-deps bench
cmake --preset release > /dev/null
if ! ninja -C build/release -t targets all | grep -q '^besa-bench: '; then
    echo "NOT RUN: besa-bench is not part of this tree"
    exit 1
fi
ninja -C build/release --quiet besa-bench
set -o pipefail
build/release/besa-bench ${ONLY:+"$ONLY"} | tee build/bench.tsv
