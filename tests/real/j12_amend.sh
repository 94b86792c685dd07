#!/usr/bin/env bash
# Both chiefs change the agreement while real nodes exchange under it: proposal, difference in words, second signature,
# traffic from both sides before, across and after; suspension by one side, measured at the other; lifting; termination.
# usage: tests/real/j12_amend.sh BESA
set -u
besa=$1
root=$(cd "$(dirname "$0")/../.." && pwd)
homes=$(mktemp -d "${TMPDIR:-/tmp}/besa-j12-XXXXXX") || exit 1
ro_pid='' al_pid=''
ends() {
    [ -z "$ro_pid" ] || kill "$ro_pid"
    [ -z "$al_pid" ] || kill "$al_pid"
    wait
    [ -n "${BESA_KEEP:-}" ] || rm -rf "$homes"
}
trap ends EXIT
# shellcheck source=tests/real/two_homes.sh
. "$root/tests/real/two_homes.sh"
read -r ro_port al_port < <(free_ports 2)
# shellcheck disable=SC2034 # two_homes.sh reads them
ro_line=$ro_port al_line=$al_port
fail() { echo "j12: $*"; tail -n 5 "$homes"/*.log; exit 1; }
ana() { "$besa" --home "$homes/ro" --officer ana --reason "exercise" --json "$@"; }
blerim() { "$besa" --home "$homes/al" --officer blerim --reason "exercise" --json "$@"; }
now_ms() { date +%s%3N; }

# Waits until the command's output holds the text; says after how many milliseconds.
until_said() { # TEXT COMMAND...
    local text=$1 begun
    shift
    begun=$(now_ms)
    while [ $(($(now_ms) - begun)) -lt 60000 ]; do
        if "$@" 2> /dev/null | grep -q "$text"; then
            echo $(($(now_ms) - begun))
            return 0
        fi
        sleep 0.1
    done
    return 1
}

shorter() { # the draft of version 2: contacts are erased after one year
    sed 's/"version":1,/"version":2,/; s/\("category":"contact_associate","erase_days":\)[0-9]*,"review_days":[0-9]*/\1300,"review_days":200/' \
        "$homes/draft.json" > "$homes/second.json"
}

two_homes || exit 1
shorter
: > "$homes/ro.log"
"$besa" --home "$homes/ro" serve > "$homes/ro.log" 2>&1 &
ro_pid=$!
: > "$homes/al.log"
"$besa" --home "$homes/al" serve > "$homes/al.log" 2>&1 &
al_pid=$!
# A command that finds no running node takes the home for itself, and `serve` would find it in use.
for side in ro al; do
    for _ in $(seq 300); do
        [ -S "$homes/$side/run/control.sock" ] && break
        sleep 0.1
    done
done
until_said reachable ana status > /dev/null || fail "ro does not reach al"
until_said reachable blerim status > /dev/null || fail "al does not reach ro"
quiet ana case c-1 "Exercise" && quiet blerim case c-1 "Exercise" || fail "cases"

# The sample bodies are those of the demonstration: written by the program itself.
body() { # AUTHORITY FILE
    sed "s/@AUTHORITY@/$1/; s/@REFERENCE@/J12-$RANDOM$RANDOM/" "$root/tests/real/j12_request.json" > "$2"
}
# The code of a party's first competent authority, as its own pairing file says it.
authority_of() { sed -n 's/.*"authorities":\[{"code":"\([^"]*\)".*/\1/p' "$homes/$1.pairing"; }
ro_authority=$(authority_of ro)
al_authority=$(authority_of al)
send() { # SIDE
    if [ "$1" = ro ]; then
        body "$ro_authority" "$homes/body.json" && ana --case c-1 request "$homes/body.json"
    else
        body "$al_authority" "$homes/body.json" && blerim --case c-1 request "$homes/body.json"
    fi > "$homes/sent" 2>&1
}

for side in ro al ro al; do send "$side" || { cat "$homes/sent"; fail "a request of $side"; }; done

# Proposal and its explanation.
quiet ana agreement sign "$homes/second.json" --output "$homes/second.once" || exit 1
quiet ana agreement propose "$homes/second.once" || exit 1
until_said 'instead of' blerim agreement diff > /dev/null || fail "the proposal did not arrive"
blerim agreement diff > "$homes/diff" || fail "diff"
grep -q 'contact associate: erased after 300 days instead of' "$homes/diff" || { cat "$homes/diff"; fail "no word about contacts"; }
quiet blerim agreement proposal --export "$homes/second.got" || exit 1
cmp "$homes/second.once" "$homes/second.got" || fail "the proposal is not what was signed"
body "$ro_authority" "$homes/body.json"
quiet ana agreement try "$homes/body.json" || fail "try"
ana agreement try "$homes/body.json" --as-receiver > "$homes/said"
[ $? -eq 77 ] && grep -q '"clause":"2.2"' "$homes/said" || fail "try as receiver"
send ro && send al || fail "traffic while proposed"
quiet blerim agreement countersign "$homes/second.got" --output "$homes/second.both" || exit 1
send ro && quiet blerim agreement accept "$homes/second.both" && send al && send ro || fail "traffic across the signature"
ms=$(until_said '"version_in_force":2' ana agreement history) || fail "version 2 is not in force at ro"
echo "version 2 in force at both, at ro ${ms} ms after the signature"
send ro && send al || fail "traffic after"
sleep 1

# No refusal on either side but what the officers were told as returned.
for who in ana blerim; do
    $who sent > "$homes/sent.list" || fail "sent of $who"
    ! grep -q '"partner_says":"refused"' "$homes/sent.list" || { cat "$homes/sent.list"; fail "$who was refused"; }
done

# Suspension by one side.
begun=$(now_ms)
quiet ana agreement suspend --for security || exit 1
! send ro || fail "ro sends although it suspended"
while send al; do
    [ $(($(now_ms) - begun)) -lt 60000 ] || fail "al still sends a minute after the suspension"
    sleep 0.1
done
grep -q "clause 1.4" "$homes/sent" || { cat "$homes/sent"; fail "refused for another reason"; }
echo "suspended at ro at once, at al after $(($(now_ms) - begun)) ms"
quiet ana agreement resume || exit 1
begun=$(now_ms)
until send al; do
    [ $(($(now_ms) - begun)) -lt 60000 ] || { cat "$homes/sent"; fail "the lifting did not arrive"; }
    sleep 0.1
done
echo "lifted at al after $(($(now_ms) - begun)) ms"
send ro || fail "ro after the lifting"

# Termination, by two of ro who may.
quiet as_ro officer put second "Second Test" desk signatory || exit 1
! ana agreement terminate "$(date -u -d '+120 days' +%F)" > "$homes/said" 2>&1 || fail "one officer ends the agreement alone"
grep -q "second officer" "$homes/said" || { cat "$homes/said"; fail "another reason"; }
! ana --approver second agreement terminate "$(date -u -d tomorrow +%F)" > "$homes/said" 2>&1 || fail "no notice was demanded"
grep -q "clause 1.5" "$homes/said" || { cat "$homes/said"; fail "another reason"; }
quiet ana --approver second agreement terminate "$(date -u -d '+120 days' +%F)" --for law || exit 1
until_said '"what":"termination","by":"ro"' blerim agreement history > /dev/null || fail "the termination did not arrive"
send al || fail "sending ends only with the notice"
sleep 1
for who in ana blerim; do quiet $who verify || fail "the books of $who"; done
echo "j12: amended, suspended, lifted, terminated; both books verify"
