#!/bin/bash
# Two real nodes; the machine of one is copied, database and keeper, and both copies run. The second to write is found at
# once: nothing of it is receipted, status and doctor name it, the partner keeps the proof; then the documented way out.
#
#     clone.sh BESA SAMPLE_REQUEST BOOKS_PRINT
set -u
besa=$(realpath "$1") sample=$(realpath "$2") print=$(realpath "$3")
here=$(dirname "$(realpath "$0")")
homes=$(mktemp -d "${TMPDIR:-/tmp}/besa-clone-XXXXXX")
# shellcheck disable=SC2034  # read by two_homes.sh
ro_port=28481 ro_line=28481 al_port=28482 al_line=28482
declare -A node=([ro]='' [al]='' [twin]='')
# shellcheck source=tests/real/two_homes.sh
. "$here/two_homes.sh"

end() { # SIDE
    [ -z "${node[$1]}" ] && return
    kill "${node[$1]}" 2> /dev/null
    wait "${node[$1]}" 2> /dev/null
    node[$1]=''
}
trap 'end ro; end al; end twin; rm -rf "$homes"' EXIT
begin() {
    local i
    "$besa" --home "$homes/$1" serve >> "$homes/$1.log" 2>&1 &
    node[$1]=$!
    for ((i = 0; i < 300; i++)); do
        [ -S "$homes/$1/run/control.sock" ] && return
        sleep 0.1
    done
    fail "$1 does not start"
}
fail() {
    echo "not so: $1"
    tail -n 5 "$homes/said" "$homes"/*.log
    exit 1
}
until_said() { # TEXT COMMAND...
    local text=$1 i
    shift
    for ((i = 0; i < 300; i++)); do
        "$@" > "$homes/said" 2>&1
        grep -q -- "$text" "$homes/said" && return
        sleep 0.1
    done
    fail "$* never says $text"
}
write_request() { # NUMBER SIDE
    "$sample" "$1" > "$homes/request.json"
    quiet "as_$2" --case c-1 request "$homes/request.json" || fail "$2 writes $1"
}
says() { # TEXT COMMAND...
    local text=$1
    shift
    "$@" > "$homes/said" 2>&1
    grep -q -- "$text" "$homes/said" || fail "$* says $text"
}

two_homes || exit 1
for side in ro al; do
    "as_$side" officer put chief Chief desk head_of_desk > /dev/null &&
        "as_$side" officer put second Second desk security_officer > /dev/null ||
        fail "officers are entered"
done
as_ro() { "$besa" --home "$homes/ro" --officer chief --reason exercise "$@"; }
as_al() { "$besa" --home "$homes/al" --officer chief --reason exercise "$@"; }
as_twin() { "$besa" --home "$homes/twin" --officer chief --reason exercise "$@"; }
for side in ro al; do
    "as_$side" case c-1 Exercise > /dev/null || fail "a case is opened"
    begin "$side"
done
until_said '"state":"reachable"' as_ro --json status
write_request RO-CLONE-1 ro
until_said RO-CLONE-1 as_al --json inbox
until_said '"without_receipt":0,"unhandled":0' as_ro --json status
end ro

# Both copies run and believe that they are the one node; only one can have its port.
cp -a "$homes/ro" "$homes/twin"
sed -i "s/:$ro_port\$/:28483/" "$homes/twin/besa.conf"
begin ro
begin twin
until_said '"state":"reachable"' as_ro --json status
until_said '"state":"reachable"' as_twin --json status

# Each writes the next entry: the first one is receipted, the second never.
write_request RO-CLONE-2 ro
until_said RO-CLONE-2 as_al --json inbox
until_said '"without_receipt":0' as_ro --json status
write_request RO-CLONE-3 twin
until_said 'under our signature: this log was written twice' as_twin --json status
says 'switch the second machine with these keys off for good.*--why cloned' as_twin --json doctor
says '"without_receipt":1' as_twin --json status
as_al --json inbox > "$homes/said" 2>&1
grep -q RO-CLONE-3 "$homes/said" && fail "what the twin wrote does not reach the partner"
until_said 'log ro/ro-al/to/al/0 is read-only: .*forked' as_al --json status
says 'both checkpoints are kept as proof' as_al --json doctor
"$sample" RO-CLONE-4 > "$homes/request.json"
as_twin --case c-1 request "$homes/request.json" > "$homes/said" 2>&1 && fail "the twin writes nothing more"

# docs/recovery.md: the second machine goes off for good, then the log ends where both agree.
end twin
rm -rf "$homes/twin"
quiet as_ro --approver second succession prepare ro/ro-al/to/al/0 --why cloned --output "$homes/end.json" ||
    fail "the end is prepared"
quiet as_ro succession sign "$homes/end.json" --output "$homes/end.once" || fail "it is signed"
quiet as_al succession allow "$homes/end.once" || fail "the partner allows it"
quiet as_al succession countersign "$homes/end.once" --output "$homes/end.cms" || fail "it is countersigned"
quiet as_ro --approver second succession import "$homes/end.cms" || fail "it is taken in"
write_request RO-CLONE-5 ro
until_said RO-CLONE-5 as_al --json inbox
until_said '"without_receipt":0,"unhandled":0' as_ro --json status
says '"log":"ro/ro-al/to/al/1","kind":"outgoing"[^}]*"state":"open"' as_ro --json status
says '"log":"ro/ro-al/to/al/1","kind":"mirror"[^}]*"state":"open"' as_al --json status
end ro
end al
for side in ro al; do
    quiet "as_$side" verify || fail "the books of $side verify"
    "$print" "$homes/$side" > "$homes/books" || fail "the books of $side can be read"
    grep -q '^receipt' "$homes/books" || fail "$side holds receipts"
    grep '^receipt' "$homes/books" | sed 's/ T.*//' | sort | uniq -d > "$homes/twice"
    [ -s "$homes/twice" ] && fail "one size is receipted once"
done
echo "the second machine was found at its first entry, nothing of it was receipted, and the log went on"
