#!/bin/sh
# SPDX-License-Identifier: ISC
# kizukid-prober - the child is started, fed, heard, and started again
. tests/e2e/lib/daemon.sh

# It writes down what it is told and says what a test puts into $T/say.
cat >"$T/probe" <<EOP
#!/bin/sh
echo "run \$\$ \$*" >>"$T/runs"
echo "kept \$(cat /proc/\$\$/fd/3)" >>"$T/kept"
echo "\$\$" >>/proc/\$\$/fd/3
echo "complaint of \$\$" >&2
[ -e "$T/say" ] && cat "$T/say"
while read -r line; do echo "\$line" >>"$T/told"; done
echo "end \$\$" >>"$T/runs"
EOP
configure
start_daemon
until_true 20 test -s "$T/runs" || say_wrong "the prober is not started"
grep -q -- "-k -c $T/conf -m 3" "$T/runs" || say_wrong "arguments: $(cat "$T/runs")"
child() { sed -n '$s/^run \([0-9]*\) .*/\1/p' "$T/runs"; }
runs() { grep -c '^run' "$T/runs"; }
first=$(child)
await_log "kizuki-probe: complaint of $first"

# -------- nothing of ours is open in it
open=$(find "/proc/$first/fd" -lname '*sock*' -o -lname '*.db' | wc -l)
[ "$open" -eq 0 ] || say_wrong "the child holds descriptors of kizukid"

# -------- a session makes it ask, without waiting longer than helo_wait
still_answers "with a prober that never answers"
until_true 20 grep -q '"verify":' "$T/told" || say_wrong "no verification asked"
grep -q 'example1.jp' "$T/told" || say_wrong "the HELO name is not asked"

# -------- killed: decisions go on, it comes back after 1, 2, 4 s
kill -KILL "$first"
still_answers "while the prober is down"
await_log "ended by signal 9.*started again in 1 s"
again() { [ "$(runs)" -ge "$1" ]; }
until_true 20 again 2 || say_wrong "not started again"
# -------- and finds what the one before it counted
[ "$(cat "$T/kept")" = "kept 
kept $first" ] || say_wrong "kept over a restart: $(cat "$T/kept")"
kill -KILL "$(child)"
await_log "ended by signal 9.*started again in 2 s"
still_answers "while it is down again"
until_true 20 again 3 || say_wrong "not started a third time"
http GET /v1/status | grep -q '"prober":{"up":true,"starts":3' ||
	say_wrong "status: $(http GET /v1/status)"

# -------- nonsense from it is counted and harms nothing
{
	echo 'no json'
	echo '{"v":1,"subject":"example1.jp","id":"no-such-symptom"}'
	echo '{"v":2}'
	head -c 40000 /dev/zero | tr '\0' y
	echo
	head -c 3000 /dev/urandom
	echo
	echo '{"v":1,"t":1582941600,"touched":"192.0.2.25","service":"smtp25","outcome":"alive"}'
} >"$T/say"
kill -KILL "$(child)"
until_true 10 again 4 || say_wrong "not started a fourth time"
await_log "kizuki-probe: bad line"
counted() {
	bad=$(http GET /metrics | sed -n 's/^kizuki_prober_bad_lines //p')
	[ "$bad" -ge 4 ]
}
until_true 20 counted || say_wrong "bad lines are not counted"
LC_ALL=C grep -q '[^ -~]' "$T/log" && say_wrong "hostile octets in the log"
still_answers "after nonsense of the prober"

# -------- the child never outlives kizukid, however that ends
last=$(child)
kill -KILL "$PID"
wait "$PID" 2>/dev/null
PID=
gone() { ! kill -0 "$1"; }
until_true 20 gone "$last" || say_wrong "the child outlives kizukid"
rm -f "$T/say"
start_daemon
until_true 20 again 5 || say_wrong "not started after a restart"
last=$(child)
end_daemon
until_true 20 gone "$last" || say_wrong "the child outlives a clean end"
# -------- and what it counted outlives both, killed or ended
start_daemon
until_true 20 again 6 || say_wrong "not started after a clean end"
[ "$(grep -c "\b$first$" "$T/kept")" = 5 ] ||
	say_wrong "kept over kizukid's ends: $(cat "$T/kept")"
end_daemon
rm "$T/state/prober-counts"
mkdir "$T/state/prober-counts"
start_daemon
await_log "prober-counts cannot be opened (Is a directory)"
until_true 20 again 7 || say_wrong "not started without that file"
end_daemon

# -------- a program that is not there
rm "$T/probe"
start_daemon
await_log "ended with status 127 (cannot be run)"
still_answers "without a prober"
finish
