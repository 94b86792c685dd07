# Nodes that run, end and are asked, for the scripts in which one of them is lost; to be sourced after two_homes.sh.
# needs: $besa the program, $homes a directory, $sample the program sample_request
# gives: begin, end, end_all, fail, until_said, says, never_says, write_request, level, log_field, witnessed, heads,
#        pair_again, succeed
# shellcheck shell=bash disable=SC2154

declare -A node=()

# A command would open the books itself, and keep the node out, before its socket is there.
begin() { # SIDE
    local i
    "$besa" --home "$homes/$1" serve >> "$homes/$1.log" 2>&1 &
    node[$1]=$!
    for ((i = 0; i < 300; i++)); do
        [ -S "$homes/$1/run/control.sock" ] && return
        sleep 0.1
    done
    fail "$1 does not start"
}
end() { # SIDE [SIGNAL]
    [ -n "${node[$1]:-}" ] || return
    kill "-${2:-TERM}" "${node[$1]}" 2> /dev/null
    wait "${node[$1]}" 2> /dev/null
    node[$1]=''
    [ "${2:-TERM}" = TERM ] && return
    sleep 1 # the keeper and the node end with their supervisor
    rm -f "$homes/$1/run/control.sock"
}
end_all() {
    local side
    for side in "${!node[@]}"; do end "$side"; done
    [ -n "${BESA_KEEP:-}" ] || rm -rf "$homes"
}
fail() {
    echo "not so: $1"
    tail -n 5 "$homes/said" "$homes"/*.log
    exit 1
}

# The answer of a command holds the text before long.
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
says() { # TEXT COMMAND...: now
    local text=$1
    shift
    "$@" > "$homes/said" 2>&1
    grep -q -- "$text" "$homes/said" || fail "$* says $text"
}
never_says() { # TEXT COMMAND...: not now
    local text=$1
    shift
    "$@" > "$homes/said" 2>&1
    grep -q -- "$text" "$homes/said" && fail "$* does not say $text"
    return 0
}

# Heads of desk act from here on, and a security officer stands by as the second.
heads() {
    local side
    for side in ro al; do
        "as_$side" officer put chief Chief desk head_of_desk > /dev/null &&
            "as_$side" officer put second Second desk security_officer > /dev/null ||
            fail "officers are entered"
    done
    as_ro() { "$besa" --home "$homes/ro" --officer chief --reason exercise "$@"; }
    as_al() { "$besa" --home "$homes/al" --officer chief --reason exercise "$@"; }
    for side in ro al; do
        "as_$side" case c-1 Exercise > /dev/null || fail "a case is opened"
    done
}

write_request() { # NUMBER SIDE
    "$sample" "$1" > "$homes/request.json"
    [ "$2" != al ] || sed -i 's/Single Point of Contact, Bucharest/Single Point of Contact, Tirana/' "$homes/request.json"
    quiet "as_$2" --case c-1 request "$homes/request.json" || fail "$2 writes $1"
}
# Nothing is on its way.
level() {
    until_said '"waiting":0,"without_receipt":0,"unhandled":0' as_ro --json status
    until_said '"waiting":0,"without_receipt":0,"unhandled":0' as_al --json status
}

log_field() { as_ro --json status | sed -n "s|.*\"log\":\"$1\"[^}]*\"$2\":\([0-9]*\).*|\1|p"; } # LOG FIELD
# What stands in ro's domestic log now goes out with the first beat after a start, and the partner witnesses it.
witnessed() { # ORIGIN
    local before
    before=$(log_field "$1" size)
    end ro
    begin ro
    for _ in $(seq 300); do
        [ "$(log_field "$1" cosigned)" -ge "$before" ] 2> /dev/null && return
        sleep 0.1
    done
    fail "the partner witnesses $before entries of $1"
}

# The daily keys are in no backup and go with a lost record: both sides pair anew, on both nodes, by their administrators.
pair_again() {
    local side other
    rm -f "$homes"/*.pairing "$homes"/*.secret
    for side in ro al; do
        quiet "$besa" --home "$homes/$side" --officer "admin-$side" --reason exercise pair export \
            "$homes/$side.pairing" --secret "$homes/$side.secret" || fail "$side makes a new half"
    done
    for side in ro al; do
        [ $side = ro ] && other=al || other=ro
        quiet "$besa" --home "$homes/$side" --officer "admin-$side" --reason exercise pair import \
            "$homes/$other.pairing" --secret "$homes/$other.secret" \
            --fingerprint "$(fingerprint "$homes/$other.pairing")" || fail "$side pairs again"
    done
}

# Log ORIGIN ends for this reason, and the next one begins.
succeed() { # ORIGIN REASON
    local file="$homes/end.${1//\//-}" writer=${1%%/*} other=al
    [ "$writer" = ro ] || other=ro
    quiet "as_$writer" --approver second succession prepare "$1" --why "$2" --output "$file.json" || fail "the end of $1 is prepared"
    quiet "as_$writer" succession sign "$file.json" --output "$file.once" || fail "the end of $1 is signed"
    case $1 in
    */to/*)
        quiet "as_$other" succession allow "$file.once" || fail "the partner allows the end of $1"
        quiet "as_$other" succession countersign "$file.once" --output "$file.cms" || fail "the end of $1 is countersigned"
        ;;
    *) mv "$file.once" "$file.cms" ;;
    esac
    quiet "as_$writer" --approver second succession import "$file.cms" || fail "the end of $1 is taken in"
}
