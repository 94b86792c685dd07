#!/bin/bash
# Two real nodes; one is lost and restored from an older backup, database and keeper. It finds out at first contact, two
# officers order the resume, one at the partner allows it, and tables and receipts are those of before the loss.
#
#     resume.sh BESA SAMPLE_REQUEST BOOKS_PRINT
set -u
besa=$(realpath "$1") sample=$(realpath "$2") print=$(realpath "$3")
here=$(dirname "$(realpath "$0")")
homes=$(mktemp -d "${TMPDIR:-/tmp}/besa-resume-XXXXXX")
# shellcheck disable=SC2034  # read by two_homes.sh
ro_port=28461 ro_line=28461 al_port=28462 al_line=28462
declare -A node=([ro]='' [al]='')
# shellcheck source=tests/real/two_homes.sh
. "$here/two_homes.sh"

end() { # SIDE [SIGNAL]
    [ -z "${node[$1]}" ] && return
    kill "-${2:-TERM}" "${node[$1]}" 2> /dev/null
    wait "${node[$1]}" 2> /dev/null
    node[$1]=''
}
trap 'end ro; end al; rm -rf "$homes"' EXIT
# A command would open the books itself, and keep the node out, before its socket is there.
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
# The answer of a command holds the text before long.
until_said() {
    local text=$1 i
    shift
    for ((i = 0; i < 300; i++)); do
        "$@" > "$homes/said" 2>&1
        grep -q -- "$text" "$homes/said" && return
        sleep 0.1
    done
    fail "$* never says $text"
}
request() {
    "$sample" "$1" > "$homes/request.json"
    "as_$2" --case c-1 request "$homes/request.json" > "$homes/said" 2>&1 || fail "$2 sends $1"
}
level() {
    until_said '"without_receipt":0,"unhandled":0' as_ro --json status
    until_said '"without_receipt":0,"unhandled":0' as_al --json status
}
books() { "$print" "$homes/ro" | sort > "$homes/$1" || fail "the books can be read"; }

two_homes || exit 1
for side in ro al; do
    "as_$side" officer put chief Chief desk head_of_desk > /dev/null &&
        "as_$side" officer put second Second desk security_officer > /dev/null ||
        fail "officers are entered"
done
# From here on heads of desk act.
as_ro() { "$besa" --home "$homes/ro" --officer chief --reason exercise "$@"; }
as_al() { "$besa" --home "$homes/al" --officer chief --reason exercise "$@"; }
for side in ro al; do
    "as_$side" case c-1 Exercise > /dev/null || fail "a case is opened"
    begin "$side"
done
until_said '"state":"reachable"' as_ro --json status
until_said '"state":"reachable"' as_al --json status
request RO-RESUME-1 ro
level
end ro
cp -a "$homes/ro" "$homes/backup"
begin ro
until_said '"state":"reachable"' as_ro --json status
request RO-RESUME-2 ro
level
# Version 2 is signed after the backup, and ro suspends and lifts: what is judged later must know it again.
sed 's/"version":1,/"version":2,/; s/\("category":"contact_associate","erase_days":\)[0-9]*,"review_days":[0-9]*/\1300,"review_days":200/' \
    "$homes/draft.json" > "$homes/second.json"
quiet as_ro agreement sign "$homes/second.json" --output "$homes/second.once" || exit 1
quiet as_ro agreement propose "$homes/second.once" || exit 1
until_said 'instead of' as_al agreement diff
quiet as_al agreement countersign "$homes/second.once" --output "$homes/second.both" || exit 1
quiet as_al agreement accept "$homes/second.both" || exit 1
until_said '"version_in_force":2' as_ro --json agreement history
item=$(as_ro --json sent | grep -o '"item":"[^"]*"' | head -n 1 | cut -d '"' -f 4)
as_al --case c-1 refuse "$item" --ground a --text "not available" > "$homes/said" 2>&1 || fail "al refuses"
request RO-RESUME-3 ro
level
quiet as_ro agreement suspend --for security || exit 1
level
until_said RO-RESUME-3.*partner_says as_ro --json sent
end ro KILL
sleep 1 # the keeper and the node end with their supervisor
rm -f "$homes/ro/run/control.sock"
books before
grep -q '^receipt 3' "$homes/before" || fail "custody was given"
rm -rf "$homes/ro"
cp -a "$homes/backup" "$homes/ro"
begin ro
until_said 'older backup was restored' as_ro --json status
as_ro sent > "$homes/said" 2>&1 && fail "nothing is shown while the books are behind"
until_said '"ordered' as_ro --approver second --json resume order
until_said 'does not allow the resume' as_ro --json status
as_al --json resume allow ro \
    --until "$(date -u -d '+1 hour' +%Y-%m-%dT%H:%M:%SZ)" > "$homes/said" 2>&1 || fail "the partner allows it"
until_said '"resumed' as_ro --json resume status
for said in '"lost_bodies":0' '"agreement_versions_back":1' '"own_entries_back":[1-9]' '"receipts_back":[1-9]' '"lost_without_count"'; do
    grep -q "$said" "$homes/said" || fail "the status says $said"
done
until_said '"version_in_force":2' as_ro --json agreement history
until_said '"state":"suspended by us"' as_ro --json status
end ro
books after
cmp "$homes/before" "$homes/after" || { diff "$homes/before" "$homes/after"; fail "tables and receipts are those of before"; }
as_ro verify > "$homes/said" 2>&1 || fail "the books verify"
echo "restored, resumed, verified: $(wc -l < "$homes/after") rows and receipts as before"
