#!/bin/sh
# SPDX-License-Identifier: ISC
# kizukid-kill - SIGKILL under load: every acknowledged entry and finding is
# there afterwards
#
# ROUNDS (25): each lets 16 connections ask about new mails and imports
# findings at the same time, kills at a random moment, starts again, and asks
# about everything that was acknowledged.
. tests/e2e/lib/daemon.sh

ROUNDS=${ROUNDS:-25}
DELAY=80000
configure 'mode = "enforce"' "greylist { delay = $DELAY window = 30d }" \
	'max_delay = 0'
sed -i "s|^probe_path.*|probe_path = \"$B/lab/fakeprobe\"|" "$T/conf"
kizuki() { "$B/bin/kizuki" -c "$T/conf" "$@"; }

start_daemon
kizuki deny b1.example --until 30d --why test >/dev/null ||
	say_wrong "deny is not taken"
# The verification is there before the first mail that counts.
until_true 10 sh -c "echo warm | '$B/lab/polkill' check '$T/run/policy.sock' \
	$((DELAY + 1))" || say_wrong "the site is not broken"

finding() { # NUMBER: a line that needs no canary
	printf '{"v":1,"t":%s,"subject":"f%s.example","id":"addr-private-mx","object":"mx.f%s.example","outcome":"bad","weight":6,"value":"192.168.0.1","rests":[],"why":"","truncated":false}\n' \
		"$(($(date +%s) - 5))" "$1" "$1"
}

round=0
number=0
: >"$T/findings"
: >"$T/acked"
while [ $round -lt "$ROUNDS" ] && [ $WRONG -eq 0 ]; do
	round=$((round + 1))
	: >"$T/acked.now"
	"$B/lab/polkill" load "$T/run/policy.sock" $round >>"$T/acked.now" \
		2>"$T/load.err" &
	load=$!
	# A kizukid that is gone before they ask shows nothing.
	until_true 10 test -s "$T/acked.now" ||
		say_wrong "round $round: nothing is answered"
	# Some imports, then the end at a moment that differs each time.
	until=$(($(od -An -N1 -tu1 /dev/urandom) % 6 + 1))
	i=0
	while [ $i -lt $until ]; do
		i=$((i + 1))
		number=$((number + 1))
		finding $number | kizuki import >/dev/null 2>&1 &&
			echo $number >>"$T/findings"
	done
	kill -KILL "$PID"
	wait "$PID" 2>/dev/null
	wait $load || say_wrong "round $round: $(cat "$T/load.err")"
	ended=$(date +%s)
	cat "$T/acked.now" >>"$T/acked"
	start_daemon
	# From the second second on an entry waits less than the whole delay.
	until_true 10 sh -c "[ \$(date +%s) -gt $((ended + 1)) ]"
	tail -n 3000 "$T/acked" |
		"$B/lab/polkill" check "$T/run/policy.sock" $DELAY \
			>"$T/check.out" 2>"$T/check.err" ||
		say_wrong "round $round: $(cat "$T/check.out") $(
			head -n 3 "$T/check.err")"
done
"$B/lab/polkill" check "$T/run/policy.sock" $DELAY <"$T/acked" \
	>"$T/check.out" 2>"$T/check.err" ||
	say_wrong "at the end: $(cat "$T/check.out")"
kizuki findings >"$T/known" || say_wrong "findings are not told"
while read -r number; do
	grep -q " f$number.example " "$T/known" ||
		say_wrong "finding $number was acknowledged and is lost"
done <"$T/findings"
echo "$ROUNDS rounds: $(cat "$T/check.out"), $(wc -l <"$T/findings") findings"
[ "$(wc -l <"$T/acked")" -gt $((ROUNDS * 20)) ] ||
	say_wrong "hardly anything was acknowledged: the test tests nothing"
finish
