#!/usr/bin/env bash
# A real node: a file of people is imported, with its wrong lines told; a second import that is killed on the way goes on where it
# stood; people are found within a second, by name and number; nothing of them stands in the reports; a removed one is gone.
# usage: tests/cmd/own.sh BESA      exit code 77: not run
# covers: own own_import own_links own_match own_usual service_index
set -u
besa=$1
root=$(cd "$(dirname "$0")/../.." && pwd)
homes=$(mktemp -d "${TMPDIR:-/tmp}/besa-own-XXXXXX") || exit 1
pids=()
stop() { for pid in "${pids[@]}"; do kill "$pid" 2> /dev/null && wait "$pid" 2> /dev/null; done; pids=(); }
trap 'stop; [ -n "${BESA_KEEP:-}" ] || rm -rf "$homes"' EXIT
# shellcheck source=tests/real/two_homes.sh
. "$root/tests/real/two_homes.sh"
command -v python3 > /dev/null || { echo "NOT RUN: python3 is missing"; exit 77; }

read -r ro_port < <(free_ports 1)
fail() { echo "$1"; cat "$homes/said" 2> /dev/null; tail -n 5 "$homes/ro.log" 2> /dev/null; exit 1; }
start() {
    stop
    : > "$homes/ro.log"
    "$besa" --home "$homes/ro" serve > "$homes/ro.log" 2>&1 & pids+=($!)
    for _ in $(seq 100); do grep -q ready "$homes/ro.log" && return; sleep 0.1; done
    fail "the node did not start"
}
desk() { "$besa" --home "$homes/ro" --officer ana --reason "exercise" --case c-1 --json "$@"; }
says() { # TEXT COMMAND...
    local text=$1
    shift
    "$@" > "$homes/said" 2>&1 || fail "failed: $*"
    grep -q -- "$text" "$homes/said" || fail "not said: $text: $*"
}

quiet "$besa" --home "$homes/ro" --officer admin-ro --reason "exercise" init --party ro --training \
    --make-institution "Exercise, Bucharest" --contact "+40 700 000 000" --listen "127.0.0.1:$ro_port" \
    --address "127.0.0.1:$ro_port" || exit 1
quiet "$besa" --home "$homes/ro" --officer admin-ro --reason "exercise" officer put ana "Ana Test" desk head_of_desk || exit 1
quiet "$besa" --home "$homes/ro" --officer ana --reason "exercise" case c-1 "Exercise" || exit 1

cat > "$homes/people.csv" << 'END'
external;family;given;birth_date;nationality;passport;phone;category;case
x-1;Popaj;Gjergj;3.5.1984;AL;AL:BX1034567;+355691234567;suspect;
x-2;Krasniqi;Arben;1990-11-21;AL;;;suspect;
x-3;Dumitrescu;Mirela;2001;RO;;;victim;c-2
x-4;Wrong;Line;canary-value;RO;;;suspect;
x-5;Papadopoulos;Γεώργιος;1979;GR;;;convicted;
END
python3 - "$homes/many.csv" << 'END' || exit 1
import random, sys
random.seed(5)
syllables = ["ba", "ri", "shko", "du", "mel", "to", "vi", "lan", "ge", "fi", "zu", "ka", "pren", "so", "li", "mur"]
def name():
    return "".join(random.choice(syllables) for _ in range(random.randint(2, 3))).capitalize()
with open(sys.argv[1], "w", encoding="utf-8") as out:
    out.write("external,family,given,birth_date\n")
    for i in range(20000):
        out.write(f"m-{i},{name()},{name()},{random.randint(1950, 2005)}-{random.randint(1, 12):02}-{random.randint(2, 28):02}\n")
END
import_of() { desk own import "$1" --source "$2" --offences migrant_smuggling --errors "$homes/errors"; }

start
says '"people":4,"refused":1' import_of "$homes/people.csv" register
grep -qx '5	birth_date: is no date' "$homes/errors" || fail "the wrong line is not told"
grep -q canary-value "$homes/errors" "$homes/said" "$homes/ro.log" && fail "a value was told"
sleep 1 # an addition is searchable within a second
says '"external":"x-1"' desk own search "popaj gheorghe" 1984 alb --purpose investigation
says 'birth date is of the same year' desk own search "popaj gheorghe" 1984 alb --purpose investigation
says '"external":"x-1"' desk own search 069 123 4567 country:AL --purpose investigation
says '"external":"x-1"' desk own search BX 1034567 --purpose investigation
says '"external":"x-5"' desk own search "Papadopulos Giorgos" --purpose investigation
says '"list":\[\]' desk own search "Dumitrescu Mirela" --purpose investigation
says '"external":"x-3"' desk own search "Dumitrescu Mirela" --purpose missing_persons

# The same file with other options is another import: what is said of everybody is part of it.
says '"people":4,"refused":1' desk own import "$homes/people.csv" --source register --offences migrant_smuggling --evaluation C3
sleep 1
says '"info_eval":3' desk own show 1 --purpose investigation
printf '<people><one nr="y-1"><who><last>Leka</last><first>Mira</first></who></one></people>' > "$homes/people.xml"
printf 'record\tone\n@nr\texternal\nwho/last\tfamily\nwho/first\tgiven\n' > "$homes/mapping"
says '"people":1,"refused":0' desk own import "$homes/people.xml" --source paper --format xml --mapping "$homes/mapping" \
    --offences migrant_smuggling --review 1
says '{"list":\[\]}' desk own due
says '"source":"paper","review"' desk own due --days 2
next=$(date -u -d '+30 days' +%F)
person=$(grep -o '"person":[0-9]*' "$homes/said" | head -n 1 | cut -d: -f2)
says "\"review\":\"$next" desk own review "$person" --purpose investigation --next "$next"
says '{"list":\[\]}' desk own due --days 2
says '"people_erased":0' desk retention run

# A list is linked: two of its lines lead to one person, one line is wrong, one is nobody's; nothing of it is entered.
cat > "$homes/list.csv" << 'END'
external,family,given,birth_date,passport
l-1,Popaj,Gheorghe,1984-05-03,
l-2,Other,Name,,AL:BX1034567
l-3,Wrong,Line,canary-value,
l-4,Nobody,Atall,1950-01-02,
l-5,Krasniqi,Arben,1990-11-21,
END
match() { desk own match "$homes/list.csv" --purpose investigation "$@"; }
"$besa" --home "$homes/ro" --officer ana --reason exercise --case c-1 own match "$homes/list.csv" --purpose investigation \
    > "$homes/links.csv" 2> "$homes/said" || fail "the list is not linked"
grep -q '^line 4: birth_date: is no date' "$homes/said" || fail "the wrong line of the list is not told"
grep -q '4 people asked for, 3 links in 2 groups, 1 wrong lines' "$homes/said" || fail "the links are not counted"
grep -q canary-value "$homes/said" "$homes/links.csv" && fail "a value of the list was told"
[ "$(grep -c '^\([12]\),[236],"l-[125]",' "$homes/links.csv")" = 3 ] || { cat "$homes/links.csv"; fail "the links are others"; }
first=$(grep '"l-1"' "$homes/links.csv" | cut -d, -f1,4)
[ "$first" = "$(grep '"l-2"' "$homes/links.csv" | cut -d, -f1,4)" ] || fail "two lines of one person are no group"
[ "$(grep -c ',weakest,' "$homes/links.csv")" = 2 ] || fail "each group has one weakest tie"
says '"least":{"percent":99,"measured_percent":90' match --least 0.99
says '"people":1,"groups":1,.*"line":6' match --from 5
says '"people":5' desk own imports
match --least 2 > "$homes/said" 2>&1 && fail "a score above 1 was taken"
grep -q -- '--least: a score, 0 to 1' "$homes/said" || fail "a wrong score is not told"

# Two records are said to be one, and not to be.
says '"joined_at":' desk own join 1 2 --purpose investigation
says '"joined":\[2\],"joins":\[{"person":2,"officer":"ana"' desk own show 1 --purpose investigation
says '"joined":\[1\]' desk own search krasniqi arben --purpose investigation
says '"joined":\[2\],"reasons":\["birth date is equal: ' match --output json
says '"parted_at":' desk own part 2 1 --purpose investigation
says '"parted":{"officer":"ana"' desk own show 1 --purpose investigation
desk own part 2 1 --purpose investigation > "$homes/said" 2>&1 && fail "two were parted twice"
grep -q 'join of these two' "$homes/said" || fail "it is not told that there is no join"

# Killed on the way; the same command goes on.
"$besa" --home "$homes/ro" --officer ana --reason "exercise" --case c-1 --json own import "$homes/many.csv" --source big \
    --offences migrant_smuggling > "$homes/killed" 2>&1 & import_pid=$! # the program itself, not a shell around it
for _ in $(seq 200); do
    desk own imports > "$homes/said" 2>&1
    grep -q '"source":"big","officer":"ana","case":"c-1","lines":[1-9]' "$homes/said" && break
    sleep 0.02
done
kill -KILL "$import_pid" 2> /dev/null
wait "$import_pid" 2> /dev/null
desk own imports > "$homes/said" 2>&1
grep -o '"source":"big"[^}]*' "$homes/said" | grep -q ended && fail "the import was over before it could be cut"
import_of "$homes/many.csv" big > "$homes/said" 2>&1 || fail "the import does not go on"
grep -q '"lines":20001,"people":20000' "$homes/said" || fail "the second import is not whole"
says '"people":20005' desk own imports
says 'nothing is to be done' bash -c '"$@" 2>&1' _ "$besa" --home "$homes/ro" --officer ana --reason exercise --case c-1 \
    own import "$homes/many.csv" --source big --offences migrant_smuggling

# Of many slices; and the node goes away on the way: what was linked is told, and where to go on.
sleep 1
match_many() { "$besa" --home "$homes/ro" --officer ana --reason exercise --case c-1 own match "$homes/many.csv" --purpose investigation "$@"; }
match_many --least 0.9 > "$homes/links.csv" 2> "$homes/said" || fail "a long list is not linked"
grep -q '^20000 people asked for, .* 0 wrong lines' "$homes/said" || fail "a long list is not linked whole"
match_many > "$homes/links.csv" 2> "$homes/linking" & match_pid=$! # a file of its own: the one before tells of the same number
for _ in $(seq 1500); do grep -qs 'linking: 20' "$homes/linking" && break; sleep 0.02; done
stop
wait "$match_pid" && fail "a list that was cut is told as whole"
line=$(sed -n 's/^cut: --from \([0-9]*\) goes on$/\1/p' "$homes/linking")
[ "${line:-0}" -gt 1 ] || fail "it is not told where to go on"
grep -q "^$((line - 1)) people asked for" "$homes/linking" || fail "it is told to go on elsewhere"
grep -q ",\"m-$((line - 2))\"," "$homes/links.csv" || fail "the last who was linked is not told"
start
match_many --from "$line" > "$homes/links.csv" 2> "$homes/said" || fail "the list does not go on"
grep -q "^$((20001 - line)) people asked for" "$homes/said" || fail "the list goes on elsewhere"

# The files come back when they are lost.
stop
match > "$homes/said" 2>&1 && fail "a list was linked without the node"
grep -q 'names are searched by the running node' "$homes/said" || fail "it is not told that the node is needed"
rm -f "$homes/ro/index/segments"
start
for _ in $(seq 50); do
    desk own search "krasniqi arben" --purpose investigation > "$homes/said" 2>&1
    grep -q '"external":"x-2"' "$homes/said" && break
    sleep 0.1
done
says '"external":"x-2"' desk own search "krasniqi arben" --purpose investigation
person=$(grep -o '"person":[0-9]*' "$homes/said" | head -n 1 | cut -d: -f2)
says '"record":' desk own show "$person" --purpose investigation
says '"removed":' desk own remove "$person" --purpose investigation
says '"list":\[\]' desk own search "krasniqi arben 1990-11-21" source:register --purpose investigation
grep -qi 'popaj\|krasniqi' "$homes/ro.log" && fail "a name stands in the report"
desk own search popaj > "$homes/said" 2>&1 && fail "a search without purpose was answered"
"$besa" --home "$homes/ro" --officer ana --reason exercise own search popaj --purpose investigation > "$homes/said" 2>&1 &&
    fail "a search without a case was answered"
echo "own: people imported, found, linked, resumed, removed"
