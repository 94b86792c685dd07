#!/usr/bin/env bash
# Two real nodes end and begin logs while they run: a yearly closing of both kinds of log, then a change of all keys of one
# node. Everything through the command line, with two officers here and one at the partner; then both books and the
# exported logs are verified.
# usage: tests/cmd/succession.sh BESA
# covers: succession keeper
set -u
besa=$1
root=$(cd "$(dirname "$0")/../.." && pwd)
homes=$(mktemp -d "${TMPDIR:-/tmp}/besa-succession-XXXXXX") || exit 1
pids=()
stop() { for pid in "${pids[@]}"; do kill "$pid" 2> /dev/null && wait "$pid" 2> /dev/null; done; pids=(); }
trap 'stop; [ -n "${BESA_KEEP:-}" ] || rm -rf "$homes"' EXIT
# shellcheck source=tests/real/two_homes.sh
. "$root/tests/real/two_homes.sh"
read -r ro_port al_port < <(free_ports 2)
# shellcheck disable=SC2034
ro_line=$ro_port al_line=$al_port
two_homes || exit 1

fail() { echo "$1"; tail -n 5 "$homes"/*.log 2> /dev/null; exit 1; }

start() {
    stop
    : > "$homes/ro.log"
    "$besa" --home "$homes/ro" serve > "$homes/ro.log" 2>&1 & pids+=($!)
    : > "$homes/al.log"
    "$besa" --home "$homes/al" serve > "$homes/al.log" 2>&1 & pids+=($!)
    for side in ro al; do
        for _ in $(seq 100); do grep -q ready "$homes/$side.log" && continue 2; sleep 0.1; done
        fail "$side did not start"
    done
}

# Waits until the command says the text.
until_said() { # TEXT COMMAND...
    local text=$1
    shift
    for _ in $(seq 150); do
        "$@" > "$homes/said" 2>&1 && grep -q -- "$text" "$homes/said" && return 0
        sleep 0.1
    done
    cat "$homes/said"
    fail "not said: $text: $*"
}

# Log `origin` of `side` ends for this reason; `two`: the partner must allow and countersign.
succeed() { # SIDE OTHER ORIGIN REASON
    local file="$homes/$1.${3//\//-}"
    quiet "as_$1" --approver second succession prepare "$3" --why "$4" --output "$file.json" || fail "prepare $3"
    quiet "as_$1" succession sign "$file.json" --output "$file.once" || fail "sign $3"
    case $3 in
    */to/*)
        quiet "as_$2" succession allow "$file.once" || fail "allow $3"
        quiet "as_$2" succession countersign "$file.once" --output "$file.cms" || fail "countersign $3"
        ;;
    *) mv "$file.once" "$file.cms" ;;
    esac
    quiet "as_$1" --approver second succession import "$file.cms" || fail "import $3"
}

# A security system follows the acts, whichever log they stand in.
echo "audit_stream = $homes/ro/audit.jsonl" >> "$homes/ro/besa.conf"
start
for side in ro al; do
    quiet "as_$side" officer put second "Second" desk security_officer || exit 1
    quiet "as_$side" officer put head "First" desk head_of_desk || exit 1
done
as_ro() { "$besa" --home "$homes/ro" --officer head --reason "exercise" "$@"; }
as_al() { "$besa" --home "$homes/al" --officer head --reason "exercise" "$@"; }

quiet as_ro case c-1 "Exercise" || exit 1
number=0
ask() { # a request of ro, in whichever log is open; its reference is looked for at the partner
    number=$((number + 1))
    sed -e "s/RO-2026-000017/RO-2026-00010$number/" -e "s/2027-01-12/$(date -d '+200 days' +%F)/" \
        "$root/tests/fuzz/corpus/request/urgent" > "$homes/request.json"
    quiet as_ro --case c-1 request "$homes/request.json" || fail "request $number"
    until_said "RO-2026-00010$number" as_al --json inbox
    until_said "RO-2026-00010$number.*received" as_ro --json sent
}
ask
sleep 1.5 # the stream looks each second: it has seen this log when it ends

# One officer alone ends nothing.
if as_ro succession prepare ro/ro-al/to/al/0 --why yearly_closing --output "$homes/alone" > "$homes/said" 2>&1; then
    fail "one officer alone prepared the end of a log"
fi
grep -q "second officer" "$homes/said" || fail "the second officer is not asked for"

succeed ro al ro/ro-al/to/al/0 yearly_closing
succeed ro al ro/domestic/0 yearly_closing
succeed al ro al/ro-al/to/ro/0 yearly_closing
until_said '"log":"ro/ro-al/to/al/1"' as_ro --json status
until_said '"log":"ro/ro-al/to/al/1"' as_al --json status
until_said '"log":"al/ro-al/to/ro/1"' as_ro --json status

ask

# All four keys of one node, made while it is stopped, taken while it runs.
stop
# One officer alone makes none, nor one who approves the own act, nor with an approver who may not end a log.
if as_ro --officer second keeper renew > "$homes/said" 2>&1; then fail "one officer alone renewed the keys"; fi
grep -q "second officer" "$homes/said" || fail "the second officer is not asked for"
if as_ro --officer second --approver second keeper renew > "$homes/said" 2>&1; then fail "an officer approves the own act"; fi
if as_ro --officer second --approver admin-ro keeper renew > "$homes/said" 2>&1; then fail "an administrator approves new keys"; fi
grep -q "does not approve" "$homes/said" || fail "the refusal does not name the role: $(cat "$homes/said")"
quiet as_ro --officer second --approver head keeper renew || fail "keeper renew"
# A third set would destroy the first, with which the logs still sign.
if as_ro --officer second --approver head keeper renew > "$homes/said" 2>&1; then fail "keys in use were destroyed"; fi
grep -q "still signs with set 0" "$homes/said" || fail "the refusal does not name the set: $(cat "$homes/said")"
start
# Half done, and the doctor says so of each log until it has gone over.
old_keys() { "$@" --json doctor 2> /dev/null | grep -o '"log [^ "]* still signs with the keys before the newest"' | cut -d ' ' -f 2 | sort | tr '\n' ' '; }
[ "$(old_keys as_ro)" = "ro/domestic/1 ro/ro-al/to/al/1 " ] || fail "doctor names the logs under old keys: $(old_keys as_ro)"
as_ro --json doctor | grep -q 'besa succession prepare ro/ro-al/to/al/1 --why key_change' || fail "doctor names the next step"
succeed ro al ro/ro-al/to/al/1 key_change
[ "$(old_keys as_ro)" = "ro/domestic/1 " ] || fail "doctor names the domestic log alone: $(old_keys as_ro)"
succeed ro al ro/domestic/1 key_change
[ "$(old_keys as_ro)" = "" ] || fail "no log is under old keys any more: $(old_keys as_ro)"
[ "$(old_keys as_al)" = "" ] || fail "the partner changed no keys: $(old_keys as_al)"
until_said '"log":"ro/ro-al/to/al/2"' as_al --json status
until_said '"log":"ro/domestic/2"' as_ro --json status
ask
told() { grep -c "\"act\":\"$1\",\"outcome\":\"done\"" "$homes/ro/audit.jsonl"; } # ACT
until_said "^$number\$" told request-send
# To ask is an act on record, which the stream has to write as well: whoever asks each second always finds it behind. The doctor
# has other findings here.
level() {
    sleep 3
    as_ro --json doctor | grep 'the audit stream is 0 entries behind'
}
until_said 'entries behind' level
[ "$(told succession-import)" = 4 ] && [ "$(told keeper-renew)" = 1 ] || fail "the stream lacks acts: $(cut -c 1-200 "$homes/ro/audit.jsonl")"

# Nothing of the old logs is lost, and nothing of the new ones is wrong.
stop
for side in ro al; do
    quiet "as_$side" verify || fail "verify $side"
    quiet "as_$side" log list || exit 1
    for origin in ro/ro-al/to/al/0 ro/ro-al/to/al/2 al/ro-al/to/ro/0; do
        grep -q "$origin" "$homes/said" || { cat "$homes/said"; fail "$side does not list $origin"; }
    done
    quiet "as_$side" log export "$homes/$side.logs" || fail "export $side"
done
for origin in ro/ro-al/to/al/0 ro/ro-al/to/al/1 ro/ro-al/to/al/2; do
    key=$(as_ro log vkey "$origin") || exit 1
    custody=$(as_ro log vkey --custody "$origin") || exit 1
    quiet "$besa" verify "$homes/al.logs/$origin" --vkey "$key" --custody-vkey "$custody" ||
        fail "verify exported $origin"
done
# All of them as chains, with every key, and what both institutions signed.
chain=()
for origin in ro/ro-al/to/al/{0,1,2} al/ro-al/to/ro/{0,1}; do
    chain+=(--vkey "$(as_ro log vkey "$origin")")
done
chain+=(--custody-vkey "$(as_ro log vkey --custody ro/ro-al/to/al/0)")
for origin in al/ro-al/to/ro/0 al/ro-al/to/ro/1; do chain+=(--custody-vkey "$(as_ro log vkey --custody "$origin")"); done
quiet "$besa" --json verify "$homes/ro.logs" "${chain[@]}" || fail "verify the chains"
grep -q '"log":"ro/ro-al/to/al/1"[^}]*"ends_at"' "$homes/said" || fail "the end of a log is shown"
printf 'x' >> "$homes/ro.logs/ro/ro-al/to/al/1/succession"
"$besa" --json verify "$homes/ro.logs" "${chain[@]}" > "$homes/said" 2>&1 && fail "a changed succession verifies"
grep -q 'what it follows is not shown' "$homes/said" || fail "a changed succession is named"
# The custody key given is the one that made the newest receipt.
signer=$(tail -n 1 "$homes/al.logs/al/ro-al/to/ro/0/receipts" | cut -d ' ' -f 4)
[ "$(as_al log vkey --custody al/ro-al/to/ro/0 | cut -d + -f 1)" = "$signer" ] || fail "another custody key than that of $signer"
# Signed by the newer key alone.
old=$(as_ro log vkey ro/ro-al/to/al/1 | cut -d + -f 3)
new=$(as_ro log vkey ro/ro-al/to/al/2 | cut -d + -f 3)
[ "$old" != "$new" ] || fail "the key of the log did not change"
echo "5 logs ended and were followed on two nodes; all of them verified"
