#!/bin/sh
# SPDX-License-Identifier: ISC
# run - run test programs one after the other; count; say which failed
#
#   tests/run.sh GROUP PROGRAM...
#
# Results are kept in build/results/GROUP, a line each ("ok NAME", "FAILED NAME"
# or "skipped NAME"), for the sum that make check prints.  Output of a program
# is shown only when it fails.  One that cannot run here says "skipped: WHY" as
# its last line, and ends well.
set -u
group=$1
shift
mkdir -p build/results
out=build/results/$group
: >"$out"
failed=0
for program; do
	name=$(basename "$program")
	log=build/results/$group-$name.log
	start=$(date +%s)
	# a test that hangs is a test that fails
	if timeout --foreground -k 10 900 "$program" >"$log" 2>&1; then
		why=$(tail -n 1 "$log" | sed -n 's/^skipped: //p')
		if [ -n "$why" ]; then
			echo "skipped $name" >>"$out"
			echo "skipped $group/$name: $why"
			continue
		fi
		echo "ok $name" >>"$out"
		echo "ok     $group/$name ($(($(date +%s) - start)) s)"
	else
		echo "FAILED $name" >>"$out"
		failed=$((failed + 1))
		echo "FAILED $group/$name ($(($(date +%s) - start)) s)"
		tail -n 60 "$log" | sed 's/^/    /'
	fi
done
[ $failed -eq 0 ]
