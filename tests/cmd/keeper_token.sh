#!/bin/bash
# Keys of logs and receipts that live in a PKCS#11 token (SoftHSM). al is made with them; ro goes over from its key file, by a further
# set of keys and the end of its log, and comes back to the file. Both exchange, their books verify, and status says where the keys are. What the token
# refuses is named at the start, and a wrong PIN is tried once, however often the node starts.
#
#     keeper_token.sh BESA SAMPLE_REQUEST      exit code 77: not run
# covers: keeper_place
set -u
besa=$(realpath "$1") sample=$(realpath "$2")
here=$(cd "$(dirname "$0")/../real" && pwd)
homes=$(mktemp -d "${TMPDIR:-/tmp}/besa-keeper-token-XXXXXX")
# shellcheck source=tests/real/two_homes.sh
. "$here/two_homes.sh"
# shellcheck source=tests/real/live_nodes.sh
. "$here/live_nodes.sh"
trap end_all EXIT
module=/usr/lib/softhsm/libsofthsm2.so
for tool in softhsm2-util pkcs11-tool; do
    command -v "$tool" > /dev/null || { echo "NOT RUN: $tool is missing"; exit 77; }
done
[ -r "$module" ] || { echo "NOT RUN: no SoftHSM"; exit 77; }
read -r ro_port al_port < <(free_ports 2)
# shellcheck disable=SC2034  # read by two_homes.sh
ro_line=$ro_port al_line=$al_port

mkdir "$homes/token" && echo "directories.tokendir = $homes/token" > "$homes/softhsm.conf"
export SOFTHSM2_CONF=$homes/softhsm.conf BESA_TOKEN_PIN_FILE=$homes/pin
quiet softhsm2-util --init-token --free --label besa --so-pin 1357 --pin 2468 || exit 1
echo 2468 > "$homes/pin" && chmod 600 "$homes/pin"
uri() { echo "pkcs11:token=besa;object=$1?module-path=$module"; }
tool() { pkcs11-tool --module "$module" --token-label besa --login --pin 2468 "$@"; }

"$besa" --home "$homes/no" --officer admin-no --reason exercise init --party al --training --make-institution X --contact x \
    --listen 127.0.0.1:1 --keeper-token "$(uri no)&pin-value=2468" > "$homes/said" 2>&1 && fail "a URI with its PIN is refused"
grep -q 'must not carry its PIN' "$homes/said" || fail "it says why"
# shellcheck disable=SC2034  # read by two_homes.sh
al_init=(--keeper-token "$(uri al-keeper)")
two_homes || exit 1
heads
begin ro
begin al
until_said '"state":"reachable"' as_ro --json status
says '"keeper":"sealed file"' as_ro --json status
says '"keeper":"token"' as_al --json status
write_request RO-TOKEN-1 ro
until_said RO-TOKEN-1 as_al --json inbox
item=$(grep -o '"item":"[^"]*"' "$homes/said" | head -n 1 | cut -d '"' -f 4)
quiet as_al --case c-1 refuse "$item" --ground a --text "not available" || fail "al refuses"
until_said '"outcome":"refused"' as_ro --case c-1 --json show "$item"
level

# ro's next set of keys is made in the token, and its log goes over to it.
end ro
echo "keeper_key = $(uri ro-keeper)" >> "$homes/ro/besa.conf"
quiet "$besa" --home "$homes/ro" --officer admin-ro --reason exercise --approver second keeper renew || fail "a further set in the token"
begin ro
until_said '"state":"reachable"' as_ro --json status
says '"keeper":"token"' as_ro --json status
succeed ro/ro-al/to/al/0 key_change
write_request RO-TOKEN-2 ro
until_said RO-TOKEN-2 as_al --json inbox
level
[ "$(tool --list-objects --type privkey 2> /dev/null | grep -c 'never extract')" = 6 ] || fail "three keys of each node, none of which leaves the token"

# The way back: a further set in the key file, all of ro's logs go over to it, and then the token is named no more.
succeed ro/domestic/0 key_change
level
end ro
quiet "$besa" --home "$homes/ro" --officer admin-ro --reason exercise --approver second keeper renew --to-file || fail "a further set in the file"
begin ro
until_said '"state":"reachable"' as_ro --json status
says '"keeper":"sealed file"' as_ro --json status
for log in ro/ro-al/to/al/1 ro/domestic/1; do succeed "$log" key_change; done
level
end ro
sed -i '/^keeper_key/d' "$homes/ro/besa.conf"
begin ro
until_said '"state":"reachable"' as_ro --json status
write_request RO-FILE-4 ro
until_said RO-FILE-4 as_al --json inbox
level
until_said '"log":"ro/domestic/2"' as_ro --json status

# The token goes away, comes back; then the PIN is wrong.
end al
mv "$homes/token" "$homes/away" && mkdir "$homes/token"
quiet_serve() { timeout 20 "$besa" --home "$homes/al" serve > "$homes/said" 2>&1; }
quiet_serve && fail "without its token the node does not start"
grep -q 'is it plugged in' "$homes/said" || fail "it says that the token is gone"
rmdir "$homes/token" && mv "$homes/away" "$homes/token"
echo 9999 > "$homes/pin"
quiet_serve && fail "with a wrong PIN the node does not start"
grep -q 'refuses the PIN\|leaves it alone' "$homes/said" || fail "it says that the PIN is wrong"
for _ in 1 2 3; do
    quiet_serve && fail "with a wrong PIN the node does not start"
    grep -q 'leaves it alone' "$homes/said" || fail "it leaves the token alone"
done
grep -q 9999 "$homes/said" && fail "it says the PIN"
echo 2468 > "$homes/pin"
tool --list-objects > "$homes/said" 2>&1 || fail "the token was not locked"
begin al
until_said '"state":"reachable"' as_al --json status
write_request RO-TOKEN-3 ro
until_said RO-TOKEN-3 as_al --json inbox
level
end ro
end al
for side in ro al; do quiet "as_$side" verify || fail "the books of $side verify"; done
echo "logs and receipts were signed in the token, a node went over to it and came back, and a wrong PIN was tried once"
