#!/bin/bash
# SPDX-License-Identifier: ISC
# exim-failopen - whatever is wrong with kizukid or the plug-in, mail goes on
#
# A real Exim with exim-conf/ against a daemon that is well, then against every
# way of being ill.  Each mail has two recipients; all must be taken, and a
# session may cost one second more than without kizuki.
. "$(dirname "$0")/lib.sh"

socket=$LAB_DIR/policy/sock
heard=$LAB_DIR/stubd.log
mainlog=$LAB_DIR/exim/mx1/mainlog
install -d -m 755 "$LAB_DIR/policy"

start_stub() {
	: >"$heard"
	"$LAB_TREE/tests/lab/stubd.pl" "$socket" "$1" "$heard" &
	pids[stub]=$!
	lab_wait 20 [ -S "$socket" ]
	disown "${pids[stub]}"
}
stop_stub() {
	stop stub -KILL
	rm -f "$socket"
}

# two_recipients: the replies to RCPT, RCPT, DATA and the mail, and the cost
two_recipients() {
	local start
	start=$(date +%s%N)
	replies=$(mail 10.224.31.100 10.1.0.25 example1.jp \
		ishijima@example1.jp a@jikocho.jp b@jikocho.jp)
	cost_ms=$((($(date +%s%N) - start) / 1000000))
}

# goes_on WHAT BOUND_MS LOG_LINE: BOUND_MS is what kizuki may cost, beside what
# a session costs anyway and what a busy machine adds
goes_on() {
	local before
	before=$(wc -l <"$mainlog")
	two_recipients
	expect "$1: taken" "$replies" \
		"250 Accepted*250 Accepted*354 *250 OK*221*"
	expect "$1: costs $((cost_ms - usual_ms)) ms" \
		$((cost_ms <= usual_ms + $2 + 900)) 1
	if [ -n "$3" ]; then
		lines=$(tail -n +$((before + 1)) "$mainlog" | grep 'kizuki' || true)
		expect "$1: one line, $3" "$lines" "*$3*"
		expect "$1: and only one" "$(wc -l <<<"$lines")" 1
	fi
}

say "kizukid is well"
start_exim mx1 "10.1.0.25 ; 2001:db8:100::25" "KZ_STAGE = primary" \
	"KZ_SOCKET = $socket"
start_stub defer
two_recipients
fig14="450 4.7.1 <example1.jp>: Helo command rejected: We don't talk to broken sites/servers."
expect "figure 14, joined" "$(head -1 <<<"$replies")" "$fig14"
expect "no recipient, no DATA" "$(tail -n +3 <<<"$replies")" "503*"
raw=$(printf 'EHLO example1.jp\r\nMAIL FROM:<i@example1.jp>\r\nRCPT TO:<a@jikocho.jp>\r\nQUIT\r\n' |
	perl -MIO::Socket::IP -e '
		my $s = IO::Socket::IP->new(PeerHost => "10.1.0.25",
			PeerPort => 25, LocalHost => "10.224.31.100");
		my $got = "";
		for (<STDIN>) { print $s $_; while (my $l = <$s>) { $got .= $l;
			last if $l =~ /^\d{3} / && $l !~ /^220/ } }
		print $got')
expect "Exim folds it so" "$raw" "*450-4.7.1 <example1.jp>: Helo command rejected:?
450 4.7.1 We don't talk to broken sites/servers.?
*"
expect_log "$mainlog" 20 "temporarily rejected RCPT <a@jikocho.jp>: 450 4.7.1 <example1.jp>: Helo command rejected: We don't talk to broken sites/servers."
expect "the question" "$(cat "$heard")" "request=smtpd_access_policy
protocol_state=RCPT
policy_context=primary
instance=mx1.jikocho.jp.*.1
client_address=10.224.31.100
helo_name=example1.jp
sender=ishijima@example1.jp
client_name=kerochan.example1.jp
sasl_username=
recipient=a@jikocho.jp
kz_spf=
kz_dnswl=
*recipient=b@jikocho.jp*"

say "who is never asked about"
: >"$heard"
replies=$(mail 10.224.31.100 10.1.0.25 example1.jp i@example1.jp \
	postmaster@jikocho.jp Abuse@jikocho.jp)
expect "postmaster and abuse" "$replies" "250*250*354*250 OK*"
replies=$(mail 10.1.0.99 10.1.0.25 example1.jp i@example1.jp a@jikocho.jp)
expect "a relay host" "$replies" "250*354*250 OK*"
replies=$(smtp 10.224.31.100 10.1.0.25 <<'SESSION'
EHLO example1.jp
AUTH PLAIN AHRhbmFrYQBzZWNyZXQ=
MAIL FROM:<i@example1.jp>
RCPT TO:<a@jikocho.jp>
RSET
QUIT
SESSION
)
expect "an authenticated client" "$replies" \
	"250*235*250 OK*250 Accepted*"
replies=$(printf 'From: <i@example1.jp>\n\nhello\n' |
	"$LAB_DIR/bin/exim4" -C "$LAB_DIR/exim/mx1/config" \
		-f i@example1.jp a@jikocho.jp 2>&1)
expect "a local submission" "$replies" ""
replies=$(printf 'EHLO x\nMAIL FROM:<i@example1.jp>\nRCPT TO:<a@jikocho.jp>\nQUIT\n' |
	"$LAB_DIR/bin/exim4" -C "$LAB_DIR/exim/mx1/config" -bs 2>&1)
expect "local SMTP" "$replies" "*250 Accepted*"
expect "nobody was asked about" "$(cat "$heard")" ""
replies=$(mail 10.224.31.100 10.1.0.25 example1.jp i@example1.jp \
	nobody@jikocho.jp a@good.jp)
expect "unknown users and relaying are refused as ever" "$replies" \
	"550*550 relay not permitted*"
expect "without a question" "$(cat "$heard")" ""

say "hostile names"
for helo in 'a$(id)' '${run{/bin/id}}' 'x%s%n' '[10.224.31.100]' \
	'<script>' "it's"; do
	replies=$(mail 10.224.31.100 10.1.0.25 "$helo" i@example1.jp \
		a@jikocho.jp)
	shown=${replies#*<}
	shown=${shown%%>*}
	expect "HELO $helo is shown as $shown" \
		"${shown//[][A-Za-z0-9._:?-]/}" ""
	expect "HELO $helo is not expanded" "$replies" "450*[!=]*"
done

say "the end of DATA"
stop_stub
start_stub dunno
two_recipients
usual_ms=$cost_ms
expect "taken, in $usual_ms ms" "$replies" "250 Accepted*250 Accepted*354 *250 OK*"
expect "told once, with the same instance" \
	"$(grep -A2 END-OF "$heard" | grep -c instance=)" 1
expect "two RCPT and one end" \
	"$(grep instance= "$heard" | sort -u | wc -l)/$(grep -c instance= "$heard")" 1/3
: >"$heard"
replies=$(smtp 10.224.31.100 10.1.0.25 <<'SESSION'
EHLO example1.jp
+MAIL FROM:<i@example1.jp>
+RCPT TO:<postmaster@jikocho.jp>
+RCPT TO:<a@jikocho.jp>
DATA
one
.
MAIL FROM:<i@example1.jp>
RCPT TO:<postmaster@jikocho.jp>
DATA
two
.
MAIL FROM:<i@example1.jp>
RCPT TO:<b@jikocho.jp>
%close
SESSION
)
expect "pipelined; a second mail to postmaster alone, a third one broken off" \
	"$(tr '\n' ' ' <<<"$replies")" "*354*250 OK*250*354*250 OK*250*250*"
expect "one end was told of three messages" "$(grep -c END-OF "$heard")" 1
expect "messages 1 and 3 were asked about" \
	"$(sed -n 's/^instance=.*\.//p' "$heard" | tr '\n' ' ')" "1 1 3 "
stop_stub
start_stub prepend
two_recipients
lab_wait 10 grep -rq '^X-Kizuki: waited 300 s (example1.jp)' \
	"$LAB_DIR/exim/mx1/mail/new"
expect "the header line" "$(grep -rh '^X-Kizuki' "$LAB_DIR/exim/mx1/mail/new" |
	sort | uniq -c | sed 's/^ *//')" "[12] X-Kizuki: waited 300 s (example1.jp)"
stop_stub

say "kizukid is ill"
goes_on "no socket" 0 "No such file or directory"
start_stub dunno
stop stub -KILL
goes_on "a socket that nobody serves" 0 "Connection refused"
rm -f "$socket"
for mode in mute deaf drip; do
	start_stub $mode
	goes_on "$mode" 1000 "no answer in time"
	stop_stub
done
start_stub killed
goes_on "killed in its answer" 0 "closed before the answer was whole"
stop_stub
start_stub garbage
goes_on garbage 0 "nonsense instead of an answer"
stop_stub
start_stub huge
goes_on huge 0 "the answer does not end"
stop_stub
start_stub defer
chmod 600 "$socket"
goes_on "no right to the socket" 0 "Permission denied"
chmod 666 "$socket"
chmod 700 "$LAB_DIR/policy"
goes_on "no right to its folder" 0 "Permission denied"
chmod 755 "$LAB_DIR/policy"
stop_stub
start_stub mute
touch -d '-7 seconds' "$LAB_DIR/policy/alive"
goes_on "hung, and its sign of life is old" 0 "no sign of life"
rm "$LAB_DIR/policy/alive"
stop_stub

say "the plug-in is broken"
plugin=$LAB_DIR/bin/kizuki.so
cp "$plugin" "$LAB_DIR/kept.so"
rm "$plugin"
goes_on "missing" 0 ""
head -c 5000 /dev/urandom >"$plugin"
chmod 644 "$plugin"
goes_on "junk" 0 ""
install -m 600 "$LAB_DIR/kept.so" "$plugin"
goes_on "not readable" 0 ""
libc=$(ldd /bin/bash | sed -n 's/.*=> \(.*libc[^ ]*\).*/\1/p')
install -m 644 "$libc" "$plugin"
goes_on "another library" 0 ""
expect "Exim says so" "$(tail -n 60 "$mainlog")" "*kizuki.so*"
install -m 644 "$LAB_DIR/kept.so" "$plugin"
start_stub defer
two_recipients
expect "and all is well again" "$(head -1 <<<"$replies")" "$fig14"
