#!/usr/bin/env bash
# besa-bench starts, names its measurements, and refuses a name that is none.   usage: list_test.sh BESA_BENCH
set -u
bench=$1
names=$("$bench" --list) || { echo "--list failed"; exit 1; }
for name in sync exchange node search api linkage retention desk; do
    grep -qx "$name" <<< "$names" || { echo "$name is not listed"; exit 1; }
done
"$bench" no-such-measurement 2> /dev/null
[ $? = 64 ] || { echo "a name that is none was measured"; exit 1; }
echo "$(wc -l <<< "$names") measurements"
