#!/usr/bin/env bash
# Two real nodes, and a thief with a copy of ro's TLS key. Before the revocation the thief reaches al's handlers; within a
# minute of it neither his kept connection nor a new one does, and no call of al's goes to a server of his. The true node
# goes on with its next certificate. The API's own key, and what proves an officer, are revoked the same way.
# usage: tests/cmd/keys_revoke.sh BESA      exit code 77: not run
# covers: keys_revoke service_trust
set -u
besa=$1
root=$(cd "$(dirname "$0")/../.." && pwd)
homes=$(mktemp -d "${TMPDIR:-/tmp}/besa-revoke-XXXXXX") || exit 1
pids=()
stop() { for pid in "${pids[@]}"; do kill "$pid" 2> /dev/null && wait "$pid" 2> /dev/null; done; pids=(); }
trap 'stop; [ -n "${BESA_KEEP:-}" ] || rm -rf "$homes"' EXIT
# shellcheck source=tests/real/two_homes.sh
. "$root/tests/real/two_homes.sh"
command -v python3 > /dev/null && command -v openssl > /dev/null || { echo "NOT RUN: python3 or openssl is missing"; exit 77; }

read -r ro_port al_port desk_port < <(free_ports 3)
# shellcheck disable=SC2034
ro_line=$ro_port al_line=$al_port
two_homes || exit 1
fail() { echo "$1"; tail -n 5 "$homes"/*.log 2> /dev/null; exit 1; }

quiet as_ro officer put sorin "Sorin Test" desk security_officer || exit 1
printf 'desk_listen = 127.0.0.1:%s\nmetrics_file = %s\n' "$desk_port" "$homes/ro.prom" >> "$homes/ro/besa.conf"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=desk.invalid" -days 20 \
    -keyout "$homes/ro/tls/desk.key" -out "$homes/ro/tls/desk.pem" 2> /dev/null || exit 1
chmod 600 "$homes/ro/tls/desk.key" "$homes/ro/tls/desk.pem"

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
desk_ro() { "$besa" --home "$homes/ro" --officer ana --reason "exercise" "$@"; }
desk_al() { "$besa" --home "$homes/al" --officer blerim --reason "exercise" "$@"; }
doctor_ro() { desk_ro doctor; [ $? -le 2 ]; }
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

# The thief's client: one connection kept open and asked every half second; says the status of each answer, or `shut`.
cat > "$homes/thief.py" << 'END'
import http.client, ssl, sys, time
where, key, certificate, goes_on = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4] == "on"
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE
context.load_cert_chain(certificate, key)
def fresh():
    return http.client.HTTPSConnection("127.0.0.1", where, context=context, timeout=5)
kept = fresh()
while True:
    said = []
    for line in (kept, fresh()):
        try:
            line.request("POST", "/1/probe", b"x")
            answer = line.getresponse()
            answer.read()
            said.append(str(answer.status))
        except Exception:
            said.append("shut")
    print("%.1f" % time.monotonic(), *said, flush=True)
    if not goes_on:
        break
    time.sleep(0.25)
END
start
mkdir "$homes/thief" && cp "$homes/ro/tls/key.pem" "$homes/ro/tls/cert.pem" "$homes/thief/"
stolen=$(openssl x509 -noout -fingerprint -sha256 -in "$homes/thief/cert.pem" | sed 's/.*=//')
until_said '"state":"reachable"' desk_ro --json status
until_said '"state":"reachable"' desk_al --json status
python3 "$homes/thief.py" "$al_port" "$homes/thief/key.pem" "$homes/thief/cert.pem" on > "$homes/thief.said" &
thief=$!
pids+=("$thief")
until_said "" grep -qE ' (200|400|422|429) (200|400|422|429)$' "$homes/thief.said" # the test shows nothing otherwise
! grep -qE '403|shut' "$homes/thief.said" || { cat "$homes/thief.said"; fail "the thief was refused before"; }

# One officer is not enough, and the approver must be one who may.
if desk_ro keys revoke tls "$stolen" > "$homes/said" 2>&1; then fail "one officer revoked"; fi
grep -q "second officer" "$homes/said" || fail "it does not say why"
if desk_ro --approver ana keys revoke tls "$stolen" > "$homes/said" 2>&1; then fail "an officer approved herself"; fi
# Renew, then revoke what was stolen: the line goes on.
quiet as_ro keys tls renew || fail "renew"
revoked=$(cut -d' ' -f1 /proc/uptime)
quiet desk_ro --approver sorin keys revoke tls "$stolen" || fail "revoke"
for _ in $(seq 240); do # a minute
    tail -n 1 "$homes/thief.said" | grep -qE ' (403|shut) shut$' && break
    sleep 0.25
done
seconds=$(awk -v from="$revoked" '$2 ~ /403|shut/ && $3 == "shut" { printf "%.1f", $1 - from; exit }' "$homes/thief.said")
[ -n "$seconds" ] || { cat "$homes/thief.said"; fail "the thief still reaches a handler after a minute"; }
sleep 0.6
tail -n 2 "$homes/thief.said" | grep -qvE ' shut shut$' && { cat "$homes/thief.said"; fail "the thief came back"; }
kill "$thief"

# The true node is heard, both ways; nothing stands still.
until_said '"state":"reachable"' desk_al --json status
for side in ro al; do quiet "desk_$side" case c-1 "Exercise" || exit 1; done
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
ask ro al
ask al ro

# It holds after a restart of both.
stop
start
python3 "$homes/thief.py" "$al_port" "$homes/thief/key.pem" "$homes/thief/cert.pem" once > "$homes/thief.said"
grep -qE ' shut shut$' "$homes/thief.said" || { cat "$homes/thief.said"; fail "after a restart the thief is let in"; }
ask ro al

# A thief who serves with the stolen key where al calls ro: nothing is asked of him.
stop
cat > "$homes/fake.py" << 'END'
import socket, ssl, sys
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[3], sys.argv[2])
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    line, _ = listener.accept()
    line.settimeout(5)
    try:
        with context.wrap_socket(line, server_side=True) as shut:
            print("asked" if shut.recv(100) else "nothing", flush=True)
    except Exception:
        print("nothing", flush=True)
END
python3 "$homes/fake.py" "$ro_port" "$homes/thief/key.pem" "$homes/thief/cert.pem" > "$homes/fake.said" & pids+=($!)
: > "$homes/al.log"
"$besa" --home "$homes/al" serve > "$homes/al.log" 2>&1 & pids+=($!)
until_said "nothing" cat "$homes/fake.said"
until_said "certificate that was revoked" desk_al --json status
! grep -q asked "$homes/fake.said" || fail "al asked the thief's server"
stop

# In the night nobody has the institution's key: the certificate in use is revoked, and the line stands still.
start
until_said '"state":"reachable"' desk_ro --json status
quiet desk_ro --approver sorin keys revoke tls || fail "revoke the one in use"
until_said "not accept our certificate\|certificate that was revoked\|closed the line" desk_ro --json status
until_said "this node is revoked" desk_ro --json status
until_said "besa keys tls renew" doctor_ro
quiet as_ro keys tls renew || fail "renew after"
until_said '"state":"reachable"' desk_ro --json status
ask ro al
ask al ro

# The API's own key, and what proves an officer.
shown() { openssl s_client -connect "127.0.0.1:$desk_port" < /dev/null 2> /dev/null | openssl x509 -noout -fingerprint -sha256; }
of_file() { openssl x509 -noout -fingerprint -sha256 -in "$1"; }
[ "$(shown)" = "$(of_file "$homes/ro/tls/desk.pem")" ] || fail "the API does not show its own certificate"
if as_ro keys revoke desk-tls > "$homes/said" 2>&1; then fail "one officer took the API's key"; fi
quiet as_ro --approver sorin keys revoke desk-tls || fail "revoke desk-tls"
[ "$(shown)" = "$(of_file "$homes/ro/tls/cert.pem")" ] || fail "the API still shows the stolen certificate"
[ ! -e "$homes/ro/tls/desk.key" ] && [ -e "$homes/ro/tls/desk.revoked.pem" ] || fail "the stolen key still lies there"

# The API's client: one request with what JAR holds of a session; says the status, then the body.
cat > "$homes/desk.py" << 'END'
import http.client, json, os, ssl, sys, uuid
port, jar, method, path, body = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4], (sys.argv[5:] or [None])[0]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE
fields = {"X-Besa-Reason": "exercise"}
if os.path.exists(jar):
    fields.update(json.load(open(jar)))
if body is not None:
    fields["Content-Type"] = "application/json"
if method == "POST" and not path.endswith(("/session", "/v1/password")):
    fields["Idempotency-Key"] = str(uuid.uuid4())
line = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=30)
line.request(method, path, body, fields)
answer = line.getresponse()
text = answer.read().decode()
if answer.status == 201 and path.endswith("/session"):
    cookie = answer.getheader("Set-Cookie").split(";")[0]
    json.dump({"Cookie": cookie, "X-Besa-CSRF": json.loads(text)["csrf"]}, open(jar, "w"))
print(answer.status, text)
END
api() { local who=$1; shift; python3 "$homes/desk.py" "$desk_port" "$homes/$who.jar" "$@" > "$homes/said" 2>&1; }
answers() { # STATUS WHO METHOD PATH [BODY]
    local status=$1
    shift
    api "$@" || fail "no answer: $*"
    grep -q "^$status " "$homes/said" || { cat "$homes/said"; fail "not $status: $*"; }
}
said_field() { grep -o "\"$1\":\"[^\"]*\"" "$homes/said" | head -n 1 | cut -d'"' -f4; }
session() { printf '{"officer":"%s","password":"%s"}' "$1" "$2"; }
confirm() { # WHO APPROVAL SHA256
    "$besa" --home "$homes/ro" --officer "$1" --reason "exercise" --json approval confirm "$2" "$3" > "$homes/said" 2>&1
}
# A password as people get theirs: one half from the administrator, one from a second officer, then their own.
password() { # ID PASSWORD CONFIRMS [THE PASSWORD OF WHO CONFIRMS]
    local first second approval sha256
    as_ro --json officer password "$1" > "$homes/said" 2>&1 || fail "password of $1"
    first=$(said_field first_half) approval=$(said_field approval) sha256=$(said_field sha256)
    if [ -n "${4:-}" ]; then # who has a password confirms with it
        confirm "$3" "$approval" "$sha256" < /dev/null && fail "$3 confirms by name"
        grep -q "password of $3 is wanted" "$homes/said" || { cat "$homes/said"; fail "another reason"; }
        confirm "$3" "$approval" "$sha256" <<< "not the password" && fail "$3 confirms with a wrong password"
    fi
    confirm "$3" "$approval" "$sha256" <<< "${4:-}" ||
        { cat "$homes/said"; fail "confirming the password of $1"; }
    second=$(said_field second_half)
    answers 201 "$1" POST /api/v1/session "$(session "$1" "$first$second")"
    answers 403 "$1" GET /api/v1/inbox # good for one thing
    answers 204 "$1" POST /api/v1/password "{\"old\":\"$first$second\",\"new\":\"$2\"}"
    rm "$homes/$1.jar"
    answers 201 "$1" POST /api/v1/session "$(session "$1" "$2")"
}
password ana "a long enough password 7" sorin
password sorin "a long enough password 8" ana "a long enough password 7"
password admin-ro "a long enough password 9" sorin "a long enough password 8"
answers 200 ana GET /api/v1/session
answers 200 ana GET /api/v1/inbox
# One asks in a session of his own and nothing happens; whoever drafted it does not confirm it; another does.
answers 202 sorin POST /api/v1/officers/ana/revocation
approval=$(said_field approval) sha256=$(said_field sha256)
answers 200 ana GET /api/v1/session
answers 403 sorin POST "/api/v1/approvals/$approval/confirmation" "{\"sha256\":\"$sha256\"}"
answers 409 admin-ro POST "/api/v1/approvals/$approval/confirmation" "{\"sha256\":\"$(printf '0%.0s' {1..64})\"}"
answers 200 ana GET /api/v1/session
answers 200 admin-ro POST "/api/v1/approvals/$approval/confirmation" "{\"sha256\":\"$sha256\"}"
# From here on neither her session nor her password opens anything; the others' do.
answers 401 ana GET /api/v1/session
answers 401 ana GET /api/v1/inbox
rm "$homes/ana.jar"
answers 401 ana POST /api/v1/session "$(session ana "a long enough password 7")"
answers 200 sorin GET /api/v1/session
# A new password in two halves opens it again; and at the command line two are needed as well.
password ana "a long enough password 0" sorin "a long enough password 8"
if as_ro keys revoke officer ana > "$homes/said" 2>&1; then fail "one officer revoked an officer"; fi
answers 200 ana GET /api/v1/session
as_ro --approver sorin keys revoke officer ana < /dev/null > "$homes/said" 2>&1 && fail "sorin approves by name"
quiet as_ro --approver sorin keys revoke officer ana <<< "a long enough password 8" || fail "revoke officer"
answers 401 ana GET /api/v1/session
rm "$homes/ana.jar"
answers 401 ana POST /api/v1/session "$(session ana "a long enough password 0")"
# The books are verified beside the work of the sandboxed node, and one who may looks them over.
answers 202 admin-ro POST /api/v1/verification
verified() { api admin-ro GET /api/v1/verification; cat "$homes/said"; }
until_said '"state":"done".*"clean":true' verified
answers 200 admin-ro GET /api/v1/doctor
# The metrics count what the API refused by kind, and name nobody.
until_said 'besa_desk_problems_total{kind="session"} [4-9]' cat "$homes/ro.prom"
until_said 'besa_desk_requests_total [1-9][0-9]' cat "$homes/ro.prom"
if grep -qE 'ana|sorin|127\.0\.0\.1' "$homes/ro.prom"; then fail "the metrics name somebody"; fi
quiet as_ro verify || fail "verify"
echo "a stolen TLS key opened nothing $seconds s after its revocation; the node went on with its next one"
