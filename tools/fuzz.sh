#!/usr/bin/env bash
# Fuzzes each target in turn with the address and undefined-behaviour sanitizers; stops at the first finding.
# New inputs that reach new code stay in build/fuzz/corpus; copy the few that are worth keeping to tests/fuzz/corpus.
# usage: tools/fuzz.sh MINUTES [target...]
set -eu
cd "$(dirname "$0")/.."
minutes=${1:?usage: tools/fuzz.sh MINUTES [target...]}
shift
cmake --preset fuzz > /dev/null
targets=("$@")
if [ "${#targets[@]}" -eq 0 ]; then
    mapfile -t targets < <(ninja -C build/fuzz -t targets all | sed -nE 's/^([a-z0-9_]+_fuzz): C_EXECUTABLE.*/\1/p' | sort)
fi
ninja -C build/fuzz --quiet "${targets[@]}"
steady=()
setarch "$(uname -m)" -R true 2> /dev/null && steady=(setarch "$(uname -m)" -R)
mkdir -p build/fuzz/findings
for target in "${targets[@]}"; do
    name=${target%_fuzz}
    mkdir -p "build/fuzz/corpus/$name"
    echo "== $target, $minutes minutes"
    "${steady[@]}" "build/fuzz/$target" -max_total_time=$((minutes * 60)) -timeout=10 -rss_limit_mb=2048 \
        -fork="$(nproc)" -artifact_prefix="build/fuzz/findings/$name-" "build/fuzz/corpus/$name" "tests/fuzz/corpus/$name"
done
