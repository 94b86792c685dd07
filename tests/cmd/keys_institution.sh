#!/usr/bin/env bash
# An institution goes over to its next certificate while two real nodes exchange: version 2 of the agreement introduces it, signed by
# the old key; both are believed; the node goes over; version 3 names the next one alone, signed by the next key; what the
# old key issues opens nothing any more. Traffic goes on through all of it.
# usage: tests/cmd/keys_institution.sh BESA      exit code 77: not run
# covers: keys_institution service_trust verify_agreements
set -u
besa=$1
root=$(cd "$(dirname "$0")/../.." && pwd)
homes=$(mktemp -d "${TMPDIR:-/tmp}/besa-institution-XXXXXX") || exit 1
pids=()
stop() { for pid in "${pids[@]}"; do kill "$pid" 2> /dev/null && wait "$pid" 2> /dev/null; done; pids=(); }
trap 'stop; [ -n "${BESA_KEEP:-}" ] || rm -rf "$homes"' EXIT
# shellcheck source=tests/real/two_homes.sh
. "$root/tests/real/two_homes.sh"
command -v python3 > /dev/null && command -v openssl > /dev/null || { echo "NOT RUN: python3 or openssl is missing"; exit 77; }
read -r ro_port al_port < <(free_ports 2)
# shellcheck disable=SC2034
ro_line=$ro_port al_line=$al_port
two_homes || exit 1
fail() { echo "$1"; tail -n 5 "$homes/said" "$homes"/*.log 2> /dev/null; exit 1; }
quiet as_ro officer put sorin "Sorin Test" desk security_officer || exit 1
desk_ro() { "$besa" --home "$homes/ro" --officer ana --reason "exercise" "$@"; }
desk_al() { "$besa" --home "$homes/al" --officer blerim --reason "exercise" "$@"; }
start() {
    : > "$homes/ro.log"
    "$besa" --home "$homes/ro" serve > "$homes/ro.log" 2>&1 & pids+=($!)
    : > "$homes/al.log"
    "$besa" --home "$homes/al" serve > "$homes/al.log" 2>&1 & pids+=($!)
    for side in ro al; do
        for _ in $(seq 100); do grep -q ready "$homes/$side.log" && continue 2; sleep 0.1; done
        fail "$side did not start"
    done
}
until_said() { # TEXT COMMAND...
    local text=$1 said
    shift
    for _ in $(seq 300); do
        said=$("$@" 2>&1) && grep -q -- "$text" <<< "$said" && return 0
        sleep 0.1
    done
    echo "$said"
    fail "not said: $text: $*"
}
number=0
ask() { # SIDE OTHER
    number=$((number + 1))
    local mark=EX-2026-00$((1000 + number)) place=Bucharest
    [ "$1" = ro ] || place=Tirana
    sed -e "s/RO-2026-000017/$mark/" -e "s/Single Point of Contact, Bucharest/Single Point of Contact, $place/" -e "s/2027-01-12/$(date -d '+200 days' +%F)/" \
        "$root/tests/fuzz/corpus/request/urgent" > "$homes/request.json"
    quiet "desk_$1" --case c-1 request "$homes/request.json" || fail "request $number of $1"
    until_said "$mark" "desk_$2" --json inbox
    until_said "$mark.*received" "desk_$1" --json sent
}
# The next key and certificate of ro's institution.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1826 -subj "/O=Exercise, Bucharest/CN=Exercise, Bucharest" \
    -addext "basicConstraints=critical,CA:TRUE,pathlen:0" -addext "keyUsage=critical,keyCertSign,digitalSignature" \
    -keyout "$homes/next.key" -out "$homes/next.pem" 2> /dev/null || exit 1
cp "$homes/ro/institution/key.pem" "$homes/old.key" && cp "$homes/ro/institution/cert.pem" "$homes/old.pem"
version() { # NUMBER: its draft, from the first one
    python3 - "$homes" "$1" << 'END'
import json, sys
homes, number = sys.argv[1], int(sys.argv[2])
text = open(homes + "/draft.json").read()
draft = json.loads(text)
draft["version"] = number
party = next(p for p in draft["parties"] if p["party"] == "ro")
after = open(homes + "/next.pem").read()
if number == 2:
    items = list(party.items())
    at = [k for k, _ in items].index("certificate") + 1
    items.insert(at, ("next_certificate", after))
    draft["parties"][draft["parties"].index(party)] = dict(items)
else:
    party["certificate"] = after
open("%s/v%d.json" % (homes, number), "w").write(json.dumps(draft, separators=(",", ":"), ensure_ascii=False))
END
}
agree() { # NUMBER KEY CERT: ro proposes, al signs second
    version "$1"
    quiet as_ro agreement sign "$homes/v$1.json" --output "$homes/once$1.cms" --key "$2" --cert "$3" || fail "sign version $1"
    quiet desk_ro agreement propose "$homes/once$1.cms" || fail "propose version $1"
    until_said "\"version\":$1" desk_al --json agreement history
    quiet as_al agreement countersign "$homes/once$1.cms" --output "$homes/both$1.cms" || fail "countersign version $1"
    quiet desk_al agreement accept "$homes/both$1.cms" || fail "accept version $1"
    until_said "\"version\":$1,\"state\":\"reachable\"" desk_ro --json status
    until_said "\"version\":$1,\"state\":\"reachable\"" desk_al --json status
}
reaches() { # KEY CERT: does a client with these come through to a handler of al's?
    python3 - "$al_port" "$1" "$2" << 'END'
import http.client, ssl, sys
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE
context.load_cert_chain(sys.argv[3], sys.argv[2])
try:
    line = http.client.HTTPSConnection("127.0.0.1", int(sys.argv[1]), context=context, timeout=5)
    line.request("POST", "/1/probe", b"x")
    sys.exit(1 if line.getresponse().status == 403 else 0)
except Exception:
    sys.exit(1)
END
}

start
for side in ro al; do quiet "desk_$side" case c-1 "Exercise" || exit 1; done
until_said '"state":"reachable"' desk_ro --json status
ask ro al
cp "$homes/ro/tls/key.pem" "$homes/tls-old.key" && cp "$homes/ro/tls/cert.pem" "$homes/tls-old.pem"

# Not before it is agreed: neither a certificate that no version introduced, nor the node's going over.
version 3
sed -i 's/"version":3/"version":2/' "$homes/v3.json"
quiet as_ro agreement sign "$homes/v3.json" --output "$homes/early.cms" --key "$homes/next.key" --cert "$homes/next.pem" || fail "sign early"
if desk_ro agreement propose "$homes/early.cms" > "$homes/said" 2>&1; then fail "a certificate was changed without its introduction"; fi
grep -q "does not change by an amendment" "$homes/said" || fail "it does not say why"
if as_ro --approver sorin keys institution "$homes/next.pem" > "$homes/said" 2>&1; then fail "the node went over before it was agreed"; fi
grep -q "amend it first" "$homes/said" || fail "it does not say what comes first"

agree 2 "$homes/old.key" "$homes/old.pem"
ask ro al
if as_ro keys institution "$homes/next.pem" > "$homes/said" 2>&1; then fail "one officer changed the institution's certificate"; fi
quiet as_ro --approver sorin keys institution "$homes/next.pem" --key "$homes/next.key" || fail "go over"
quiet as_ro keys tls renew || fail "renew under the next key"
openssl verify -CAfile "$homes/next.pem" "$homes/ro/tls/cert.pem" > "$homes/said" 2>&1 || fail "the next key did not issue it"
ask ro al
ask al ro
reaches "$homes/tls-old.key" "$homes/tls-old.pem" || fail "in the overlap the old certificate opens nothing"
reaches "$homes/ro/tls/key.pem" "$homes/ro/tls/cert.pem" || fail "the next certificate opens nothing"

# What al cannot note in its home holds all the same, and is noted at the next start.
noted=$homes/al/partners/ro.institution.pem
rm -f "$noted" && mkdir -p "$noted/in/the/way" || exit 1
agree 3 "$homes/next.key" "$homes/next.pem"
until_said "cannot be noted" cat "$homes/al.log"
if reaches "$homes/tls-old.key" "$homes/tls-old.pem"; then fail "the old certificate opens a door after its end"; fi
reaches "$homes/ro/tls/key.pem" "$homes/ro/tls/cert.pem" || fail "the next certificate opens nothing after version 3"
ask ro al
ask al ro
# Whoever has the old key ends no log with it; the next one does.
quiet desk_ro --approver sorin succession prepare ro/ro-al/to/al/0 --why yearly_closing --output "$homes/end.json" || fail "prepare an end"
quiet as_ro succession sign "$homes/end.json" --output "$homes/end.old" --key "$homes/old.key" --cert "$homes/old.pem" || fail "sign by the old key"
if desk_al succession allow "$homes/end.old" > "$homes/said" 2>&1; then fail "the old key ended a log"; fi
quiet as_ro succession sign "$homes/end.json" --output "$homes/end.next" --key "$homes/next.key" --cert "$homes/next.pem" || fail "sign by the next key"
quiet desk_al succession allow "$homes/end.next" || fail "the next key ends no log"
stop
rm -r "$noted"
start
ask ro al
ask al ro
stop
quiet as_ro verify || fail "verify ro"
quiet as_al verify || fail "verify al"
"$besa" --home "$homes/al" --json keys > "$homes/said" || fail "keys"
grep -q "$(openssl x509 -noout -fingerprint -sha256 -in "$homes/next.pem" | sed 's/.*=//; s/://g' | tr A-F a-f)" "$homes/said" ||
    fail "al still counts the days of the old certificate"
echo "the institution went over to its next certificate; $number requests arrived before, between and after"
