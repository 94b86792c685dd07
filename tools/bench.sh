#!/usr/bin/env bash
# Measures: builds besa-bench for release and writes what it prints (tab-separated, one figure a line) to build/bench.tsv, where
# figures of other runs stay. Exit code 1: something failed, or a figure misses what it must hold.
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
mkdir -p build
status=0
build/release/besa-bench ${ONLY:+"$ONLY"} > build/bench.new || status=$?
cat build/bench.new
tools/bench_merge build/bench.tsv build/bench.new > build/bench.merged
mv build/bench.merged build/bench.tsv
rm build/bench.new
exit "$status"
