#!/bin/bash
# SPDX-License-Identifier: ISC
# store-torture - a writer killed with SIGKILL again and again: each
# acknowledged batch is there, none is torn.  ROUNDS=100 for the long form
set -u
B=${B:-build/gcc}
place=$(mktemp -d "${TMPDIR:-/tmp}/kz-torture-XXXXXX")
trap 'rm -rf "$place"' EXIT
timeout 900 "$B/lab/storetorture" "${ROUNDS:-20}" "$place/db" >"$place/out" || {
	cat "$place/out"
	exit 1
}
