#!/bin/bash
# Two real nodes; the keepers of both lose their records at once, so that neither can speak for the other. Nothing opens by
# itself: both logs to the partner and both domestic logs end for `keeper_lost`, by two officers here and one at the partner,
# under new keys, and the exchange goes on in the logs that follow.
#
#     keepers_lost.sh BESA SAMPLE_REQUEST
set -u
besa=$(realpath "$1") sample=$(realpath "$2")
here=$(dirname "$(realpath "$0")")
homes=$(mktemp -d "${TMPDIR:-/tmp}/besa-keepers-XXXXXX")
# shellcheck source=tests/real/two_homes.sh
. "$here/two_homes.sh"
# shellcheck source=tests/real/live_nodes.sh
. "$here/live_nodes.sh"
trap end_all EXIT
read -r ro_port al_port < <(free_ports 2)
# shellcheck disable=SC2034  # read by two_homes.sh
ro_line=$ro_port al_line=$al_port

two_homes || exit 1
heads
begin ro
begin al
until_said '"state":"reachable"' as_ro --json status
write_request RO-KEEPERS-1 ro
write_request AL-KEEPERS-1 al
level
end ro
end al

for side in ro al; do
    rm "$homes/$side/keeper/keeper.record"
    quiet "as_$side" --approver second keeper recover || fail "two officers of $side recover"
done
pair_again
begin ro
begin al
for side in ro al; do
    until_said 'was lost: it waits for a fresh receipt itself' "as_$side" --json status
    "as_$side" --json doctor > "$homes/said" 2>&1
    grep -q 'waits for the fresh receipt of 1 partner' "$homes/said" || fail "the doctor of $side names the state"
done

# docs/recovery.md: step 1, new keys on both nodes, then the steps of a succession for each log.
for side in ro al; do
    end $side
    quiet "$besa" --home "$homes/$side" --officer "admin-$side" --reason exercise --approver second keeper renew || fail "new keys of $side"
    begin $side
done
until_said '"state":"reachable"' as_ro --json status
if as_ro succession prepare ro/ro-al/to/al/0 --why keeper_lost --output "$homes/alone" > "$homes/said" 2>&1; then
    fail "one officer alone ends a log"
fi
for side in ro al; do
    other=al
    [ $side = ro ] || other=ro
    succeed "$side/ro-al/to/$other/0" keeper_lost
done
for side in ro al; do
    succeed "$side/domestic/0" keeper_lost
done
for side in ro al; do
    until_said "\"$side/domestic/1\",\"kind\":\"domestic\"[^}]*\"state\":\"open\"" "as_$side" --json status
done
write_request RO-KEEPERS-2 ro
write_request AL-KEEPERS-2 al
until_said RO-KEEPERS-2 as_al --json inbox
until_said AL-KEEPERS-2 as_ro --json inbox
says RO-KEEPERS-1 as_al --json inbox
level
for side in ro al; do
    "as_$side" --json status > "$homes/said" 2>&1
    for log in ro/ro-al/to/al/1 al/ro-al/to/ro/1; do
        grep -q "\"log\":\"$log\"[^}]*\"state\":\"open\"" "$homes/said" || fail "$log is open at $side"
    done
done
end ro
end al
for side in ro al; do
    quiet "as_$side" verify || fail "the books of $side verify"
done
echo "both keepers lost their records: four logs ended for keeper_lost, and the exchange went on in those that follow"
