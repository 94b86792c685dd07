#!/usr/bin/env bash
# Two running nodes: once somebody of a case fears the partner's state, no officer's request about them goes there, and the
# partner gets nothing that tells of it; a restricted case opens for an hour by breaking the glass, to read, and is told.
# usage: tests/cmd/guarded.sh BESA SAMPLE_REQUEST      exit code 77: not run
# covers: asylum glass service_limits
set -u
besa=$1 sample=$2
root=$(cd "$(dirname "$0")/../.." && pwd)
homes=$(mktemp -d "${TMPDIR:-/tmp}/besa-guarded-XXXXXX") || exit 1
pids=()
trap 'for pid in "${pids[@]}"; do kill "$pid" 2> /dev/null && wait "$pid" 2> /dev/null; done; [ -n "${BESA_KEEP:-}" ] || rm -rf "$homes"' EXIT
# shellcheck source=tests/real/two_homes.sh
. "$root/tests/real/two_homes.sh"
command -v python3 > /dev/null || { echo "NOT RUN: python3 is missing"; exit 77; }
read -r ro_port al_port < <(free_ports 2)
# shellcheck disable=SC2034 # two_homes.sh reads them
ro_line=$ro_port al_line=$al_port
fail() { echo "guarded: $*"; cat "$homes/said" 2> /dev/null; tail -n 5 "$homes"/*.log; exit 1; }
ro_in() { "$besa" --home "$homes/ro" --reason "exercise" --json --case "$1" --officer "${@:2}"; }
ro() { ro_in c-1 "$@"; }
until_said() { # TEXT COMMAND...
    local text=$1 begun=$SECONDS
    shift
    while [ $((SECONDS - begun)) -lt 90 ]; do
        "$@" > "$homes/said" 2>&1 && grep -q -- "$text" "$homes/said" && return
        sleep 0.2
    done
    fail "not said: $text: $*"
}
refused() { # TEXT COMMAND...
    local text=$1
    shift
    "$@" > "$homes/said" 2>&1 && fail "not refused: $*"
    grep -q -- "$text" "$homes/said" || fail "not refused with: $text: $*"
    grep -q -E "Ilirian|Vranaj|applicant" "$homes/said" && fail "the refusal tells too much: $*"
}
in_inbox() { "$besa" --home "$homes/al" --reason "exercise" --case c-1 --json --officer blerim inbox --limit 9; }

two_homes || exit 1
quiet as_ro officer put duty "Duty Test" ports duty_officer || exit 1
quiet as_ro officer put border "Border Test" border investigator || exit 1
quiet as_ro officer put dora "Oversight Test" oversight dpo || exit 1
quiet "$besa" --home "$homes/ro" --officer ana --reason "exercise" case c-1 "Exercise" || exit 1
quiet "$besa" --home "$homes/al" --officer blerim --reason "exercise" case c-1 "Exercise" || exit 1
request_of() { # REFERENCE FILE
    "$sample" "$1" > "$homes/sample.json" && python3 - "$homes" "$2" << 'END' || fail "no sample"
import json, sys
homes, name = sys.argv[1:]
def write(name, value):
    json.dump(value, open(f"{homes}/{name}", "w", encoding="utf-8"), separators=(",", ":"), ensure_ascii=False)
request = json.load(open(f"{homes}/sample.json", encoding="utf-8"))
pairing = json.load(open(f"{homes}/ro.pairing", encoding="utf-8"))
request["authority"] = pairing["authorities"][0]["code"]
write(name, request)
write("person.json", request["persons"][0])
END
}
for number in 1 2 3; do request_of "RO-$number" "request-$number.json"; done
for side in ro al; do
    : > "$homes/$side.log"
    "$besa" --home "$homes/$side" serve > "$homes/$side.log" 2>&1 & pids+=($!)
done
for side in ro al; do until_said ready cat "$homes/$side.log"; done

quiet ro border case put k-1 "Restricted" --restricted || exit 1
quiet ro border case person k-1 "$homes/person.json" || exit 1
quiet ro duty request "$homes/request-1.json" || exit 1
until_said RO-1 in_inbox
quiet ro border case protection k-1 1 applicant --fears AL || exit 1
refused "safeguard g3: this does not go there; ask unit border" ro duty request "$homes/request-2.json"
refused "safeguard g3, person 1 of case k-1" ro_in k-1 border request "$homes/request-2.json"
refused "two officers" ro border case protection k-1 1 none_known
quiet in_inbox && grep -q RO-2 "$homes/said" && fail "the partner has what was refused"

refused "restricted" ro duty case show k-1
quiet ro duty glass open k-1 || exit 1
until_said '"ask_unit":"border"' ro duty case show k-1
grep -q -E "Ilirian|protection_status|Restricted" "$homes/said" && fail "the glass opened too much"
refused "restricted" ro_in k-1 duty request "$homes/request-3.json"
refused "restricted" ro duty case note k-1 "a note"
refused "nobody has reviewed" ro duty glass open k-1
until_said '"alarm":"glass","glass":1' ro dora alarms
ro dora doctor > "$homes/said" 2>&1
grep -q "opened by breaking the glass" "$homes/said" || fail "the doctor does not say it"
until_said "opened by breaking the glass" cat "$homes/ro.log"
until_said '"review":"confirmed"' ro dora glass review 1 confirmed
refused "head of desk" ro duty glass open k-1
quiet ro border --approver ana case protection k-1 1 none_known || exit 1
quiet ro duty request "$homes/request-2.json" || exit 1
until_said RO-2 in_inbox
grep -q -E "Ilirian|Vranaj|applicant" "$homes"/*.log && fail "a log names somebody"
echo "guarded: nothing about the person went out, and the glass opened one case to read"
