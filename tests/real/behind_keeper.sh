#!/bin/bash
# Two real nodes. The database of one goes back while its keeper does not, and the partner never got what the keeper signed last.
# Its custody goes on by itself, with the very receipt that was given before; its own log ends where the partner holds it.
#
#     behind_keeper.sh BESA SAMPLE_REQUEST BOOKS_PRINT
set -u
besa=$(realpath "$1") sample=$(realpath "$2") print=$(realpath "$3")
here=$(dirname "$(realpath "$0")")
homes=$(mktemp -d "${TMPDIR:-/tmp}/besa-behind-XXXXXX")
# shellcheck source=tests/real/two_homes.sh
. "$here/two_homes.sh"
# shellcheck source=tests/real/live_nodes.sh
. "$here/live_nodes.sh"
lines=()
trap 'kill "${lines[@]}" 2> /dev/null; end_all' EXIT
read -r ro_port al_port ro_line al_line < <(free_ports 4)
mkdir "$homes/to-ro" "$homes/to-al"
"$here/bad_line.py" "$ro_line" "$ro_port" "$homes/to-ro" & lines+=($!)
"$here/bad_line.py" "$al_line" "$al_port" "$homes/to-al" & lines+=($!)

family() { # PID: it and all below it
    local child
    echo "$1"
    for child in $(ps -o pid= --ppid "$1"); do family "$child"; done
}
receipts() { "$print" "$homes/$1" | sed -n 's/^receipt [0-9]* //p' | sort; } # SIDE: size, T, signature

two_homes || exit 1
heads
begin ro
begin al
until_said '"state":"reachable"' as_ro --json status
until_said '"state":"reachable"' as_al --json status
write_request RO-BEHIND-1 ro
write_request AL-BEHIND-1 al
level

# The database as it stands now: as a crash would leave it.
mkdir "$homes/older"
# shellcheck disable=SC2046  # a list of processes
kill -STOP $(family "${node[ro]}") && cp -a "$homes/ro"/besa.db* "$homes/older/" || fail "the database is copied"
# shellcheck disable=SC2046
kill -CONT $(family "${node[ro]}")

# Custody is given and its answer reaches nobody; what ro says itself does not get through either.
held=$(log_field al/ro-al/to/ro/0 size)
touch "$homes/to-ro/deaf" "$homes/to-al/cut"
write_request AL-BEHIND-2 al
for _ in $(seq 300); do
    given=$(log_field al/ro-al/to/ro/0 signed)
    [ "$given" -gt "$held" ] 2> /dev/null && break
    sleep 0.1
done
[ "$given" -gt "$held" ] || fail "custody is given"
end ro
end al
receipts ro > "$homes/given"
receipts al > "$homes/arrived"
[ "$(comm -23 "$homes/given" "$homes/arrived" | wc -l)" = 1 ] || fail "one receipt did not arrive"
rm "$homes/to-ro/deaf" "$homes/to-al/cut"

# The older database, beside the keeper that knows better.
rm -f "$homes/ro"/besa.db* && cp -a "$homes/older"/besa.db* "$homes/ro/" || fail "the database goes back"
begin ro
says "log al/ro-al/to/ro/0: our keeper cosigned $given entries, the books hold $held" as_ro --json doctor
says '"log al/ro-al/to/ro/0 is behind our keeper' as_ro --json status
begin al
until_said '"state":"reachable"' as_al --json status
until_said "\"log\":\"al/ro-al/to/ro/0\",\"kind\":\"mirror\",\"size\":$given,[^}]*\"state\":\"open\"" as_ro --json status
never_says 'behind our keeper' as_ro --json status

# What ro's keeper signed further of its own logs is at nobody: there is nothing to resume, and they end.
says 'log ro/ro-al/to/al/0 is read-only: the keeper signed size' as_ro --json doctor
for log in ro/ro-al/to/al/0 ro/domestic/0; do
    grep -q "besa succession prepare $log --why restored" "$homes/said" || fail "doctor says how $log ends"
done
says 'the books of ro-al are not behind what al holds' as_ro --approver second --json resume order
succeed ro/ro-al/to/al/0 restored
succeed ro/domestic/0 restored
until_said AL-BEHIND-2 as_ro --json inbox
write_request RO-BEHIND-3 ro
write_request AL-BEHIND-3 al
until_said RO-BEHIND-3 as_al --json inbox
until_said AL-BEHIND-3 as_ro --json inbox
level
never_says 'read-only' as_ro --json doctor
for side in ro al; do quiet "as_$side" verify || fail "the books of $side verify"; done
end ro
end al
for side in ro al; do
    receipts "$side" > "$homes/receipts"
    [ -z "$(comm -23 "$homes/given" "$homes/receipts")" ] || fail "$side lacks a receipt that was given"
    "$print" "$homes/$side" | grep '^receipt' | sed 's/ T.*//' | sort | uniq -d | grep -q . && fail "one size is receipted twice"
done
echo "a database $((given - held)) behind its keeper: the same receipt was given again, and both go on"
