#!/bin/bash
# Two real nodes; the whole home of one is copied by a thief. The node goes over to new keys in new logs, and the thief signs
# with the old ones: its own copy of the node finds out and stands still, the partner refuses a post of the old log key before
# custody, and a receipt that the old custody key gives backdated is named by `besa verify`.
#
#     key_theft.sh BESA SAMPLE_REQUEST STOLEN_HOME      exit code 77: not run
# covers: verify_chain accept
set -u
besa=$(realpath "$1") sample=$(realpath "$2") thief=$(realpath "$3")
here=$(dirname "$(realpath "$0")")
command -v python3 > /dev/null || { echo "NOT RUN: python3 is missing"; exit 77; }
homes=$(mktemp -d "${TMPDIR:-/tmp}/besa-theft-XXXXXX")
# shellcheck source=tests/real/two_homes.sh
. "$here/two_homes.sh"
# shellcheck source=tests/real/live_nodes.sh
. "$here/live_nodes.sh"
trap end_all EXIT
read -r ro_port al_port twin_port < <(free_ports 3)
# shellcheck disable=SC2034  # read by two_homes.sh
ro_line=$ro_port al_line=$al_port
as_twin() { "$besa" --home "$homes/twin" --officer chief --reason exercise "$@"; }
al_mirror() { as_al --json status | grep -o '"log":"ro/ro-al/to/al/[0-9]*","kind":"mirror","size":[0-9]*'; }
# Posts the file to al as whoever has this home; prints status and answer.
push() { # HOME FILE
    python3 - "$al_port" "$1/tls/key.pem" "$1/tls/cert.pem" "$2" << 'END'
import http.client, ssl, sys
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE
context.load_cert_chain(sys.argv[3], sys.argv[2])
line = http.client.HTTPSConnection("127.0.0.1", int(sys.argv[1]), context=context, timeout=20)
line.request("POST", "/1/push", open(sys.argv[4], "rb").read())
answer = line.getresponse()
print(answer.status, answer.read().decode(errors="replace"))
END
}

two_homes || exit 1
heads
begin ro
begin al
until_said '"state":"reachable"' as_ro --json status
write_request RO-THEFT-1 ro
write_request AL-THEFT-1 al
level
end ro
cp -a "$homes/ro" "$homes/twin"
sed -i "s/:$ro_port\$/:$twin_port/" "$homes/twin/besa.conf"
cp -a "$homes/twin" "$homes/control"
cp -a "$homes/twin" "$homes/robber"

# The control: before the change the thief's post is as good as the node's own, so what follows can fail.
"$sample" RO-THEFT-0 > "$homes/request.json"
quiet "$besa" --home "$homes/control" --officer chief --reason exercise --case c-1 request "$homes/request.json" || fail "the thief writes"
"$thief" "$homes/control" post "$homes/control.post" > "$homes/said" 2>&1 || fail "the thief signs"
push "$homes/control" "$homes/control.post" > "$homes/said"
grep -q '^200 .*al/custody/0' "$homes/said" || fail "the stolen keys are good before the change"
until_said RO-THEFT-0 as_al --json inbox

# docs/recovery.md: the node is behind now, resumes, and goes over to new keys with the reason key_theft.
custody=(--custody-vkey "$(as_ro log vkey --custody)")
quiet "$besa" --home "$homes/ro" --officer admin-ro --reason exercise --approver second keeper renew || fail "new keys are made"
begin ro
until_said 'older backup was restored' as_ro --json status
until_said '"ordered' as_ro --approver second --json resume order
quiet as_al resume allow ro --until "$(date -u -d '+1 hour' +%Y-%m-%dT%H:%M:%SZ)" || fail "the partner allows it"
until_said '"resumed' as_ro --json resume status
succeed ro/ro-al/to/al/0 key_theft
write_request RO-THEFT-2 ro
write_request AL-THEFT-2 al
until_said RO-THEFT-2 as_al --json inbox
level

# 1. The thief lets the copy run: it hears of a later log under a key that it does not have, and stands still.
mirror=$(al_mirror)
"$sample" RO-THEFT-3 > "$homes/request.json"
quiet "$besa" --home "$homes/robber" --officer chief --reason exercise --case c-1 request "$homes/request.json" || fail "the thief writes"
begin twin
until_said 'names our later log ro/ro-al/to/al/1, under a key that these books do not have' as_twin --json status
as_twin --case c-1 request "$homes/request.json" > "$homes/said" 2>&1 && fail "the twin writes nothing"
end twin
[ "$(al_mirror)" = "$mirror" ] || fail "nothing of the twin is in custody: $(al_mirror), not $mirror"

# 2. With a program of its own: numbered, sealed and signed by the old keys, posted under the stolen TLS key.
"$thief" "$homes/robber" post "$homes/old.post" > "$homes/said" 2>&1 || fail "the thief signs again"
push "$homes/robber" "$homes/old.post" > "$homes/said"
grep -q '^200' "$homes/said" && fail "a post of the old log key is refused"
grep -q '^422 {"error":"invalid".*not signed by ro/ro-al/to/al/1' "$homes/said" || fail "al says that the log's key did not sign it"
[ "$(al_mirror)" = "$mirror" ] || fail "nothing of the thief is in custody: $(al_mirror), not $mirror"
never_says RO-THEFT-3 as_al --json inbox
never_says read-only as_al --json status

# 3. A receipt of the old custody key for what al wrote after the theft, with a time before it.
custody+=(--custody-vkey "$(as_al log vkey --custody al/ro-al/to/ro/0)" --custody-vkey "$(as_al log vkey --custody)")
keys=()
for origin in ro/ro-al/to/al/0 ro/ro-al/to/al/1 al/ro-al/to/ro/0; do
    keys+=(--vkey "$("as_${origin%%/*}" log vkey "$origin")")
done
quiet as_al log export "$homes/logs" || fail "the logs are exported"
quiet "$besa" --json verify "$homes/logs" "${keys[@]}" "${custody[@]}" || fail "the export verifies"
receipts=$homes/logs/al/ro-al/to/ro/0/receipts
"$thief" "$homes/control" receipt "$homes/logs/al/ro-al/to/ro/0" ro "$(date -d '-1 hour' +%s)" > "$homes/backdated" || fail "the thief gives a receipt"
sed -i '$d' "$receipts"
cat "$homes/backdated" >> "$receipts"
"$besa" --json verify "$homes/logs" "${keys[@]}" "${custody[@]}" > "$homes/said" 2>&1 && fail "a backdated receipt passes"
grep -q 'is backdated: ro/custody/0 ended at position' "$homes/said" || fail "the backdated receipt is named"
echo "a stolen home: its copy stood still, its post was refused ($(wc -c < "$homes/old.post") bytes), its receipt was named"
