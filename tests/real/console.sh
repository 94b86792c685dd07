#!/usr/bin/env bash
# The console in a real browser against two real nodes: console/browser/run.mjs does what an officer does.
# usage: console.sh BESA SAMPLE_REQUEST [hold]; hold: the nodes stay up until a line comes on standard input
set -u
besa=$1 sample=$2
root=$(cd "$(dirname "$0")/../.." && pwd)
browser=$(command -v chromium || command -v chromium-browser)
skip() { echo "NOT RUN: $1"; exit 77; }
command -v node > /dev/null || skip "node is not installed"
[ -n "$browser" ] || skip "chromium is not installed"
[ -d "$root/console/node_modules/playwright-core" ] || skip "the npm packages are not there: npm --prefix console ci"
homes=$(mktemp -d)
. "$root/tests/real/two_homes.sh"
. "$root/tests/real/live_nodes.sh"
trap 'end_all' EXIT
read -r ro_port al_port ro_desk al_desk <<< "$(free_ports 4)"
ro_line=$ro_port al_line=$al_port
two_homes || fail "two homes"
for side in ro al; do
    desk=${side}_desk
    echo "desk_listen = 127.0.0.1:${!desk}" >> "$homes/$side/besa.conf"
done
ana() { "$besa" --home "$homes/ro" --officer ana --reason "exercise" --json "$@"; }
blerim() { "$besa" --home "$homes/al" --officer blerim --reason "exercise" --json "$@"; }
quiet as_ro officer put mihai "Mihai Test" desk duty_officer || fail "an officer"
quiet as_ro officer put noua "Noua Test" desk duty_officer || fail "an officer"
quiet as_ro officer put oana "Oana Test" desk auditor || fail "an officer"
quiet as_al officer put second-al "Second Test" desk approver || fail "an officer"
quiet as_ro officer put aproba "Aproba Test" desk approver || fail "an officer"
begin ro
begin al
quiet ana case c-1 "Lorry at Giurgiu" || fail "a case"
quiet blerim case c-1 "Exercise" || fail "a case"
# A case that a new request is composed in, with somebody in it.
quiet ana case c-2 "Van at Calafat" --offence migrant_smuggling --authority "Single Point of Contact, Bucharest" || fail "a second case"
quiet ana case reference c-2 siena S-77 || fail "the case is in another channel"

field() { grep -o "\"$1\":\"[^\"]*\"" | head -n 1 | cut -d '"' -f 4; }
one_time() { # ID: a password that is good for setting one's own
    local draft second
    draft=$(as_ro --json officer password "$1") || fail "no password for $1"
    second=$(ana approval confirm "$(field approval <<< "$draft")" "$(field sha256 <<< "$draft")" | field second_half)
    echo "$(field first_half <<< "$draft")$second"
}
own_password() { # ID
    printf '%s\nexercise-%s\n' "$(one_time "$1")" "$1" |
        "$besa" --home "$homes/ro" --officer "$1" --reason "exercise" officer password > "$homes/said" 2>&1 ||
        fail "the password of $1"
}
for officer in mihai oana aproba; do own_password "$officer"; done

# What the partner asks: an urgent one, one that is not, and one in which every text is hostile to a page.
"$root/console/browser/requests.py" "$sample" "$homes" || fail "the requests are written"
quiet ana case person c-2 "$homes/person.json" || fail "somebody is in the case"
for request in urgent other naughty; do
    quiet blerim --case c-1 request "$homes/$request.json" $([ "$request" = naughty ] && echo --attach "$homes/<b>naughty.html") ||
        fail "al sends $request"
done
for reference in AL-URGENT-1 AL-OTHER-1; do until_said "$reference" ana inbox; done
until_said 'naughty' ana inbox
"$besa" --home "$homes/al" --officer blerim --approver second-al --reason exercise --json --case c-1 \
    spontaneous give "$homes/given.json" > "$homes/said" 2>&1 || fail "al gives something unasked"

from=$(date -u +%Y-%m-%dT%H:%M:%SZ) until=$(date -u -d '+6 hours' +%Y-%m-%dT%H:%M:%SZ)
quiet ana on-call put aproba "$from" "$until" "+40 700 000 001" || fail "nobody is on call"
"$sample" RO-OWN-1 > "$homes/own.json"
quiet ana --case c-1 request "$homes/own.json" || fail "ro asks"
own=$(field item < "$homes/said")
until_said RO-OWN-1 blerim inbox
quiet blerim --case c-1 clarify ask "$own" "Which <b>van</b>, the white one?" en || fail "al asks back"

export BESA_CONSOLE_URL=https://127.0.0.1:$ro_desk BESA_CONSOLE_BROWSER=$browser BESA_CONSOLE_ONE_TIME
BESA_CONSOLE_ONE_TIME=$(one_time noua)
export BESA_CONSOLE_SHOTS=${BESA_CONSOLE_SHOTS:-$homes/shots}
# The test sends one more request while the inbox is open.
export BESA_CONSOLE_MORE="$besa --home $homes/al --officer blerim --reason exercise --json --case c-1 request $homes/more.json"
# What the partner has of the request that the test composes: the item is put behind.
export BESA_CONSOLE_THERE="$besa --home $homes/al --officer blerim --reason exercise --json --case c-1 show"
export BESA_CONSOLE_END="$besa --home $homes/ro --officer admin-ro --reason exercise officer end mihai"
if [ "${3:-}" = hold ]; then
    env | grep '^BESA_CONSOLE' > "${BESA_CONSOLE_HELD:-/dev/stdout}"
    read -r _
    exit 0
fi
node "$root/console/browser/run.mjs"
