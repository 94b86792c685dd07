#!/usr/bin/env bash
# What two nodes said while they played the demonstration names no person, no fact, no reason and no case: every text of
# the demonstration's messages is looked for in their logs. usage: log_canary.sh SOURCE DEMO_RUN
set -eu
logs=("$2"/build/demo/*.log)
words=$(mktemp /tmp/besa-canary-XXXXXX)
trap 'rm -f "$words"' EXIT
# Each literal of the messages, and each of its longer words: a part of a sentence would be as bad. But for the mark that
# stands in every line of a training node.
grep -oE '"[^"\\]{5,}"' "$1/src/cmd/demo_data.c" | tr -d '"' | grep -vE '\.h$' |
    awk '{ print; for (i = 1; i <= NF; i++) { gsub(/[.,?]/, "", $i); if (length($i) > 6) print $i } }' | grep -vix 'training' | sort -u > "$words"
echo "exercise" >> "$words" # the reason of every act
[ "$(wc -l < "$words")" -gt 40 ] || { echo "the demonstration's texts cannot be read"; exit 1; }
for log in "${logs[@]}"; do
    grep -q "ready; partners reach" "$log" || { echo "$log is no log of a node"; exit 1; }
done
if grep -HnFif "$words" "${logs[@]}"; then
    echo "a log holds what only messages may hold"
    exit 1
fi
# The search itself must find: a log that has one of the words in it.
printf 'x %s y\n' "$(head -n 1 "$words")" | grep -qFif "$words" || exit 1
echo "$(cat "${logs[@]}" | wc -l) lines of ${#logs[@]} nodes: none of $(wc -l < "$words") texts"
