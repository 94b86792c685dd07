#!/usr/bin/env bash
# Journey 1: at night an urgent request from Tirana reaches the desk in Bucharest: first in the queue, opened, directly
# accessible, assigned, answered with evaluation, ground of transfer and a second officer; without any of these it does not go.
# The limit is the same on both nodes to the second.
# usage: tests/real/j1_urgent_8h.sh BESA LATER      exit code 77: not run
set -u
besa=$1 later=$2
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
request_file al AL-2026-400001 plain "$homes/plain.json" && request_file al AL-2026-400002 urgent "$homes/urgent.json" || exit 1

start 0 ro al
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
print(f"j1: first in the queue: {rows[0]['reference']}, {rows[0]['urgent']}, {rows[0]['minutes_left']} minutes left")
END
quiet ro show "$asked" || exit 1
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
assert ours["due"] == theirs["due"] and ours["due_row"] == theirs["due_row"] == "urgent_direct", (ours, theirs)
at = lambda text: datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
assert at(ours["due"]) - at(ours["receipt"]["time"]) == datetime.timedelta(hours=8), "not eight hours"
print(f"j1: opened, directly accessible, assigned; received {ours['receipt']['time']}, due {ours['due']} on both nodes")
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
keep("no_evaluation", lambda a: a["items"][0]["person"]["marking"].pop("source_eval"))
keep("no_ground", lambda a: a.pop("transfer"))
END
refused "source_eval" ro --approver sorin answer "$asked" "$homes/no_evaluation.json"
refused "transfer" ro --approver sorin answer "$asked" "$homes/no_ground.json"
refused "clause 9.1: a second officer must approve this" ro answer "$asked" "$homes/whole.json"
refused "nobody approves their own draft" ro --approver ana answer "$asked" "$homes/whole.json"
al show "$asked" > "$homes/said" || fail "show"
if grep -q '"what":"answer"' "$homes/said"; then fail "an answer went without what it needs"; fi
echo "j1: no answer without evaluation, without a ground of transfer, or without a second officer"
quiet ro --approver sorin answer "$asked" "$homes/whole.json" < /dev/null || exit 1
until_said '"what":"answer","outcome":"full"' al show "$asked"
echo "j1: answered in full, approved by a second officer, within the limit"
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
done
echo "j1_urgent_8h: both books verify"
