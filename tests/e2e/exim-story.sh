#!/bin/bash
# SPDX-License-Identifier: ISC
# exim-story - the main job with real Exims: the paper's staged delay, who is
# exempt, a repair, and our own line down
. "$(dirname "$0")/lib.sh"

PAPER="450 4.7.1 <example1.jp>: Helo command rejected: We don't talk to broken sites/servers."
GREY="450 4.7.1 <example1.jp>: Helo command rejected: Greylisted, please try again in * seconds."
KEROCHAN=10.224.31.100
SENDER=ishijima@example1.jp

rcpt() { # SERVER [RECIPIENT]: the reply to a RCPT of example1.jp
	printf 'EHLO example1.jp\nMAIL FROM:<%s>\nRCPT TO:<%s>\nQUIT\n' \
		"$SENDER" "${2:-tei@jikocho.jp}" | smtp $KEROCHAN "$1" | sed -n 3p
}
deliver() { # SERVER: the last reply but one: to the final dot, or to RCPT
	mail $KEROCHAN "$1" example1.jp "$SENDER" tei@jikocho.jp |
		sed -n 's/^\(250 OK id\).*/\1/p;s/^450/&/p' | head -1
}
taken() { [ "$(deliver "$1")" = "250 OK id" ]; }

start_kizukid
start_exim mx1 "10.1.0.25 ; 2001:db8:100::25" "KZ_STAGE = primary"
start_exim mx2 10.1.0.26 "KZ_STAGE = secondary"

say "a site that nobody knows is let in and looked at"
expect "first mail at the primary" "$(deliver 10.1.0.25)" "250 OK id"
lab_wait 60 state_is example1.jp broken || expect verdict no broken
say "the primary never lets it in, over either family"
expect "RCPT at the primary" "$(rcpt 10.1.0.25)" "$PAPER"
expect "over IPv6" "$(printf 'EHLO example1.jp\nMAIL FROM:<i@example1.jp>\nRCPT TO:<tei@jikocho.jp>\nQUIT\n' |
	smtp 2001:db8:268:810::100 2001:db8:100::25 | sed -n 3p)" "$PAPER"
say "the secondary greylists, lets in, and forgets"
SENDER=2$SENDER # one that nobody has seen: max_delay counts from now
expect "RCPT at the secondary" "$(rcpt 10.1.0.26)" "$GREY"
lab_wait 20 taken 10.1.0.26 || expect "let in after the delay" no yes
expect "the next mail waits again" "$(deliver 10.1.0.26)" "$GREY"
say "a connection that breaks before the final dot costs nothing"
ripe() { [[ $(rcpt 10.1.0.26) == 250* ]]; }
lab_wait 20 ripe || expect "let in after the delay" no yes
expect "again, at once" "$(rcpt 10.1.0.26)" "250 *"
say "exempt: postmaster, abuse, authenticated and own clients"
expect postmaster "$(rcpt 10.1.0.25 Postmaster@jikocho.jp)" "250 *"
expect abuse "$(rcpt 10.1.0.25 abuse@jikocho.jp)" "250 *"
expect "authenticated" "$(printf 'EHLO example1.jp\nAUTH PLAIN %s\nMAIL FROM:<i@example1.jp>\nRCPT TO:<tei@jikocho.jp>\nQUIT\n' \
	"$(printf '\0tanaka\0secret' | base64)" | smtp $KEROCHAN 10.1.0.25 | sed -n 4p)" "250 *"
expect "an unknown user gets its 550" "$(rcpt 10.1.0.25 nobody@jikocho.jp)" "550*"
say "a HELO that does not lead to its client says nothing"
expect "example1.jp from elsewhere" "$(printf 'EHLO example1.jp\nMAIL FROM:<>\nRCPT TO:<tei@jikocho.jp>\nRCPT TO:<b@jikocho.jp>\nQUIT\n' |
	smtp 10.20.0.25 10.1.0.25 | sed -n 4p)" "250 *"
say "a sound site passes at once"
expect "good.jp" "$(mail 10.20.0.25 10.1.0.25 mx1.good.jp t@good.jp tei@jikocho.jp | sed -n 3p)" "250 OK*"

say "300 mails wait; all are in within max_delay and one retry"
mails() { # N: RCPTs of N senders in one session; prints how many are let in
	{
		echo "EHLO example1.jp"
		for i in $(seq "$1"); do
			printf 'MAIL FROM:<m%s@example1.jp>\nRCPT TO:<tei@jikocho.jp>\nDATA\n\nx\n.\n' "$i"
			echo RSET
		done
		echo QUIT
	} | smtp $KEROCHAN 10.1.0.26 | grep -c '250 OK id' || true
}
began=$(date +%s)
waiting=$(mails 300)
expect "none is let in at first" "$waiting" 0
all=0
while [ "$(($(date +%s) - began))" -lt 23 ]; do
	all=$((all + $(mails 300)))
done
got=$(mails 300)
expect "after max_delay a retry lets all in" "$got" 300
same() {
	for _ in $(seq 20); do
		printf 'EHLO example1.jp\nMAIL FROM:<same@example1.jp>\nRCPT TO:<tei@jikocho.jp>\nDATA\n\nx\n.\nQUIT\n' |
			smtp $KEROCHAN 10.1.0.26 | grep -c '250 OK id' || true
	done | grep -c 1 || true
}
began=$(date +%s)
same >/dev/null
lab_wait 40 sh -c "[ \$(date +%s) -gt $((began + 23)) ]"
expect "and so 20 of one sender and recipient" "$(same)" 20

say "our own line is down: nobody is convicted, verdicts are suspended"
lab_line_down all
in_doubt() { grep -q "class=smtp25-v4 in doubt" "$LAB_DIR/kizukid.log"; }
lab_wait 40 in_doubt || expect "the class falls in doubt" no yes
not_broken() { ! state_is example1.jp broken; }
lab_wait 10 not_broken || expect "verdict suspended" no yes
state_is good.jp broken && expect "good.jp" convicted innocent
lab_line_up all
lab_wait 60 state_is example1.jp broken || expect "convicted again" no yes
state_is good.jp sound || lab_wait 30 state_is good.jp sound || expect "good.jp sound" no yes

say "the repair frees the site at the next good look"
lab_host_up 10.224.31.110
lab_host_up 2001:db8:268:810::110
lab_wait 30 is_free example1.jp || expect "free after the repair" no yes
expect "its mail passes at the primary" "$(deliver 10.1.0.25)" "250 OK id"
