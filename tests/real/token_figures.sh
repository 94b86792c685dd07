#!/usr/bin/env bash
# Ed25519 in a PKCS#11 token (SoftHSM): how many signatures a second, beside those of a key in the sealed file, and what the module
# does with files for each of them. Each signature is verified; the key cannot be read out. docs/keys.md argues with these figures.
# usage: tests/real/token_figures.sh TOKEN_FIGURES [COUNT]      exit code 77: not run
set -u
program=$(realpath "$1")
count=${2:-5000}
module=${BESA_TOKEN_MODULE:-/usr/lib/softhsm/libsofthsm2.so}
command -v softhsm2-util > /dev/null && [ -r "$module" ] || { echo "NOT RUN: no SoftHSM"; exit 77; }
place=$(mktemp -d "${TMPDIR:-/tmp}/besa-figures-XXXXXX") || exit 1
trap 'rm -rf "$place"' EXIT
mkdir "$place/token"
echo "directories.tokendir = $place/token" > "$place/softhsm.conf"
export SOFTHSM2_CONF=$place/softhsm.conf
softhsm2-util --init-token --free --label besa --so-pin 1357 --pin 2468 > "$place/said" 2>&1 || { cat "$place/said"; exit 1; }
echo 2468 > "$place/pin"
uri="pkcs11:token=besa;object=keeper?module-path=$module"
"$program" "$uri" "$place/pin" "$count" > "$place/figures" || exit 1
cat "$place/figures"
grep -q '^token_per_s [1-9]' "$place/figures" || exit 1

# System calls of a signature: those of 300 less those of 100, by 200.
command -v strace > /dev/null || { echo "system calls: NOT RUN: no strace"; exit 0; }
calls() { # COUNT
    strace -f -c -o "$place/calls.$1" "$program" "$uri" "$place/pin" "$1" > "$place/said" 2>&1 || return 1
    awk '$1 ~ /^[0-9.]+$/ && $4 ~ /^[0-9]+$/ { print $NF, $4 }' "$place/calls.$1" | sort > "$place/counted.$1"
}
if calls 100 && calls 300; then
    join "$place/counted.100" "$place/counted.300" |
        awk '$1 != "total" && $3 - $2 >= 200 { printf "each signature: %.0f %s\n", ($3 - $2) / 200, $1 }'
else
    echo "system calls: NOT RUN: strace may not look here"
fi
