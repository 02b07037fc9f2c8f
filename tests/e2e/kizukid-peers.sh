#!/bin/sh
# SPDX-License-Identifier: ISC
# kizukid-peers - who misbehaves is dropped alone, counted, and named once
. tests/e2e/lib/daemon.sh

configure 'limits { silence = 1s' 'connections = 30 }'
start_daemon

dropped() { # WHY FILE-WITH-OUTPUT
	grep -q '^closed' "$2" || say_wrong "not dropped: $1"
	await_log "dropped: $1"
	still_answers "after: $1"
}

# -------- requests beyond the limits
{
	request | sed '$d'
	head -c 70000 /dev/zero | tr '\0' x | fold -w 900 | sed 's/^/pad=/'
	echo
} | $PEER "$T/run/policy.sock" send >"$T/out"
dropped "its request is longer than allowed" "$T/out"
$PEER "$T/run/policy.sock" flood 80000 >"$T/out"
dropped "its request is longer than allowed" "$T/out"
printf 'request=smtpd_access_policy\nhelo_name=a\0b\n\n' |
	$PEER "$T/run/policy.sock" send >"$T/out"
dropped "a NUL octet" "$T/out"
{
	echo request=smtpd_access_policy
	yes x= | head -n 10000
	echo
} | $PEER "$T/run/policy.sock" send >"$T/out"
dropped "more attributes than an MTA sends" "$T/out"
printf 'request=smtpd_access_policy\nhelo' |
	$PEER "$T/run/policy.sock" send >"$T/out"
dropped "silent within a request" "$T/out"
head -c 3000 /dev/urandom | tr -d '\0' | { cat; printf '\n\n'; } |
	$PEER "$T/run/policy.sock" send >"$T/out"
grep -q '^closed' "$T/out" || say_wrong "noise is not dropped"
still_answers "after noise"
printf 'GET / HTTP/1.0\r\n\r\n\n\n' | $PEER "$T/run/policy.sock" send >"$T/out"
grep -q '^closed' "$T/out" || say_wrong "HTTP is not dropped"
[ "$(grep -c 'dropped: its request is longer' "$T/log")" -eq 2 ] ||
	say_wrong "not one line for each"
logged "peer unix (pid [0-9]*, uid [0-9]*) dropped" ||
	say_wrong "the peer is not named"
LC_ALL=C grep -q '[^ -~]' "$T/log" && say_wrong "hostile octets in the log"
http GET /metrics | grep -q '^kizuki_bad_requests [4-9]' ||
	say_wrong "not counted: $(http GET /metrics | grep bad_req)"

# -------- a value that fits no field is answered, not dropped
[ "$(ask "sender=$(head -c 2000 /dev/zero | tr '\0' x)@example.jp")" = \
	"action=DUNNO" ] || say_wrong "a long sender is not answered DUNNO"
[ "$(ask policy_context=third)" = "action=DUNNO" ] ||
	say_wrong "an unknown stage is not answered DUNNO"
[ "$(grep -c 'peer unix answered DUNNO: ' "$T/log")" -eq 2 ] ||
	say_wrong "a value that is out of range is not logged"
[ "$(ask foo=bar baz=)" = "action=DUNNO" ] || say_wrong "unknown attributes"

# -------- many requests in one write are answered in order
{ for i in 1 2 3 4 5 6 7 8 9 10; do request "instance=i.$i"; done; } |
	$PEER "$T/run/policy.sock" send 20 '(.*\n\n){10}' >"$T/out"
[ "$(grep -c '^action=DUNNO' "$T/out")" -eq 10 ] ||
	say_wrong "pipelined: $(grep -c action= "$T/out") of 10 answers"

# -------- a wake-up writes its log lines and its answers once, not one by one
writes() { sed -n 's/^syscw: //p' "/proc/$PID/io"; }
decided() { [ "$(grep -c 'instance=w\.' "$T/log")" -ge 100 ]; }
i=0
while [ $i -lt 100 ]; do
	request "instance=w.$i" client_name=example1.jp
	i=$((i + 1))
done >"$T/hundred"
before=$(writes)
$PEER "$T/run/policy.sock" send 20 '(.*\n\n){100}' <"$T/hundred" >"$T/out"
[ "$(grep -c '^action=DUNNO' "$T/out")" -eq 100 ] || say_wrong "not all answered"
until_true 10 decided || say_wrong "not all decisions are logged"
[ $(($(writes) - before)) -lt 50 ] ||
	say_wrong "$(($(writes) - before)) writes for 100 decisions"

# -------- at the cap the connection idle longest makes room
mkfifo "$T/fifo"
: >"$T/held"
$PEER "$T/run/policy.sock" hold 30 <"$T/fifo" >"$T/held" &
HOLD=$!
exec 3>"$T/fifo"
until_true 20 grep -q '^held 30' "$T/held" || say_wrong "30 cannot connect"
for i in 1 2 3 4 5; do still_answers "at the cap"; done
exec 3>&-
wait $HOLD
[ "$(sed -n 's/^open //p' "$T/held")" -ge 25 ] ||
	say_wrong "more than the oldest were closed: $(cat "$T/held")"
end_daemon

# -------- at the open-file limit nobody but the idle is dropped, nothing spins
rm -f "$T/fifo"
configure 'limits { connections = 1000 }'
start_daemon prlimit --nofile=60:60
await_log "connections = 1000 } is more than 60 open files allow"
mkfifo "$T/fifo"
: >"$T/held"
$PEER "$T/run/policy.sock" hold 300 <"$T/fifo" >"$T/held" &
HOLD=$!
exec 3>"$T/fifo"
until_true 10 grep -q '^held' "$T/held" || say_wrong "300 hang"
still_answers "at the open-file limit"
http GET /v1/status | grep -q '^200' || say_wrong "no API at the file limit"
ticks() { awk '{ print $14 + $15 }' "/proc/$PID/stat"; }
before=$(ticks)
sleep 1
[ $(($(ticks) - before)) -lt 50 ] || say_wrong "it spins at the limit"
exec 3>&-
wait $HOLD
still_answers "after the open-file limit"
finish
