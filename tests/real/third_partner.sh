#!/usr/bin/env bash
# Three real nodes: ro has an agreement with al and another with gr. What al tells ro never reaches gr, and no word, number
# or error of one agreement says anything of the other. usage: tests/real/third_partner.sh BESA
set -u
besa=$1
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
read -r ro_port al_port gr_port al_desk gr_desk < <(free_ports 5)
# shellcheck disable=SC2034 # two_homes.sh reads them
ro_line=$ro_port al_line=$al_port
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

# A home whose desk is open to officers over HTTPS.
desk_opens() { echo "desk_listen = 127.0.0.1:$2" >> "$homes/$1/besa.conf"; } # PARTY PORT

serve() { # PARTY
    : > "$homes/$1.log"
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
desk_opens al "$al_desk"
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
desk_opens gr "$gr_desk"
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

# An item of the other agreement is no more there than one that never was, whatever a desk tries with it, at both ends.
none=01890a5d-ac96-774b-bcce-b302099a8057
as_none() { # WHO ITEM COMMAND...
    local who=$1 item=$2
    shift 2
    "$who" --case c-1 "${@/ITEM/$item}" > "$homes/one" 2>&1 && fail "$who may $* another agreement's item"
    "$who" --case c-1 "${@/ITEM/$none}" > "$homes/two" 2>&1
    sed -i "s/$item/ITEM/g" "$homes/one" && sed -i "s/$none/ITEM/g" "$homes/two"
    grep -q "no item ITEM here" "$homes/one" || { cat "$homes/one"; fail "$who $*: refused for another reason"; }
    cmp -s "$homes/one" "$homes/two" || { cat "$homes/one" "$homes/two"; fail "$*: $who tells it from none"; }
}
for pair in "eleni $al_item" "blerim $gr_item"; do
    read -r who item <<< "$pair"
    as_none "$who" "$item" show ITEM
    as_none "$who" "$item" withdraw ITEM
    as_none "$who" "$item" answer ITEM "$root/tests/fuzz/corpus/answer/nothing_held"
    as_none "$who" "$item" refuse ITEM --ground a --text "nothing held"
    as_none "$who" "$item" assign ITEM desk
    as_none "$who" "$item" erase ITEM --why order
    as_none "$who" "$item" retention hold ITEM --for exculpatory
    as_none "$who" "$item" retention release ITEM
    as_none "$who" "$item" attach get ITEM 1 "$homes/none"
    as_none "$who" "$item" forward ITEM spoc-ro --use police
    as_none "$who" "$item" export ITEM siena "Europol (test)" --recipient-kind agency --reference S-1 --within-union
done
# The same over HTTPS: every path that names an item, by officers who have their passwords from two others.
field() { grep -o "\"$1\":\"[^\"]*\"" | cut -d '"' -f 4; }
password_give() { # PARTY HEAD ID
    local draft first second
    quiet "as_$1" officer put "$3" "Desk Test" desk head_of_desk || exit 1
    draft=$("as_$1" --json officer password "$3") || fail "no password for $3"
    first=$(field first_half <<< "$draft")
    second=$("$2" approval confirm "$(field approval <<< "$draft")" "$(field sha256 <<< "$draft")" | field second_half)
    printf '%s\nexercise-%s\n' "$first$second" "$3" |
        "$besa" --home "$homes/$1" --officer "$3" --reason "exercise" officer password > "$homes/said" || { cat "$homes/said"; fail "$3's password"; }
}
over_https() { # PARTY HEAD PORT ITEM OWN
    password_give "$1" "$2" "desk-$1"
    echo "exercise-desk-$1" | "$root/tests/real/foreign_item.py" "$root" "$3" "desk-$1" "$4" "$5" > "$homes/said" 2>&1 ||
        { cat "$homes/said"; fail "$1's API"; }
}
over_https gr eleni "$gr_desk" "$al_item" "$gr_item"
over_https al blerim "$al_desk" "$gr_item" "$al_item"

# ro passes al's item on: to an authority of its own; into a channel with al's consent alone, here a letter in the register.
to_siena() { ana --case c-1 export "$al_item" siena "Europol (test)" --recipient-kind agency --reference S-1 --within-union "$@" > "$homes/said" 2>&1; }
ana --case c-1 forward "$al_item" "$(authority_of "$homes/ro.pairing")" --use police > "$homes/said" || { cat "$homes/said"; fail "ro cannot forward"; }
grep -q kestrelfact "$homes/said" || fail "what is forwarded is empty"
to_siena && fail "al's item goes to SIENA without its consent"
grep -q "clause 6.1" "$homes/said" || { cat "$homes/said"; fail "refused for another reason"; }
to_siena --consent "al said yes" && fail "a word is taken for a consent"
ana --case c-1 register put paper "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "Desk of al" "Consent of al to AL-1 going to Europol" --original "shelf 3" > "$homes/said" || { cat "$homes/said"; fail "the letter"; }
letter=$(grep -o '"register":[0-9]*' "$homes/said" | cut -d : -f 2)
to_siena --consent "$letter" && grep -q kestrelfact "$homes/said" || { cat "$homes/said"; fail "ro cannot export with al's consent"; }

# The same officer has another name with each partner.
name_of() { sed -n 's/.*"officer":"\([^"]*\)".*/\1/p' | head -n 1; }
ro_item=$(item_of "$homes/ro.sent")
body "$(authority_of "$homes/ro.pairing")" RO-2 "plainfact" "$homes/ro2.body"
ana --case c-1 request "$homes/ro2.body" --agreement ro-al > "$homes/ro2.sent" || { cat "$homes/ro2.sent"; fail "ro's second request"; }
until_said RO-2 blerim inbox || fail "ro's second request does not arrive"
at_gr=$(eleni --case c-1 show "$ro_item" | name_of) at_al=$(blerim --case c-1 show "$(item_of "$homes/ro2.sent")" | name_of)
[ -n "$at_gr" ] && [ "$at_gr" != "$at_al" ] || fail "ana is '$at_gr' to gr and '$at_al' to al"

# All that a node shows its head of desk, opened with its own keys, what its logs export, and its files as they lie there.
all_of() { # PARTY WHO
    rm -rf "$homes/export-$1"
    {
        "$2" status
        "$2" inbox
        "$2" sent
        for item in $({ "$2" inbox; "$2" sent; } | grep -o '"item":"[0-9a-f-]*"' | cut -d '"' -f 4); do
            "$2" --case c-1 show "$item"
        done
        cat "$homes/$1.log"
    } > "$homes/all-of-$1" 2>&1
    "as_$1" log export "$homes/export-$1" > "$homes/said" 2>&1 || { cat "$homes/said"; fail "$1's logs cannot be exported"; }
}
holds() { # PARTY WORD
    grep -rqF -- "$2" "$homes/all-of-$1" "$homes/export-$1" || grep -rqF -- "$2" "$homes/$1/besa.db" "$homes/$1/besa.db-wal" 2> /dev/null
}
all_of ro ana
all_of gr eleni
for canary in kestrelfact AL-1 ro-al "$al_item" "to/al"; do
    holds ro "$canary" || fail "the search does not find '$canary' where it must be"
    holds gr "$canary" && fail "gr holds '$canary'"
done
for word in plainfact greekfact gr-ro; do holds gr "$word" || fail "the search does not find '$word' at gr"; done
# Were it told to gr after all, the search would say so.
body "$(authority_of "$homes/ro.pairing")" RO-3 "kestrelfact" "$homes/leak.body"
ana --case c-1 request "$homes/leak.body" --agreement gr-ro > "$homes/said" || { cat "$homes/said"; fail "the leak"; }
until_said RO-3 eleni inbox || fail "the leak does not arrive"
all_of gr eleni
holds gr kestrelfact || fail "a leak would not be found"
for party in ro al gr; do "as_$party" verify > "$homes/said" 2>&1 || { cat "$homes/said"; fail "$party's books"; }; done
echo "three nodes, two agreements: 5 words of the one found where they must be and not with the other; an item of it is as none"
