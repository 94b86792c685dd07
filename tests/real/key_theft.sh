#!/bin/bash
# Two real nodes; the whole home of one is copied by a thief. The node suspends the agreement and goes over to new keys in new
# logs, the one to the partner and the domestic one, and doctor says at each step what comes next. The thief signs with the old
# keys: its own copy of the node finds out and stands still, the partner refuses a post of the old log key before custody, and a
# receipt that the old custody key gives backdated is named by `besa verify`. Last, keys change again before a thief did anything.
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

# The end of a log by hand, so that others are asked in between.
begin_end() { # ORIGIN
    rm -f "$homes"/theft.*
    quiet as_ro --approver second succession prepare "$1" --why key_theft --output "$homes/theft.json" || fail "the end of $1 is prepared"
    quiet as_ro succession sign "$homes/theft.json" --output "$homes/theft.once" || fail "the end of $1 is signed"
}
finish_end() {
    quiet as_al succession countersign "$homes/theft.once" --output "$homes/theft.cms" || fail "the end is countersigned"
    quiet as_ro --approver second succession import "$homes/theft.cms" || fail "the end is taken in"
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

# docs/recovery.md: the node is behind now. It suspends, makes new keys, resumes, and goes over to them with the reason key_theft,
# in each log of its own.
custody=(--custody-vkey "$(as_ro log vkey --custody)")
begin ro
until_said 'older backup was restored' as_ro --json status
quiet as_ro agreement suspend --for security || fail "the agreement is suspended"
says 'agreement [^ ]* is suspended by us' as_ro --json doctor
end ro
quiet "$besa" --home "$homes/ro" --officer admin-ro --reason exercise --approver second keeper renew || fail "new keys are made"
begin ro
until_said 'older backup was restored' as_ro --json status
until_said '"ordered' as_ro --approver second --json resume order
quiet as_al resume allow ro --until "$(date -u -d '+1 hour' +%Y-%m-%dT%H:%M:%SZ)" || fail "the partner allows it"
until_said '"resumed' as_ro --json resume status
says '"log ro/domestic/0 still signs with the keys before the newest","next":"besa succession prepare ro/domestic/0 --why key_change (key_theft' as_ro --json doctor
begin_end ro/ro-al/to/al/0
quiet as_al succession allow "$homes/theft.once" || fail "the partner allows the end"
says '"log ro/ro-al/to/al/0 is read-only: ends at size [0-9]* (key_theft): its successor waits for signatures","next":"besa succession countersign FILE' as_al --json doctor
finish_end
says '"log ro/domestic/0 still signs with the keys' as_ro --json doctor
succeed ro/domestic/0 key_theft
never_says 'still signs with the keys\|is read-only' as_ro --json doctor
"$sample" RO-THEFT-2 > "$homes/request.json"
as_ro --case c-1 request "$homes/request.json" > "$homes/said" 2>&1 && fail "nothing is sent while the agreement is suspended"
until_said 'agreement [^ ]* is suspended by ro' as_al --json doctor
quiet as_ro agreement resume || fail "the suspension is lifted"
never_says 'is suspended' as_ro --json doctor
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
says '"next":"put a newer backup back, from after the end of log ro/ro-al/to/al/0' as_twin --json doctor
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

# 4. The keys of now may be in other hands as well: nothing was done with them yet, so the log stops with the preparation.
quiet as_ro agreement suspend --for security || fail "the agreement is suspended again"
end ro
quiet "$besa" --home "$homes/ro" --officer admin-ro --reason exercise --approver second keeper renew || fail "new keys are made again"
begin ro
until_said '"met_since_start":true' as_ro --json status
says '"log ro/ro-al/to/al/1 still signs with the keys before the newest","next":"besa succession prepare ro/ro-al/to/al/1 --why key_change (key_theft' as_ro --json doctor
begin_end ro/ro-al/to/al/1
says '"log ro/ro-al/to/al/1 is read-only: ends at size [0-9]* (key_theft): its successor waits for signatures","next":"besa succession sign FILE; besa succession allow FILE and countersign FILE at al; besa succession import FILE here' as_ro --json doctor
quiet as_al succession allow "$homes/theft.once" || fail "the partner allows the end again"
finish_end
succeed ro/domestic/1 key_theft
quiet as_ro agreement resume || fail "the suspension is lifted again"
never_says 'still signs with the keys\|is read-only\|is suspended' as_ro --json doctor
write_request RO-THEFT-4 ro
until_said RO-THEFT-4 as_al --json inbox
level
end ro
end al
for side in ro al; do quiet "as_$side" verify || fail "the books of $side verify"; done
echo "a stolen home: its copy stood still, its post was refused ($(wc -c < "$homes/old.post") bytes), its receipt was named"
