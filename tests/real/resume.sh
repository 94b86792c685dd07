#!/bin/bash
# Two real nodes; one is lost and restored from an older backup, database and keeper: from before the partner changed its keys
# and went over to new logs. It finds out at first contact, two officers order the resume, one at the partner allows it, and
# tables and receipts are those of before the loss.
#
#     resume.sh BESA SAMPLE_REQUEST BOOKS_PRINT
set -u
besa=$(realpath "$1") sample=$(realpath "$2") print=$(realpath "$3")
here=$(dirname "$(realpath "$0")")
homes=$(mktemp -d "${TMPDIR:-/tmp}/besa-resume-XXXXXX")
# shellcheck source=tests/real/two_homes.sh
. "$here/two_homes.sh"
# shellcheck source=tests/real/live_nodes.sh
. "$here/live_nodes.sh"
trap end_all EXIT
read -r ro_port al_port < <(free_ports 2)
# shellcheck disable=SC2034  # read by two_homes.sh
ro_line=$ro_port al_line=$al_port
books() { "$print" "$homes/ro" | sort > "$homes/$1" || fail "the books can be read"; }

two_homes || exit 1
heads
begin ro
begin al
until_said '"state":"reachable"' as_ro --json status
until_said '"state":"reachable"' as_al --json status
write_request RO-RESUME-1 ro
level
end ro
cp -a "$homes/ro" "$homes/backup"
begin ro
until_said '"state":"reachable"' as_ro --json status
write_request RO-RESUME-2 ro
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
# al goes over to new keys and new logs.
end al
quiet "$besa" --home "$homes/al" --officer admin-al --reason exercise --approver second keeper renew || fail "al has new keys"
begin al
until_said '"state":"reachable"' as_al --json status
for log in al/ro-al/to/ro/0 al/domestic/0; do succeed "$log" key_change; done
write_request AL-RESUME-1 al
until_said AL-RESUME-1 as_ro --json inbox
item=$(as_ro --json sent | grep -o '"item":"[^"]*"' | head -n 1 | cut -d '"' -f 4)
as_al --case c-1 refuse "$item" --ground a --text "not available" > "$homes/said" 2>&1 || fail "al refuses"
write_request RO-RESUME-3 ro
level
quiet as_ro agreement suspend --for security || exit 1
until_said '"waiting":0,"without_receipt":0,"unhandled":0' as_ro --json status # what says so is receipted, too
until_said RO-RESUME-3.*partner_says as_ro --json sent
end ro KILL
books before
grep -q '^receipt 3' "$homes/before" || fail "custody was given"
rm -rf "$homes/ro"
cp -a "$homes/backup" "$homes/ro"
begin ro
until_said 'holds our receipt for [0-9]* entries of its later log al/ro-al/to/ro/1: an older backup was restored' as_ro --json status
says 'two officers here: besa resume order' as_ro --json doctor
as_ro sent > "$homes/said" 2>&1 && fail "nothing is shown while the books are behind"
until_said '"ordered' as_ro --approver second --json resume order
until_said 'does not allow the resume' as_ro --json status
as_al --json resume allow ro \
    --until "$(date -u -d '+1 hour' +%Y-%m-%dT%H:%M:%SZ)" > "$homes/said" 2>&1 || fail "the partner allows it"
until_said '"resumed' as_ro --json resume status
for said in '"lost_bodies":0' '"agreement_versions_back":1' '"own_entries_back":[1-9]' '"receipts_back":[1-9]' '"lost_without_count"'; do
    grep -q "$said" "$homes/said" || fail "the status says $said"
done
# Not by an act: where a beat went out after the backup, the domestic log is behind too, and acts wait.
until_said '"version":2,"state":"suspended by us"' as_ro --json status
end ro
books after
cmp "$homes/before" "$homes/after" || { diff "$homes/before" "$homes/after"; fail "tables and receipts are those of before"; }
as_ro verify > "$homes/said" 2>&1 || fail "the books verify"
echo "restored, resumed, verified: $(wc -l < "$homes/after") rows and receipts as before"
