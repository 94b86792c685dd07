#!/bin/bash
# Two real nodes; the keeper's record of one is deleted, later damaged, later replaced by an older one. The node opens and
# says so, two officers order the recovery, the partner's fresh receipt comes by itself, and both work on in the same logs.
#
#     keeper_lost.sh BESA SAMPLE_REQUEST
set -u
besa=$(realpath "$1") sample=$(realpath "$2")
here=$(dirname "$(realpath "$0")")
homes=$(mktemp -d "${TMPDIR:-/tmp}/besa-keeper-XXXXXX")
# shellcheck disable=SC2034  # read by two_homes.sh
ro_port=28471 ro_line=28471 al_port=28472 al_line=28472
declare -A node=([ro]='' [al]='')
# shellcheck source=tests/real/two_homes.sh
. "$here/two_homes.sh"
record=$homes/ro/keeper/keeper.record

end() { # SIDE
    [ -z "${node[$1]}" ] && return
    kill "${node[$1]}" 2> /dev/null
    wait "${node[$1]}" 2> /dev/null
    node[$1]=''
}
trap 'end ro; end al; rm -rf "$homes"' EXIT
begin() {
    local i
    "$besa" --home "$homes/$1" serve >> "$homes/$1.log" 2>&1 &
    node[$1]=$!
    for ((i = 0; i < 300; i++)); do
        [ -S "$homes/$1/run/control.sock" ] && return
        sleep 0.1
    done
    fail "$1 does not start"
}
fail() {
    echo "not so: $1"
    tail -n 5 "$homes/said" "$homes"/*.log
    exit 1
}
until_said() { # TEXT COMMAND...
    local text=$1 i
    shift
    for ((i = 0; i < 300; i++)); do
        "$@" > "$homes/said" 2>&1
        grep -q -- "$text" "$homes/said" && return
        sleep 0.1
    done
    fail "$* never says $text"
}
# ro asks, al refuses: an entry and a receipt in each direction.
exchange() { # NUMBER
    local item
    "$sample" "$1" > "$homes/request.json"
    as_ro --case c-1 request "$homes/request.json" > "$homes/said" 2>&1 || fail "ro sends $1"
    until_said "$1" as_al --json inbox
    item=$(as_ro --json sent | grep -o '"item":"[^"]*"' | head -n 1 | cut -d '"' -f 4)
    as_al --case c-1 refuse "$item" --ground a --text "not available" > "$homes/said" 2>&1 || fail "al refuses $1"
    until_said "$1[^}]*partner_says" as_ro --json sent
    until_said '"without_receipt":0,"unhandled":0' as_ro --json status
    until_said '"without_receipt":0,"unhandled":0' as_al --json status
}
recover() { # OPTION...
    as_ro keeper recover "$@" > "$homes/said" 2>&1 && fail "one officer alone recovers"
    grep -q 'second officer' "$homes/said" || fail "the second officer is asked for"
    as_ro --approver chief keeper recover "$@" > "$homes/said" 2>&1 && fail "an officer approves the own act"
    quiet as_ro --approver second --json keeper recover "$@" || fail "two officers recover"
}
# After the recovery: nothing is signed before contact, then everything goes on.
goes_on() { # NUMBER
    begin ro
    until_said '"waits for a fresh receipt"' as_ro --json status
    grep -q "the partner's fresh receipt" "$homes/said" || fail "status names the state"
    as_ro --json doctor > "$homes/said" 2>&1
    grep -q 'waits for the fresh receipt of 1 partner' "$homes/said" || fail "doctor names the state"
    begin al
    until_said '"state":"reachable"' as_ro --json status
    until_said '"ro/domestic/0","kind":"domestic"[^}]*"state":"open"' as_ro --json status
    as_ro --json status > "$homes/said"
    grep -q 'fresh receipt' "$homes/said" && fail "no log waits any more"
    exchange "$1"
    grep -q '"log":"ro/ro-al/to/al/0"' "$homes/said" || fail "it is the same log"
    grep -q 'read-only' "$homes/said" && fail "no log of al is read-only"
    end ro
}

two_homes || exit 1
for side in ro al; do
    "as_$side" officer put chief Chief desk head_of_desk > /dev/null &&
        "as_$side" officer put second Second desk security_officer > /dev/null ||
        fail "officers are entered"
done
# The daily keys go with the record: both sides pair anew, on both nodes, by their administrators.
pair_again() {
    local side other
    end al
    rm -f "$homes"/*.pairing "$homes"/*.secret
    for side in ro al; do
        quiet "$besa" --home "$homes/$side" --officer "admin-$side" --reason exercise pair export \
            "$homes/$side.pairing" --secret "$homes/$side.secret" || fail "$side makes a new half"
    done
    for side in ro al; do
        [ $side = ro ] && other=al || other=ro
        quiet "$besa" --home "$homes/$side" --officer "admin-$side" --reason exercise pair import \
            "$homes/$other.pairing" --secret "$homes/$other.secret" \
            --fingerprint "$(fingerprint "$homes/$other.pairing")" || fail "$side pairs again"
    done
}
# From here on heads of desk act.
as_ro() { "$besa" --home "$homes/ro" --officer chief --reason exercise "$@"; }
as_al() { "$besa" --home "$homes/al" --officer chief --reason exercise "$@"; }
for side in ro al; do
    "as_$side" case c-1 Exercise > /dev/null || fail "a case is opened"
    begin "$side"
done
until_said '"state":"reachable"' as_ro --json status
exchange RO-KEEPER-1
end ro
cp "$record" "$homes/older.record"

# All is well: there is nothing to recover.
as_ro --approver second keeper recover > "$homes/said" 2>&1 && fail "a whole record is not recovered"
grep -q 'nothing to recover' "$homes/said" || fail "it says so"

# 1. Deleted.
rm "$record"
begin ro
until_said 'keeper.record is missing' as_ro --json status
grep -q 'besa keeper recover' "$homes/said" || fail "status names the command"
as_ro --json doctor > "$homes/said" 2>&1
grep -q 'two officers stop the node, type besa keeper recover' "$homes/said" || fail "doctor names the command"
"$sample" RO-KEEPER-2 > "$homes/request.json"
as_ro --case c-1 request "$homes/request.json" > "$homes/said" 2>&1 && fail "nothing is sent without a record"
as_ro --approver second keeper recover > "$homes/said" 2>&1 && fail "the node must be stopped"
end ro
recover
pair_again
goes_on RO-KEEPER-3

# 2. Damaged: every block of it.
for ((block = 0; block < 266; block++)); do
    printf '\377\377\377\377' | dd of="$record" bs=1 seek=$((block * 4096 + 40)) conv=notrunc status=none
done
recover
[ -f "$record.damaged" ] || fail "the damaged record is kept"
pair_again
goes_on RO-KEEPER-4

# 3. An older one was put back.
cp "$homes/older.record" "$record"
recover --older
pair_again
goes_on RO-KEEPER-5

end al
as_ro verify > "$homes/said" 2>&1 || fail "the books of ro verify"
as_al verify > "$homes/said" 2>&1 || fail "the books of al verify"
echo "a record was deleted, damaged, put back: recovered each time, and no log ended"
