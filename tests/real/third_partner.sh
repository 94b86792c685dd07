#!/usr/bin/env bash
# Three real nodes: ro has an agreement with al and another with gr. What al tells ro never reaches gr, and no word, number
# or error of one agreement says anything of the other. usage: tests/real/third_partner.sh BESA REAL_INPUT
set -u
besa=$1
read -r ro_port al_port gr_port < <("$2" ports 3)
# shellcheck disable=SC2034 # two_homes.sh reads them
ro_line=$ro_port al_line=$al_port
root=$(cd "$(dirname "$0")/../.." && pwd)
homes=$(mktemp -d "${TMPDIR:-/tmp}/besa-third-XXXXXX") || exit 1
pids=()
ends() {
    code=$?
    [ "${#pids[@]}" -eq 0 ] || kill "${pids[@]}"
    wait
    [ -n "${BESA_KEEP:-}" ] || rm -rf "$homes"
    [ "$code" -ne 77 ] || exit 1
}
trap ends EXIT
# shellcheck source=tests/real/two_homes.sh
. "$root/tests/real/two_homes.sh"
fail() { echo "third partner: $*"; tail -n 5 "$homes"/*.log; exit 1; }
as_gr() { "$besa" --home "$homes/gr" --officer admin-gr --reason "exercise" "$@"; }
ana() { "$besa" --home "$homes/ro" --officer ana --reason "exercise" --json "$@"; }
blerim() { "$besa" --home "$homes/al" --officer blerim --reason "exercise" --json "$@"; }
eleni() { "$besa" --home "$homes/gr" --officer eleni --reason "exercise" --json "$@"; }

third_home() {
    quiet as_gr init --party gr --training --make-institution "Exercise, Athens" --state Greece --status eu_member \
        --time-zone Europe/Athens --language el --language en --authority "spoc-gr=Single Point of Contact, Athens" \
        --contact "+30 690 000 0000" --listen "127.0.0.1:$gr_port" --address "127.0.0.1:$gr_port" &&
        quiet as_ro pair export "$homes/ro-gr.pairing" --secret "$homes/ro-gr.secret" &&
        quiet as_gr pair export "$homes/gr.pairing" --secret "$homes/gr.secret" &&
        quiet as_ro pair import "$homes/gr.pairing" --secret "$homes/gr.secret" \
            --fingerprint "$(fingerprint "$homes/gr.pairing")" &&
        quiet as_gr pair import "$homes/ro-gr.pairing" --secret "$homes/ro-gr.secret" \
            --fingerprint "$(fingerprint "$homes/ro-gr.pairing")" &&
        quiet as_ro agreement draft "$homes/gr.json" --partner gr &&
        quiet as_ro agreement sign "$homes/gr.json" --output "$homes/gr-once.cms" &&
        quiet as_gr agreement countersign "$homes/gr-once.cms" --output "$homes/gr-both.cms" &&
        quiet as_ro agreement import "$homes/gr-both.cms" &&
        quiet as_gr agreement import "$homes/gr-both.cms" &&
        quiet as_gr officer put eleni "Eleni Test" desk head_of_desk
}

serve() { # PARTY
    "$besa" --home "$homes/$1" serve > "$homes/$1.log" 2>&1 &
    pids+=($!)
    for _ in $(seq 300); do
        [ -S "$homes/$1/run/control.sock" ] && return 0
        sleep 0.1
    done
    return 1
}

# Waits until the command's output holds the text.
until_said() { # TEXT COMMAND...
    local text=$1
    shift
    for _ in $(seq 300); do
        "$@" 2> /dev/null | grep -q "$text" && return 0
        sleep 0.1
    done
    return 1
}

body() { # AUTHORITY REFERENCE FACT FILE
    sed "s/@AUTHORITY@/$1/; s/@REFERENCE@/$2/; s/\"facts\":\"/&$3 /" "$root/tests/real/j12_request.json" > "$4"
}
authority_of() { sed -n 's/.*"authorities":\[{"code":"\([^"]*\)".*/\1/p' "$1"; }
item_of() { sed -n 's/.*"item":"\([0-9a-f-]*\)".*/\1/p' "$1" | head -n 1; }

# The third comes while ro runs: pairing and agreement go through the running node, and its line to al does not notice.
two_homes || exit 1
for party in ro al; do serve "$party" || fail "$party does not serve"; done
ro_pid=${pids[0]}
until_said '"reachable"' ana status || fail "ro does not reach al"
third_home || exit 1
kill -0 "$ro_pid" || fail "ro ended"
[ ! -e "$homes/ro/partners/incoming.secret" ] && [ ! -e "$homes/ro/partners/own.secret" ] || fail "a secret half stays"
as_ro agreement import "$homes/gr-both.cms" > "$homes/said" 2>&1 && fail "an agreement is imported twice"
grep -q "in force here already" "$homes/said" || { cat "$homes/said"; fail "the second import"; }
ana agreement import "$homes/gr-both.cms" > "$homes/said" 2>&1 && fail "imported twice"
as_ro pair import "$homes/gr.pairing" --secret "$homes/gr.secret" --fingerprint 0000-0000 > "$homes/said" 2>&1 && fail "a wrong fingerprint passes"
serve gr || fail "gr does not serve"
until_said '"partner":"ro"[^}]*"state":"reachable"' eleni status || fail "gr's calls are not taken by the running node"
until_said '"partner":"al"[^}]*"state":"reachable"' ana status || fail "ro lost al"
kill -HUP "$ro_pid" # its sandbox names the ports that it may call
until_said '"partner":"gr"[^}]*"state":"reachable"' ana status || fail "ro does not reach gr"
for who in ana blerim eleni; do quiet "$who" case c-1 "Exercise" || exit 1; done
until_said '"partner":"gr"[^}]*"reachable"' ana status || until_said reachable eleni status || fail "ro does not reach gr"

# al tells ro something that gr must never hear; ro and gr exchange something else.
body "$(authority_of "$homes/al.pairing")" AL-1 "kestrelfact" "$homes/al.body"
body "$(authority_of "$homes/ro.pairing")" RO-1 "plainfact" "$homes/ro.body"
body "$(authority_of "$homes/gr.pairing")" GR-1 "greekfact" "$homes/gr.body"
blerim --case c-1 request "$homes/al.body" > "$homes/al.sent" || { cat "$homes/al.sent"; fail "al's request"; }
ana --case c-1 request "$homes/ro.body" --agreement gr-ro > "$homes/ro.sent" || { cat "$homes/ro.sent"; fail "ro's request"; }
eleni --case c-1 request "$homes/gr.body" > "$homes/gr.sent" || { cat "$homes/gr.sent"; fail "gr's request"; }
until_said AL-1 ana inbox && until_said GR-1 ana inbox && until_said RO-1 eleni inbox || fail "not delivered"
al_item=$(item_of "$homes/al.sent") gr_item=$(item_of "$homes/gr.sent")

# ro itself may show both, and answers each on its own line.
ana --case c-1 show "$al_item" | grep -q kestrelfact || fail "ro does not see what al sent"
ana --case c-1 refuse "$al_item" --ground a --text "nothing held" > "$homes/refused" || { cat "$homes/refused"; fail "ro cannot refuse al's request"; }
until_said '"answered"' blerim sent || fail "al has no answer"
eleni inbox | grep -q AL-1 && fail "gr's inbox names al's request"
eleni sent | grep -q '"answered"' && fail "the answer to al answered gr"

# An item of the other agreement is no more there than one that never was.
none=01890a5d-ac96-774b-bcce-b302099a8057
for act in show withdraw; do
    eleni --case c-1 "$act" "$al_item" > "$homes/one" 2>&1 && fail "gr may $act al's item"
    eleni --case c-1 "$act" "$none" > "$homes/two" 2>&1
    sed -i "s/$al_item/ITEM/g" "$homes/one" && sed -i "s/$none/ITEM/g" "$homes/two"
    cmp -s "$homes/one" "$homes/two" || { cat "$homes/one" "$homes/two"; fail "$act tells al's item from none"; }
done
eleni --case c-1 refuse "$al_item" --ground a --text "nothing held" > "$homes/one" 2>&1 && fail "gr may refuse al's request"

# The same officer has another name with each partner.
name_of() { sed -n 's/.*"officer":"\([^"]*\)".*/\1/p' | head -n 1; }
ro_item=$(item_of "$homes/ro.sent")
body "$(authority_of "$homes/ro.pairing")" RO-2 "plainfact" "$homes/ro2.body"
ana --case c-1 request "$homes/ro2.body" --agreement ro-al > "$homes/ro2.sent" || { cat "$homes/ro2.sent"; fail "ro's second request"; }
until_said RO-2 blerim inbox || fail "ro's second request does not arrive"
at_gr=$(eleni --case c-1 show "$ro_item" | name_of) at_al=$(blerim --case c-1 show "$(item_of "$homes/ro2.sent")" | name_of)
[ -n "$at_gr" ] && [ "$at_gr" != "$at_al" ] || fail "ana is '$at_gr' to gr and '$at_al' to al"

# Everything that gr can see, hold or export: no word, number or origin of the agreement with al.
{
    eleni status
    eleni inbox
    eleni sent
    eleni --case c-1 show "$ro_item"
    eleni --case c-1 show "$gr_item"
    cat "$homes/gr.log"
} > "$homes/all-of-gr" 2>&1
as_gr log export "$homes/export" > /dev/null 2>&1 || fail "gr's logs cannot be exported"
for canary in kestrelfact AL-1 ro-al "$al_item" "to/al"; do
    grep -rqF -- "$canary" "$homes/all-of-gr" "$homes/export" && fail "gr holds '$canary'"
    grep -qF -- "$canary" "$homes/gr/besa.db" "$homes/gr/besa.db-wal" 2> /dev/null && fail "gr's books hold '$canary'"
done
# The search finds what is there.
grep -rqF -- plainfact "$homes/all-of-gr" && grep -rqF -- "gr-ro" "$homes/export" || fail "the search for words finds nothing"
for party in ro al gr; do "as_$party" verify > "$homes/said" 2>&1 || { cat "$homes/said"; fail "$party's books"; }; done
echo "three nodes, two agreements: 5 words of the one not found with the other; an item of it is as none"
