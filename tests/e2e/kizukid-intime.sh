#!/bin/sh
# SPDX-License-Identifier: ISC
# kizukid-intime - an answer in time whatever fails inside: the store's disk
# hangs, the prober is down, hangs, or is flooded, the loop was stopped while
# connections piled up, nobody takes the log.  (A full disk is store-full's.)
. tests/e2e/lib/daemon.sh

MAP=$T/run/sendmail.sock
RELAY='kizuki 1;primary;relay;mx1;;10.0.0.1;FAIL;[10.0.0.1]'
# helo_wait and what a loaded machine adds; the slower ones seen were 200 ms
BOUND_MS=2000
number=0
now_ms() { echo $(($(date +%s%N) / 1000000)); }
# in_time WHEN EXPECTED: a decision about a new mail of the broken site
in_time() {
	number=$((number + 1))
	began=$(now_ms)
	answer=$(echo "kizuki 1;secondary;rcpt;mx1;Q$number;10.224.31.98;FAIL;[10.224.31.98];example1.jp;<a$number@example1.jp>;<b@jikocho.jp>" |
		$PEER "$MAP" map)
	took=$(($(now_ms) - began))
	# shellcheck disable=SC2254 # a pattern is wanted
	case $answer in $2) ;; *) say_wrong "$1: $answer" ;; esac
	[ $took -le $BOUND_MS ] || say_wrong "$1: after $took ms"
	echo "$1: $took ms"
}
deny() {
	"$B/bin/kizuki" -c "$T/conf" deny example1.jp --until 1d --why test \
		>/dev/null || say_wrong "no site can be denied"
}
LATER='OK ERROR:4.7.1:"450 <example1.jp>: Helo command rejected: Greylisted, please try again in *'
with_fakeprobe() {
	sed -i "s|^probe_path.*|probe_path = \"$B/lab/fakeprobe\"|" "$T/conf"
}

# -------- the disk hangs: in a flush, then in every write
configure 'mode = enforce'
with_fakeprobe
start_daemon env LD_PRELOAD="$B/lab/stall.so" STALL="$T/stall" \
	STALL_PATH="$T/state/"
deny
in_time "well" "$LATER"
touch "$T/stall.sync"
for i in 1 2 3; do in_time "flushes hang" "$LATER"; done
touch "$T/stall.write"
for i in 1 2 3; do in_time "writes hang" "$LATER"; done
await_log "state: the disk has not answered for [0-9]* ms: decisions go on"
http GET /v1/status | grep -q '^200' || say_wrong "no API while writes hang"
touch -d '1 minute ago' "$T/run/alive"
fresh() { [ $(($(date +%s) - $(stat -c %Y "$T/run/alive"))) -lt 5 ]; }
until_true 20 fresh || say_wrong "alive is not touched while writes hang"
rm "$T/stall.write" "$T/stall.sync"
await_log "works again; records that waited in memory"
in_time "well again" "$LATER"
# what was decided meanwhile is on disk now
kill -KILL "$PID"
wait "$PID" 2>/dev/null
number=1
start_daemon
in_time "of a second try" "$LATER"
await_log "from=<a2@example1.jp>.*first=[0-9]* waited=[1-9]"
end_daemon

# -------- durability = power flushes in each commit: the same
configure 'mode = enforce' 'durability = power'
with_fakeprobe
start_daemon env LD_PRELOAD="$B/lab/stall.so" STALL="$T/stall" \
	STALL_PATH="$T/state/"
touch "$T/stall.sync"
number=100
for i in 1 2 3; do in_time "flushes of commits hang" "$LATER"; done
rm "$T/stall.sync"
await_log "works again"
# who asks it to end is heard, and it ends once the disk is back
touch "$T/stall.sync"
in_time "flushes hang again" "$LATER"
kill "$PID"
await_log "stopping: Terminated"
rm "$T/stall.sync"
wait "$PID" || say_wrong "it ended with $?"
PID=

# -------- verifications that are never answered, a prober that is down
configure 'mode = enforce'
start_daemon
in_time "a verification never comes" "OK ACCEPT"
probe=$(sed -n 's/.*kizuki-probe: started, pid \([0-9]*\)$/\1/p' "$T/log" | tail -1)
kill -KILL "$probe"
in_time "the prober was killed" "OK ACCEPT"
end_daemon
rm "$T/probe"
start_daemon
await_log "ended with status 127"
in_time "there is no prober" "OK ACCEPT"
end_daemon

# -------- one that reads nothing, until nothing more can be asked of it
printf '#!/bin/sh\nexec sleep 1000\n' >"$T/probe"
chmod 755 "$T/probe"
configure 'mode = enforce'
start_daemon
label=$(head -c 60 /dev/zero | tr '\0' x)
# 8 MiB of questions, about two names of 200 octets in each session
seq 24000 | sed "s|.*|kizuki 1;sole;rcpt;mx1;F&;10.224.31.98;FAIL;x;h&.$label.$label.$label.example2.jp;<a@s&.$label.$label.$label.example2.jp>;<b@jikocho.jp>|" |
	split -l 3000 - "$T/flood."
for part in "$T"/flood.*; do $PEER "$MAP" map <"$part"; done |
	sort | uniq -c >"$T/out"
grep -q '^ *24000 OK ACCEPT$' "$T/out" || say_wrong "flooded: $(cat "$T/out")"
refused=$(http GET /metrics | sed -n 's/^kizuki_prober_refused //p')
[ "${refused:-0}" -gt 0 ] || say_wrong "the queue to the prober never filled"
in_time "the queue to the prober is full" "OK ACCEPT"
end_daemon

# -------- more connections than a usual backlog while the loop stands still
configure 'limits { connections = 8000 }'
(
	ulimit -n 10000 2>/dev/null || exit 0
	start_daemon
	kill -STOP "$PID"
	mkfifo "$T/fifo"
	$PEER "$MAP" hold 1500 <"$T/fifo" >"$T/held" &
	HOLD=$!
	exec 3>"$T/fifo"
	until_true 20 grep -q '^held 1500' "$T/held" ||
		say_wrong "connections hang: $(cat "$T/held")"
	kill -CONT "$PID"
	[ "$(echo "$RELAY" | $PEER "$MAP" map)" = "OK UP" ] ||
		say_wrong "no answer behind 1500 connections"
	exec 3>&-
	wait $HOLD
	end_daemon
	exit $WRONG
) || WRONG=1
# -------- who reads the log stops reading it
configure 'mode = enforce'
with_fakeprobe
mkfifo "$T/log-in"
: >"$T/log"
cat "$T/log-in" >>"$T/log" &
READER=$!
start_daemon sh -c 'exec "$@" 2>"$0"' "$T/log-in"
kill -STOP $READER
number=200
in_time "nobody reads the log" "$LATER"
# more than a pipe holds: each line has some 300 octets
seq 1500 | sed 's|.*|kizuki 1;secondary;rcpt;mx1;L&;10.224.31.98;FAIL;x;example1.jp;<l&@example1.jp>;<b@jikocho.jp>|' |
	$PEER "$MAP" map >"$T/out"
[ "$(grep -c '^OK ERROR' "$T/out")" -eq 1500 ] || say_wrong "not all answered"
in_time "the log is full" "$LATER"
[ "$(grep -c 'instance=mx1/L' "$T/log")" -lt 1500 ] || say_wrong "it never filled"
kill -CONT $READER
read_all() { [ "$(grep -c 'instance=mx1/L' "$T/log")" -eq 1500 ]; }
until_true 10 read_all || say_wrong "lines are missing that had room"
# and the end does not wait for it either
kill -STOP $READER
seq 1500 | sed 's|.*|kizuki 1;secondary;rcpt;mx1;M&;10.224.31.98;FAIL;x;example1.jp;<l&@example1.jp>;<b@jikocho.jp>|' |
	$PEER "$MAP" map >"$T/out"
began=$(now_ms)
end_daemon
took=$(($(now_ms) - began))
[ $took -lt 8000 ] || say_wrong "the end waits for the log: $took ms"
kill -CONT $READER
wait $READER
finish
