#!/bin/bash
# Builds the independent verifier and runs it on logs that real nodes wrote: those of the demonstration, and a domestic log
# of more than 256 entries, so that full tiles and a tile above them are read too. Changed files must be refused.
#
#     go_verify.sh BESA SOURCE DEMO      DEMO: a directory in which `besa demo` has run
set -euo pipefail

besa=$(realpath "$1") source=$(realpath "$2") demo=$(realpath "$3")
command -v go > /dev/null || { echo "NOT RUN: go is missing"; exit 77; }
[ -d /usr/share/gocode/src/golang.org/x/mod/sumdb ] ||
    { echo "NOT RUN: golang-golang-x-mod-dev is missing"; exit 77; }
[ -f "$demo/build/demo/ready" ] || { echo "NOT RUN: no demonstration in $demo"; exit 77; }
work=$(mktemp -d "${TMPDIR:-/tmp}/besa-go-XXXXXX")
node=
partners=()
stop() {
    [ -z "$node" ] || { kill "$node" 2> /dev/null || true; wait "$node" || true; }
    node=
}
# 77 is also what besa says when a role may not: from here on it is a failure.
trap 'code=$?; stop; kill "${partners[@]}" 2> /dev/null; rm -rf "$work"; [ "$code" -ne 77 ] || exit 1' EXIT

unset GOFLAGS
export GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE="$work/cache" HOME="$work"
(cd "$source" && go build -o "$work/go_verify" main.go)

# A copy, so that the demonstration's home stays as it is.
cp -r "$demo/build/demo/ro" "$work/ro"
# A node signs its domestic log only after it met its partners: nobody restored it to an older state.
for party in al gr; do
    [ -d "$demo/build/demo/$party" ] || continue
    cp -r "$demo/build/demo/$party" "$work/$party"
    : > "$work/$party.log"
    "$besa" --home "$work/$party" serve > "$work/$party.log" 2>&1 &
    partners+=($!)
done
export BESA_HOME="$work/ro" BESA_OFFICER=radu-petran BESA_REASON="independent verification"
start() {
    : > "$work/serve.log"
    "$besa" serve > "$work/serve.log" 2>&1 &
    node=$!
    for _ in $(seq 100); do
        # Only beside a running node: without one, a command takes the home for itself.
        [ -S "$work/ro/run/control.sock" ] && "$besa" --json status > /dev/null 2>&1 && return
        sleep 0.1
    done
    cat "$work/serve.log"
    exit 1
}
sizes() { "$besa" --json log list | tr '{' '\n' | sed -n 's/.*"origin":"ro\/domestic\/0".*"signed":\([0-9]*\).*/\1/p'; }
start
for _ in $(seq 300); do
    "$besa" --json officer list > /dev/null # an entry each time
done
stop
start # a node that starts signs its domestic log once it met its partners
for _ in $(seq 300); do
    [ "$(sizes)" -gt 320 ] && break
    sleep 0.1
done
"$besa" --json officer list > /dev/null # the signature rides in with the next entry
stop
"$besa" log export "$work/domestic" --log ro/domestic/0 > /dev/null 2>&1
"$besa" log export "$work/out" --log ro/ro-al/to/al/0 > /dev/null 2>&1
domestic=$("$besa" log vkey ro/domestic/0) out=$("$besa" log vkey ro/ro-al/to/al/0)
upper=$(cd "$work/domestic" && find tile/1 -type f | sort | head -n 1) # how wide it is, the past of the nodes decides
[ -f "$work/domestic/tile/entries/000" ] && [ -n "$upper" ] ||
    { echo "the domestic log has no full tile"; exit 1; }
"$work/go_verify" "$work/domestic" "$domestic"
"$work/go_verify" "$work/out" "$out"

refuses() { # FILE OFFSET WHAT
    local byte
    byte=$(od -An -tu1 -j "$2" -N 1 "$work/domestic/$1" | tr -d ' ')
    cp "$work/domestic/$1" "$work/kept"
    printf "\\x$(printf %02x $((byte ^ 1)))" | dd of="$work/domestic/$1" bs=1 seek="$2" conv=notrunc status=none
    if "$work/go_verify" "$work/domestic" "$domestic" > /dev/null 2>&1; then
        echo "$3 was changed and the verifier did not refuse"
        exit 1
    fi
    if "$besa" verify "$work/domestic" --vkey "$domestic" > /dev/null 2>&1; then
        echo "$3 was changed and besa verify did not refuse"
        exit 1
    fi
    cp "$work/kept" "$work/domestic/$1"
    echo "refused by both: $3"
}
refuses tile/entries/000 40 "an entry"
refuses tile/0/000 5 "a tile"
refuses "$upper" 5 "an upper tile"
refuses checkpoint 40 "the checkpoint"
if "$work/go_verify" "$work/domestic" "$out" > /dev/null 2>&1; then
    echo "another log's key was accepted"
    exit 1
fi
