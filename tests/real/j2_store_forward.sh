#!/usr/bin/env bash
# Journey 2: a duty officer asks from a case while the partner's node is down for hours. Before it goes the node warns of an earlier
# request on the same person and of the reference at Interpol. The request waits and says so, survives restarts of both nodes,
# arrives once, has one receipt, and its limit begins with that receipt on both. Not here: the form that takes the person of a case.
# usage: tests/real/j2_store_forward.sh BESA LATER ENTRIES_PRINT      (the clock of hours after, tests/real/later.c); exit code
# 77: not run
set -u
besa=$1 later=$2 entries_print=$3
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
request_file ro RO-2026-300000 plain "$homes/earlier.json" person &&
    request_file ro RO-2026-300001 urgent "$homes/ask.json" person || exit 1
# What the officer typed first: no word of another channel; and what must not be missing.
python3 - "$homes" << 'END' || exit 1
import copy, json, sys
homes = sys.argv[1]
ask = json.load(open(f"{homes}/ask.json", encoding="utf-8"))
def keep(name, change):
    other = copy.deepcopy(ask)
    change(other)
    json.dump(other, open(f"{homes}/{name}.json", "w", encoding="utf-8"))
keep("first", lambda r: r.pop("foreign_references"))
keep("not_necessary", lambda r: r.update(necessary_and_proportionate=False))
keep("no_declaration", lambda r: r.pop("necessary_and_proportionate"))
keep("not_believed", lambda r: r.update(believed_available=False))
json.dump(ask["persons"][0], open(f"{homes}/person.json", "w", encoding="utf-8"))
END

start 0 ro
quiet ro case person c-1 "$homes/person.json" || exit 1
quiet ro case reference c-1 interpol I-2026/114 || exit 1
quiet ro request "$homes/earlier.json" --elsewhere yes || exit 1
ro crosscheck draft "$homes/first.json" > "$homes/said" || fail "the warning"
python3 - "$homes/said" << 'END' || fail "the warning before it is sent"
import json, sys
warned = json.load(open(sys.argv[1], encoding="utf-8"))
rows = [row for row in warned["list"] if row["what"] == "request"]
assert len(rows) == 1 and rows[0]["reference"] == "RO-2026-300000" and rows[0]["own"] and "document" in rows[0]["by"], warned
assert {"channel": "interpol", "reference": "I-2026/114"}.items() <= warned["elsewhere"][0].items(), warned
print(f"j2: warned before it is sent: {rows[0]['reference']} asked about the same person (by {', '.join(rows[0]['by'])}), and Interpol knows it "
      f"as {warned['elsewhere'][0]['reference']}")
END
refused "elsewhere" ro request "$homes/first.json" --elsewhere yes
refused "necessary_and_proportionate" ro request "$homes/no_declaration.json" --elsewhere yes
refused "necessary_and_proportionate" ro request "$homes/not_necessary.json" --elsewhere yes
refused "believed_available" ro request "$homes/not_believed.json" --elsewhere yes
echo "j2: nothing goes without both declarations, or with another channel named and no reference"
quiet ro request "$homes/ask.json" --elsewhere yes || exit 1
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
assert ours["receipt"]["by"] == "al", ours["receipt"]
for field in ("due", "due_row", "due_local"):
    assert ours[field] == theirs[field], (field, ours[field], theirs[field])
received = at(ours["receipt"]["time"])
assert (received - at(ours["created"])).total_seconds() > 4 * 3600, "the limit began before the receipt"
assert at(ours["due"]) - received == datetime.timedelta(hours=8), "not eight hours"
for name in ("sent", "inbox"):
    rows = [row for row in load(name)["list"] if row["reference"] == "RO-2026-300001"]
    assert len(rows) == 1, f"{name}: {len(rows)} messages"
    assert rows[0]["state"] == "opened" and rows[0]["received"] == ours["receipt"]["time"] and rows[0]["due"] == ours["due"], rows[0]
local = ", ".join(f"{row['time'][11:]} {row['time_zone']}" for row in ours["due_local"])
print(f"j2: received {ours['receipt']['time']}, as the receipt of {ours['receipt']['by']} says on both nodes; due {ours['due']} ({local}), "
      "eight hours after the receipt and not after the sending")
END
ro alarms > "$homes/said" || fail "alarms"
if grep -q no_custody "$homes/said"; then fail "the alarm stands although it is held"; fi
echo "j2: the alarm is over"
stop
for side in ro al; do
    "$besa" --home "$homes/$side" --officer "admin-$side" --reason "exercise" verify > "$homes/said" 2>&1 || fail "the books of $side"
    "$entries_print" "$homes/$side" > "$homes/$side.entries" 2> "$homes/said" || fail "the entries of $side"
done
python3 - "$homes" "$asked" << 'END' || fail "the books"
import json, sys
homes, asked = sys.argv[1:]
held = {side: [json.loads(line) for line in open(f"{homes}/{side}.entries", encoding="utf-8")] for side in ("ro", "al")}
log = "ro/ro-al/to/al/0"
entries = {side: [(row["index"], row["type"], row["item"]) for row in rows if row["what"] == "entry" and row["log"] == log]
           for side, rows in held.items()}
assert entries["ro"] == entries["al"], "the two logs differ"
places = [index for index, _, item in entries["ro"] if item == asked]
assert len(places) == 1, f"it stands {len(places)} times"
requests = [item for _, kind, item in entries["al"] if kind == "request"]
assert len(requests) == 2, f"{len(requests)} requests came, two were sent"
receipts = {side: [(row["size"], row["time_s"]) for row in rows if row["what"] == "receipt" and row["log"] == log and row["size"] > places[0]]
            for side, rows in held.items()}
assert receipts["ro"][0] == receipts["al"][0], receipts
shown = json.load(open(f"{homes}/ro.json", encoding="utf-8"))["receipt"]
assert shown["size"] == receipts["ro"][0][0] and shown["index"] == places[0], (shown, receipts)
sends = [row for row in held["ro"] if row["what"] == "act" and row["act"] == "request-send"]
assert len(sends) == 2 and all(row["reason"] and row["case"] == "c-1" for row in sends), sends
print(f"j2: one message, index {places[0]} of {log}, and one receipt that covers it first, the same in the books of both; "
      "two acts of sending, each with reason and case")
END
echo "j2_store_forward: every check held; both books verify"
