#!/bin/bash
# SPDX-License-Identifier: ISC
# logscan-journal - a journal tells what the files tell: one file of it, a
# folder of them, and one that grows
#
# systemd-journal-remote writes real ones without a systemd that runs.
set -euo pipefail
cd "$(dirname "$0")/../.."
B=${KZ_BUILD:-build/gcc}
T=$(mktemp -d)
follower=
ended() {
	[ -z "$follower" ] || kill "$follower" 2>/dev/null || true
	rm -rf "$T"
}
trap ended EXIT
export TZ=UTC
wrong() {
	echo "BAD $1"
	exit 1
}
package=$PWD/build/mta/journal
writer=$package/lib/systemd/systemd-journal-remote
[ -x "$writer" ] || wrong "no systemd-journal-remote: make deps"

# to_journal FILE [SKIP] <LOG: the lines of syslog behind the first SKIP ones as
# entries, each with its own time
to_journal() {
	perl -MTime::Local -e '
		my %month;
		@month{qw(Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec)} = 0..11;
		my $skip = shift;
		while (<STDIN>) {
			next if $. <= $skip;
			chomp;
			my ($mon, $day, $h, $m, $s, $name, $pid, $text) =
			    /^(\w+) +(\d+) (\d+):(\d+):(\d+) \S+ ([^\[:]+)\[(\d+)\]: (.*)/
			    or next;
			my $when = timegm($s, $m, $h, $day, $month{$mon}, 2026)
			    * 1e6 + $.;
			printf "__REALTIME_TIMESTAMP=%d\n__MONOTONIC_TIMESTAMP=%d\n"
			    . "_BOOT_ID=0123456789abcdef0123456789abcdef\n"
			    . "SYSLOG_IDENTIFIER=%s\nSYSLOG_PID=%d\nMESSAGE=%s\n\n",
			    $when, $when - 1.7e15, $name, $pid, $text;
		}' "${2:-0}" | LD_LIBRARY_PATH=$(echo "$package"/usr/lib/*-linux-gnu/systemd) \
		"$writer" -o "$1" - 2>"$T/writer"
}
printf 'log_rules = "%s"\nlog_rules_own = ""\nnetwork {\n\ttreat_as_global = { "10.0.0.0/8" }\n}\n' \
	"$PWD/data/logrules" >"$T/conf"
scan() { timeout 60 "$B/bin/kizuki" -c "$T/conf" --dry-run --json logscan "$@" 2>"$T/said"; }

mkdir "$T/folder"
for mta in postfix sendmail; do
	cp "tests/unit/logs/$mta.log" "$T/$mta.log"
	touch -d "2026-11-25" "$T/$mta.log"
	to_journal "$T/$mta.journal" <"$T/$mta.log" ||
		wrong "no journal: $(cat "$T/writer")"
	scan "$T/$mta.log" >"$T/by-file"
	scan "$T/$mta.journal" >"$T/by-journal"
	grep -q '"judged":true' "$T/by-journal" || wrong "$mta: $(cat "$T/said")"
	cmp "$T/by-file" "$T/by-journal" || wrong "$mta: a journal tells another"
done

# A folder: all of its journals, in the order of time, whatever they are called
head -n 150 "$T/postfix.log" | to_journal "$T/folder/b.journal"
to_journal "$T/folder/a.journal" 150 <"$T/postfix.log"
scan "$T/postfix.log" >"$T/by-file"
scan "$T/folder" >"$T/by-folder"
cmp "$T/by-file" "$T/by-folder" || wrong "a folder tells another"

# What comes while it is followed; what is bad is told when its hour is over
half=$(grep -n 'taken1.*status=sent' "$T/postfix.log" | cut -d: -f1)
head -n "$half" "$T/postfix.log" | to_journal "$T/grows.journal"
timeout 120 "$B/bin/kizuki" -c "$T/conf" --dry-run --json --follow logscan \
	"$T/grows.journal" >"$T/followed" 2>"$T/said" &
follower=$!
has() { grep -q "$1" "$T/followed"; }
await() {
	for _ in $(seq 600); do
		if has "$1"; then return; fi
		sleep 0.05
	done
	wrong "while following: no $1: $(cat "$T/said")"
}
await '"subject":"taken1.post.jp"'
has 'taken4.post.jp' && wrong "told before it came"
to_journal "$T/grows.journal" "$half" <"$T/postfix.log"
await '"subject":"taken4.post.jp"'
kill "$follower"
wait "$follower" 2>/dev/null || true
follower=

# This machine's own is read, if it has one.
scan journal >/dev/null || grep -q 'journal: no journal is there' "$T/said" ||
	wrong "this machine's journal: $(cat "$T/said")"
head -c 4096 "$T/postfix.journal" >"$T/cut.journal"
if scan "$T/cut.journal" >/dev/null; then
	wrong "a journal that was cut is none"
fi
