#!/bin/sh
# SPDX-License-Identifier: ISC
# kizukid-log - each decision has its line, also where thousands wait for their
# like and go out in one turn
. tests/e2e/lib/daemon.sh

ENOUGH=20000
configure 'mode = "enforce"'
sed -i "s|^probe_path.*|probe_path = \"$B/lab/fakeprobe\"|" "$T/conf"
start_daemon
"$B/bin/kizuki" -c "$T/conf" deny b1.example --until 1d --why test >/dev/null ||
	say_wrong "deny is not taken"

: >"$T/acked"
"$B/lab/polkill" load "$T/run/policy.sock" 1 >>"$T/acked" &
load=$!
until_true 60 sh -c "[ \$(wc -l <'$T/acked') -ge $ENOUGH ]" ||
	say_wrong "$(wc -l <"$T/acked") answers in 60 s"
# The last second's lines go out at once, with the end.
end_daemon
wait $load || say_wrong "the load ended otherwise than kizukid"
sed -n 's/.* decision action=defer .* from=<\(r1\.[0-9]*\)@.*/\1/p' "$T/log" |
	sort -u >"$T/told"
sort -u "$T/acked" | comm -23 - "$T/told" >"$T/untold"
[ "$(wc -l <"$T/untold")" -eq 0 ] ||
	say_wrong "$(wc -l <"$T/untold") of $(wc -l <"$T/acked") decisions" \
		"are not in the log"
! logged 'lines were lost' || say_wrong "$(grep 'were lost' "$T/log")"
echo "$(wc -l <"$T/acked") answers, $(wc -l <"$T/told") lines"
finish
