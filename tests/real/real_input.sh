#!/usr/bin/env bash
# A list of real person records goes from one real node to another while the line is cut and nodes are killed; then the
# logs of both are exported and verified by `besa verify` and by the independent verifier.
# usage: tests/real/real_input.sh BESA REAL_INPUT      exit code 77: not run
set -u
besa=$1 driver=$2 verifier=
root=$(cd "$(dirname "$0")/../.." && pwd)
records=${BESA_SHARED:-$root/../shared}/data/matching/eval/corpus.tsv
if [ ! -r "$records" ]; then
    echo "NOT RUN: the list of records is not here (data/matching/eval/corpus.tsv below BESA_SHARED)"
    exit 77
fi
homes=$(mktemp -d "${TMPDIR:-/tmp}/besa-input-XXXXXX") || exit 1
trap '[ -n "${BESA_KEEP:-}" ] || rm -rf "$homes"' EXIT
# shellcheck source=tests/real/two_homes.sh
. "$root/tests/real/two_homes.sh"

read -r ro_port al_port ro_line al_line < <("$driver" ports 4)
two_homes || exit 1
if ! "$driver" "$besa" "$homes/ro" "$homes/al" "$records" "$ro_port" "$al_port" "$ro_line" "$al_line"; then
    tail -n 20 "$homes/ro.log" "$homes/al.log"
    exit 1
fi

other() { [ "$1" = ro ] && echo al || echo ro; }

# The independent verifier, where its language and its packages are installed.
if command -v go > /dev/null && [ -d /usr/share/gocode/src/golang.org/x/mod/sumdb ]; then
    (cd "$root/tests/real/go_verify" && unset GOFLAGS &&
        GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE="$homes/cache" go build -o "$homes/go_verify" main.go) || exit 1
    verifier=$homes/go_verify
else
    echo "NOT RUN: the independent verifier (golang-go and golang-golang-x-mod-dev are missing)"
fi

# One exported log, under keys asked of the side that signs.
verify_files() { # SIDE ORIGIN
    local directory=$homes/$1.logs/$2 writer=${2%%/*} custody=()
    local key
    key=$("as_$writer" log vkey "$2") || return 1
    case $2 in
    */to/*) custody=(--custody-vkey "$("as_$(other "$writer")" log vkey --custody)") || return 1 ;;
    esac
    quiet "$besa" verify "$directory" --vkey "$key" "${custody[@]}" || return 1
    [ -z "$verifier" ] || quiet "$verifier" "$directory" "$key"
}

files=0
for side in ro al; do
    quiet "as_$side" verify || exit 1
    quiet "as_$side" log export "$homes/$side.logs" || exit 1
    for origin in "$side/domestic/0" ro/ro-al/to/al/0 al/ro-al/to/ro/0; do
        verify_files "$side" "$origin" || exit 1
        files=$((files + 1))
    done
done
echo "verified: the books of both nodes, and $files exported logs${verifier:+, these also by the independent verifier}"
