#!/bin/bash
# Two real nodes, and then the same two a year on, by a clock that is moved ahead: doctor says of each own log that its yearly
# closing is due, goes on saying so while its end is prepared and waits for signatures, and no more once its successor has
# begun.
#
#     yearly_closing.sh BESA SAMPLE_REQUEST LATER      (LATER: tests/real/later.c)
# covers: doctor_logs succession
set -u
besa=$(realpath "$1") sample=$(realpath "$2") later=$(realpath "$3")
here=$(dirname "$(realpath "$0")")
homes=$(mktemp -d "${TMPDIR:-/tmp}/besa-year-XXXXXX")
# shellcheck source=tests/real/two_homes.sh
. "$here/two_homes.sh"
# shellcheck source=tests/real/live_nodes.sh
. "$here/live_nodes.sh"
trap end_all EXIT
read -r ro_port al_port < <(free_ports 2)
# shellcheck disable=SC2034  # read by two_homes.sh
ro_line=$ro_port al_line=$al_port
year_days=366

# The agreement lives longer than its logs.
# shellcheck disable=SC2329 # two_homes.sh calls it
edit_years() { sed -i "s/\"valid_to\":\"[^\"]*\"/\"valid_to\":\"$(date -u -d '+3 years' +%FT00:00:00Z)\"/" "$1"; }
# shellcheck disable=SC2034
edit_draft=edit_years

# Logs of which the doctor says so, and says what to do.
due() { # SIDE
    "as_$1" --json doctor > "$homes/doctor"
    grep -o '"found":"log [^ "]* is [0-9]* days old: its yearly closing is due","next":"besa succession prepare [^ "]* --why yearly_closing' "$homes/doctor" |
        sed 's/"found":"log \([^ ]*\) is .* prepare \([^ ]*\) .*/\1=\2/' | sort | tr '\n' ' '
}
are_due() { # SIDE WHEN LOGS...
    local side=$1 when=$2 log wanted=
    shift 2
    for log in "$@"; do wanted+="$log=$log "; done
    [ "$(due "$side")" = "$wanted" ] || fail "$when, $side's doctor says so of '$wanted', not of '$(due "$side")'"
}

two_homes || exit 1
heads
begin ro
begin al
until_said '"state":"reachable"' as_ro --json status
write_request RO-YEAR-1 ro
write_request AL-YEAR-1 al
level
are_due ro "in the first year"
are_due al "in the first year"
end ro
end al

# A year and a day or two later. Certificates of the line have ended meanwhile.
export LD_PRELOAD=$later BESA_TEST_LATER_S=$(((year_days + 1) * 86400))
for side in ro al; do
    quiet "$besa" --home "$homes/$side" --officer "admin-$side" --reason exercise keys tls renew || fail "$side renews its certificate"
done
begin ro
begin al
until_said '"state":"reachable"' as_ro --json status
until_said '"state":"reachable"' as_al --json status
are_due ro "after a year" ro/domestic/0 ro/ro-al/to/al/0
are_due al "after a year" al/domestic/0 al/ro-al/to/ro/0

# Half done: prepared, and neither signed nor taken in. Nothing stands still meanwhile.
quiet as_ro --approver second succession prepare ro/ro-al/to/al/0 --why yearly_closing --output "$homes/half.json" || fail "an end is prepared"
write_request RO-YEAR-2 ro
level
are_due ro "while an end waits for signatures" ro/domestic/0 ro/ro-al/to/al/0
never_says 'is read-only' as_ro --json doctor

succeed ro/ro-al/to/al/0 yearly_closing
are_due ro "with one log closed" ro/domestic/0
succeed ro/domestic/0 yearly_closing
are_due ro "with both logs closed"
write_request RO-YEAR-3 ro
until_said RO-YEAR-3 as_al --json inbox
level
end ro
end al
for side in ro al; do quiet "as_$side" verify || fail "the books of $side verify"; done
echo "a yearly closing was due after $year_days days, half done, and done"
