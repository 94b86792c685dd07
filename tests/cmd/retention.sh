#!/usr/bin/env bash
# Two real nodes: what is due is listed with the reason why it stands, erased by the command, kept by a hold, erased by the
# node itself when it starts, told to the partner, and nothing is overdue afterwards.
# usage: tests/cmd/retention.sh BESA      exit code 77: not run
# covers: retention service_retention
set -u
besa=$1
root=$(cd "$(dirname "$0")/../.." && pwd)
homes=$(mktemp -d "${TMPDIR:-/tmp}/besa-retention-XXXXXX") || exit 1
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

start() {
    stop
    for side in ro al; do
        : > "$homes/$side.log"
        "$besa" --home "$homes/$side" serve > "$homes/$side.log" 2>&1 & pids+=($!)
    done
    for side in ro al; do
        for _ in $(seq 100); do grep -q ready "$homes/$side.log" && continue 2; sleep 0.1; done
        fail "$side did not start"
    done
}
until_said() { # TEXT COMMAND...
    local text=$1
    shift
    for _ in $(seq 150); do
        "$@" > "$homes/said" 2>&1 && grep -q -- "$text" "$homes/said" && return 0
        sleep 0.1
    done
    fail "not said: $text: $*"
}
desk_ro() { "$besa" --home "$homes/ro" --officer ana --reason "exercise" --case c-1 --json "$@"; }
desk_al() { "$besa" --home "$homes/al" --officer blerim --reason "exercise" --case c-1 --json "$@"; }

start
quiet "$besa" --home "$homes/ro" --officer ana --reason "exercise" case c-1 "Exercise" || exit 1
quiet "$besa" --home "$homes/al" --officer blerim --reason "exercise" case c-1 "Exercise" || exit 1

# Two requests with a text in the answer would wait for years: a person's own date is a few seconds ahead.
python3 - "$root/tests/fuzz/corpus/request/urgent" "$homes" << 'END' || exit 1
import datetime, json, sys
now = datetime.datetime.now(datetime.timezone.utc)
def at(seconds):
    return (now + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
request = json.load(open(sys.argv[1], encoding="utf-8"))
request["transfer"]["review_at"] = at(200 * 86400)
request["authority"] = "Single Point of Contact, Bucharest"
person = {"marking": {"id": "01890a5d-ac96-774b-bcce-b302099a8057", "type": "person", "schema_version": 1,
                      "origin_party": "ro", "origin_ref": "RO-1", "source_system": "national",
                      "purpose": "investigation", "offences": ["migrant_smuggling"], "source_eval": "A",
                      "info_eval": 1, "nature": "fact", "handling": ["H0"], "classification": "unclassified",
                      "as_of": at(-3600), "recorded_at": at(-3600), "recorded_by": "officer-7f3a",
                      "review_at": at(7), "erase_at": at(7)},
          "category": "suspect", "names": [{"family": "Canary", "script": "latin"}],
          "link_to_purpose": "named by a witness"}
request["persons"] = [person]
for number in (1, 2, 3):
    request["reference"] = f"RO-2026-10000{number}"
    json.dump(request, open(f"{sys.argv[2]}/{number}.json", "w", encoding="utf-8"))
END
items=()
for number in 1 2 3; do
    desk_ro request "$homes/$number.json" > "$homes/said" 2>&1 || fail "request $number"
    items+=("$(sed -n 's/.*"item":"\([^"]*\)".*/\1/p' "$homes/said")")
done
for number in 1 2 3; do until_said "RO-2026-10000$number" desk_al inbox; done

# Ahead of its day it is listed; nothing is due yet.
desk_al retention list --days 1 > "$homes/said" || fail "list"
[ "$(grep -o '"class":"request"' "$homes/said" | wc -l)" = 3 ] || fail "three are to be listed ahead"
desk_al retention hold "${items[1]}" --for exculpatory > "$homes/said" 2>&1 || fail "hold"
sleep 7
desk_al retention list --due > "$homes/said" || fail "list --due"
grep -q '"state":"goes"' "$homes/said" && grep -q '"state":"on_hold"' "$homes/said" || fail "due, and on hold"
desk_al retention run > "$homes/said" 2>&1 || fail "run"
grep -q '"on_hold":1' "$homes/said" || fail "one stays"
desk_al show "${items[0]}" > "$homes/said" || fail "show"
grep -q '"body_state":"erased"' "$homes/said" && ! grep -q Canary "$homes/said" || fail "it is still there"
desk_al show "${items[1]}" > "$homes/said" || fail "show"
grep -q Canary "$homes/said" || fail "what is on hold is gone"
until_said '"what":"erased_by_partner"\|erased' desk_ro show "${items[0]}"

# A node erases by itself: at its start, and then each hour.
start
until_said '"body_state":"erased"' desk_ro show "${items[0]}"
until_said '"body_state":"erased"' desk_ro show "${items[2]}"
desk_al retention status > "$homes/said" || fail "status"
grep -q '"due":0,"on_hold":1' "$homes/said" && grep -q '"clock_is_trusted":true' "$homes/said" || fail "status"
desk_al doctor > "$homes/said"
grep -q 'nothing of agreement al-ro is overdue\|nothing of agreement ro-al is overdue' "$homes/said" || fail "doctor"
desk_al retention release "${items[1]}" > "$homes/said" || fail "release"
desk_al retention run > "$homes/said" || fail "run"
until_said '"body_state":"erased"' desk_al show "${items[1]}"
# The data protection officer keeps the record of who looked; the desk may not, and the auditor sees it.
until=$(date -u -d '+30 days' +%F)
for role in dpo auditor; do
    quiet as_al officer put "$role" "Test" desk "$role" || fail "$role"
done
over_al() { "$besa" --home "$homes/al" --officer "$1" --reason "complaint 12" --json "${@:2}"; }
over_al dpo retention acts-hold --about blerim --in c-1 --from 2020-01-01 --until "$until" > "$homes/said" 2>&1 || fail "acts-hold"
grep -q '"hold":1,"about_officer":"blerim","about_case":"c-1"' "$homes/said" || fail "acts-hold"
desk_al retention acts-release 1 > "$homes/said" 2>&1 && fail "the desk ended a hold over its own acts"
over_al auditor retention acts-holds > "$homes/said" || fail "acts-holds"
grep -q '"keeps":0' "$homes/said" || fail "acts-holds"
over_al dpo retention acts-release 1 > "$homes/said" || fail "acts-release"
grep -q '"is_over":true' "$homes/said" || fail "acts-release"
# Who may not, is refused.
if as_ro retention run > "$homes/said" 2>&1; then fail "an administrator erased"; fi
echo "retention: listed, held, erased by command and by the node, told to the partner"
