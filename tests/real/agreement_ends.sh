#!/usr/bin/env bash
# Two real nodes to the end of their agreement, and after each step both are asked and must say the same: a proposal is refused,
# another withdrawn, a draft tried without a word to anyone; notice is given; on the day nothing is sent any more, what is held
# is still read; a day later each node has erased it by itself, told the other, and both books verify. Years later, when nobody
# answers any more, access entries and heads go too, and what is left still verifies, in the books and as files.
# usage: tests/real/agreement_ends.sh BESA LATER      (the latter: the clock of the days after, tests/real/later.c)
set -u
besa=$1 later=$2
root=$(cd "$(dirname "$0")/../.." && pwd)
homes=$(mktemp -d "${TMPDIR:-/tmp}/besa-ends-XXXXXX") || exit 1
pids=()
stop() { for pid in "${pids[@]}"; do kill "$pid" 2> /dev/null && wait "$pid" 2> /dev/null; done; pids=(); }
trap 'stop; [ -n "${BESA_KEEP:-}" ] || rm -rf "$homes"' EXIT
# shellcheck source=tests/real/two_homes.sh
. "$root/tests/real/two_homes.sh"
read -r ro_port al_port < <(free_ports 2)
# shellcheck disable=SC2034 # two_homes.sh reads them
ro_line=$ro_port al_line=$al_port
fail() { echo "agreement ends: $*"; cat "$homes/said" 2> /dev/null; tail -n 5 "$homes"/*.log; exit 1; }
ana() { "$besa" --home "$homes/ro" --officer ana --reason "exercise" --case c-1 --json "$@"; }
blerim() { "$besa" --home "$homes/al" --officer blerim --reason "exercise" --case c-1 --json "$@"; }

# What is held goes a day after the end, which may be a day ahead.
# shellcheck disable=SC2329 # two_homes.sh calls it
edit_end() { sed -i 's/"termination":{[^}]*}/"termination":{"notice_days":1,"held":"erased","erase_days":1}/; s/"head_days":[0-9]*/"head_days":400/' "$1"; }
# shellcheck disable=SC2034
edit_draft=edit_end

start() { # SECONDS ahead
    stop
    for side in ro al; do
        : > "$homes/$side.log"
        LD_PRELOAD=$later BESA_TEST_LATER_S=$1 "$besa" --home "$homes/$side" serve > "$homes/$side.log" 2>&1 &
        pids+=($!)
    done
    for side in ro al; do
        for _ in $(seq 300); do grep -q ready "$homes/$side.log" && continue 2; sleep 0.1; done
        fail "$side does not start"
    done
    until_said reachable ana status && until_said reachable blerim status || fail "they do not reach each other"
}
until_said() { # TEXT COMMAND...
    local text=$1
    shift
    for _ in $(seq 300); do
        "$@" > "$homes/said" 2>&1 && grep -q -- "$text" "$homes/said" && return 0
        sleep 0.1
    done
    return 1
}
# The acts about the agreement, from the newest on, as each node tells them: the same, to the millisecond.
acts() { "$1" agreement history | sed 's/.*"acts"://'; }
alike() { # TEXT that both tell
    for _ in $(seq 100); do
        acts ana > "$homes/acts.ro" && acts blerim > "$homes/acts.al" && cmp -s "$homes/acts.ro" "$homes/acts.al" &&
            grep -q -- "$1" "$homes/acts.ro" && return 0
        sleep 0.1
    done
    cat "$homes/acts.ro" "$homes/acts.al"
    fail "the nodes do not tell the same of: $1"
}
body() { # PARTY REFERENCE
    sed "s/@AUTHORITY@/$(sed -n 's/.*"authorities":\[{"code":"\([^"]*\)".*/\1/p' "$homes/$1.pairing")/; s/@REFERENCE@/$2/" \
        "$root/tests/real/j12_request.json" > "$homes/$2.json"
}
item_of() { sed -n 's/.*"item":"\([0-9a-f-]*\)".*/\1/p' "$homes/said" | head -n 1; }
proposed() { # VERSION: a file that ro's institution signed
    sed "s/\"version\":1,/\"version\":$1,/; s/\"erase_days\":1}/\"erase_days\":$1}/" "$homes/draft.json" > "$homes/$1.draft"
    quiet ana agreement sign "$homes/$1.draft" --output "$homes/$1.once" || exit 1
}

two_homes || exit 1
start 0
for desk in "ro ana" "al blerim"; do
    read -r party who <<< "$desk"
    quiet "$besa" --home "$homes/$party" --officer "$who" --reason "exercise" case c-1 "Exercise" || exit 1
done
body ro RO-1 && body al AL-1
ana request "$homes/RO-1.json" > "$homes/said" 2>&1 || fail "ro's request"
asked=$(item_of)
until_said RO-1 blerim inbox || fail "ro's request does not arrive"
blerim refuse "$asked" --ground a --text "nothing held" > "$homes/said" 2>&1 || fail "al's answer"
blerim request "$homes/AL-1.json" > "$homes/said" 2>&1 || fail "al's request"
open=$(item_of)
until_said AL-1 ana inbox && until_said '"answered"' ana sent || fail "al's request, and its answer"

# A draft is tried: under it no request may be sent; nobody is told, and what is in force goes on.
sed 's/"message_types":\["request",/"message_types":[/' "$homes/draft.json" > "$homes/none.draft"
acts ana > "$homes/before"
ana agreement try "$homes/RO-1.json" > "$homes/said" 2>&1 || fail "the agreement in force allows it"
ana agreement try "$homes/RO-1.json" --agreement "$homes/none.draft" > "$homes/said" 2>&1
[ $? -eq 77 ] && grep -q '"allowed":false' "$homes/said" && grep -q '"clause"' "$homes/said" || fail "a draft without requests allows one"
cp "$homes/said" "$homes/tried.ro"
blerim agreement try "$homes/AL-1.json" --agreement "$homes/none.draft" > "$homes/said" 2>&1
[ $? -eq 77 ] || fail "the draft allows one at al"
clause() { sed -n 's/.*"clause":"\([^"]*\)".*/\1/p' "$1" | head -n 1; }
[ "$(clause "$homes/said")" = "$(clause "$homes/tried.ro")" ] || fail "they name different clauses"
acts ana | cmp -s - "$homes/before" || fail "a trial is on record between the parties"

# One proposal is refused, the next is withdrawn; neither can be accepted then.
proposed 2
quiet ana agreement propose "$homes/2.once" || exit 1
alike '"what":"agreement_proposal","by":"ro","version":2'
quiet blerim agreement countersign "$homes/2.once" --output "$homes/2.both" || exit 1
quiet blerim agreement refuse --for content || exit 1
alike '"what":"agreement_refusal","by":"al"'
blerim agreement accept "$homes/2.both" > "$homes/said" 2>&1 && fail "al accepts what it refused"
quiet ana agreement propose "$homes/2.once" || exit 1
for _ in $(seq 100); do [ "$(acts blerim | grep -o agreement_proposal | wc -l)" = 2 ] && break; sleep 0.1; done
quiet ana agreement withdraw || exit 1
alike '"what":"agreement_withdrawal","by":"ro"'
blerim agreement accept "$homes/2.both" > "$homes/said" 2>&1 && fail "al accepts what was withdrawn"
for who in ana blerim; do until_said '"version_in_force":1' "$who" agreement history || fail "another version is in force"; done

# Notice. The day after tomorrow, by the clock of the nodes.
day=$(date -u -d '+2 days' +%F)
quiet as_ro officer put second "Second Test" desk head_of_desk || exit 1
quiet ana --approver second agreement terminate "$day" --for law || exit 1
alike "\"what\":\"termination\",\"by\":\"ro\",\"for\":\"law\",\"ends\":\"$day"
for who in ana blerim; do
    until_said "\"agreement_ends\":\"${day}T00:00:00.000Z\",\"all_erased_from\":\"$(date -u -d "$day +1 day" +%F)T" "$who" retention status ||
        fail "$who does not know the day"
done
body ro RO-2
ana request "$homes/RO-2.json" > "$homes/said" 2>&1 || fail "sending ends only with the notice"
until_said RO-2 blerim inbox || fail "it does not arrive before the end"

# Its day: nothing new from either side, and both name the clause; what is held is read.
end_s=$(date -u -d "$day" +%s)
start $((end_s - $(date +%s) + 3600))
body ro RO-3 && body al AL-3
for try in "ana RO-3" "blerim AL-3"; do
    read -r who file <<< "$try"
    "$who" request "$homes/$file.json" > "$homes/said" 2>&1 && fail "$who sends after the end"
    grep -q 'clause 1.5' "$homes/said" || fail "$who: another reason"
    for item in "$asked" "$open"; do "$who" show "$item" > "$homes/said" 2>&1 && grep -q '"body_state":"held"' "$homes/said" || fail "$who cannot read what is held"; done
done
for who in ana blerim; do
    until_said '"ended":true' "$who" status > /dev/null || fail "$who status does not say that it has ended"
    LD_PRELOAD=$later BESA_TEST_LATER_S=$((end_s - $(date +%s) + 3600)) "$who" agreement show > "$homes/said" 2>&1 && grep -q '"state":"ended"' "$homes/said" || { cat "$homes/said"; fail "$who: show does not say that it has ended"; }
    "$who" doctor > "$homes/said" 2>&1
    grep -q 'was terminated and has ended' "$homes/said" || fail "$who: doctor does not say that it has ended"
done

# A day later each has erased by itself, and told the other.
start $((end_s - $(date +%s) + 86400 + 3600))
for who in ana blerim; do
    for item in "$asked" "$open"; do
        until_said '"body_state":"erased"' "$who" show "$item" || fail "$who holds $item"
    done
    until_said '"due":0,' "$who" retention status || fail "something is due at $who"
    grep -q "facts" "$homes/said" && fail "a body is left"
done
# The log of each, as both hold it, says `erased` for each of the three requests and the answer.
erased_in() { # PARTY WRITER
    rm -rf "$homes/export"
    "as_$1" log export "$homes/export" --log "$2" > "$homes/said" 2>&1 || fail "$1 cannot export $2"
    cat "$homes"/export/tile/entries/*/* "$homes"/export/tile/entries/* 2> /dev/null | grep -ac '^type: erased/1$'
}
for writer in ro/ro-al/to/al/0 al/ro-al/to/ro/0; do
    for _ in $(seq 100); do
        at_ro=$(erased_in ro "$writer") at_al=$(erased_in al "$writer")
        [ "$at_ro" = "$at_al" ] && [ "$at_ro" -ge 4 ] && break
        sleep 0.2
    done
    [ "$at_ro" = "$at_al" ] && [ "$at_ro" -ge 4 ] || fail "$writer: $at_ro erasures at ro, $at_al at al"
done
alike '"what":"termination"'
stop
for who in ana blerim; do
    LD_PRELOAD=$later BESA_TEST_LATER_S=$((end_s - $(date +%s) + 90000)) "$who" verify > "$homes/said" 2>&1 || fail "the books of $who"
    grep -q '"clean":true' "$homes/said" || fail "the books of $who"
done
# 1200 days later no partner confirms the time: two officers do. Then the books themselves are thinned.
years() { LD_PRELOAD=$later BESA_TEST_LATER_S=$((1200 * 86400)) "$@"; }
number_of() { sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p" "$homes/said" | head -n 1; }
for desk in "ro ana" "al blerim"; do
    read -r party who <<< "$desk"
    quiet "as_$party" officer put second "Second Test" desk head_of_desk || exit 1
    years "$who" retention run > "$homes/said" 2>&1 || fail "$party: run"
    [ "$(number_of heads_erased)$(number_of access_entries_erased)" = 00 ] || fail "$party believes a clock that leapt"
    years "$who" --approver second retention clock > "$homes/said" 2>&1 || fail "$party: clock"
    years "$who" retention run > "$homes/said" 2>&1 || fail "$party: run"
    years "$who" retention status > "$homes/said" 2>&1 || fail "$party: status"
    grep -q '"due":false}' "$homes/said" || fail "$party: access entries are left"
    years "$who" doctor > "$homes/said" 2>&1
    grep -q 'no access entry is overdue' "$homes/said" || fail "$party: doctor"
    years "$who" verify > "$homes/said" 2>&1 || fail "$party: the books"
    grep -q '"clean":true' "$homes/said" && [ "$(number_of heads_pruned)" -ge 6 ] || fail "$party: no head went"
    echo "$party: $(number_of heads_pruned) heads went, $(number_of entries) entries verify"
    # As they are they would be gone before their time: the same books, looked at in their own year.
    "$who" verify > "$homes/said" 2>&1 && fail "$party: a head that is gone too early is not named"
    grep -q 'gone before its time' "$homes/said" || fail "$party: verify"
done
rm -rf "$homes/export"
years as_ro log export "$homes/export" --log ro/ro-al/to/al/0 > "$homes/said" 2>&1 || fail "a pruned log is not exported"
[ -s "$homes/export/minimum-index" ] || fail "no minimum index"
years as_ro log vkey ro/ro-al/to/al/0 > "$homes/log.vkey" && years as_ro log vkey --custody ro/ro-al/to/al/0 > "$homes/custody.vkey"
"$besa" verify "$homes/export" --vkey "$(cat "$homes/log.vkey")" --custody-vkey "$(cat "$homes/custody.vkey")" > "$homes/said" 2>&1 ||
    fail "a pruned export does not verify"
echo "agreement ends: refused, withdrawn and tried alike; ended, read for a day, erased at both; years later the books are thinned, and what is left verifies"
