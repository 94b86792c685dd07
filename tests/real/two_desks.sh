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
# A request, training, of a party's own authority as the agreement spells it; without persons, or about the one of the samples.
request_file() { # PARTY REFERENCE URGENT FILE [person]
    python3 - "$root/tests/fuzz/corpus/request/urgent" "$homes/draft.json" "$@" << 'END'
import datetime, json, sys
request = json.load(open(sys.argv[1], encoding="utf-8"))
agreement = json.load(open(sys.argv[2], encoding="utf-8"))
party, reference, urgent, path = sys.argv[3:7]
now = datetime.datetime.now(datetime.timezone.utc)
day = lambda days: (now + datetime.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
request["transfer"]["review_at"] = day(200)
request["authority"] = next(row for row in agreement["parties"] if row["party"] == party)["authorities"][0]["name"]
request["reference"] = reference
if sys.argv[7:] == ["person"]:
    request["persons"] = json.load(open(sys.argv[1].replace("urgent", "sample"), encoding="utf-8"))["persons"][:1]
    request["persons"][0]["marking"].update(origin_party=party, as_of=day(-2), recorded_at=day(-1), review_at=day(100),
                                            erase_at=day(200))
if urgent != "urgent":
    request["urgent"] = False
    del request["urgency_ground"], request["urgency_reason"]
json.dump(request, open(path, "w", encoding="utf-8"))
END
}
