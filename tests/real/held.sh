#!/bin/bash
# Two real nodes of two releases: al sends a message type that ro does not know yet. ro holds it with its thread and no other, shows
# it to its administrator and tells al; upgraded, it handles what it held, in order, tells al again, and the receipts of both
# nodes are the same, byte for byte.
#
#     held.sh BESA OTHER_VERSION SAMPLE_REQUEST BOOKS_PRINT
set -u
besa=$(realpath "$1") older=$(realpath "$2") sample=$(realpath "$3") print=$(realpath "$4")
here=$(dirname "$(realpath "$0")")
homes=$(mktemp -d "${TMPDIR:-/tmp}/besa-held-XXXXXX")
# shellcheck source=tests/real/two_homes.sh
. "$here/two_homes.sh"
# shellcheck source=tests/real/live_nodes.sh
. "$here/live_nodes.sh"
trap end_all EXIT
read -r ro_port al_port < <(free_ports 2)
# shellcheck disable=SC2034  # read by two_homes.sh
ro_line=$ro_port al_line=$al_port
export BESA_UNKNOWN_TYPES=answer BESA_APPLY=3 # heeded by the older program alone

item_of() { # SIDE LIST REFERENCE
    "as_$1" --json "$2" | grep -o "\"item\":\"[^\"]*\",[^{]*\"reference\":\"$3\"" | head -n 1 | cut -d '"' -f 4
}

two_homes || exit 1
heads
begin al
besa=$older begin ro
until_said '"state":"reachable"' as_ro --json status
write_request RO-HELD-1 ro
write_request RO-HELD-2 ro
until_said RO-HELD-2 as_al --json inbox
first=$(item_of al inbox RO-HELD-1)
second=$(item_of al inbox RO-HELD-2)
[ -n "$first" ] && [ -n "$second" ] || fail "both requests are in the inbox"
quiet as_al --json --case c-1 refuse "$first" --ground a --text "not available" || fail "al refuses"
refusal=$(grep -o '"item":"[^"]*"' "$homes/said" | head -n 1 | cut -d '"' -f 4)
quiet as_al --case c-1 assign "$first" border-3 || fail "al assigns the first"
quiet as_al --case c-1 assign "$second" border-3 || fail "al assigns the second"
until_said '"type":"answer/1".*"held_for":"type".*"type":"assigned/1".*"held_for":"thread"' as_ro --json held
[ "$(grep -o '"held_for"' "$homes/said" | wc -l)" = 2 ] || fail "ro holds the answer and its thread, and no other"
says 'does not know the message type: upgrade' as_ro held
says '"held":2' as_ro --json status
until_said '"partner_says":"held"' as_al --case c-1 --json show "$refusal"
never_says '"state":"answered' as_ro --case c-1 --json show "$first"

# Another start of the same program changes nothing.
end ro
besa=$older begin ro
until_said '"state":"reachable"' as_ro --json status
says '"held":2' as_ro --json status
end ro

upgrade_ro() { "$besa" --home "$homes/ro" --officer admin-ro --reason exercise --approver chief --json upgrade "$@"; }
says '"apply_from":3,"apply_to":[0-9]*,"rebuilds":true' upgrade_ro --check
quiet upgrade_ro --without-backup || fail "ro is upgraded"
begin ro
until_said '"state":"reachable"' as_ro --json status
until_said '"held":0' as_ro --json status
level
says '"outcome":"refused"' as_ro --case c-1 --json show "$first"
until_said '"partner_says":"accepted"' as_al --case c-1 --json show "$refusal"
end al
end ro

receipts() { # SIDE LOG
    "$print" "$homes/$1" | sed -n "s/^receipt $2 //p"
}
for pair in "ro 2 al 3" "al 2 ro 3"; do
    read -r writer out reader in <<< "$pair"
    receipts "$writer" "$out" > "$homes/receipts.writer"
    receipts "$reader" "$in" > "$homes/receipts.reader"
    [ -s "$homes/receipts.writer" ] || fail "$writer has receipts"
    cmp "$homes/receipts.writer" "$homes/receipts.reader" || fail "the receipts of $writer's log are the same at $reader"
done
for side in ro al; do
    "$print" "$homes/$side" > "$homes/books" || fail "the books of $side can be read"
    quiet "$besa" --home "$homes/$side" --officer "admin-$side" --reason exercise rebuild || fail "$side builds its tables anew"
    "$print" "$homes/$side" | cmp - "$homes/books" || fail "a rebuild of $side gives the same tables"
    quiet "as_$side" verify || fail "the books of $side verify"
done
echo "held by the older program, handled after its upgrade; $(wc -l < "$homes/receipts.writer") receipts of the last log are the same at both"
