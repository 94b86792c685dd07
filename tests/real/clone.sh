#!/bin/bash
# Two real nodes; the machine of one is copied, database and keeper, and both copies run. The second to write is found at
# once: nothing of it is receipted, status and doctor name it, the partner keeps the proof; then the documented way out.
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

# Both copies run and believe that they are the one node; only one can have its port.
cp -a "$homes/ro" "$homes/twin"
sed -i "s/:$ro_port\$/:$twin_port/" "$homes/twin/besa.conf"
begin ro
begin twin
until_said '"state":"reachable"' as_ro --json status
until_said '"state":"reachable"' as_twin --json status

# Each writes the next entry: the first one is receipted, the second never.
write_request RO-CLONE-2 ro
until_said RO-CLONE-2 as_al --json inbox
until_said '"without_receipt":0' as_ro --json status
write_request RO-CLONE-3 twin
until_said 'under our signature: this log was written twice' as_twin --json status
says 'switch this one off for good, start the other one anew.*--why cloned' as_twin --json doctor
says '"without_receipt":1' as_twin --json status
as_al --json inbox > "$homes/said" 2>&1
grep -q RO-CLONE-3 "$homes/said" && fail "what the twin wrote does not reach the partner"
until_said 'log ro/ro-al/to/al/0 is read-only: .*forked' as_al --json status
says 'both checkpoints are kept as proof' as_al --json doctor
"$sample" RO-CLONE-4 > "$homes/request.json"
as_twin --case c-1 request "$homes/request.json" > "$homes/said" 2>&1 && fail "the twin writes nothing more"

# docs/recovery.md: the second machine goes off for good, then the log ends where both agree.
end twin
rm -rf "$homes/twin"
succeed ro/ro-al/to/al/0 cloned
write_request RO-CLONE-5 ro
until_said RO-CLONE-5 as_al --json inbox
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
echo "the second machine was found at its first entry, nothing of it was receipted, and the log went on"
