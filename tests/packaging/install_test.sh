#!/usr/bin/env bash
# `make install` into an empty root: every file where Debian looks for it, nothing writable by others, and the program that
# was installed runs. usage: install_test.sh SOURCE PROGRAM
set -eu
root=$(mktemp -d /tmp/besa-install-XXXXXX)
trap 'rm -rf "$root"' EXIT
make -s -C "$1" install-files PROGRAM="$2" DESTDIR="$root" PREFIX=/usr
while read -r mode path; do
    found=$(stat -c %a "$root$path") || { echo "missing: $path"; exit 1; }
    [ "$found" = "$mode" ] || { echo "$path: mode $found, wanted $mode"; exit 1; }
done << 'LIST'
755 /usr/bin/besa
644 /usr/lib/systemd/system/besa.service
644 /usr/lib/sysusers.d/besa.conf
644 /usr/share/bash-completion/completions/besa
644 /usr/share/man/man1/besa.1
644 /usr/share/man/man5/besa.conf.5
644 /usr/share/doc/besa/README.md
LIST
"$root/usr/bin/besa" --help > /dev/null
[ -z "$(find "$root" -type f -perm /022)" ] || { echo "writable by others"; exit 1; }
make -s -C "$1" install-files PROGRAM="$2" DESTDIR="$root" PREFIX=/usr/local
grep -q "/usr/local/bin/besa" "$root/usr/local/lib/systemd/system/besa.service" &&
    ! grep -q "/usr/bin/besa" "$root/usr/local/lib/systemd/system/besa.service" ||
    { echo "the unit runs a program of another prefix"; exit 1; }
echo "$(find "$root" -type f | wc -l) files installed"
