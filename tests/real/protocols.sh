#!/bin/bash
# Two real nodes that speak different protocols. ro speaks 2 and 3, al 1 and 2: they use 2, and everything arrives both ways. al goes
# back to 1: ro refuses it with 409 and words, on the probe and on every call, both nodes say so, and what was written waits. With
# 2 again it arrives, and the receipts of both nodes are the same. At last both run the program itself.
#
#     protocols.sh BESA OTHER_VERSION SAMPLE_REQUEST BOOKS_PRINT
set -u
besa=$(realpath "$1") other=$(realpath "$2") sample=$(realpath "$3") print=$(realpath "$4")
here=$(dirname "$(realpath "$0")")
homes=$(mktemp -d "${TMPDIR:-/tmp}/besa-protocols-XXXXXX")
# shellcheck source=tests/real/two_homes.sh
. "$here/two_homes.sh"
# shellcheck source=tests/real/live_nodes.sh
. "$here/live_nodes.sh"
trap end_all EXIT
read -r ro_port al_port < <(free_ports 2)
# shellcheck disable=SC2034  # read by two_homes.sh
ro_line=$ro_port al_line=$al_port
begin_speaking() { # SIDE OLDEST NEWEST
    besa=$other BESA_PROTOCOLS="$2 $3" begin "$1"
}
# al's certificate calls ro: status and body.
call_ro() { # PATH BODY
    python3 - "$ro_port" "$homes/al/tls" "$1" "$2" << 'END'
import http.client, ssl, sys

port, keys, path, body = sys.argv[1:]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE
context.load_cert_chain(keys + "/cert.pem", keys + "/key.pem")
line = http.client.HTTPSConnection("127.0.0.1", int(port), context=context, timeout=20)
line.request("POST", path, body)
answer = line.getresponse()
print(answer.read().decode(), answer.status, sep="\n")
END
}

two_homes || exit 1
heads
begin_speaking ro 2 3
begin_speaking al 1 2
until_said '"protocol":2' as_ro --json status
until_said '"protocol":2' as_al --json status
write_request RO-PROTOCOL-1 ro
until_said RO-PROTOCOL-1 as_al --json inbox
item=$(grep -o '"item":"[^"]*"' "$homes/said" | head -n 1 | cut -d '"' -f 4)
quiet as_al --case c-1 refuse "$item" --ground a --text "not available" || fail "al refuses"
until_said '"outcome":"refused"' as_ro --case c-1 --json show "$item"
level
says '"protocol":2' as_ro --json status

# Two versions behind.
end al
begin_speaking al 1 1
until_said 'al speaks protocol 1, we speak protocols 2 to 3: none in common; the line waits until one side is upgraded' as_ro --json status
until_said 'ro speaks protocols 2 to 3, we speak protocol 1: none in common; the line waits until one side is upgraded' as_al --json status
never_says '"state":"reachable"' as_al --json status
quiet "$besa" --home "$homes/al" --officer chief --reason exercise --case c-1 assign "$item" border-3 || fail "al writes on"
write_request RO-PROTOCOL-2 ro
as_al --json doctor > "$homes/said" 2>&1
grep -q 'none in common' "$homes/said" || fail "doctor says why the line waits"
call_ro /1/push x > "$homes/said" 2>&1
grep -q '^409$' "$homes/said" || fail "a post in protocol 1 is answered 409"
grep -q '"error":"version".*"protocol":3,"protocol_oldest":2.*we speak protocols 2 to 3' "$homes/said" || fail "with words"
call_ro /1/probe '{"protocol":1,"protocol_oldest":1,"software":"0","agreement":"ro-al","version":1}' > "$homes/said" 2>&1
grep -q '^409$' "$homes/said" || fail "a probe that offers protocol 1 alone is answered 409"
grep -q '"error":"version".*al speaks protocol 1, we speak protocols 2 to 3: none in common' "$homes/said" || fail "with words"
call_ro /2/push x > "$homes/said" 2>&1
grep -q '"error":"version"' "$homes/said" && fail "a post in protocol 2 is not refused for its version"
says '"waiting":1\|"without_receipt":1' as_ro --json status

# Upgraded to one behind: what waited arrives.
end al
begin_speaking al 1 2
until_said '"protocol":2' as_al --json status
until_said RO-PROTOCOL-2 as_al --json inbox
level
never_says 'none in common' as_ro --json status

# Both upgraded to the program itself.
end ro
end al
begin ro
begin al
until_said '"protocol":1' as_ro --json status
write_request RO-PROTOCOL-3 ro
until_said RO-PROTOCOL-3 as_al --json inbox
level
end ro
end al
for pair in "ro 2 al 3" "al 2 ro 3"; do
    read -r writer out reader in <<< "$pair"
    "$print" "$homes/$writer" | sed -n "s/^receipt $out //p" > "$homes/receipts.writer"
    "$print" "$homes/$reader" | sed -n "s/^receipt $in //p" > "$homes/receipts.reader"
    [ -s "$homes/receipts.writer" ] || fail "$writer has receipts"
    cmp "$homes/receipts.writer" "$homes/receipts.reader" || fail "the receipts of $writer's log are the same at $reader"
done
echo "one version apart they exchange, two apart they say why not, and nothing is lost"
