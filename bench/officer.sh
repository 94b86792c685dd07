#!/bin/bash
# Gives an officer of a home a password, as people do: a one-time password in two halves, then her own.
# usage: officer.sh BESA HOME ID PASSWORD
set -eu
besa=$1 home=$2 id=$3 password=$4
as() { "$besa" --json --reason benchmark --home "$home" --officer "$@"; }
field() { grep -o "\"$1\":\"[^\"]*\"" | cut -d'"' -f4; }

as admin-al officer put "$id" "Desk $id" desk duty_officer > /dev/null
draft=$(as admin-al officer password "$id")
approval=$(field approval <<< "$draft") sha256=$(field sha256 <<< "$draft") first=$(field first_half <<< "$draft")
second=$(as blerim approval confirm "$approval" "$sha256" | field second_half)
printf '%s\n%s\n' "$first$second" "$password" | as "$id" officer password > /dev/null
