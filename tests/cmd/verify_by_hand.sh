#!/bin/bash
# Runs every `sh` block of docs/verify.md, as it stands, on what two real nodes wrote; then changes one byte at a time and
# expects the same commands to refuse.
#
#     verify_by_hand.sh BESA PAGE DEMO      DEMO: a directory in which `besa demo` has run
# It stands on what the demonstration wrote, which went through every command of a first hour.
# covers: main init pair setup session agreement agreement_words acts serve service demo demo_data demo_run
set -euo pipefail

besa=$(realpath "$1") page=$(realpath "$2") demo=$(realpath "$3")
work=$(mktemp -d "${TMPDIR:-/tmp}/besa-by-hand-XXXXXX")
trap 'rm -rf "$work"' EXIT

for tool in openssl sha256sum od awk base64; do
    command -v "$tool" > /dev/null || { echo "NOT RUN: $tool is missing"; exit 77; }
done
[ -f "$demo/build/demo/ready" ] || { echo "NOT RUN: no demonstration in $demo"; exit 77; }

mkdir "$work/bin" "$work/run"
ln -s "$besa" "$work/bin/besa"
{
    echo 'set -euo pipefail'
    awk '/^```sh$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$page"
} > "$work/page.sh"
# The first block asks the node; what follows needs only its files, so that they can be changed in between.
awk '/^bundle=/ { exit } { print }' "$work/page.sh" > "$work/node.sh"
{ echo 'set -euo pipefail'; awk '/^bundle=/ { on = 1 } on' "$work/page.sh"; } > "$work/hand.sh"
blocks=$(grep -c '^```sh$' "$page")
[ "$blocks" -ge 10 ] || { echo "only $blocks blocks found in $page"; exit 1; }

cd "$work/run"
export PATH="$work/bin:$PATH"
export BESA_HOME="$demo/build/demo/al" BESA_OFFICER=gent-bardhaj BESA_REASON=verification
bash "$work/node.sh" > "$work/node.log" 2>&1 || { cat "$work/node.log"; exit 1; }
unset BESA_HOME BESA_OFFICER BESA_REASON
cp -r "$work/run" "$work/given"
bash "$work/hand.sh" > "$work/hand.log" 2>&1 || { cat "$work/hand.log"; exit 1; }
cat "$work/hand.log"

# Flips the last bit of one byte; the same commands must refuse.
refuses() { # FILE OFFSET WHAT
    rm -rf "$work/run"
    cp -r "$work/given" "$work/run"
    cd "$work/run"
    local file byte
    file=$(find . -type f -path "./$1" | sort | head -n 1)
    byte=$(od -An -tu1 -j "$2" -N 1 "$file" | tr -d ' ')
    printf "\\x$(printf %02x $((byte ^ 1)))" | dd of="$file" bs=1 seek="$2" conv=notrunc status=none
    if bash "$work/hand.sh" > "$work/refused.log" 2>&1; then
        echo "$3 was changed and the commands did not refuse"
        exit 1
    fi
    echo "refused: $3"
}
text=$(head -n 3 "$work/given/log/checkpoint" | wc -c)
name=$(cut -d + -f 1 "$work/given/log.vkey" | tr -d '\n' | wc -c)
line=$(sed -n 5p "$work/given/log/checkpoint" | wc -c)
other=$(cut -d + -f 1 "$work/given/custody.vkey" | tr -d '\n' | wc -c)
refuses 'log/tile/entries/000*' 40 "an entry"
refuses 'log/tile/0/000*' 5 "a tile"
refuses 'log/checkpoint' $((text - 10)) "the root"
refuses 'log/checkpoint' $((text + 1 + 4 + name + 1 + 30)) "the log's signature"
refuses 'log/checkpoint' $((text + 1 + line + 4 + other + 1 + 40)) "the receipt"
refuses 'log/receipts' 60 "an earlier receipt"
refuses 'agreement.cms' $(($(wc -c < "$work/given/agreement.cms") / 3)) "the agreement"
echo "$blocks blocks of docs/verify.md run"
