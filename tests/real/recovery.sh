#!/bin/bash
# Two real nodes. One is backed up while it runs, goes on, and is destroyed; it comes back from the sealed backup, meets its
# partner, gets back what that one holds, goes over to new keys in new logs, and both exchange again. What was lost is named,
# nothing that was receipted is, and each state has its words. Then both sides' exported logs are verified.
#
#     recovery.sh BESA SAMPLE_REQUEST BOOKS_PRINT
# covers: restore resume succession
set -u
besa=$(realpath "$1") sample=$(realpath "$2") print=$(realpath "$3")
here=$(dirname "$(realpath "$0")")
homes=$(mktemp -d "${TMPDIR:-/tmp}/besa-recovery-XXXXXX")
# shellcheck source=tests/real/two_homes.sh
. "$here/two_homes.sh"
# shellcheck source=tests/real/live_nodes.sh
. "$here/live_nodes.sh"
trap end_all EXIT
read -r ro_port al_port < <(free_ports 2)
# shellcheck disable=SC2034  # read by two_homes.sh
ro_line=$ro_port al_line=$al_port
admin_ro() { "$besa" --home "$homes/ro" --officer admin-ro --reason exercise "$@"; }
receipts() { "$print" "$homes/$1" | grep '^receipt'; } # SIDE
item_of() { as_ro --json sent | grep -o "\"item\":\"[^\"]*\"[^}]*$1" | tail -n 1 | cut -d '"' -f 4; }

two_homes || exit 1
heads
begin ro
begin al
until_said '"state":"reachable"' as_ro --json status
until_said '"state":"reachable"' as_al --json status
write_request RO-LOSS-1 ro
level

# A sealed backup of the running node.
echo "kept in a safe" > "$homes/pass" && chmod 600 "$homes/pass"
quiet admin_ro backup "$homes/sealed" --passphrase-file "$homes/pass" || fail "it is backed up"
grep -q RO-LOSS-1 "$homes/sealed" && fail "the backup is sealed"

# More of it: both write, al refuses, a beat of the domestic log is witnessed.
write_request RO-LOSS-2 ro
write_request AL-LOSS-1 al
item=$(as_ro --json sent | grep -o '"item":"[^"]*"' | head -n 1 | cut -d '"' -f 4)
quiet as_al --case c-1 refuse "$item" --ground a --text "not available" || fail "al refuses"
level
witnessed ro/domestic/0
until_said '"state":"reachable"' as_ro --json status
level
# The partner is away, so this has no receipt; then the machine is gone.
end al
write_request RO-LOSS-3 ro
until_said '"waiting":1\|"without_receipt":1' as_ro --json status
end ro KILL
receipts ro > "$homes/receipts.before"
[ "$(wc -l < "$homes/receipts.before")" -ge 4 ] || fail "receipts were given on both sides"
rm -rf "$homes/ro"

# It comes back; what that is worth is said before anybody was met.
quiet admin_ro --json restore "$homes/sealed" --passphrase-file "$homes/pass" || fail "it is restored"
grep -q '"signs":"nothing, until each partner has shown what it holds"' "$homes/said" || fail "it says that it signs nothing"
says 'nothing of ro-al is shown until al has answered' as_ro sent
says 'no node runs: nothing is sent or received' as_ro doctor
pair_again

# Nobody was met yet; then the first contact: behind, in all three logs.
begin ro
says '"met_since_start":false' as_ro --json status
says 'al was not met since the start' as_ro --json doctor
begin al
until_said 'log ro/ro-al/to/al/0 is read-only: al holds [0-9]* entries .* older backup was restored' as_ro --json status
for log in ro/domestic/0 al/ro-al/to/ro/0; do
    grep -q "log $log is read-only: .*older backup was restored" "$homes/said" || fail "status says that $log is behind"
done
says 'two officers here: besa resume order --approver ID; then the desk of al types besa resume allow' as_ro --json doctor
grep -q 'first the logs to partners that are read-only; then besa succession prepare ro/domestic/0 --why restored' "$homes/said" ||
    fail "doctor says what comes before the domestic log"
says 'nothing of ro-al is shown until it is resumed' as_ro sent
as_ro --case c-1 request "$homes/request.json" > "$homes/said" 2>&1 && fail "nothing is sent while the books are behind"

# Two officers here, one at the partner.
says 'second officer' as_ro resume order
until_said '"ordered' as_ro --approver second --json resume order
until_said 'does not allow the resume' as_ro --json status
quiet as_al resume allow ro --until "$(date -u -d '+1 hour' +%Y-%m-%dT%H:%M:%SZ)" || fail "the partner allows it"
until_said '"resumed' as_ro --json resume status
for said in '"own_entries_back":[1-9]' '"partner_entries_back":[1-9]' '"receipts_back":[1-9]' '"lost_bodies":0,"lost_parts":0' \
    '"lost_without_count":"what only this node held since the backup' '"lost_domestic_entries":[1-9]'; do
    grep -q "$said" "$homes/said" || fail "the status says $said"
done
says 'besa succession prepare ro/ro-al/to/al/0 --why restored' as_ro --json doctor
never_says 'does not allow the resume' as_ro --json status
grep -q '"met_since_start":true' "$homes/said" || fail "the partner was met"

# New keys, and logs that are signed with them.
custody=(--custody-vkey "$(as_ro log vkey --custody)")
end ro
quiet admin_ro --approver second keeper renew || fail "new keys are made"
begin ro
until_said '"state":"reachable"' as_ro --json status
succeed ro/ro-al/to/al/0 restored
succeed ro/domestic/0 restored
until_said '"log":"ro/ro-al/to/al/1","kind":"mirror"[^}]*"state":"open"' as_al --json status

# What was lost is the one that had no receipt; everything else is shown, and both exchange again.
for number in RO-LOSS-1 RO-LOSS-2; do says "$number" as_ro --json sent; done
grep -q RO-LOSS-3 "$homes/said" && fail "what only the lost machine held comes back from nowhere"
grep -q '"answered"' "$homes/said" || fail "the answer is there again"
says AL-LOSS-1 as_ro --json inbox
never_says RO-LOSS-3 as_al --json inbox
write_request RO-LOSS-4 ro
write_request AL-LOSS-2 al
until_said RO-LOSS-4 as_al --json inbox
until_said AL-LOSS-2 as_ro --json inbox
level
never_says 'read-only' as_ro --json status
never_says 'read-only' as_ro --json doctor

# Asked of the running nodes, whose keepers are open.
custody+=(--custody-vkey "$(as_al log vkey --custody al/ro-al/to/ro/0)" --custody-vkey "$(as_al log vkey --custody)")
keys=()
for origin in ro/ro-al/to/al/0 ro/ro-al/to/al/1 al/ro-al/to/ro/0; do
    keys+=(--vkey "$("as_${origin%%/*}" log vkey "$origin")")
done
for side in ro al; do
    quiet "as_$side" verify || fail "the books of $side verify"
    quiet "as_$side" log export "$homes/$side.logs" || fail "the logs of $side are exported"
done
end ro
end al

# Every receipt of before stands, and none was given twice.
receipts ro > "$homes/receipts.after"
while read -r line; do
    grep -qxF -- "$line" "$homes/receipts.after" || fail "a receipt is lost: $line"
done < "$homes/receipts.before"
sed 's/ T.*//' "$homes/receipts.after" | sort | uniq -d | grep -q . && fail "one size is receipted twice"

# Both exports under every key; and one whose receipt was changed does not pass.
for side in ro al; do
    quiet "$besa" --json verify "$homes/$side.logs" "${keys[@]}" "${custody[@]}" || fail "the export of $side verifies"
done
sed -i '1s/^\([0-9]* \)A/\1B/; t; 1s/^\([0-9]* \)./\1A/' "$homes/al.logs/ro/ro-al/to/al/0/receipts"
"$besa" --json verify "$homes/al.logs" "${keys[@]}" "${custody[@]}" > "$homes/said" 2>&1 && fail "a changed receipt passes"
grep -q '"kind":"receipt"' "$homes/said" || fail "the changed receipt is named"
echo "destroyed, restored, resumed, under new keys: $(wc -l < "$homes/receipts.before") receipts of before stand, one message without receipt is lost"
