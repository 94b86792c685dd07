#!/usr/bin/env bash
# Journey 10, the first hour: two homes from nothing, paired by fingerprint, one co-signed agreement, the first request with
# its receipt and its deadline equal on both, by the commands of docs/first-hour.md, which are taken from the page itself; then a
# recovery key, a backup of the running node, the drill and a restore, as docs/backup.md writes the commands, and the proof that the
# restored log is unbroken. In under fifteen minutes.
# Not here: the installation of the packages (tests/packaging) and an upgrade (tests/real/upgrade.sh).
# usage: tests/real/j10_first_hour.sh BESA      exit code 77: not run
set -u
besa=$(realpath "$1")
root=$(cd "$(dirname "$0")/../.." && pwd)
homes=$(mktemp -d "${TMPDIR:-/tmp}/besa-j10-XXXXXX") || exit 1
pids=()
stop() { for pid in "${pids[@]}"; do kill "$pid" 2> /dev/null && wait "$pid" 2> /dev/null; done; pids=(); }
trap 'stop; [ -n "${BESA_KEEP:-}" ] || rm -rf "$homes"' EXIT
# shellcheck source=tests/real/two_homes.sh
. "$root/tests/real/two_homes.sh"
command -v python3 > /dev/null || { echo "NOT RUN: python3 is missing"; exit 77; }
read -r ro_port al_port < <(free_ports 2)
limit_s=900
begun=$SECONDS
fail() { echo "j10: $*"; cat "$homes/said" 2> /dev/null; tail -n 5 "$homes"/*/serve.log; exit 1; }
step() { echo "j10: $((SECONDS - begun)) s: $*"; }

# --- docs/first-hour.md, line by line ---

mkdir "$homes/bin" "$homes/bucharest" "$homes/tirana"
ln -s "$besa" "$homes/bin/besa"
unset BESA_HOME BESA_OFFICER BESA_REASON BESA_CASE
# The page's places are filled in, and nothing else is changed; SAYS stands before what a command says, BREAK between blocks.
python3 - "$root/docs/first-hour.md" "$homes" "$ro_port" "$al_port" << 'END' || fail "the page cannot be read"
import json, re, sys
page, homes, ro_port, al_port = open(sys.argv[1], encoding="utf-8").read(), *sys.argv[2:]
places = {"192.0.2.1:7400": f"127.0.0.1:{ro_port}", "192.0.2.2:7400": f"127.0.0.1:{al_port}"}
lines = []
for kind, text in re.findall(r"^```(\S+(?: \S+)?)\n(.*?)^```$", page, re.M | re.S):
    if kind == "json":
        json.loads(text)
        open(f"{homes}/bucharest/first.json", "w", encoding="utf-8").write(text)
        continue
    place = kind.removeprefix("sh ")
    assert place in ("bucharest", "tirana"), f"a block '{kind}' belongs to nobody"
    for found, filled in (places | {"/var/lib/besa": f"{homes}/{place}/home"}).items():
        text = text.replace(found, filled)
    lines += [f"{place}\t{line}" for line in text.splitlines()]
assert sum("\tbesa " in line for line in lines) >= 20, "the page has lost its commands"
open(f"{homes}/lines", "w", encoding="utf-8").write("\n".join(lines) + "\n")
END

# In a shell of that place: its directory, and what it exported.
at() { # PLACE LINE
    (cd "$homes/$1" && PATH=$homes/bin:$PATH && . ./exports && eval "$2") < /dev/null
}
says() { # PLACE LINE TEXT: a command that only looks is given again until it says it
    local since=$SECONDS
    while ! grep -q -- "$3" "$homes/said"; do
        [ $((SECONDS - since)) -lt 60 ] || fail "the page's command does not say '$3': $2"
        sleep 0.1
        case $2 in
        "besa serve") cp "$homes/$1/serve.log" "$homes/said" ;;
        *" sent" | *" inbox" | "besa status") at "$1" "$2" > "$homes/said" 2>&1 ;;
        *) fail "the page's command does not say '$3': $2" ;;
        esac
    done
}
# What the two hand over to each other: all that lies there, but for what a place made itself.
hand_over() { cp -n "$homes/bucharest"/*.* "$homes/tirana" && cp -n "$homes/tirana"/*.* "$homes/bucharest"; }
run() { # PLACE LINE
    local line=$2
    line=${line//RO-FINGERPRINT/${ro_print:-}} line=${line//AL-FINGERPRINT/${al_print:-}}
    case $line in
    "# says "*-FINGERPRINT | "# says ") # read out over the telephone
        [ "$1" = bucharest ] && ro_print=$(grep -oE '[0-9A-Z]{4}(-[0-9A-Z]{4})+' "$homes/said")
        [ "$1" = tirana ] && al_print=$(grep -oE '[0-9A-Z]{4}(-[0-9A-Z]{4})+' "$homes/said")
        return 0
        ;;
    "# says "*) says "$1" "$last" "${line#\# says }" ;;
    export\ *) echo "$line" > "$homes/$1/exports" ;;
    "besa serve")
        # The node itself is stopped, not a shell around it: so not by `at`.
        (cd "$homes/$1" && PATH=$homes/bin:$PATH && . ./exports && exec besa serve) < /dev/null > "$homes/$1/serve.log" 2>&1 &
        pids+=($!)
        : > "$homes/said"
        ;;
    "besa doctor") at "$1" "$line" > "$homes/said" 2>&1 ;; # its exit code counts warnings
    besa\ *)
        hand_over
        at "$1" "$line" > "$homes/said" 2>&1 || fail "the page's command fails: $line"
        ;;
    "") ;;
    *) fail "a line of the page that is no command: $line" ;;
    esac
    last=$line
}
ran=0
while IFS=$'\t' read -r place line; do
    run "$place" "$line"
    case $line in besa\ *) ran=$((ran + 1)) ;; esac
    case $line in
    *"countersign"*) step "paired by fingerprint: $ro_print, $al_print" ;;
    *"officer put blerim"*) step "one agreement, signed by both institutions" ;;
    *" sent") step "both run, and the first request left" ;;
    esac
done < "$homes/lines"
step "the $ran commands of docs/first-hour.md, as the page has them"

# --- the receipt, and one deadline ---

desk() { # PLACE OFFICER COMMAND...
    "$besa" --home "$homes/$1/home" --officer "$2" --reason "exercise" --case c-1 --json "${@:3}"
}
desk bucharest ana sent > "$homes/sent.json" && desk tirana blerim inbox > "$homes/inbox.json" || fail "lists"
item=$(sed -n 's/.*"item":"\([^"]*\)".*/\1/p' "$homes/sent.json")
desk bucharest ana show "$item" > "$homes/ro.json" && desk tirana blerim show "$item" > "$homes/al.json" || fail "show"
python3 - "$homes" << 'END' || fail "the first request"
import datetime, json, sys
load = lambda name: json.load(open(f"{sys.argv[1]}/{name}.json", encoding="utf-8"))
ours, theirs = load("ro"), load("al")
assert ours["receipt"] == theirs["receipt"] and ours["receipt"]["by"] == "al", (ours, theirs)
assert ours["due"] == theirs["due"] == load("sent")["list"][0]["due"] == load("inbox")["list"][0]["due"], "deadlines differ"
at = lambda text: datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
assert at(ours["due"]) - at(ours["receipt"]["time"]) == datetime.timedelta(hours=8), "not eight hours"
print(f"j10: received {ours['receipt']['time']} by the receipt of {ours['receipt']['by']}, due {ours['due']}: the same on both")
END
first_s=$((SECONDS - begun))
[ "$first_s" -lt "$limit_s" ] || fail "the first receipted message took $first_s s, $limit_s allowed"

# --- docs/backup.md ---

# A command as docs/backup.md writes it: found there word for word, with its places filled in.
documented() { # THE PAGE'S WORDS, THE WORDS TO RUN...
    grep -qF -- "$1" "$root/docs/backup.md" || fail "docs/backup.md no longer says: $1"
    shift
    quiet "$@" || fail "the documented command fails"
}
umask 077
echo "a passphrase of an exercise" > "$homes/pass"
cd "$homes" || exit 1
ro=$homes/bucharest/home
documented 'besa backup key recovery --passphrase-file FILE' \
    "$besa" --home "$ro" backup key recovery --passphrase-file pass
mkdir backups
documented 'besa backup /backups --recovery recovery.pub --officer ID --reason TEXT' \
    "$besa" --home "$ro" backup backups --recovery recovery.pub --officer admin-ro --reason "exercise"
file=$(echo backups/besa-ro-*.backup)
documented 'besa backup verify /backups/besa-ro-….backup --recovery-key recovery --passphrase-file FILE --officer ID --reason TEXT' \
    "$besa" --home "$ro" backup verify "$file" --recovery-key recovery --passphrase-file pass --officer admin-ro --reason "exercise"
step "a backup of the running node, and the drill"
stop
documented 'besa restore FILE --home NEW --recovery-key recovery --passphrase-file FILE' \
    "$besa" restore "$file" --home "$homes/restored" --recovery-key recovery --passphrase-file pass
"$besa" --home "$homes/restored" --officer admin-ro --reason "exercise" --json verify > "$homes/said" 2>&1 || fail "the restored books do not verify"
step "restored to a new place, and every log of it verifies: unbroken"
echo "j10: the first receipted message after $first_s s of at most $limit_s, the drill and the restore after $((SECONDS - begun)) s"
