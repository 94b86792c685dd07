#!/usr/bin/env bash
# Journey 12: both chiefs change the agreement while real nodes exchange under it: proposal, difference in words with its effects
# counted, second signature, traffic from both sides before, across and after; suspension by one side, measured at the other;
# lifting; termination. At the end the books of both say of each entry which version it bears and under which it was judged, held
# against the place of the second signature: before it the old version, behind it the new one, on both nodes alike.
# usage: tests/real/j12_amend.sh BESA ENTRIES_PRINT      exit code 77: not run
set -u
besa=$1 entries_print=$2
root=$(cd "$(dirname "$0")/../.." && pwd)
homes=$(mktemp -d "${TMPDIR:-/tmp}/besa-j12-XXXXXX") || exit 1
ro_pid='' al_pid=''
stop() {
    [ -z "$ro_pid" ] || kill "$ro_pid"
    [ -z "$al_pid" ] || kill "$al_pid"
    wait
    ro_pid='' al_pid=''
}
ends() {
    stop
    [ -n "${BESA_KEEP:-}" ] || rm -rf "$homes"
}
trap ends EXIT
# shellcheck source=tests/real/two_homes.sh
. "$root/tests/real/two_homes.sh"
command -v python3 > /dev/null || { echo "NOT RUN: python3 is missing"; exit 77; }
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

shorter() { # the draft of version 2: contacts are erased after a hundred days
    sed 's/"version":1,/"version":2,/; s/\("category":"contact_associate","erase_days":\)[0-9]*,"review_days":[0-9]*/\1100,"review_days":60/' \
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

# Given unasked: a contact, who would be kept for a year.
quiet as_ro officer put sorin "Sorin Test" desk approver || exit 1
python3 - "$root/tests/fuzz/corpus" "$homes" "$ro_authority" << 'END' || fail "nothing to give"
import datetime, json, sys
corpus, homes, authority = sys.argv[1:]
load = lambda name: json.load(open(f"{corpus}/{name}", encoding="utf-8"))
now = datetime.datetime.now(datetime.timezone.utc)
day = lambda days: (now + datetime.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
given, contact = load("spontaneous/sample"), load("spontaneous/sample")["items"][0]
contact["person"].update(category="contact_associate")
contact["person"]["marking"].update(as_of=day(-2), recorded_at=day(-1), review_at=day(100), erase_at=day(350))
given.update(authority=authority, reference="J12-GIVEN", items=[contact], provision="must", training=True, transfer=load("request/sample")["transfer"])
given["transfer"]["review_at"] = day(200)
json.dump(given, open(f"{homes}/given.json", "w", encoding="utf-8"))
END
quiet ana --approver sorin --case c-1 spontaneous give "$homes/given.json" --elsewhere yes || exit 1
about=$(sed -n 's/.*"item":"\([^"]*\)".*/\1/p' "$homes/said")
until_said '"erased_from"' ana --case c-1 show "$about" > /dev/null || fail "no day of erasure at ro"
until_said '"erased_from"' blerim --case c-1 show "$about" > /dev/null || fail "no day of erasure at al"
day_of() { "$1" --case c-1 show "$about" | sed -n 's/.*"erased_from":"\([^T]*\)T.*/\1/p'; }
day_before=$(day_of blerim)
[ "$day_before" = "$(day_of ana)" ] || fail "two days of erasure: $day_before, $(day_of ana)"

# Proposal and its explanation.
quiet ana agreement sign "$homes/second.json" --output "$homes/second.once" || exit 1
quiet ana agreement propose "$homes/second.once" || exit 1
until_said 'instead of' blerim agreement diff > /dev/null || fail "the proposal did not arrive"
blerim agreement diff > "$homes/diff" || fail "diff"
grep -q 'contact associate: erased after 100 days instead of' "$homes/diff" || { cat "$homes/diff"; fail "no word about contacts"; }
grep -q '"effects":\["of [0-9]* messages held here 1 will be erased sooner"' "$homes/diff" || { cat "$homes/diff"; fail "no word about the effect"; }
echo "j12: proposed, in words: $(sed -n 's/.*"change":"\(contact associate: erased[^"]*\)".*/\1/p' "$homes/diff"); $(
    sed -n 's/.*"effects":\["\([^"]*\)".*/\1/p' "$homes/diff")"
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
echo "j12: version 2 in force at both, at ro ${ms} ms after the signature"
day_after=$(day_of blerim)
[ "$day_after" = "$(day_of ana)" ] || fail "two days of erasure: $day_after, $(day_of ana)"
[[ "$day_after" < "$day_before" ]] || fail "the contact goes on $day_after still, before it was $day_before"
echo "j12: what came under version 1 follows the stricter rule: erased on $day_after at both, no more on $day_before"
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
echo "j12: suspended at ro at once, at al after $(($(now_ms) - begun)) ms"
quiet ana agreement resume || exit 1
begun=$(now_ms)
until send al; do
    [ $(($(now_ms) - begun)) -lt 60000 ] || { cat "$homes/sent"; fail "the lifting did not arrive"; }
    sleep 0.1
done
echo "j12: lifted at al after $(($(now_ms) - begun)) ms"
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
for who in ana blerim; do
    for _ in $(seq 300); do
        $who sent > "$homes/said" || fail "sent of $who"
        [ "$(grep -o '"item":' "$homes/said" | wc -l)" -eq "$(grep -o '"partner_says":' "$homes/said" | wc -l)" ] && continue 2
        sleep 0.1
    done
    fail "not all of $who is handled"
done
for who in ana blerim; do quiet $who verify || fail "the books of $who"; done
stop
for side in ro al; do "$entries_print" "$homes/$side" > "$homes/$side.entries" || fail "the entries of $side"; done
python3 - "$homes" << 'END' || fail "the versions"
import json, sys
held = {}
for side in ("ro", "al"):
    rows = (json.loads(line) for line in open(f"{sys.argv[1]}/{side}.entries", encoding="utf-8"))
    held[side] = {(row["log"], row["index"]): row for row in rows if row["what"] == "entry"}
writers = {f"{side}/ro-al/to/{other}/0": (side, other) for side, other in (("ro", "al"), ("al", "ro"))}
assert set(held["ro"]) == set(held["al"]) and {log for log, _ in held["ro"]} == set(writers), "not the same entries"

# Where the second signature stands, as both nodes hold it: one place, accepted by whoever received it.
places = {side: [key for key, row in rows.items() if row.get("signs") == 2 and row["outcome"] == "accepted"] for side, rows in held.items()}
assert places["ro"] == places["al"] and len(places["ro"]) == 1, places
(signed_log, signed_at), = places["ro"]
counts = {}
for (log, index), row in sorted(held["ro"].items()):
    writer, reader = writers[log]
    own, theirs = held[writer][log, index], held[reader][log, index]
    # A signature rules what stands behind it in its own log, and in the other log what was written with it in custody.
    due = 2 if (index if log == signed_log else own["seen"]) > signed_at else 1
    what = f"index {index} of {log}, {row['type']}"
    for name, found in (("bears", own["version"]), ("bears at the partner", theirs["version"]),
                        ("was recorded by its writer under", own["judged_version"]), ("was judged by its receiver under", theirs.get("judged_version"))):
        assert found == due, f"{what} {name} version {found}; in force there is {due}"
    assert theirs["outcome"] == "accepted" or theirs["ground"] == "suspended", f"{what}: {theirs['outcome']} {theirs['ground']}"
    if row["business"]:
        counts[writer, due] = counts.get((writer, due), 0) + 1
assert all(counts.get((side, version), 0) >= 2 for side in ("ro", "al") for version in (1, 2)), counts
print(f"j12: the second signature stands at index {signed_at} of {signed_log}, on both nodes")
for version, where in ((1, "before it"), (2, "behind it")):
    print(f"j12: {where}: {counts['ro', version]} messages of ro and {counts['al', version]} of al, each under version {version}: in its head, by its "
          "writer and by its receiver")

# While ro suspended, nobody's business stands in the logs as accepted.
said = {row["type"]: index for (log, index), row in held["al"].items() if writers[log][0] == "ro" and row["type"].startswith("suspension")}
begins, ends = said["suspension"], said["suspension_lifted"]
for (log, index), row in held["al"].items():
    inside = begins < index < ends if writers[log][0] == "ro" else begins < row["seen"] <= ends
    assert not (inside and row["business"]), f"index {index} of {log} was written while the agreement was suspended"
print(f"j12: between the suspension (index {begins}) and its end (index {ends}) no business stands in either log")
END
echo "j12: amended, suspended, lifted, terminated; both books verify"
