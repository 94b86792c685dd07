#!/usr/bin/env bash
# Journey 10, the first hour: two homes from nothing, paired by fingerprint, one co-signed agreement, the first request with
# its receipt and its deadline equal on both; then a recovery key, a backup of the running node, the drill and a restore, as
# docs/backup.md writes the commands, and the proof that the restored log is unbroken. In under fifteen minutes.
# Not here: the installation of the packages (tests/packaging) and an upgrade (tests/real/upgrade.sh).
# usage: tests/real/j10_first_hour.sh BESA SAMPLE_REQUEST      exit code 77: not run
set -u
besa=$(realpath "$1") sample=$(realpath "$2")
root=$(cd "$(dirname "$0")/../.." && pwd)
homes=$(mktemp -d "${TMPDIR:-/tmp}/besa-j10-XXXXXX") || exit 1
pids=()
stop() { for pid in "${pids[@]}"; do kill "$pid" 2> /dev/null && wait "$pid" 2> /dev/null; done; pids=(); }
trap 'stop; [ -n "${BESA_KEEP:-}" ] || rm -rf "$homes"' EXIT
# shellcheck source=tests/real/two_homes.sh
. "$root/tests/real/two_homes.sh"
command -v python3 > /dev/null || { echo "NOT RUN: python3 is missing"; exit 77; }
read -r ro_port al_port < <(free_ports 2)
# shellcheck disable=SC2034 # two_homes.sh reads them
ro_line=$ro_port al_line=$al_port
limit_s=900
begun=$SECONDS
fail() { echo "j10: $*"; cat "$homes/said" 2> /dev/null; tail -n 5 "$homes"/*.log; exit 1; }
step() { echo "j10: $((SECONDS - begun)) s: $*"; }
desk() { # SIDE OFFICER COMMAND...
    local home=$1 officer=$2
    shift 2
    "$besa" --home "$homes/$home" --officer "$officer" --reason "exercise" --case c-1 --json "$@"
}
until_said() { # TEXT COMMAND...
    local text=$1 since=$SECONDS
    shift
    while [ $((SECONDS - since)) -lt 60 ]; do
        "$@" > "$homes/said" 2>&1 && grep -q -- "$text" "$homes/said" && return
        sleep 0.1
    done
    fail "not said: $text: $*"
}
# A command as docs/backup.md writes it: found there word for word, with its places filled in.
documented() { # THE LINE OF THE PAGE, THE WORDS TO RUN...
    grep -qxF -- "$1" "$root/docs/backup.md" || fail "docs/backup.md no longer says: $1"
    shift
    quiet "$@" || fail "the documented command fails"
}

two_homes || exit 1
step "two homes, paired by fingerprint, one agreement signed by both"
for side in ro al; do
    : > "$homes/$side.log"
    "$besa" --home "$homes/$side" serve > "$homes/$side.log" 2>&1 & pids+=($!)
done
for side in ro al; do until_said ready cat "$homes/$side.log"; done
until_said '"state":"reachable"' desk ro ana status
quiet "$besa" --home "$homes/ro" --officer ana --reason "exercise" case c-1 "First case" || exit 1
quiet "$besa" --home "$homes/al" --officer blerim --reason "exercise" case c-1 "First case" || exit 1
step "both run and reach each other"

"$sample" RO-1 > "$homes/sample.json" && python3 - "$homes" << 'END' || fail "no sample"
import json, sys
homes = sys.argv[1]
request = json.load(open(f"{homes}/sample.json", encoding="utf-8"))
request["authority"] = json.load(open(f"{homes}/ro.pairing", encoding="utf-8"))["authorities"][0]["code"]
json.dump(request, open(f"{homes}/request.json", "w", encoding="utf-8"), separators=(",", ":"), ensure_ascii=False)
END
quiet desk ro ana request "$homes/request.json" || fail "the first request"
item=$(sed -n 's/.*"item":"\([^"]*\)".*/\1/p' "$homes/said")
until_said '"receipt":' desk ro ana show "$item"
due_ro=$(grep -o '"due":"[^"]*"' "$homes/said")
until_said '"due":' desk al blerim show "$item"
due_al=$(grep -o '"due":"[^"]*"' "$homes/said")
[ -n "$due_ro" ] && [ "$due_ro" = "$due_al" ] || fail "deadlines differ: $due_ro $due_al"
first_s=$((SECONDS - begun))
[ "$first_s" -lt "$limit_s" ] || fail "the first receipted message took $first_s s, $limit_s allowed"
step "the first request has its receipt, and one deadline on both: ${due_ro#*:}"

umask 077
echo "a passphrase of an exercise" > "$homes/pass"
cd "$homes" || exit 1
documented 'besa backup key recovery --passphrase-file FILE' \
    "$besa" --home "$homes/ro" backup key recovery --passphrase-file pass
mkdir backups
documented 'besa backup /backups --recovery recovery.pub --officer ID --reason TEXT' \
    "$besa" --home "$homes/ro" backup backups --recovery recovery.pub --officer admin-ro --reason "exercise"
file=$(echo backups/besa-ro-*.backup)
documented 'besa backup verify /backups/besa-ro-….backup --recovery-key recovery --passphrase-file FILE --officer ID --reason TEXT' \
    "$besa" --home "$homes/ro" backup verify "$file" --recovery-key recovery --passphrase-file pass --officer admin-ro --reason "exercise"
step "a backup of the running node, and the drill"
stop
quiet "$besa" restore "$file" --home "$homes/restored" --passphrase-file pass --recovery-key recovery || fail "no restore"
documented_verify=$("$besa" --home "$homes/restored" --officer admin-ro --reason "exercise" --json verify 2>&1) || {
    echo "$documented_verify"
    fail "the restored books do not verify"
}
step "restored to a new place, and every log of it verifies: unbroken"
echo "j10: the first receipted message after $first_s s of at most $limit_s, the drill and the restore after $((SECONDS - begun)) s"
