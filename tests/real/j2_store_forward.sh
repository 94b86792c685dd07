#!/usr/bin/env bash
# Journey 2: a duty officer asks while the partner's node is down for hours. The request waits and says so, survives restarts of
# both nodes, arrives once, has one receipt, and its limit begins with that receipt on both.
# usage: tests/real/j2_store_forward.sh BESA LATER      (the clock of hours after, tests/real/later.c); exit code 77: not run
set -u
besa=$1 later=$2
root=$(cd "$(dirname "$0")/../.." && pwd)
homes=$(mktemp -d "${TMPDIR:-/tmp}/besa-j2-XXXXXX") || exit 1
trap 'stop; [ -n "${BESA_KEEP:-}" ] || rm -rf "$homes"' EXIT
# shellcheck source=tests/real/two_homes.sh
. "$root/tests/real/two_homes.sh"
# shellcheck source=tests/real/two_desks.sh
. "$root/tests/real/two_desks.sh"
command -v python3 > /dev/null || { echo "NOT RUN: python3 is missing"; exit 77; }

read -r ro_port al_port < <(free_ports 2)
# shellcheck disable=SC2034
ro_line=$ro_port al_line=$al_port
two_homes && two_desks || exit 1
request_file ro RO-2026-300001 urgent "$homes/ask.json" || exit 1

start 0 ro
quiet ro request "$homes/ask.json" || exit 1
asked=$(item)
grep -q '"state":"stored, waits for the partner"' "$homes/said" || fail "it does not say that it waits"
echo "j2: the partner is down: stored, waits for the partner"
for hours in 2 4; do
    stop
    start $((hours * 3600)) ro
    ro sent > "$homes/said" || fail "sent"
    grep -q '"state":"waits for the partner"' "$homes/said" || fail "after $hours hours"
    if grep -q '"due":' "$homes/said"; then fail "a limit runs for what nobody holds"; fi
done
echo "j2: after four hours and two restarts it waits still, and no limit runs"
until_said '"alarm":"no_custody"' ro alarms
echo "j2: the desk is told to telephone: $(sed -n 's/.*"call":"\([^"]*\)".*/\1/p' "$homes/said")"

stop
start 14700 ro al
until_said '"due":' ro show "$asked"
until_said '"due":' al show "$asked"
stop
start 18000 ro al
ro show "$asked" > "$homes/ro.json" && al show "$asked" > "$homes/al.json" || fail "show"
ro sent > "$homes/sent.json" && al inbox > "$homes/inbox.json" || fail "lists"
python3 - "$homes" << 'END' || fail "the two nodes differ"
import datetime, json, sys
def load(name):
    return json.load(open(f"{sys.argv[1]}/{name}.json", encoding="utf-8"))
def at(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
ours, theirs = load("ro"), load("al")
assert ours["receipt"] == theirs["receipt"], "two receipts"
assert ours["due"] == theirs["due"], "two limits"
received = at(ours["receipt"]["time"])
assert (received - at(ours["created"])).total_seconds() > 4 * 3600, "the limit began before the receipt"
assert at(ours["due"]) - received == datetime.timedelta(hours=8), "not eight hours"
for name in ("sent", "inbox"):
    rows = [row for row in load(name)["list"] if row["reference"] == "RO-2026-300001"]
    assert len(rows) == 1, f"{name}: {len(rows)} messages"
print(f"j2: one message, one receipt of {ours['receipt']['time']} on both nodes; due {ours['due']}, eight hours later")
END
ro alarms > "$homes/said" || fail "alarms"
if grep -q no_custody "$homes/said"; then fail "the alarm stands although it is held"; fi
stop
for side in ro al; do
    "$besa" --home "$homes/$side" --officer "admin-$side" --reason "exercise" verify > "$homes/said" 2>&1 || fail "the books of $side"
done
echo "j2_store_forward: both books verify"
