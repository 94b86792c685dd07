#!/bin/bash
# Books with everything that two real nodes exchanged, made older to each schema that there ever was and brought to this
# program, by `besa upgrade` or by a training node's start: afterwards every row that older books had is there, every derived row
# and every receipt is that of the node that ran all along, a rebuild from the log gives the same once more, and the node goes on
# with its partner. A row that is planted, changed or lost is seen.
#
#     upgrade.sh BESA SAMPLE_REQUEST BOOKS_PRINT BOOKS_AGE      exit code 77: not run
set -u
besa=$(realpath "$1") sample=$(realpath "$2") print=$(realpath "$3") age=$(realpath "$4")
here=$(dirname "$(realpath "$0")")
command -v python3 > /dev/null || { echo "NOT RUN: python3 is missing"; exit 77; }
newest=$(($(find "$here/../data/schema" -name '[0-9]*.sql' | wc -l)))
homes=$(mktemp -d "${TMPDIR:-/tmp}/besa-upgrade-XXXXXX")
# shellcheck source=tests/real/two_homes.sh
. "$here/two_homes.sh"
# shellcheck source=tests/real/live_nodes.sh
. "$here/live_nodes.sh"
trap end_all EXIT
read -r ro_port al_port < <(free_ports 2)
# shellcheck disable=SC2034  # read by two_homes.sh
ro_line=$ro_port al_line=$al_port

books() { "$print" "$homes/$1" > "$homes/$2" || fail "the books of $1 can be read"; }
same() { cmp -s "$homes/$1" "$homes/$2" || { diff "$homes/$1" "$homes/$2"; fail "$3"; }; }
admin() { # SIDE HOME COMMAND...
    local side=$1 home=$2
    shift 2
    quiet "$besa" --home "$homes/$home" --officer "admin-$side" --reason exercise --approver chief "$@"
}
has_rows() { # FILE TABLE...
    local file=$1 table
    shift
    for table; do grep -q "^$table " "$homes/$file" || fail "$file has rows of $table"; done
}
# A copy of a side's home, aged, upgraded, compared with the side that ran all along, and with a rebuild from the log.
from_schema() { # SIDE SCHEMA
    rm -rf "$homes/old"
    cp -a "$homes/$1" "$homes/old"
    "$age" "$homes/old" "$2" || fail "the books of $1 are of schema $2"
    admin "$1" old upgrade --check --json && grep -q "\"schema_from\":$2,.*\"rebuilds\":true" "$homes/said" || fail "an upgrade from $2 is due"
    admin "$1" old upgrade --without-backup --json || fail "the books of $1 are upgraded from schema $2"
    grep -q '"clean":true' "$homes/said" || fail "the books verify after the upgrade"
    books old upgraded
    same "$1.books" upgraded "from schema $2 every table of $1 is that of the node that ran all along"
    admin "$1" old rebuild || fail "a rebuild"
    books old rebuilt
    same upgraded rebuilt "from schema $2 every table of $1 is that of a rebuild"
}

# What ro's desk keeps for itself.
desk_keeps() {
    local item
    write_request AL-UPGRADE-HOLD al
    until_said AL-UPGRADE-HOLD as_ro --json inbox
    item=$(grep -o '"item":"[^"]*"[^}]*AL-UPGRADE-HOLD' "$homes/said" | tail -n 1 | sed 's/.*"item":"\([^"]*\)".*/\1/')
    quiet as_ro --case c-1 retention hold "$item" --for exculpatory || fail "ro holds an item"
    quiet as_ro --case c-1 case note c-1 "a note" || fail "a note"
    quiet as_ro --case c-1 case reference c-1 siena S-1 || fail "a reference"
    quiet as_ro --case c-1 case task c-1 chief 2099-01-31T08:00:00Z "a task" || fail "a task"
    printf 'external,family,given,birth_date\nx-1,Testescu,Ion,1980-01-02\n' > "$homes/people.csv"
    quiet as_ro --case c-1 own import "$homes/people.csv" --source register --offences migrant_smuggling || fail "own people"
}
# Older books than of the third schema have no officers; a node enters them while there is none.
officers_again() {
    quiet "$besa" --home "$homes/ro" --officer node --reason exercise officer put admin-ro Admin desk administrator &&
        quiet "$besa" --home "$homes/ro" --officer admin-ro --reason exercise officer put chief Chief desk head_of_desk &&
        quiet "$besa" --home "$homes/ro" --officer admin-ro --reason exercise officer put second Second desk security_officer &&
        quiet as_ro case c-1 Exercise || fail "officers are entered anew"
}
# The real node ro, ended and with its books in ro.books: aged, upgraded, compared, rebuilt; then it exchanges with al.
lived_on() { # SCHEMA TABLE...
    local schema=$1
    shift
    "$age" "$homes/ro" "$schema" || fail "the books of ro are of schema $schema"
    cp "$homes/ro/besa.db" "$homes/aged.db"
    if [ "$schema" -gt 2 ] && ((schema % 2 == 0)); then
        admin ro ro upgrade --check --json && grep -q "\"schema_from\":$schema,.*\"rebuilds\":true" "$homes/said" ||
            fail "an upgrade from $schema is due"
        admin ro ro upgrade --without-backup --json || fail "ro is upgraded from schema $schema"
        grep -q '"clean":true' "$homes/said" || fail "the books verify after the upgrade"
    else
        begin ro # a training node upgrades by itself
        end ro
    fi
    python3 "$here/books_kept.py" "$homes/aged.db" "$homes/ro/besa.db" "$@" > "$homes/said" 2>&1 || fail "every row of schema $schema is kept"
    books ro upgraded
    same ro.books upgraded "from schema $schema every table is that of the node that ran all along"
    [ "$schema" -gt 2 ] || officers_again
    admin ro ro rebuild || fail "a rebuild"
    books ro rebuilt
    same upgraded rebuilt "from schema $schema every table is that of a rebuild"
    begin ro
    write_request "RO-FROM-$schema" ro
    write_request "AL-FROM-$schema" al
    until_said "RO-FROM-$schema" as_al --json inbox
    until_said "AL-FROM-$schema" as_ro --json inbox
    level
    end ro
    books ro ro.books
}

two_homes || exit 1
heads
begin ro
begin al
until_said '"state":"reachable"' as_ro --json status
head -c 3000000 /dev/zero > "$homes/file.bin"
"$sample" RO-UPGRADE-1 > "$homes/request.json"
quiet as_ro --case c-1 request "$homes/request.json" --attach "$homes/file.bin" || fail "a request with a file"
for number in 2 3 4; do write_request "RO-UPGRADE-$number" ro; done
until_said RO-UPGRADE-4 as_al --json inbox
mapfile -t items < <(grep -o '"item":"[^"]*"' "$homes/said" | cut -d '"' -f 4 | sort)
[ ${#items[@]} = 4 ] || fail "four requests are in the inbox"
quiet as_al --case c-1 assign "${items[0]}" border-3 || fail "al assigns"
quiet as_al --case c-1 refuse "${items[1]}" --ground a --ground f_ii --text "not available" || fail "al refuses"
quiet as_al --case c-1 erase "${items[2]}" --why retention || fail "al erases"
until_said '"outcome":"refused"' as_ro --case c-1 --json show "${items[1]}"
# Under a suspension there, what comes is refused.
quiet as_al agreement suspend --for security || fail "al suspends"
until_said 'suspended' as_ro --json status
quiet as_al agreement resume || fail "al lifts it"
level
end ro
write_request RO-UPGRADE-5 ro # waits, without a number
end al
books ro ro.books
books al al.books
has_rows ro.books requests dues answers notices parts_held erasures governance retention receipt
has_rows al.books requests dues answers notices parts_held erasures governance retention receipt
from_schema al 4

# What is planted, changed or lost in a table is seen, and put right by a rebuild.
for fault in "insert into dues (entry, received_s, due_ms) values (1, 2, 3)" \
    "update answers set outcome = 1 - outcome" \
    "update requests set is_answered = 0 where is_answered = 1" \
    "delete from parts_held" \
    "update retention set erase_at_ms = erase_at_ms + 1 where entry = (select max(entry) from retention)"; do
    python3 -c 'import sqlite3, sys
books = sqlite3.connect(sys.argv[1])
books.execute(sys.argv[2])
books.commit()' "$homes/old/besa.db" "$fault" || fail "the fault is planted: $fault"
    books old planted
    cmp -s "$homes/al.books" "$homes/planted" && fail "it is seen: $fault"
    admin al old rebuild || fail "a rebuild"
    books old rebuilt
    same al.books rebuilt "a rebuild puts it right: $fault"
done

# The real node, from each schema that knows neither a second log nor a second version of the agreement, down to the first. At
# the first of them a message still waits for its number, which a start would give it.
begin al
write_request RO-UPGRADE-6 ro
books ro ro.books
for schema in 6 5 4 3 2 1; do
    lived_on $schema entries receipts
done

# With both, and with what a desk keeps for itself, from each schema that knows them.
begin ro
succeed ro/ro-al/to/al/0 yearly_closing
sed 's/"version":1,/"version":2,/; s/\("category":"contact_associate","erase_days":\)[0-9]*,"review_days":[0-9]*/\1300,"review_days":200/' \
    "$homes/draft.json" > "$homes/second.json"
quiet as_ro agreement sign "$homes/second.json" --output "$homes/second.once" || fail "version 2 is signed"
quiet as_ro agreement propose "$homes/second.once" || fail "version 2 is proposed"
until_said 'instead of' as_al agreement diff
quiet as_al agreement countersign "$homes/second.once" --output "$homes/second.both" || fail "version 2 is countersigned"
quiet as_al agreement accept "$homes/second.both" || fail "version 2 is accepted"
until_said '"version_in_force":2' as_ro --json agreement history
desk_keeps
level
end ro
books ro ro.books
has_rows ro.books successions governance
for ((schema = newest; schema >= 7; schema--)); do
    lived_on $schema entries receipts officers cases case_notes case_tasks case_references own_people own_imports holds
done
end al
books al al.books
has_rows al.books successions governance
from_schema al 7
echo "lived on from each of $newest schemas, every row and receipt as in the node that ran all along, $(wc -l < "$homes/ro.books") of ro"
