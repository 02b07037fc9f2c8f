#!/bin/bash
# SPDX-License-Identifier: ISC
# sendmail-failopen - what a sender sees, and after how long, when kizukid is
# ill: a real Sendmail with the hack against every way of being ill
#
# The lines "|" are the table of docs/sendmail.md, with this run's figures;
# LIMIT_S=2 gives those.
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/lib/sendmail.sh
. "$(dirname "$0")/lib/sendmail.sh"

socket=$LAB_DIR/kz/sendmail.sock
heard=$LAB_DIR/smapd.heard
LIMIT_S=${LIMIT_S:-4} # TIMEOUT, the third argument of the hack
LIMIT_MS=${LIMIT_S}000
SLACK_MS=$((LIMIT_MS - 500)) # what a busy machine may add

start_stub() {
	: >"$heard"
	"$LAB_TREE/tests/lab/smapd.pl" "$socket" "$1" "$heard" &
	pids[stub]=$!
	lab_wait 20 [ -S "$socket" ]
	disown "${pids[stub]}"
}
stop_stub() {
	stop stub -KILL
	rm -f "$socket"
}
# alive AGE: kizukid gave its sign of life so many seconds ago
alive() { printf 'alive %010d\n' $(($(date +%s) - $1)) >"$LAB_DIR/kz/alive"; }

# session: two recipients and a mail, timed
session() {
	{
		echo "EHLO example1.jp"
		echo "MAIL FROM:<ishijima@example1.jp>"
		echo "RCPT TO:<a@jikocho.jp>"
		echo "RCPT TO:<b@jikocho.jp>"
		printf 'DATA\n\nhello\n.\nQUIT\n'
	} | "$LAB_TREE/tests/lab/smtp.pl" -t -l 10.224.31.100 10.1.0.25
}

# try WHAT BANNER RCPT RCPT END: runs a session.  Each of the four is CODE/MS:
# that code, and so many milliseconds more than with a kizukid that is well
try() {
	local what=$1 wanted step=0 seen=() code ms row="| $1" reply
	shift
	wanted=("$@")
	mapfile -t seen < <(session | sed -E \
		'1s/^([0-9]+) (.{3}).*/\1 \2/;2d;/ 221 /d' |
		grep -vE ' (250 2\.1\.0|354|503) ' | cut -c1-90)
	for reply in "${seen[@]}"; do
		[ $step -lt 4 ] || break
		ms=${reply%% *}
		code=${reply#* }
		code=${code%% *}
		row+=" | $code, $ms ms"
		expect "$what: step $step is ${wanted[step]}" \
			"$code $((ms <= ${wanted[step]#*/} + SLACK_MS))" \
			"${wanted[step]%/*} 1"
		[ "${wanted[step]#*/}" = 0 ] ||
			expect "$what: step $step waits" \
				$((ms >= ${wanted[step]#*/} - 100)) 1
		step=$((step + 1))
	done
	expect "$what: replies" "$step" "$(wc -w <<<"${wanted[*]}")"
	echo "$row |"
}
asked() { grep -c ";$1;" "$heard" || true; }

# Nobody accepts, and no more connections fit into the queue: the system call
# that connects has no limit of time.  Who gave no sign of life is not called.
full_backlog() {
	local i held=()
	start_stub deaf
	for i in 1 2; do
		perl -MIO::Socket::UNIX -e '
			IO::Socket::UNIX->new(Peer => $ARGV[0]) and sleep 600' \
			"$socket" &
		held+=($!)
	done
	lab_wait 10 backlog_has 2
	alive 6
	[ $old_ms != 0 ] ||
		try "hung for more than 5 s, its backlog full" \
			220/0 250/0 250/0 250/0
	alive 0
	# emptied here: the shell that begins it may come to that much later
	: >"$LAB_DIR/waiting"
	session >"$LAB_DIR/waiting" &
	lab_wait 4 [ -s "$LAB_DIR/waiting" ] &&
		expect "backlog full just now" "a banner" "none in 4 s"
	stop_stub
	wait $!
	expect "backlog full: mail goes on when kizukid is ended" \
		"$(cut -d' ' -f2 "$LAB_DIR/waiting" | tr '\n' ' ')" \
		"220 250 250 250 250 354 250 221 "
	echo "| backlog full just now | none until it ends | 250 | 250 | 250 |"
	kill "${held[@]}" 2>/dev/null || true
}
backlog_has() { [ "$(ss -Hxl "src $socket" | awk '{ print $3 }')" -ge "$1" ]; }

# What Sendmail asks on a connection that kizukid has left costs a 451, once
# in a message.
ended_between() {
	local pipe=$LAB_DIR/commands out=$LAB_DIR/replies
	start_stub accept,leaves
	alive 0
	rm -f "$pipe"
	mkfifo "$pipe"
	: >"$out"
	session_on "$pipe" >"$out" &
	exec 9>"$pipe"
	printf 'EHLO x\nMAIL FROM:<i@example1.jp>\nRCPT TO:<a@jikocho.jp>\n' >&9
	lab_wait 10 grep -q Recipient "$out"
	lab_wait 10 gone "${pids[stub]}"
	printf 'RCPT TO:<b@jikocho.jp>\nRCPT TO:<m1@jikocho.jp>\nDATA\n\nx\n.\nQUIT\n' >&9
	exec 9>&-
	wait $!
	expect "ended between two questions" \
		"$(cut -d' ' -f2 "$out" | tr '\n' ' ')" \
		"220 250 250 250 451 250 354 250 221 "
	sed -n '5s/^\([0-9]*\) .*/| ended between two questions | 220 | 250 | 451, \1 ms | 250 |/p' "$out"
	rm -f "$socket"
}
gone() { ! kill -0 "$1" 2>/dev/null; }
session_on() { "$LAB_TREE/tests/lab/smtp.pl" -t -l 10.224.31.100 10.1.0.25 <"$1"; }

# the same for both ways of checking
matrix() {
	say "$1: kizukid is well"
	alive 0
	start_stub defer
	try "well, a broken site" 220/0 450/0 450/0 ""
	expect "three questions" "$(asked relay) $(asked rcpt)" "1 2"
	stop_stub
	start_stub accept
	alive 0
	try "well, a sound site" 220/0 250/0 250/0 250/0
	expect "four questions" \
		"$(asked relay) $(asked rcpt) $(asked eom)" "1 2 1"
	alive 0
	printf 'EHLO x\nMAIL FROM:<>\nRCPT TO:<a@jikocho.jp>\nDATA\n\nx\n.\nMAIL FROM:<i@example1.jp>\nRCPT TO:<a@jikocho.jp>\nRSET\nMAIL FROM:<i@example1.jp>\nRCPT TO:<postmaster@jikocho.jp>\nDATA\n\nx\n.\nQUIT\n' |
		smtp 10.224.31.100 10.1.0.25 >/dev/null
	expect "each message is asked about, the end only of what was let in" \
		"$(asked relay) $(asked rcpt) $(asked eom)" "2 4 2"
	stop_stub

	say "$1: kizukid is ill when the client connects"
	rm -f "$LAB_DIR/kz/alive"
	lines=$(wc -l <"$MAILLOG")
	try "absent" 220/0 250/0 250/0 250/0
	lab_wait 20 grep -q 'kizuki: no sign of life, nobody is asked$' "$MAILLOG"
	expect "one line in the log" \
		"$(tail -n +$((lines + 1)) "$MAILLOG" | grep -c kizuki)" 1
	alive 0
	try "absent just now" 220/0 250/0 250/0 250/0
	start_stub accept
	stop stub -KILL
	try "killed, its socket is there" 220/0 250/0 250/0 250/0
	rm -f "$socket"
	start_stub mute
	alive 0
	try "hung just now" 220/$LIMIT_MS 250/0 250/0 250/0
	alive 6
	try "hung for more than 5 s" 220/$old_ms 250/0 250/0 250/0
	stop_stub
	for mode in gone killed; do
		start_stub $mode
		alive 0
		try "$mode in its answer" 220/0 250/0 250/0 250/0
		rm -f "$socket"
	done
	for mode in garbage html perm; do
		start_stub $mode
		alive 0
		try "$mode" 220/0 250/0 250/0 250/0
		stop_stub
	done
	start_stub accept
	chmod 777 "$LAB_DIR/kz"
	alive 0
	try "a folder that others may write" 220/0 250/0 250/0 250/0
	expect "nobody was asked" "$(asked relay)" 0
	chmod 755 "$LAB_DIR/kz"
	stop_stub
	start_stub slow,defer
	alive 0
	try "slow by 1 s at connect" 220/1000 450/0 450/0 ""
	stop_stub
	start_stub defer,slow
	alive 0
	try "slow by 1 s at RCPT" 220/0 250/1000 250/1000 250/1000
	stop_stub

	full_backlog

	say "$1: kizukid falls ill between banner and RCPT"
	start_stub accept,mute
	alive 0
	try "hung" 220/0 451/$LIMIT_MS 250/0 250/0
	stop_stub
	start_stub accept,gone
	alive 0
	try "killed before an answer" 220/0 250/0 250/0 250/0
	rm -f "$socket"
	start_stub accept,killed
	alive 0
	try "killed in an answer" 220/0 451/0 250/0 250/0
	rm -f "$socket"
	ended_between
	start_stub accept,accept,mute
	alive 0
	try "hung at the end of the mail" 220/0 250/0 250/0 451/$LIMIT_MS
	stop_stub
	for mode in garbage html; do
		start_stub accept,$mode
		alive 0
		try "$mode" 220/0 451/0 250/0 250/0
		stop_stub
	done
	for mode in perm empty; do
		start_stub accept,$mode
		alive 0
		try "$mode" 220/0 250/0 250/0 250/0
		stop_stub
	done
}

install -d -m 755 "$LAB_DIR/kz"
start_sendmail mx1 10.1.0.25 "HACK(\`kizuki', \`unix:$socket', \`primary', \`${LIMIT_S}s')dnl"
old_ms=$LIMIT_MS # without a clock nobody knows how long it hangs
matrix "checks at once"
stop_sendmail mx1
start_sendmail mx1 10.1.0.25 "FEATURE(\`delay_checks')dnl" \
	"define(\`confKIZUKI_CLOCK', \`/bin/date')dnl" \
	"HACK(\`kizuki', \`unix:$socket', \`primary', \`${LIMIT_S}s')dnl"
old_ms=0
matrix "delay_checks, and a clock"
