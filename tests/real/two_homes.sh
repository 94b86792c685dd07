# Two homes, ro and al, paired and under one training agreement, below $homes; to be sourced. Nothing runs afterwards.
# needs: $besa the program, $homes a directory, $ro_port $al_port to listen on, $ro_line $al_line where each is reached
# options: $edit_draft, a command that changes the draft file it is given before it is signed; $al_init, an array of further
# words for al's init
# shellcheck shell=bash disable=SC2154

# Administrators set both homes up; ana and blerim, heads of the two desks, work there afterwards.
as_ro() { "$besa" --home "$homes/ro" --officer admin-ro --reason "exercise" "$@"; }
as_al() { "$besa" --home "$homes/al" --officer admin-al --reason "exercise" "$@"; }
quiet() { "$@" > "$homes/said" 2>&1 || { cat "$homes/said"; echo "failed: $*"; return 1; }; }

# So many ports of the loopback on which nobody listens. They lie below those that the kernel gives to connections, so that none
# of these takes one before it is listened on.
# Scripts run beside one another, and a port is only listened on later: who takes one says so, for as long as it runs.
free_ports() { # COUNT
    local port owner found=() taken=${TMPDIR:-/tmp}/besa-ports-$UID
    mkdir -p "$taken"
    while [ ${#found[@]} -lt "$1" ]; do
        port=$((20000 + RANDOM % 12000))
        owner=$(readlink "$taken/$port") && kill -0 "$owner" 2> /dev/null && continue
        rm -f "$taken/$port"
        ln -s $$ "$taken/$port" 2> /dev/null || continue
        (: < "/dev/tcp/127.0.0.1/$port") 2> /dev/null || found+=("$port")
    done
    echo "${found[@]}"
}

# The fingerprint that a pairing file's owner reads over the telephone.
fingerprint() { "$besa" --json pair fingerprint "$1" | sed -n 's/.*"fingerprint":"\([^"]*\)".*/\1/p'; }

two_homes() {
    [ -n "${al_init+set}" ] || al_init=()
    quiet as_ro init --party ro --training --make-institution "Exercise, Bucharest" --contact "+40 700 000 000" \
        --listen "127.0.0.1:$ro_port" --address "127.0.0.1:$ro_line" &&
        quiet as_al init --party al --training --make-institution "Exercise, Tirana" --contact "+355 69 000 0000" \
            --fallback "I-24/7, NCB Tirana (exercise)" \
            --listen "127.0.0.1:$al_port" --address "127.0.0.1:$al_line" "${al_init[@]}" &&
        quiet as_ro pair export "$homes/ro.pairing" --secret "$homes/ro.secret" &&
        quiet as_al pair export "$homes/al.pairing" --secret "$homes/al.secret" &&
        quiet as_ro pair import "$homes/al.pairing" --secret "$homes/al.secret" \
            --fingerprint "$(fingerprint "$homes/al.pairing")" &&
        quiet as_al pair import "$homes/ro.pairing" --secret "$homes/ro.secret" \
            --fingerprint "$(fingerprint "$homes/ro.pairing")" &&
        quiet as_ro agreement draft "$homes/draft.json" --partner al &&
        { [ -z "${edit_draft:-}" ] || $edit_draft "$homes/draft.json"; } &&
        quiet as_ro agreement sign "$homes/draft.json" --output "$homes/once.cms" &&
        quiet as_al agreement countersign "$homes/once.cms" --output "$homes/both.cms" &&
        quiet as_ro agreement import "$homes/both.cms" &&
        quiet as_al agreement import "$homes/both.cms" &&
        quiet as_ro officer put ana "Ana Test" desk head_of_desk &&
        quiet as_al officer put blerim "Blerim Test" desk head_of_desk
}
