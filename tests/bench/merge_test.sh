#!/usr/bin/env bash
# tools/bench_merge: figures of another run stay, those of the newer one replace their own.   usage: merge_test.sh BENCH_MERGE
set -u
merge=$1
work=$(mktemp -d "${TMPDIR:-/tmp}/besa-merge-XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
fail() { echo "$1"; cat "$work/out"; exit 1; }

printf 'a\t1\tms\t2\t1\theld\nb\t5\tMB\t\t\t\n' > "$work/new"
"$merge" "$work/absent" "$work/new" > "$work/out" || fail "without an older run"
cmp -s "$work/new" "$work/out" || fail "without an older run it is the new one"
cp "$work/out" "$work/old"
printf 'c\t9\tx\t8\t\theld\na\t3\tms\t2\t1\tmissed\n' > "$work/new"
"$merge" "$work/old" "$work/new" > "$work/out" || fail "two runs"
printf 'a\t3\tms\t2\t1\tmissed\nb\t5\tMB\t\t\t\nc\t9\tx\t8\t\theld\n' > "$work/wanted"
cmp -s "$work/wanted" "$work/out" || fail "two runs: other rows"
echo "figures are merged by id"
