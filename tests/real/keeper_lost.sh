#!/bin/bash
# Two real nodes; the keeper's record of one is deleted, later damaged, later replaced by an older one. The node opens and
# says so, two officers order the recovery, the partner's fresh receipt comes by itself, and both work on in the same logs. When
# the database is older as well, the logs are resumed and succeeded.
#
#     keeper_lost.sh BESA SAMPLE_REQUEST
set -u
besa=$(realpath "$1") sample=$(realpath "$2")
here=$(dirname "$(realpath "$0")")
homes=$(mktemp -d "${TMPDIR:-/tmp}/besa-keeper-XXXXXX")
# shellcheck source=tests/real/two_homes.sh
. "$here/two_homes.sh"
# shellcheck source=tests/real/live_nodes.sh
. "$here/live_nodes.sh"
trap end_all EXIT
read -r ro_port al_port < <(free_ports 2)
# shellcheck disable=SC2034  # read by two_homes.sh
ro_line=$ro_port al_line=$al_port
record=$homes/ro/keeper/keeper.record

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
heads
begin ro
begin al
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
end al
pair_again
goes_on RO-KEEPER-3

# 2. Damaged: every block of it.
for ((block = 0; block < 266; block++)); do
    printf '\377\377\377\377' | dd of="$record" bs=1 seek=$((block * 4096 + 40)) conv=notrunc status=none
done
recover
[ -f "$record.damaged" ] || fail "the damaged record is kept"
end al
pair_again
goes_on RO-KEEPER-4

# 3. An older one was put back.
cp "$homes/older.record" "$record"
recover --older
end al
pair_again
goes_on RO-KEEPER-5

# 4. An older one, and the database is older too: a directory that was copied is put back whole.
cp -a "$homes/ro" "$homes/older-ro"
begin ro # al runs on
until_said '"state":"reachable"' as_ro --json status
exchange RO-KEEPER-6
end ro
rm -r "$homes/ro"
cp -a "$homes/older-ro" "$homes/ro"
recover --older
end al
pair_again
begin ro
begin al
until_said 'ro/ro-al/to/al/0 is read-only: al holds [0-9]* entries under our signature, our books [0-9]*: an older backup' as_ro --json status
as_ro --json doctor > "$homes/said" 2>&1
grep -q 'besa resume order' "$homes/said" || fail "doctor names the resume"
quiet as_ro --approver second resume order || fail "two officers order the resume"
quiet as_al resume allow ro --until "$(date -u -d '+1 hour' +%Y-%m-%dT%H:%M:%SZ)" || fail "al allows it"
until_said 'resumed: the log needs a successor' as_ro --json resume status
succeed ro/ro-al/to/al/0 restored
succeed ro/domestic/0 restored
until_said '"log":"ro/domestic/1"' as_ro --json status
exchange RO-KEEPER-7
as_ro --json status > "$homes/said"
grep -q 'fresh receipt\|read-only\|signs nothing' "$homes/said" && fail "no log waits any more"
grep -q '"log":"ro/ro-al/to/al/1"' "$homes/said" || fail "the log to al has its successor"
end ro

end al
as_ro verify > "$homes/said" 2>&1 || fail "the books of ro verify"
as_al verify > "$homes/said" 2>&1 || fail "the books of al verify"
echo "a record was deleted, damaged, put back: recovered each time, and no log ended; with an older database both logs went on"
