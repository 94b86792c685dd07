#!/usr/bin/env bash
# Runs console/check.mjs, or says why it cannot.
cd "$(dirname "$0")" || exit 2
skip() { echo "NOT RUN: $1"; exit 77; }
command -v node > /dev/null || skip "node is not installed"
[ -d node_modules/esbuild ] || skip "the npm packages of the console are not there; tools/install-npm fetches them"
exec node check.mjs
