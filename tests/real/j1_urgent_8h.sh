#!/usr/bin/env bash
# Journey 1: at night an urgent request from Tirana reaches the desk in Bucharest: cross-checked before anybody opens it, first in the
# queue, opened, directly accessible, assigned, answered with evaluation, handling code, ground of transfer and a second officer;
# without any of these it does not go. The limit is the same on both nodes to the second, the request is counted for the year, and
# the domestic logs say who did all this, in which case, with which reason. Not here: colours and the form with its fields greyed.
# usage: tests/real/j1_urgent_8h.sh BESA LATER ENTRIES_PRINT      exit code 77: not run
set -u
besa=$1 later=$2 entries_print=$3
root=$(cd "$(dirname "$0")/../.." && pwd)
homes=$(mktemp -d "${TMPDIR:-/tmp}/besa-j1-XXXXXX") || exit 1
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
quiet as_ro officer put sorin "Sorin Test" desk approver || exit 1
echo "audit_stream = $homes/ro.acts" >> "$homes/ro/besa.conf"
request_file al AL-2026-400001 plain "$homes/plain.json" &&
    request_file al AL-2026-400002 urgent "$homes/urgent.json" person || exit 1

start 0 ro al
# The own index knows the person asked about, under another spelling, by the passport.
printf 'external,family,given,birth_date,passport,category\nRO-4711,Vranai,Ilir,1984-07-31,AL:ZZ0000017,suspect\n' > "$homes/own.csv"
quiet ro own import "$homes/own.csv" --source register --offences migrant_smuggling --purpose investigation || exit 1
quiet al request "$homes/plain.json" || exit 1
quiet al request "$homes/urgent.json" || exit 1
asked=$(item)
until_said "AL-2026-400001" ro inbox
until_said "AL-2026-400002" ro inbox
python3 - "$homes/said" << 'END' || fail "the queue"
import json, sys
rows = json.load(open(sys.argv[1], encoding="utf-8"))["list"]
assert [row["reference"] for row in rows] == ["AL-2026-400002", "AL-2026-400001"], "the urgent one is not first"
assert 470 <= rows[0]["minutes_left"] <= 480, rows[0]
assert rows[0]["minutes_left"] < rows[1]["minutes_left"], rows
assert (rows[0]["urgent"], rows[1]["urgent"]) == ("threat_life", "no") and rows[0]["state"] == rows[1]["state"] == "received", rows
print(f"j1: one queue, in words: {rows[0]['reference']} first, {rows[0]['urgent']}, {rows[0]['minutes_left']} minutes left, "
      f"{rows[0]['state']}; then {rows[1]['reference']}, {rows[1]['minutes_left']} minutes left")
END

# The node has looked before anybody opens it, and the partner is told of no opening by a list.
until_said "\"act\":\"crosscheck\".*$asked" cat "$homes/ro.acts"
if grep -q '"act":"item-show"' "$homes/ro.acts"; then fail "it was opened before"; fi
al show "$asked" > "$homes/said" || fail "show"
if grep -q '"what":"opened"' "$homes/said"; then fail "a list tells the partner that it was opened"; fi
echo "j1: cross-checked by the node, and nobody has opened it yet"
quiet ro show "$asked" || exit 1
quiet ro crosscheck show "$asked" || exit 1
cp "$homes/said" "$homes/crosscheck.json"
python3 - "$homes" << 'END' || fail "the cross-check"
import json, sys
rows = json.load(open(f"{sys.argv[1]}/crosscheck.json", encoding="utf-8"))["list"]
own = [row for row in rows if row["what"] == "own_person"]
assert len(own) == 1 and "document" in own[0]["by"], rows
assert [row["reference"] for row in rows if row["what"] == "request"] == ["AL-2026-400001"], rows
print(f"j1: its cross-check shows the person of the own index, by {', '.join(own[0]['by'])}, and the earlier request")
END
quiet ro limit direct "$asked" || exit 1
quiet ro assign "$asked" border-3 || exit 1
until_said '"what":"opened"' al show "$asked"
until_said '"what":"access_decision"' al show "$asked"
until_said '"what":"assigned"' al show "$asked"
if grep -q '"ana"\|Ana Test' "$homes/said"; then fail "the partner is told an officer's name"; fi
cp "$homes/said" "$homes/al.json"
ro show "$asked" > "$homes/ro.json" || fail "show"
python3 - "$homes" << 'END' || fail "the two nodes differ"
import datetime, json, sys
ours, theirs = (json.load(open(f"{sys.argv[1]}/{side}.json", encoding="utf-8")) for side in ("ro", "al"))
for field in ("receipt", "due", "due_row", "due_local"):
    assert ours[field] == theirs[field], (field, ours[field], theirs[field])
assert ours["due_row"] == "urgent_direct", ours
at = lambda text: datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
assert at(ours["due"]) - at(ours["receipt"]["time"]) == datetime.timedelta(hours=8), "not eight hours"
said = {row["what"]: row for row in theirs["timeline"]}
assert said["opened"]["unit"] == "spoc-ro" and said["assigned"]["unit"] == "border-3", theirs["timeline"]
assert not any("officer" in row for row in theirs["timeline"]), theirs["timeline"]
local = ", ".join(f"{row['time'][11:]} {row['time_zone']}" for row in ours["due_local"])
print("j1: opened by unit spoc-ro, no officer named; directly accessible; assigned to border-3")
print(f"j1: received {ours['receipt']['time']}, due {ours['due']} ({local}), eight hours later, the same on both nodes")
END

# The answer, whole; then without what it must not lack.
python3 - "$root/tests/fuzz/corpus/answer/sample" "$homes" << 'END' || exit 1
import copy, datetime, json, sys
answer = json.load(open(sys.argv[1], encoding="utf-8"))
now = datetime.datetime.now(datetime.timezone.utc)
day = lambda days: (now + datetime.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
answer["reference"], answer["request_reference"] = "RO-2026-400001", "AL-2026-400002"
answer["transfer"]["review_at"] = day(200)
for given in answer["items"]:
    marking = given[("person" if "person" in given else "text")]["marking"]
    marking.update(as_of=day(-2), recorded_at=day(-1), review_at=day(100), erase_at=day(200))
def keep(name, change):
    other = copy.deepcopy(answer)
    change(other)
    json.dump(other, open(f"{sys.argv[2]}/{name}.json", "w", encoding="utf-8"))
keep("whole", lambda a: None)
keep("no_source_evaluation", lambda a: a["items"][0]["person"]["marking"].pop("source_eval"))
keep("no_evaluation", lambda a: a["items"][1]["text"]["marking"].pop("info_eval"))
keep("no_handling", lambda a: a["items"][0]["person"]["marking"].pop("handling"))
keep("no_ground", lambda a: a.pop("transfer"))
# Of a witness the agreement lets less through than of a suspect.
keep("witness", lambda a: a["items"][0]["person"].update(category="witness"))
END
refused "items.0..person.marking.source_eval: is missing" ro --approver sorin answer "$asked" "$homes/no_source_evaluation.json"
refused "items.1..text.marking.info_eval: is missing" ro --approver sorin answer "$asked" "$homes/no_evaluation.json"
refused "items.0..person.marking.handling: is missing" ro --approver sorin answer "$asked" "$homes/no_handling.json"
refused "names no ground of transfer" ro --approver sorin answer "$asked" "$homes/no_ground.json"
refused "clause 5.2: .*'father_name' may not pass about category 'witness'" ro --approver sorin answer "$asked" "$homes/witness.json"
cp "$homes/said" "$homes/witness.said"
refused "clause 9.1: a second officer must approve this" ro answer "$asked" "$homes/whole.json"
refused "nobody approves their own draft" ro --approver ana answer "$asked" "$homes/whole.json"
al show "$asked" > "$homes/said" || fail "show"
if grep -q '"what":"answer"' "$homes/said"; then fail "an answer went without what it needs"; fi
echo "j1: no answer without evaluation of source or information, without a handling code, without a ground of transfer, or without a second officer"
echo "j1: nor with a field that the agreement does not let through: $(sed -n 's/.*"text":"\([^"]*\)".*/\1/p' "$homes/witness.said")"
quiet ro --approver sorin answer "$asked" "$homes/whole.json" < /dev/null || exit 1
answered=$(item)
until_said '"what":"answer","outcome":"full"' al show "$asked"
al show "$answered" > "$homes/answer.json" || fail "the answer at al"
python3 - "$homes" << 'END' || fail "the answer as Tirana reads it"
import json, sys
shown = json.load(open(f"{sys.argv[1]}/answer.json", encoding="utf-8"))
answer, items = shown["body"], [part["content"] for part in shown["parts"]]
marks = [(item.get("person") or item["text"])["marking"] for item in items]
assert len(marks) == 2 and all(mark["source_eval"] in "ABCX" and mark["info_eval"] in (1, 2, 3, 4) and mark["handling"] for mark in marks), marks
assert answer["transfer"]["ground"] == "art61_treaty" and answer["approved_by"] != answer["officer"], answer
assert not {"ana", "sorin"} & {answer["officer"], answer["approved_by"]}, answer
codes = ", ".join(mark["source_eval"] + str(mark["info_eval"]) + " " + "+".join(mark["handling"]) for mark in marks)
print(f"j1: answered in full within the limit: items {codes}; ground {answer['transfer']['ground']}; two officers, by pseudonym")
END
refused "answered" ro limit delay "$asked" --stage applied --why authorisation_needed --authority "Court (test)" --expected-by 2099-01-01T00:00:00Z
ro inbox > "$homes/said" || fail "inbox"
grep -q '"state":"answered"' "$homes/said" || fail "it is not shown as answered"
year=$(date -u +%Y)
ro statistics "$year" > "$homes/ro.json" && al statistics "$year" > "$homes/al.json" || fail "statistics"
python3 - "$homes" << 'END' || fail "the counts of the year"
import json, sys
for side, direction in (("ro", "received"), ("al", "sent")):
    rows = json.load(open(f"{sys.argv[1]}/{side}.json", encoding="utf-8"))["list"]
    count = lambda figure, of: sum(r["value"] for r in rows if (r["direction"], r["figure"], r.get("of")) == (direction, figure, of))
    assert count("requests", "urgent") == 1 and count("requests", "other") == 1, rows
    assert count("answered_in_time", "urgent_direct") == 1, rows
print("j1: counted for Art. 18 on both nodes: one urgent request, answered within its eight hours")
END
stop
for side in ro al; do
    "$besa" --home "$homes/$side" --officer "admin-$side" --reason "exercise" verify > "$homes/said" 2>&1 || fail "the books of $side"
    "$entries_print" "$homes/$side" > "$homes/$side.entries" 2> "$homes/said" || fail "the entries of $side"
done
echo "j1: both books verify"

# Who looked, when, in which case, with which reason: as the domestic logs hold it.
python3 - "$homes" "$asked" "$answered" << 'END' || fail "the domestic logs"
import json, sys
homes, asked, answered = sys.argv[1:]
def acts(side):
    rows = [json.loads(line) for line in open(f"{homes}/{side}.entries", encoding="utf-8")]
    return [row for row in rows if row["what"] == "act"]
def upon(rows, name, item):
    return [row for row in rows if row["act"] == name and any(item in each for each in row["objects"])]
def by_officer(row, officer):
    assert (row["officer"], row["reason"], row["case"], row["outcome"]) == (officer, "exercise at night", "c-1", "done"), row
    return row["index"]
ours = acts("ro")
checked = upon(ours, "crosscheck", asked)
assert len(checked) == 1 and (checked[0]["officer"], checked[0]["reason"]) == ("node", "cross-check of a new request"), checked
order = [checked[0]["index"], by_officer(upon(ours, "item-show", asked)[0], "ana"),
         by_officer(upon(ours, "crosscheck-show", asked)[0], "ana")]
order += [by_officer(row, "ana") for row in ours if row["act"] == "access-decide"]
order += [by_officer(row, "ana") for row in upon(ours, "assign", asked)]
sent = [row for row in ours if row["act"] == "answer-send"]
assert len(sent) == 1 and answered in sent[0]["objects"][0] and "approved-by sorin" in sent[0]["objects"], sent
order.append(by_officer(sent[0], "ana"))
assert len(order) == 6 and order == sorted(order), order
# Whoever saw it in a list stands there too; nobody saw it without a reason and a case.
for row in ours:
    assert row["reason"], row
    if row["officer"] != "node" and any(asked in each for each in row["objects"]):
        by_officer(row, "ana")
theirs = acts("al")
by_officer(upon(theirs, "request-send", asked)[0], "blerim")
by_officer(upon(theirs, "item-show", answered)[0], "blerim")
print("j1: the log in Bucharest says, in this order: cross-checked by the node; opened, cross-check shown, access decided, assigned and "
      "answered by ana with sorin's approval; each with reason \"exercise at night\" and case c-1; no draft that was refused left an act")
print("j1: the log in Tirana says who asked and who read the answer, with reason and case")
END
echo "j1_urgent_8h: every check held"
