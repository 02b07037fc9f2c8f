#!/bin/bash
# SPDX-License-Identifier: ISC
# run - all benchmarks, each beside its comparison in the same run, then a
# table of figures and goals.  ROWS (10000000): entries of the big greylist;
# SITES (10000): sites for kizuki-probe; MB (256): of mail log.  The exit status
# is not 0 only where a benchmark could not run: a missed goal is said, not
# punished.
set -u
cd "$(dirname "$0")/../.." || exit 70
out=$(mktemp)
trap 'rm -f "$out"' EXIT
status=0
bench() {
	echo "== $*"
	"$@" | tee -a "$out" | grep -v '^RESULT'
	[ "${PIPESTATUS[0]}" = 0 ] || { echo "   could not run"; status=1; }
}
uptime
bench tests/bench/decisions.sh "${REQUESTS:-200000}" "${ROWS:-10000000}"
bench tests/bench/mta.sh
bench tests/bench/probe.sh "${SITES:-10000}"
bench tests/bench/logscan.sh
uptime
printf '\n%-22s %10s %16s   %-6s  %s\n' figure measured goal '' comparison
sed -n 's/^RESULT //p' "$out" | while read -r name value goal way words; do
	met=$(awk -v v="$value" -v g="$goal" -v w="$way" 'BEGIN {
		print ((w == "least" ? v >= g : v <= g) ? "met" : "MISSED") }')
	printf '%-22s %10s %16s   %-6s  %s\n' "$name" "$value" \
		"at $way $goal" "$met" "$words"
done
exit $status
