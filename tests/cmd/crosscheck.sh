#!/usr/bin/env bash
# A running node cross-checks a request by itself, before anybody opens it: the keeper of a restricted case is told that a
# person of theirs was touched, the desk learns nothing of it; a second request on the same person finds the first.
# usage: tests/cmd/crosscheck.sh BESA SAMPLE_REQUEST      exit code 77: not run
# covers: service_crosscheck
set -u
besa=$1 sample=$2
root=$(cd "$(dirname "$0")/../.." && pwd)
homes=$(mktemp -d "${TMPDIR:-/tmp}/besa-crosscheck-XXXXXX") || exit 1
pids=()
trap 'for pid in "${pids[@]}"; do kill "$pid" 2> /dev/null && wait "$pid" 2> /dev/null; done; [ -n "${BESA_KEEP:-}" ] || rm -rf "$homes"' EXIT
# shellcheck source=tests/real/two_homes.sh
. "$root/tests/real/two_homes.sh"
command -v python3 > /dev/null || { echo "NOT RUN: python3 is missing"; exit 77; }
read -r ro_port al_port < <(free_ports 2)
# shellcheck disable=SC2034 # two_homes.sh reads them
ro_line=$ro_port al_line=$al_port
fail() { echo "crosscheck: $*"; cat "$homes/said" 2> /dev/null; tail -n 5 "$homes"/*.log; exit 1; }
ro() { "$besa" --home "$homes/ro" --reason "exercise" --case c-1 --json --officer "$@"; }
al() { "$besa" --home "$homes/al" --reason "exercise" --case c-1 --json --officer blerim "$@"; }
until_said() { # TEXT COMMAND...
    local text=$1 begun=$SECONDS
    shift
    while [ $((SECONDS - begun)) -lt 30 ]; do
        "$@" > "$homes/said" 2>&1 && grep -q -- "$text" "$homes/said" && return
        sleep 0.1
    done
    fail "not said: $text: $*"
}

two_homes || exit 1
quiet as_ro officer put duty "Duty Test" ports duty_officer || exit 1
quiet as_ro officer put border "Border Test" border investigator || exit 1
quiet "$besa" --home "$homes/ro" --officer ana --reason "exercise" case c-1 "Exercise" || exit 1
quiet "$besa" --home "$homes/al" --officer blerim --reason "exercise" case c-1 "Exercise" || exit 1
# The sample with the authority of a party, as its own pairing file says it; and its first person alone.
request_of() { # SIDE REFERENCE FILE
    "$sample" "$2" > "$homes/sample.json" && python3 - "$homes" "$1" "$3" << 'END' || fail "no sample"
import json, sys
homes, side, name = sys.argv[1:]
def write(name, value):
    json.dump(value, open(f"{homes}/{name}", "w", encoding="utf-8"), separators=(",", ":"), ensure_ascii=False)
request = json.load(open(f"{homes}/sample.json", encoding="utf-8"))
pairing = json.load(open(f"{homes}/{side}.pairing", encoding="utf-8"))
request["authority"] = pairing["authorities"][0]["code"]
write(name, request)
write("person.json", request["persons"][0])
END
}
request_of al AL-1 request-1.json
request_of al AL-2 request-2.json
request_of ro RO-1 draft.json
for side in ro al; do
    : > "$homes/$side.log"
    "$besa" --home "$homes/$side" serve > "$homes/$side.log" 2>&1 & pids+=($!)
done
for side in ro al; do until_said ready cat "$homes/$side.log"; done

quiet ro border case put k-1 "Restricted" --restricted || exit 1
quiet ro border case person k-1 "$homes/person.json" || exit 1
quiet al request "$homes/request-1.json" || exit 1
until_said AL-1 ro duty inbox
first=$(sed -n 's/.*"item":"\([^"]*\)".*/\1/p' "$homes/said")
until_said '"what":"case_person","case":"k-1","person":1,"ask_unit":' ro border crosscheck touched
until_said '"list":\[\]' ro duty crosscheck touched
until_said '"list":\[\],"more":false' ro duty crosscheck show "$first"
until_said '"what":"ask_unit","ask_unit":"border"' ro border crosscheck show "$first"
quiet al request "$homes/request-2.json" || exit 1
until_said AL-2 ro duty inbox --limit 5
second=$(grep -o '"item":"[^"]*","partner":"al","reference":"AL-2"' "$homes/said" | cut -d'"' -f4)
until_said "\"what\":\"request\",\"item\":\"$first\"" ro duty crosscheck show "$second"
until_said '"reference":"AL-2"' ro duty crosscheck draft "$homes/draft.json"
# An urgent telephone call of yesterday: nobody confirmed it in writing, and the node says so.
quiet ro duty register put phone 2026-01-02T08:00:00Z "Port of an exercise" "a lorry" --original "shelf 3" --oral --urgent || exit 1
until_said "1 urgent requests by word of mouth" cat "$homes/ro.log"
grep -q "not cross-checked" "$homes"/*.log && fail "the cross-check failed"
echo "crosscheck: an overdue confirmation told; touched told to its keeper alone, a repetition and a draft warned of"
