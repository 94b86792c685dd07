#!/usr/bin/env bash
# An institution's key that never leaves its PKCS#11 token (SoftHSM): it issues the first TLS certificate, signs the agreement, and
# renews the TLS key of the running node. A wrong PIN, a locked token, one that is gone and a URI with its PIN are named, and change
# nothing.
# usage: tests/cmd/keys_token.sh BESA      exit code 77: not run
# covers: setup keys
set -u
besa=$1
root=$(cd "$(dirname "$0")/../.." && pwd)
homes=$(mktemp -d "${TMPDIR:-/tmp}/besa-token-XXXXXX") || exit 1
pids=()
stop() { for pid in "${pids[@]}"; do kill "$pid" 2> /dev/null && wait "$pid" 2> /dev/null; done; pids=(); }
trap 'stop; rm -rf "$homes"' EXIT
# shellcheck source=tests/real/two_homes.sh
. "$root/tests/real/two_homes.sh"
module=/usr/lib/softhsm/libsofthsm2.so
for tool in softhsm2-util pkcs11-tool openssl; do
    command -v "$tool" > /dev/null || { echo "NOT RUN: $tool is missing"; exit 77; }
done
[ -r "$module" ] || { echo "NOT RUN: no SoftHSM"; exit 77; }
fail() { echo "$1"; tail -n 5 "$homes/said" "$homes"/*.log 2> /dev/null; exit 1; }

mkdir "$homes/token" && echo "directories.tokendir = $homes/token" > "$homes/softhsm.conf"
export SOFTHSM2_CONF=$homes/softhsm.conf
quiet softhsm2-util --init-token --free --label besa --so-pin 1357 --pin 2468 || exit 1
# Made beside the token only so that openssl can write the institution's certificate; then the token alone has it.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1826 -subj "/O=Romania/CN=Exercise, Bucharest" \
    -addext "basicConstraints=critical,CA:TRUE,pathlen:0" -addext "keyUsage=critical,keyCertSign,digitalSignature" \
    -keyout "$homes/key.pem" -out "$homes/office.pem" 2> /dev/null || exit 1
openssl pkcs8 -topk8 -nocrypt -in "$homes/key.pem" -outform DER -out "$homes/key.der" || exit 1
quiet pkcs11-tool --module "$module" --token-label besa --login --pin 2468 --write-object "$homes/key.der" --type privkey \
    --label office --id 01 --usage-sign || exit 1
openssl pkey -in "$homes/key.pem" -pubout -outform DER -out "$homes/public.der" || exit 1
quiet pkcs11-tool --module "$module" --token-label besa --login --pin 2468 --write-object "$homes/public.der" --type pubkey \
    --label office --id 01 || exit 1
rm "$homes/key.pem" "$homes/key.der"
uri="pkcs11:token=besa;object=office?module-path=$module"
echo 2468 > "$homes/pin" && echo 9999 > "$homes/wrong-pin" && chmod 600 "$homes/pin" "$homes/wrong-pin"

read -r ro_port al_port < <(free_ports 2)
# ro's institution has no key file at all.
quiet as_ro init --party ro --training --contact "+40 700 000 000" \
    --listen "127.0.0.1:$ro_port" --address "127.0.0.1:$ro_port" --institution-token "$uri" --institution-cert "$homes/office.pem" \
    --institution-passphrase-file "$homes/pin" || fail "init with a token"
[ ! -e "$homes/ro/institution/key.pem" ] || fail "a key lies in the home"
quiet as_al init --party al --training --make-institution "Exercise, Tirana" --contact "+355 69 000 0000" \
    --listen "127.0.0.1:$al_port" --address "127.0.0.1:$al_port" || exit 1
for side in ro al; do quiet "as_$side" pair export "$homes/$side.pairing" --secret "$homes/$side.secret" || exit 1; done
quiet as_ro pair import "$homes/al.pairing" --secret "$homes/al.secret" --fingerprint "$(fingerprint "$homes/al.pairing")" || exit 1
quiet as_al pair import "$homes/ro.pairing" --secret "$homes/ro.secret" --fingerprint "$(fingerprint "$homes/ro.pairing")" || exit 1
quiet as_ro agreement draft "$homes/draft.json" --partner al || exit 1

# Each fault by name, with the exit code of its kind, and nothing is written.
refused() { # CODE WORDS URI PIN-FILE
    as_ro agreement sign "$homes/draft.json" --output "$homes/no.cms" --token "$3" --cert "$homes/ro/institution/cert.pem" \
        --pin-file "$4" > "$homes/said" 2>&1
    local code=$?
    [ "$code" = "$1" ] || fail "exit code $code, not $1, for: $2"
    grep -q "$2" "$homes/said" || fail "it does not say: $2"
    ! grep -q 2468 "$homes/said" || fail "it says the PIN"
    [ ! -e "$homes/no.cms" ] || fail "something was written: $2"
}
refused 65 "refuses the PIN" "$uri" "$homes/wrong-pin"
refused 66 "is it plugged in" "pkcs11:token=gone;object=office?module-path=$module" "$homes/pin"
refused 69 "cannot be loaded" "pkcs11:token=besa;object=office?module-path=/nowhere.so" "$homes/pin"
refused 65 "no private key" "pkcs11:token=besa;object=nobody?module-path=$module" "$homes/pin"
refused 65 "must not carry its PIN" "$uri&pin-value=2468" "$homes/pin"

quiet as_ro agreement sign "$homes/draft.json" --output "$homes/once.cms" --token "$uri" \
    --cert "$homes/ro/institution/cert.pem" --pin-file "$homes/pin" || fail "sign by token"
quiet as_al agreement countersign "$homes/once.cms" --output "$homes/both.cms" || fail "countersign"
quiet as_ro agreement import "$homes/both.cms" || fail "import"
quiet as_al agreement import "$homes/both.cms" || fail "import at the partner"
openssl cms -verify -inform DER -in "$homes/both.cms" -purpose any -out /dev/null \
    -CAfile <(cat "$homes/ro/institution/cert.pem" "$homes/al/institution/cert.pem") 2> "$homes/said" || fail "openssl does not accept it"

for side in ro al; do
    : > "$homes/$side.log"
    "$besa" --home "$homes/$side" serve > "$homes/$side.log" 2>&1 & pids+=($!)
done
for side in ro al; do
    for _ in $(seq 100); do grep -q ready "$homes/$side.log" && continue 2; sleep 0.1; done
    fail "$side did not start"
done
shown() { openssl s_client -connect "127.0.0.1:$ro_port" < /dev/null 2> /dev/null | openssl x509 -noout -fingerprint -sha256; }
before=$(shown)
if as_ro keys tls renew --token "$uri" --cert "$homes/ro/institution/cert.pem" --pin-file "$homes/wrong-pin" > "$homes/said" 2>&1; then
    fail "renewed with a wrong PIN"
fi
[ "$(shown)" = "$before" ] || fail "a refused renewal changed the certificate"
quiet as_ro keys tls renew --token "$uri" --cert "$homes/ro/institution/cert.pem" --pin-file "$homes/pin" || fail "renew by token"
[ "$(shown)" != "$before" ] || fail "the renewed certificate is not shown"
for _ in $(seq 150); do
    as_al --json status 2>&1 | grep -q '"state":"reachable"' && break
    sleep 0.1
done
as_al --json status > "$homes/said" 2>&1
grep -q '"state":"reachable"' "$homes/said" || fail "al does not believe the renewed certificate"
as_ro --json status > "$homes/said" 2>&1
grep -q '"keeper":"sealed file"' "$homes/said" || fail "status does not say where the keeper's keys are"
grep -q '"institution":"not on this node' "$homes/said" || fail "status does not say where the institution's key is"
echo "an institution's key in a token signed an agreement and renewed a TLS key; five faults were named"
