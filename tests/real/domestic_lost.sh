#!/bin/bash
# Two real nodes; one loses what it wrote in its domestic log. First the machine is destroyed while a second copy of that log
# lies elsewhere (where it cannot be written, status and doctor say so until it can): the copy gives the acts back, the partner the entries that no backup has, and nothing is behind. Then a
# snapshot of the machine is put back beside nothing: the partner, which witnessed more, shows it at contact, status and
# doctor name it, acts wait, and the log goes on in its successor.
#
#     domestic_lost.sh BESA SAMPLE_REQUEST BOOKS_PRINT
# covers: audit_copy witness contact
set -u
besa=$(realpath "$1") sample=$(realpath "$2") print=$(realpath "$3")
here=$(dirname "$(realpath "$0")")
homes=$(mktemp -d "${TMPDIR:-/tmp}/besa-domestic-XXXXXX")
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
domestic=ro/domestic/0

two_homes || exit 1
mkdir "$homes/elsewhere"
echo "audit_copy = $homes/elsewhere" >> "$homes/ro/besa.conf"
heads
begin ro
begin al
until_said '"state":"reachable"' as_ro --json status
write_request RO-ACTS-1 ro
level

# The place of the copy goes away, and comes back: nothing stops meanwhile, and nothing is missing afterwards.
says 'the audit copy is 0 entries behind' as_ro --json doctor
mv "$homes/elsewhere" "$homes/away"
quiet as_ro case c-0 "Opened without a copy" || fail "a case is opened"
says '"alarms":\["the audit copy stands still: cannot open ' as_ro --json status
says '"check":"audit copy","level":"failure","found":"the audit copy stands still: ' as_ro --json doctor
grep -q "give the node's user $homes/elsewhere" "$homes/said" || fail "doctor names the directory"
mv "$homes/away" "$homes/elsewhere"
until_said '"check":"audit copy","level":"ok"' as_ro --json doctor
never_says 'the audit copy stands still' as_ro --json status

echo "kept in a safe" > "$homes/pass" && chmod 600 "$homes/pass"
quiet admin_ro backup "$homes/sealed" --passphrase-file "$homes/pass" || fail "it is backed up"

# 1. More acts and more traffic, then the machine is gone, but for the copy.
quiet as_ro case c-2 "Opened after the backup" || fail "a case is opened"
write_request RO-ACTS-2 ro
write_request AL-ACTS-1 al
level
witnessed "$domestic"
level
acts=$(log_field "$domestic" size)
end ro KILL
receipts ro > "$homes/receipts.before"
rm -rf "$homes/ro"
quiet admin_ro --json restore "$homes/sealed" --passphrase-file "$homes/pass" || fail "it is restored"
grep -q '"domestic_entries_back":[1-9]' "$homes/said" || fail "the copy gives entries back"
end al
pair_again
begin ro
begin al
until_said 'log ro/ro-al/to/al/0 is read-only: al holds [0-9]* entries .* older backup was restored' as_ro --json status
grep -q "$domestic is read-only" "$homes/said" && fail "the domestic log is not behind what the partner witnessed"
[ "$(log_field "$domestic" size)" -ge "$acts" ] || fail "all $acts entries of before are there"
until_said '"ordered' as_ro --approver second --json resume order
quiet as_al resume allow ro --until "$(date -u -d '+1 hour' +%Y-%m-%dT%H:%M:%SZ)" || fail "the partner allows it"
until_said '"resumed' as_ro --json resume status
grep -q 'lost_domestic_entries' "$homes/said" && fail "no domestic entry is lost"
succeed ro/ro-al/to/al/0 restored
level
says RO-ACTS-2 as_ro --json sent
says AL-ACTS-1 as_ro --json inbox
end ro
quiet as_ro verify || fail "the books verify"
receipts ro > "$homes/receipts.after"
while read -r line; do
    grep -qxF -- "$line" "$homes/receipts.after" || fail "a receipt is lost: $line"
done < "$homes/receipts.before"

# 2. A snapshot of the machine, without the copy; after it nothing but acts of its own.
sed -i '/^audit_copy/d' "$homes/ro/besa.conf"
cp -a "$homes/ro" "$homes/snapshot"
begin ro
until_said '"state":"reachable"' as_ro --json status
never_says 'older backup was restored' as_ro --json status
before=$(log_field "$domestic" size)
for number in 3 4 5; do quiet as_ro case "c-$number" "Opened after the snapshot" || fail "a case is opened"; done
witnessed "$domestic"
more=$(log_field "$domestic" cosigned)
[ "$more" -gt "$before" ] || fail "the partner witnessed more than the snapshot holds"
end ro KILL
rm -rf "$homes/ro"
cp -a "$homes/snapshot" "$homes/ro"
begin ro
until_said "log $domestic is read-only: al witnessed $more domestic entries .* older backup was restored; acts wait" as_ro --json status
grep -q 'log ro/ro-al/to/al/1 is read-only' "$homes/said" && fail "what was exchanged is not behind"
says "besa succession prepare $domestic --why restored" as_ro --json doctor
says '"lost_domestic_entries":[1-9]' as_ro --json resume status
says 'acts wait until the log has a successor' as_ro case c-6 "Opened too early"
"$sample" RO-ACTS-9 > "$homes/request.json"
says 'acts wait until the log has a successor' as_ro --case c-1 request "$homes/request.json"

# docs/recovery.md: the domestic log ends where these books do, and the next one begins.
succeed "$domestic" restored
domestic=ro/domestic/1
quiet as_ro case c-6 "Opened in time" || fail "acts go on"
write_request RO-ACTS-3 ro
until_said RO-ACTS-3 as_al --json inbox
level
witnessed "$domestic"
never_says read-only as_ro --json status
never_says 'is read-only' as_ro --json doctor
end ro
end al
for side in ro al; do quiet "as_$side" verify || fail "the books of $side verify"; done
echo "$acts domestic entries came back from the copy; a snapshot behind its witness was found, named and succeeded"
