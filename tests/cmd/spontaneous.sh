#!/usr/bin/env bash
# Two real nodes: what one desk gives the other unasked by `besa spontaneous`, and how both list it; whether it must be given or may be is
# refused with its clause where it is wrong, here before it is sent.
# And over the same line: a further answer and a request that asks again, as the commands take them.
# usage: tests/cmd/spontaneous.sh BESA      exit code 77: not run
# covers: acts
set -u
besa=$1
root=$(cd "$(dirname "$0")/../.." && pwd)
homes=$(mktemp -d "${TMPDIR:-/tmp}/besa-spontaneous-XXXXXX") || exit 1
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
for side in ro al; do
    "$besa" --home "$homes/$side" serve > "$homes/$side.log" 2>&1 & pids+=($!)
done
for side in ro al; do
    for _ in $(seq 100); do grep -q ready "$homes/$side.log" && continue 2; sleep 0.1; done
    fail "$side did not start"
done
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
# With a second officer, whom the agreement wants for what gives something.
give() { ro --approver vlad spontaneous give "$@" --elsewhere no > "$homes/said" 2>&1; }
item() { sed -n 's/.*"item":"\([^"]*\)".*/\1/p' "$homes/said"; }

quiet as_ro officer put vlad "Vlad Test" desk head_of_desk || exit 1
quiet "$besa" --home "$homes/ro" --officer ana --reason "exercise" case c-1 "Exercise" || exit 1
quiet "$besa" --home "$homes/al" --officer blerim --reason "exercise" case c-1 "Exercise" || exit 1
echo "a note of an exercise" > "$homes/note.txt"
# The samples of the messages, as an officer of Bucharest or Tirana would fill them in today.
python3 - "$root/tests/fuzz/corpus" "$homes" << 'END' || exit 1
import datetime, json, sys
corpus, homes = sys.argv[1:]
now = datetime.datetime.now(datetime.timezone.utc)
def day(days):
    return (now + datetime.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
def marked(node):
    if isinstance(node, dict):
        if "erase_at" in node:
            node.update(as_of=day(-2), recorded_at=day(-1), review_at=day(20), erase_at=day(40))
        if "ground" in node and "review_at" in node:
            node["review_at"] = day(200)
        for value in node.values():
            marked(value)
    if isinstance(node, list):
        for value in node:
            marked(value)
    return node
def read(name):
    return marked(json.load(open(f"{corpus}/{name}", encoding="utf-8")))
def write(name, body):
    json.dump(body, open(f"{homes}/{name}", "w", encoding="utf-8"))
given = read("spontaneous/sample")
given.update(authority="Single Point of Contact, Bucharest", provision="must")
for name in ("parts", "attachments", "foreign_references"):
    given.pop(name, None)
write("given.json", given)
write("may.json", dict(given, provision="may"))
write("excepted.json", dict(given, provision="may", exception="f_ii", reference="RO-G-2"))
write("must.json", dict(given, offences=["excise_smuggling"]))
request = read("request/urgent")
request["authority"] = "Single Point of Contact, Bucharest"
request.pop("persons", None)
write("request.json", request)
answer = read("answer/nothing_held")
write("answer.json", answer)
END

# --- the form of the command ---
refused "give FILE.json, or list, is wanted" ro spontaneous
refused "give FILE.json, or list, is wanted" ro spontaneous take "$homes/given.json"
refused "something is missing" ro spontaneous give
refused "elsewhere: yes, but foreign_references names no channel" ro spontaneous give "$homes/given.json" --elsewhere yes
refused "no agreement of that name" ro spontaneous give "$homes/given.json" --elsewhere no --agreement nowhere
refused "limit" ro spontaneous list --limit none

# --- must and may ---
refused "clause 4.2: of a serious offence: it must be given" ro spontaneous give "$homes/may.json" --elsewhere no
refused "clause 4.2: given as what must be, and no serious offence named" ro spontaneous give "$homes/must.json" --elsewhere no

# --- given, in custody, listed on both sides ---
refused "a second officer must approve this" ro spontaneous give "$homes/given.json" --elsewhere no
give "$homes/given.json" --attach "$homes/note.txt" || fail "give"
first=$(item)
give "$homes/excepted.json" || fail "give what is excepted"
second=$(item)
until_said "$second" al spontaneous list
until_said '"provision":"must"' al inbox
grep -q "$first" "$homes/said" || fail "it stands in no inbox"
al spontaneous list --limit 1 > "$homes/said" || fail "list"
grep -q '"next":' "$homes/said" || fail "no next page"
until_said '"partner_says":"accepted"' ro spontaneous list --own
grep -q "$first" "$homes/said" && grep -q "$second" "$homes/said" || fail "what was given is not listed"
ro spontaneous list > "$homes/said" || fail "list"
if grep -q "$first" "$homes/said"; then fail "what we gave is listed as given to us"; fi
quiet al show "$first" || exit 1
grep -q '"type":"spontaneous"' "$homes/said" && grep -q '"attachments":1' "$homes/said" || fail "its words or its file"
al inbox > "$homes/said" || fail "inbox"
if grep -q "$first" "$homes/said"; then fail "it stands in the inbox although a case has it"; fi
echo "spontaneous: given with a file, listed on both sides, taken up by a case; must and may are held to"

# --- after an answer ---
ro request "$homes/request.json" --elsewhere yes > "$homes/said" 2>&1 || fail "request"
request=$(item)
until_said "$request" al inbox
al answer "$request" "$homes/answer.json" > "$homes/said" 2>&1 || fail "answer"
answer=$(item)
until_said '"what":"answer"' ro show "$request"
refused "the request is answered; a further answer names that answer in .supplements.: $answer" al answer "$request" "$homes/answer.json"
python3 - "$homes" "$answer" "$request" << 'END' || exit 1
import json, sys
homes, answer, request = sys.argv[1:]
for name, field, value, reference in (("answer", "supplements", answer, "AL-S-2"), ("request", "refers_to", request, "RO-S-2")):
    body = json.load(open(f"{homes}/{name}.json", encoding="utf-8"))
    body[field] = value
    body["reference"] = reference
    json.dump(body, open(f"{homes}/{name}2.json", "w", encoding="utf-8"))
END
quiet al answer "$request" "$homes/answer2.json" || exit 1
until_said '"further":true' ro show "$request"
until_said '"answers":2' ro sent
until_said '"answers":2' al inbox
ro request "$homes/request2.json" --elsewhere yes > "$homes/said" 2>&1 || fail "asking again"
again=$(item)
until_said "\"refers_to\":\"$request\"" al show "$again"
until_said '"partner_says":"accepted"' ro show "$again"
echo "after an answer: a further one names it, and who asks again refers to the request"
