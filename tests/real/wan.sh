#!/usr/bin/env bash
# Two real nodes on a thin, slow line that is dropped, cut and goes deaf: once calling each other, once with al pulling.
# usage: tests/real/wan.sh BESA WAN short|long|call|pull   (short and long: both ways; call, pull: one, short)
set -u
besa=$1 driver=$2 form=$3
root=$(cd "$(dirname "$0")/../.." && pwd)
top=$(mktemp -d "${TMPDIR:-/tmp}/besa-wan-XXXXXX") || exit 1
trap '[ -n "${BESA_KEEP:-}" ] || rm -rf "$top"' EXIT
# shellcheck source=tests/real/two_homes.sh
. "$root/tests/real/two_homes.sh"

homes_make() { # MODE: sets ports and homes, and who opens connections
    homes=$top/$1
    mkdir "$homes" || return 1
    read -r ro_port al_port ro_line al_line < <("$driver" ports 4)
    two_homes || return 1
    [ "$1" = call ] && return 0
    echo "reachable = no" >> "$homes/al/besa.conf"
    echo "partner.al.connect = pull" >> "$homes/ro/besa.conf"
}

run() { # MODE
    "$driver" "$besa" "$homes/ro" "$homes/al" "$ro_port" "$al_port" "$ro_line" "$al_line" "$1" "$form" && return 0
    tail -n 20 "$homes/ro.log" "$homes/al.log"
    return 1
}

# Each pair has a line of its own, so both ways may run at once.
homes_make_and_run() { # MODE
    homes_make "$1" && run "$1"
}
case $form in
call | pull) # one way alone, in the short form
    mode=$form form=short
    homes_make_and_run "$mode"
    ;;
*)
    homes_make call || exit 1
    run call &
    call=$!
    homes_make pull || exit 1
    run pull
    pull_code=$?
    wait "$call" && [ "$pull_code" = 0 ]
    ;;
esac
