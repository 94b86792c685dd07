#!/usr/bin/env bash
# Two real nodes renew their TLS keys in the middle of traffic, with the institution's key at hand and by a request that
# is answered elsewhere; an installation that was cut off is ended at the next start; who may not renew changes nothing.
# usage: tests/cmd/keys.sh BESA      exit code 77: not run
# covers: keys keys_tls service_tls server_peer
set -u
besa=$1
root=$(cd "$(dirname "$0")/../.." && pwd)
homes=$(mktemp -d "${TMPDIR:-/tmp}/besa-keys-XXXXXX") || exit 1
pids=()
stop() { for pid in "${pids[@]}"; do kill "$pid" 2> /dev/null && wait "$pid" 2> /dev/null; done; pids=(); }
trap 'stop; [ -n "${BESA_KEEP:-}" ] || rm -rf "$homes"' EXIT
# shellcheck source=tests/real/two_homes.sh
. "$root/tests/real/two_homes.sh"
command -v openssl > /dev/null || { echo "NOT RUN: openssl is missing"; exit 77; }

read -r ro_port al_port < <(free_ports 2)
# shellcheck disable=SC2034
ro_line=$ro_port al_line=$al_port
two_homes || exit 1

fail() { echo "$1"; tail -n 5 "$homes"/*.log 2> /dev/null; exit 1; }

start() {
    stop
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
    for _ in $(seq 150); do
        said=$("$@" 2>&1) && grep -q -- "$text" <<< "$said" && return 0
        sleep 0.1
    done
    echo "$said"
    fail "not said: $text: $*"
}

# The SHA-256 of what a node shows on its port, and of a file.
shown() { openssl s_client -connect "127.0.0.1:$1" < /dev/null 2> /dev/null | openssl x509 -noout -fingerprint -sha256; }
of_file() { openssl x509 -noout -fingerprint -sha256 -in "$1"; }

start
desk_ro() { "$besa" --home "$homes/ro" --officer ana --reason "exercise" "$@"; }
desk_al() { "$besa" --home "$homes/al" --officer blerim --reason "exercise" "$@"; }
for side in ro al; do quiet "desk_$side" case c-1 "Exercise" || exit 1; done

# A request of SIDE; it arrives, and its receipt comes back.
number=0
ask() { # SIDE OTHER
    number=$((number + 1))
    local mark=EX-2026-00$((1000 + number))
    local place=Bucharest
    [ "$1" = ro ] || place=Tirana
    sed -e "s/RO-2026-000017/$mark/" -e "s/Single Point of Contact, Bucharest/Single Point of Contact, $place/" -e "s/2027-01-12/$(date -d '+200 days' +%F)/" \
        "$root/tests/fuzz/corpus/request/urgent" > "$homes/request.json"
    quiet "desk_$1" --case c-1 request "$homes/request.json" || fail "request $number of $1"
    until_said "$mark" "desk_$2" --json inbox
    until_said "$mark.*received" "desk_$1" --json sent
}
ask ro al
ask al ro

# Traffic goes on without a pause while the keys are renewed.
: > "$homes/go"
(number=100
while [ -e "$homes/go" ]; do
    { ask ro al && ask al ro; } > "$homes/traffic.log" 2>&1
    echo >> "$homes/traffic.count"
done) &
traffic=$!
before=$(shown "$ro_port")
[ "$before" = "$(of_file "$homes/ro/tls/cert.pem")" ] || fail "ro shows another certificate"
for _ in 1 2 3; do
    for side in ro al; do
        old=$(of_file "$homes/$side/tls/cert.pem")
        quiet "as_$side" keys tls renew || fail "renew $side"
        port=${side}_port
        now=$(shown "${!port}")
        [ "$now" != "$old" ] || fail "$side shows its old certificate"
        [ "$now" = "$(of_file "$homes/$side/tls/cert.pem")" ] || fail "$side shows another one than it has"
    done
done
rm "$homes/go"
wait "$traffic" || { cat "$homes/traffic.log"; fail "traffic stopped"; }
[ "$(wc -l < "$homes/traffic.count")" -ge 2 ] || fail "there was no traffic"
ask al ro
ask ro al

# Whoever may not, changes nothing.
old=$(of_file "$homes/ro/tls/cert.pem")
if desk_ro keys tls renew > "$homes/said" 2>&1; then fail "a head of desk renewed"; fi
[ "$old" = "$(of_file "$homes/ro/tls/cert.pem")" ] && [ ! -e "$homes/ro/tls/staged.pem" ] || fail "refused, yet renewed"

# The institution's key is elsewhere.
mkdir "$homes/elsewhere"
mv "$homes/ro/institution/key.pem" "$homes/elsewhere/"
quiet as_ro keys tls request "$homes/request.csr" || fail "request"
if "$besa" keys tls issue "$homes/request.csr" --name other.besa.invalid --output "$homes/wrong.pem" \
    --key "$homes/elsewhere/key.pem" --cert "$homes/ro/institution/cert.pem" > "$homes/said" 2>&1; then
    fail "a request was answered for another name"
fi
quiet "$besa" keys tls issue "$homes/request.csr" --name ro.besa.invalid --output "$homes/issued.pem" --days 20 \
    --key "$homes/elsewhere/key.pem" --cert "$homes/ro/institution/cert.pem" || fail "issue"
quiet as_ro keys tls install "$homes/issued.pem" || fail "install"
[ "$(shown "$ro_port")" = "$(of_file "$homes/issued.pem")" ] || fail "the issued certificate is not shown"
[ ! -e "$homes/ro/tls/next-key.pem" ] || fail "the key of the request still lies there"
ask ro al
ask al ro

# Cut off after each step: the pair stands ready, then the key alone is in place.
cp -r "$homes/ro/tls" "$homes/kept"
mv "$homes/elsewhere/key.pem" "$homes/ro/institution/"
quiet as_ro keys tls renew || fail "renew ro"
stop
for step in 1 2; do
    new=$(of_file "$homes/ro/tls/cert.pem")
    cat "$homes/ro/tls/key.pem" "$homes/ro/tls/cert.pem" > "$homes/both.pem"
    cp "$homes/kept/cert.pem" "$homes/ro/tls/cert.pem"
    [ "$step" = 2 ] || cp "$homes/kept/key.pem" "$homes/ro/tls/key.pem"
    install -m 600 "$homes/both.pem" "$homes/ro/tls/new.pem"
    start
    [ "$(shown "$ro_port")" = "$new" ] || fail "step $step: the installation was not ended"
    [ ! -e "$homes/ro/tls/new.pem" ] || fail "step $step: it still lies there"
    ask ro al
    stop
done
quiet as_ro verify || fail "verify"
echo "TLS keys of two nodes renewed in traffic; $((number + 2 * $(wc -l < "$homes/traffic.count"))) requests arrived"
