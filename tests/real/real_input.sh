#!/usr/bin/env bash
# A list of real person records goes from one real node to another while the line is cut and nodes are killed; then the
# logs of both are exported and verified by `besa verify` and by the independent verifier.
# usage: tests/real/real_input.sh BESA REAL_INPUT [VERIFIER]      exit code 77: not run
set -u
besa=$1 driver=$2 verifier=${3:-}
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
