#!/usr/bin/env bash
# A node gets another passphrase while it runs; the command is killed at many moments and the node starts each time; where
# the passphrase is kept elsewhere, the change counts from the first start with it.
# usage: tests/cmd/keys_passphrase.sh BESA      exit code 77: not run
# covers: keys_passphrase
set -u
besa=$1
home=$(mktemp -d "${TMPDIR:-/tmp}/besa-pass-XXXXXX") || exit 1
node=
stop() { [ -z "$node" ] || { kill "$node"; wait "$node" 2> /dev/null; node=; }; }
trap 'stop; rm -rf "$home"' EXIT
fail() { echo "$1"; cat "$home/said" "$home/log" 2> /dev/null | tail -n 8; exit 1; }
one() { "$besa" --home "$home/ro" --officer admin --reason "exercise" "$@" > "$home/said" 2>&1; }
two() { one --approver sorin "$@"; }
says() { grep -qi -- "$1" "$2" || fail "it does not say: $1"; }
start() {
    : > "$home/log" # a node before it said that it was ready
    "$besa" --home "$home/ro" serve > "$home/log" 2>&1 & node=$!
    for _ in $(seq 100); do grep -q ready "$home/log" && return 0; kill -0 "$node" 2> /dev/null || break; sleep 0.1; done
    wait "$node"
    node=
    return 1
}

one init --party ro --training --make-institution "Exercise, Bucharest" --contact "+40 700 000 000" --listen 127.0.0.1:0 --address ro.besa.invalid:8443 || fail "init"
one officer put sorin "Sorin Test" desk security_officer || fail "officer"
pass=$home/ro/keeper.pass
cp "$pass" "$home/first"

start || fail "it does not start"
if one keys passphrase; then fail "one officer changed the passphrase"; fi
says "second officer" "$home/said"
two keys passphrase || fail "change while the node runs"
cmp -s "$pass" "$home/first" && fail "keeper.pass is as it was"
one status || fail "the running node is troubled"
stop
start || fail "it does not start with the new passphrase"
stop
cp "$pass" "$home/second"
if BESA_PASSPHRASE_FILE="$home/first" start; then fail "the old passphrase still opens"; fi
says "passphrase is wrong" "$home/log"

# Whoever was killed leaves a keeper behind, which holds the home until it notices.
opens() {
    for _ in $(seq 1 100); do
        "$besa" --home "$home/ro" --officer admin --reason exercise status > "$home/said" 2>&1 && return 0
        grep -q "in use by another besa process" "$home/said" || return 1
        sleep 0.1
    done
    return 1
}

# Killed at many moments of the change, it opens with what keeper.pass holds.
whole=0
for at in 0.01 0.02 0.03 0.04 0.05 0.07 0.09 0.12 0.16 0.2; do
    timeout -s KILL "$at" "$besa" --home "$home/ro" --officer admin --approver sorin --reason exercise keys passphrase > /dev/null 2>&1
    [ "$?" = 0 ] && whole=$((whole + 1))
    opens || fail "killed after $at s: it does not open"
done
two keys passphrase || fail "change after the kills"

# Kept elsewhere, as by systemd.
mv "$pass" "$home/old"
echo "made by the administrator" > "$home/next" && chmod 600 "$home/next"
export BESA_PASSPHRASE_FILE=$home/old
if two keys passphrase; then fail "nobody said the next passphrase"; fi
says "the passphrase is kept in $home/old: say the next one in --new-file" "$home/said"
two keys passphrase --new-file "$home/next" || fail "lay ready"
[ -e "$home/ro/keeper/keeper.keys.next" ] || fail "nothing lies ready"
start || fail "the credential that is there does not work any more"
stop
if two keeper renew; then fail "keys were renewed while a passphrase lies ready"; fi
says "a change of passphrase is not finished: .*--abandon" "$home/said"
two keys passphrase --abandon || fail "abandon"
two keys passphrase --new-file "$home/next" || fail "lay ready again"
export BESA_PASSPHRASE_FILE=$home/next
start || fail "it does not start with the new credential"
stop
[ ! -e "$home/ro/keeper/keeper.keys.next" ] || fail "it still lies ready"
export BESA_PASSPHRASE_FILE=$home/old
if start; then fail "the old credential still opens"; fi
says "passphrase is wrong" "$home/log"
echo "the passphrase changed in a running node, through 10 kills ($whole came through), and where it is kept elsewhere"
