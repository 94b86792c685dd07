#!/bin/bash
# Two real nodes; the machine of one is copied, database and keeper, and both copies run. The copy hears at its first contact
# that it is not alone. The second to write is found at once: nothing of it is receipted, status and doctor name it, the
# partner keeps the proof; then the documented way out.
#
#     clone.sh BESA SAMPLE_REQUEST BOOKS_PRINT
set -u
besa=$(realpath "$1") sample=$(realpath "$2") print=$(realpath "$3")
here=$(dirname "$(realpath "$0")")
homes=$(mktemp -d "${TMPDIR:-/tmp}/besa-clone-XXXXXX")
# shellcheck source=tests/real/two_homes.sh
. "$here/two_homes.sh"
# shellcheck source=tests/real/live_nodes.sh
. "$here/live_nodes.sh"
trap end_all EXIT
read -r ro_port al_port twin_port < <(free_ports 3)
# shellcheck disable=SC2034  # read by two_homes.sh
ro_line=$ro_port al_line=$al_port

two_homes || exit 1
heads
as_twin() { "$besa" --home "$homes/twin" --officer chief --reason exercise "$@"; }
begin ro
begin al
until_said '"state":"reachable"' as_ro --json status
write_request RO-CLONE-1 ro
until_said RO-CLONE-1 as_al --json inbox
until_said '"without_receipt":0,"unhandled":0' as_ro --json status
end ro

# Both copies run and believe that they are the one node; only one can have its port. The partner witnessed the domestic log of
# the first, so that the second one hears at its first contact that it is not alone.
cp -a "$homes/ro" "$homes/twin"
sed -i "s/:$ro_port\$/:$twin_port/" "$homes/twin/besa.conf"
begin ro
until_said '"state":"reachable"' as_ro --json status
witnessed ro/domestic/0
write_request RO-CLONE-2 twin
begin twin
until_said 'al witnessed [0-9]* domestic entries under our signature' as_twin --json status

# What the second one wrote is receipted. What came of it is told to the first one, which wrote no such thing: its next entry,
# which says so, is never receipted.
until_said RO-CLONE-2 as_al --json inbox
until_said '"without_receipt":0' as_twin --json status
until_said 'under our signature: this log was written twice' as_ro --json status
says 'switch this one off for good, start the other one anew.*--why cloned' as_ro --json doctor
says '"without_receipt":[1-9]' as_ro --json status
until_said 'log ro/ro-al/to/al/0 is read-only: .*forked' as_al --json status
says 'both checkpoints are kept as proof' as_al --json doctor
"$sample" RO-CLONE-3 > "$homes/request.json"
as_ro --case c-1 request "$homes/request.json" > "$homes/said" 2>&1 && fail "ro writes nothing more"

# docs/recovery.md: the machine that says so goes for good, here the first; the other is started anew, fetches what the first
# one took, and its logs end.
end ro
end twin
rm -rf "$homes/ro"
mv "$homes/twin" "$homes/ro"
sed -i "s/:$twin_port\$/:$ro_port/" "$homes/ro/besa.conf"
begin ro
until_said '"state":"reachable"' as_ro --json status
until_said 'no custody is given until the log is resumed' as_ro --json status
until_said '"ordered' as_ro --approver second --json resume order
quiet as_al resume allow ro --until "$(date -u -d '+1 hour' +%Y-%m-%dT%H:%M:%SZ)" || fail "the partner allows it"
until_said '"resumed' as_ro --json resume status
succeed ro/ro-al/to/al/0 cloned
succeed ro/domestic/0 cloned
write_request RO-CLONE-4 ro
until_said RO-CLONE-4 as_al --json inbox
until_said '"without_receipt":0,"unhandled":0' as_ro --json status
says '"log":"ro/ro-al/to/al/1","kind":"outgoing"[^}]*"state":"open"' as_ro --json status
says '"log":"ro/ro-al/to/al/1","kind":"mirror"[^}]*"state":"open"' as_al --json status
end ro
end al
for side in ro al; do
    quiet "as_$side" verify || fail "the books of $side verify"
    "$print" "$homes/$side" > "$homes/books" || fail "the books of $side can be read"
    grep -q '^receipt' "$homes/books" || fail "$side holds receipts"
    grep '^receipt' "$homes/books" | sed 's/ T.*//' | sort | uniq -d > "$homes/twice"
    [ -s "$homes/twice" ] && fail "one size is receipted once"
done
echo "the machine that wrote second was found at its first entry, nothing of it was receipted, and the other one went on"
