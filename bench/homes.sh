#!/usr/bin/env bash
# Two homes for the benchmark, paired, under a training agreement whose daily quotas it cannot reach.
# usage: bench/homes.sh BESA DIRECTORY RO_PORT AL_PORT
set -u
# shellcheck disable=SC2034  # read by two_homes.sh
besa=$1 homes=$2 ro_port=$3 al_port=$4 ro_line=$3 al_line=$4
raise_quotas() { sed -i -E 's/"request_count":[0-9]+/"request_count":1000000000/; s/"day_size":[0-9]+/"day_size":9007199254740992/' "$1"; }
# shellcheck disable=SC2034
edit_draft=raise_quotas
# shellcheck source=tests/real/two_homes.sh
. "$(dirname "$0")/../tests/real/two_homes.sh"
two_homes
