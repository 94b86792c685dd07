# Two running nodes and their desks, for journeys; to be sourced after two_homes.sh, and begun with two_desks.
# needs: $besa $later $homes; makes: start stop ro al item until_said refused said_no fail
# shellcheck shell=bash disable=SC2154
pids=()
stop() { for pid in "${pids[@]}"; do kill "$pid" 2> /dev/null && wait "$pid" 2> /dev/null; done; pids=(); }
fail() { echo "$1"; cat "$homes/said" 2> /dev/null; tail -n 5 "$homes"/*.log 2> /dev/null; exit 1; }
start() { # SECONDS-LATER SIDE...
    local side
    for side in "${@:2}"; do
        : > "$homes/$side.log"
        LD_PRELOAD=$later BESA_TEST_LATER_S=$1 "$besa" --home "$homes/$side" serve > "$homes/$side.log" 2>&1 & pids+=($!)
    done
    for side in "${@:2}"; do
        for _ in $(seq 300); do grep -q ready "$homes/$side.log" && continue 2; sleep 0.1; done
        fail "$side did not start"
    done
}
ro() { "$besa" --home "$homes/ro" --officer ana --reason "exercise at night" --case c-1 --json "$@"; }
al() { "$besa" --home "$homes/al" --officer blerim --reason "exercise at night" --case c-1 --json "$@"; }
item() { sed -n 's/.*"item":"\([^"]*\)".*/\1/p' "$homes/said"; }
until_said() { # TEXT COMMAND...
    local text=$1
    shift
    for _ in $(seq 300); do
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
two_desks() {
    quiet "$besa" --home "$homes/ro" --officer ana --reason "exercise" case c-1 "Exercise" &&
        quiet "$besa" --home "$homes/al" --officer blerim --reason "exercise" case c-1 "Exercise"
}
# A request without persons, training, of a party's own authority as the agreement spells it.
request_file() { # PARTY REFERENCE URGENT FILE
    python3 - "$root/tests/fuzz/corpus/request/urgent" "$homes/draft.json" "$@" << 'END'
import datetime, json, sys
request = json.load(open(sys.argv[1], encoding="utf-8"))
agreement = json.load(open(sys.argv[2], encoding="utf-8"))
party, reference, urgent, path = sys.argv[3:]
day = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=200)
request["transfer"]["review_at"] = day.strftime("%Y-%m-%dT%H:%M:%S.000Z")
request["authority"] = next(row for row in agreement["parties"] if row["party"] == party)["authorities"][0]["name"]
request["reference"] = reference
request.pop("persons", None)
if urgent != "urgent":
    request["urgent"] = False
    del request["urgency_ground"], request["urgency_reason"]
json.dump(request, open(path, "w", encoding="utf-8"))
END
}
