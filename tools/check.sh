#!/bin/bash
# SPDX-License-Identifier: ISC
# check - everything that can be tested, then one line with the sum
#
# A stage that fails does not keep the others from running.  What each test
# came to is a line of build/results/STAGE; the sum counts these lines.  The
# exit status is 0 when nothing failed.
set -u
cd "$(dirname "$0")/.." || exit 70
jobs=$(nproc)
began=$SECONDS
rm -rf build/results
mkdir -p build/results

# record STAGE NAME COMMAND...: one test of its own
record() {
	local stage=$1 name=$2
	shift 2
	if "$@"; then
		echo "ok $name" >>"build/results/$stage"
	else
		echo "FAILED $name" >>"build/results/$stage"
		echo "FAILED $stage/$name"
	fi
}
stage() { echo "== $* ($((SECONDS - began)) s)"; }
make_() { "${MAKE:-make}" --no-print-directory -k -j"$jobs" "$@"; }

# replays OPTION...: each scene is a test
replays() {
	local folder=build/gcc in name
	[ $# = 0 ] || folder=build/gcc-san
	rm -rf "$folder/replay"
	make_ "$@" replay || true
	for in in tests/replay/*.in; do
		name=$(basename "$in" .in)
		record "replay${1:+-san}" "$name" [ -f "$folder/replay/$name.out" ]
	done
	# the small simulated Internet takes too long with sanitizers
	[ $# != 0 ] ||
		record replay judgement [ -f "$folder/replay/judgement.out" ]
}

stage build
record build all make_ all tests
stage unit tests
make_ unit || true
stage replays
replays
stage scenes with real servers
make_ e2e || true
stage unit tests and replays under sanitizers
record build sanitized make_ SAN=1 tests
make_ SAN=1 unit || true
replays SAN=1
stage lint
record lint all make_ lint
stage fuzzing, each parser for a minute
record build fuzzers make_ fuzzers
for source in tests/fuzz/fuzz_*.c; do basename "$source" .c; done |
	xargs -P "$jobs" -I{} sh -c '"$0" --no-print-directory "fuzz-run/$1" \
		FUZZ_S="$2" && echo "ok $1" || echo "FAILED $1"' \
		"${MAKE:-make}" {} "${FUZZ_S:-60}" >build/fuzz.out
grep -v '^ok \|^FAILED ' build/fuzz.out
grep '^ok \|^FAILED ' build/fuzz.out >build/results/fuzz

# beside the lists lie the logs of single tests
lists() { find build/results -type f ! -name '*.log' -exec cat {} +; }
passed=$(lists | grep -c '^ok ')
failed=$(lists | grep -c '^FAILED ')
lists | grep '^FAILED '
lists | sed -n 's/^skipped \(.*\)/skipped: \1, which says why above/p'
echo "took $((SECONDS - began)) s"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
