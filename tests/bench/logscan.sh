#!/bin/sh
# SPDX-License-Identifier: ISC
# logscan - how fast a mail log becomes findings, beside grep -c deferred
#
#   tests/bench/logscan.sh [build/gcc]
#
# MB=1024 for a gigabyte.  The log lies in memory where there is room; both
# read it from the page cache.  One core each; the best of three runs.
set -eu
b=${1:-build/gcc}
mb=${MB:-256}
T=$(mktemp -d) && export T && trap 'rm -rf "$T"' EXIT
printf 'log_rules = "%s"\nlog_rules_own = ""\nnetwork {\n\ttreat_as_global = { "10.0.0.0/8" }\n}\n' \
    "$PWD/data/logrules" >"$T/kizuki.conf"

"$b/bench/loggen" "$mb" >"$T/mail.log"
size=$(wc -c <"$T/mail.log")
lines=$(wc -l <"$T/mail.log")

# best of three, in milliseconds of processor time
best() {
	least=
	for _ in 1 2 3; do
		ms=$({ perl -e '
			my $pid = fork // die;
			if (!$pid) {
				open STDOUT, ">", shift or die;
				open STDERR, ">", "$ENV{T}/said" or die;
				exec @ARGV;
			}
			waitpid $pid, 0;
			my @t = times;
			print STDERR int(1000 * ($t[2] + $t[3])), "\n"' "$T/out" "$@"; } 2>&1)
		[ -n "$least" ] && [ "$least" -le "$ms" ] || least=$ms
	done
	[ "$least" -gt 0 ] || least=1
	echo "$least"
}

grep_ms=$(best grep -c deferred "$T/mail.log")
scan_ms=$(best "$b/bin/kizuki" -c "$T/kizuki.conf" --dry-run --json logscan "$T/mail.log")
sed 's/^/# /' "$T/said"
awk -v s="$size" -v l="$lines" -v g="$grep_ms" -v k="$scan_ms" 'BEGIN {
	printf "mail log                     %10d MB, %d lines\n", s / 1048576, l
	printf "grep -c deferred             %10.0f MB/s\n", s / 1048.576 / g
	printf "kizuki logscan               %10.0f MB/s  %6.0f lines/ms of one core\n", \
	    s / 1048.576 / k, l / k
}'
awk -v s="$size" -v g="$grep_ms" -v k="$scan_ms" 'BEGIN {
	printf "RESULT log-scan %.0f 100 least MB/s of one core; grep -c deferred: %.0f MB/s\n", \
	    s / 1048.576 / k, s / 1048.576 / g
}'
