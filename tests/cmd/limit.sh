#!/usr/bin/env bash
# Two real nodes: what the two desks say about the limit of an urgent request moves and suspends it on both alike, and what
# could not count any more is refused with its clause.
# An urgent request that the partner does not hold is an alarm with its telephone, and so is an answer that is overdue.
# usage: tests/cmd/limit.sh BESA LATER      (the clock of minutes and hours after, tests/real/later.c); exit code 77: not run
# covers: limit service_limits
set -u
besa=$1 later=$2
root=$(cd "$(dirname "$0")/../.." && pwd)
homes=$(mktemp -d "${TMPDIR:-/tmp}/besa-limit-XXXXXX") || exit 1
pids=()
stop() { for pid in "${pids[@]}"; do kill "$pid" 2> /dev/null && wait "$pid" 2> /dev/null; done; pids=(); }
trap 'stop; [ -n "${BESA_KEEP:-}" ] || rm -rf "$homes"' EXIT
# shellcheck source=tests/real/two_homes.sh
. "$root/tests/real/two_homes.sh"
command -v python3 > /dev/null || { echo "NOT RUN: python3 is missing"; exit 77; }

read -r ro_port al_port < <(free_ports 2)
# shellcheck disable=SC2034
ro_line=$ro_port al_line=$al_port
two_homes || exit 1
fail() { echo "$1"; cat "$homes/said" 2> /dev/null; tail -n 5 "$homes"/*.log 2> /dev/null; exit 1; }

start() { # LATER_S SIDE...
    local side
    for side in "${@:2}"; do
        : > "$homes/$side.log"
        LD_PRELOAD=$later BESA_TEST_LATER_S=$1 "$besa" --home "$homes/$side" serve > "$homes/$side.log" 2>&1 & pids+=($!)
    done
    for side in "${@:2}"; do
        for _ in $(seq 100); do grep -q ready "$homes/$side.log" && continue 2; sleep 0.1; done
        fail "$side did not start"
    done
}
start 0 ro al
until_said() { # TEXT COMMAND...
    local text=$1
    shift
    for _ in $(seq 150); do
        "$@" > "$homes/said" 2>&1 && grep -q -- "$text" "$homes/said" && return 0
        sleep 0.1
    done
    fail "not said: $text: $*"
}
refused() { # TEXT COMMAND...
    local text=$1
    shift
    if "$@" > "$homes/said" 2>&1; then fail "not refused: $*"; fi
    grep -q -- "$text" "$homes/said" || fail "refused in other words than '$text': $*"
}
ro() { "$besa" --home "$homes/ro" --officer ana --reason "exercise" --case c-1 --json "$@"; }
al() { "$besa" --home "$homes/al" --officer blerim --reason "exercise" --case c-1 --json "$@"; }
item() { sed -n 's/.*"item":"\([^"]*\)".*/\1/p' "$homes/said"; }
# The limit as both nodes show it: the same, and it is printed.
both_show() { # ITEM FIELD...
    ro show "$1" > "$homes/ro.json" && al show "$1" > "$homes/al.json" || fail "show"
    python3 - "$homes" "${@:2}" << 'END' || fail "the two nodes differ"
import json, sys
ours, theirs = (json.load(open(f"{sys.argv[1]}/{side}.json", encoding="utf-8")) for side in ("ro", "al"))
fields = ("due", "due_row", "suspended_since", "minutes_left_then", "delayed_to")
shown = {name: ours.get(name) for name in fields if name in ours}
if shown != {name: theirs.get(name) for name in fields if name in theirs}:
    sys.exit(f"{shown}\n{theirs}")
missing = [name for name in sys.argv[2:] if name not in shown]
if missing:
    sys.exit(f"not shown: {missing} of {shown}")
print("both nodes:", ", ".join(f"{name} {value}" for name, value in shown.items()))
END
}

quiet "$besa" --home "$homes/ro" --officer ana --reason "exercise" case c-1 "Exercise" || exit 1
quiet "$besa" --home "$homes/al" --officer blerim --reason "exercise" case c-1 "Exercise" || exit 1
python3 - "$root/tests/fuzz/corpus/request/urgent" "$homes" << 'END' || exit 1
import datetime, json, sys
request = json.load(open(sys.argv[1], encoding="utf-8"))
now = datetime.datetime.now(datetime.timezone.utc)
request["transfer"]["review_at"] = (now + datetime.timedelta(days=200)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
request["authority"] = "Single Point of Contact, Bucharest"
request.pop("persons", None)
for number in (1, 2, 3):
    request["reference"] = f"RO-2026-20000{number}"
    json.dump(request, open(f"{sys.argv[2]}/{number}.json", "w", encoding="utf-8"))
END
ro request "$homes/1.json" > "$homes/said" 2>&1 || fail "request"
first=$(item)
ro request "$homes/2.json" > "$homes/said" 2>&1 || fail "request"
second=$(item)
until_said "RO-2026-200002" al inbox
until_said '"due_row":"urgent_direct"' ro show "$second"
both_show "$first" due due_row

quiet al clarify ask "$first" "Which of the two plates?" en || exit 1
question=$(item)
until_said '"suspended_since"' ro show "$first"
both_show "$first" suspended_since minutes_left_then
refused "a question about this request is open" al clarify ask "$first" "And which colour?" en
refused "is no clarification" ro clarify reply "$second" "What?" en
quiet ro clarify reply "$question" "The second one." en || exit 1
until_said '"clarification_reply"' al show "$first"
until_said '"due":' al show "$first"
until_said '"due":' ro show "$first"
both_show "$first" due

refused "held_by: is named exactly when indirectly" al limit indirect "$first"
quiet al limit indirect "$first" --held-by public_authority --source "Register of companies (test)" || exit 1
until_said '"due_row":"urgent_indirect"' ro show "$first"
both_show "$first" due
refused "it was said" al limit direct "$first"
quiet al limit delay "$first" --stage applied --why authorisation_needed --authority "Court (test)" --expected-by 2099-01-01T00:00:00Z || exit 1
until_said '"delayed_to"' ro show "$first"
both_show "$first" delayed_to

quiet al limit doubt "$second" facts_do_not_show_it || exit 1
doubt=$(item)
until_said '"urgency_not_shared"' ro show "$second"
both_show "$second" due
quiet ro limit urgency "$doubt" given_up || exit 1
until_said '"due_row":"other"' al show "$second"
until_said '"due_row":"other"' ro show "$second"
both_show "$second" due
if as_ro limit doubt "$second" facts_do_not_show_it > "$homes/said" 2>&1; then fail "an administrator doubted"; fi
# The partner's node is down: after a quarter of an hour the desk telephones. Nine hours later the answer is overdue, too.
stop
start 0 ro
quiet ro request "$homes/3.json" || exit 1
third=$(item)
ro alarms > "$homes/said" || fail "alarms"
if grep -q '"alarm":"no_custody"' "$homes/said"; then fail "too early"; fi
stop
start 960 ro
until_said '"alarm":"no_custody"' ro alarms
grep -q "\"item\":\"$third\"" "$homes/said" && grep -q '"call":"+355 69 000 0000"' "$homes/said" || fail "whom to call"
grep -q '"fallback":"I-24/7, NCB Tirana (exercise)"' "$homes/said" || fail "over what when nobody answers"
for _ in $(seq 100); do grep -q "telephone +355 69 000 0000" "$homes/ro.log" && break; sleep 0.1; done
grep -q "not in the custody of al after 15 minutes (request under .*): telephone +355 69 000 0000; when nobody answers: I-24/7, NCB Tirana" "$homes/ro.log" || fail "nobody was told"
if grep -q "RO-2026" "$homes/ro.log"; then fail "a reference stands in the machine's log"; fi
ro doctor > "$homes/said"
grep -q "1 urgent messages are not in the custody of al" "$homes/said" || fail "doctor"
stop
start 960 ro al
until_said '"due":' ro show "$third"
until_said '"due":' al show "$third"
stop
start 36000 ro al
until_said '"alarm":"overdue"' ro alarms
until_said '"alarm":"overdue"' al alarms
grep -q '"answers":"al"' "$homes/said" || fail "who owes it"
echo "alarms: telephoned after 15 minutes, overdue on both nodes after the limit"
echo "limit: suspended, let go on, moved, delayed and given back, on both nodes alike"
