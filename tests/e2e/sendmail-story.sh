#!/bin/bash
# SPDX-License-Identifier: ISC
# sendmail-story - the paper's staged delay with real Sendmails, and who is
# exempt; with the checks of Sendmail at once and with FEATURE(delay_checks)
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/lib/sendmail.sh
. "$(dirname "$0")/lib/sendmail.sh"

# sendmail itself puts the recipient before a 450
PAPER="450 4.7.1 <tei@jikocho.jp>... <example1.jp>: Helo command rejected: We don't talk to broken sites/servers."
GREY="450 4.7.1 <tei@jikocho.jp>... <example1.jp>: Helo command rejected: Greylisted, please try again in * seconds."
OK="250 2.1.5 * Recipient ok"
KEROCHAN=10.224.31.100
SENDER=ishijima@example1.jp

rcpt() { # SERVER [RECIPIENT [CLIENT]]: the reply to a RCPT of example1.jp
	printf 'EHLO example1.jp\nMAIL FROM:<%s>\nRCPT TO:<%s>\nQUIT\n' \
		"$SENDER" "${2:-tei@jikocho.jp}" | smtp "${3:-$KEROCHAN}" "$1" | sed -n 3p
}
deliver() { # SERVER: the reply to the final dot, or to RCPT
	mail $KEROCHAN "$1" example1.jp "$SENDER" tei@jikocho.jp |
		sed -n 's/^250 2.0.0 .* Message accepted.*/taken/p;s/^450/&/p' |
		head -1
}
taken() { [ "$(deliver "$1")" = taken ]; }
ripe() { [[ $(rcpt 10.1.0.26) == $OK ]]; }
told() { grep -rqE '^X-Kizuki: delayed; seconds=[0-9]+; site=example1\.jp$' \
	"$SM_HOME/$1/mail"; }

# real passwords, for a client that says who it is
sendmail_passwords() {
	install -d -m 755 /etc/sasl2
	printf '%s\n' "pwcheck_method: auxprop" "auxprop_plugin: sasldb" \
		"sasldb_path: /etc/sasldb2" "mech_list: PLAIN" \
		>/etc/sasl2/Sendmail.conf
	for host in mx1 mx2; do
		echo secret | "$SM_ROOT/usr/sbin/saslpasswd2" -p -c \
			-f /etc/sasldb2 -u $host.jikocho.jp tanaka
	done
	chmod 600 /etc/sasldb2
}

# over_tls LINE...: the replies, each line sent when the one before is answered
over_tls() {
	local line n out=$LAB_DIR/tls.replies pipe=$LAB_DIR/tls.commands
	rm -f "$pipe"
	mkfifo "$pipe"
	: >"$out"
	openssl s_client -quiet -crlf -starttls smtp -bind $KEROCHAN:0 \
		-connect 10.1.0.25:25 <"$pipe" >"$out" 2>/dev/null &
	exec 9>"$pipe"
	answered() { [ "$(grep -c '^[0-9]* ' "$out")" -gt "$n" ]; }
	for line; do
		n=$(grep -c '^[0-9]* ' "$out" || true)
		echo "$line" >&9
		lab_wait 10 answered
	done
	exec 9>&-
	wait $! || true
	tr -d '\r' <"$out" | grep '^[0-9]* '
}

start_pair() { # LINE...
	local lines=("$@")
	lines+=("define(\`confAUTH_MECHANISMS', \`PLAIN')dnl"
		"TRUST_AUTH_MECH(\`PLAIN')dnl"
		"define(\`confSERVER_CERT', \`$LAB_DIR/cert.pem')dnl"
		"define(\`confSERVER_KEY', \`$LAB_DIR/key.pem')dnl"
		"define(\`confCACERT', \`$LAB_DIR/cert.pem')dnl"
		"define(\`confCACERT_PATH', \`/etc/ssl/certs')dnl"
		"FEATURE(\`access_db', \`hash -o -T<TMPF> /etc/mail/access.db')dnl"
		"FEATURE(\`virtusertable', \`hash -o /etc/mail/virtuser.db')dnl")
	start_sendmail mx1 "10.1.0.25 2001:db8:100::25" "${lines[@]}" \
		"HACK(\`kizuki', \`unix:/run/kizuki/sendmail.sock', \`primary')dnl"
	start_sendmail mx2 10.1.0.26 "${lines[@]}" \
		"HACK(\`kizuki', \`', \`secondary')dnl"
}

sendmail_tables() {
	printf 'Connect:10.20.0.25\tRELAY\nConnect:10.40.1.26\tREJECT\n' |
		sendmail_makemap hash /etc/mail/access.db
	printf 'sales@jikocho.jp\ttanaka\ngone@jikocho.jp\terror:5.1.1:550 left us\n' |
		sendmail_makemap hash /etc/mail/virtuser.db
}

# what must hold with every way of checking
staged_delay() {
	say "$1: the primary never lets it in, over either family"
	expect "RCPT at the primary" "$(rcpt 10.1.0.25)" "$PAPER"
	expect "over IPv6" "$(rcpt 2001:db8:100::25 tei@jikocho.jp \
		2001:db8:268:810::100)" "$PAPER"
	expect "over TLS, after a second EHLO and a RSET" \
		"$(over_tls "EHLO x" "EHLO example1.jp" RSET \
			"MAIL FROM:<tls@example1.jp>" "RCPT TO:<tei@jikocho.jp>" QUIT |
		tail -n 2 | head -1)" "$PAPER"
	expect "of a virtual user" "$(rcpt 10.1.0.25 sales@jikocho.jp)" \
		"450 4.7.1 <sales@jikocho.jp>... <example1.jp>: Helo command*"

	say "$1: the secondary greylists, lets in, and forgets"
	SENDER=2$SENDER # one that nobody has seen, however slow we are
	expect "RCPT at the secondary" "$(rcpt 10.1.0.26)" "$GREY"
	lab_wait 20 taken 10.1.0.26 || expect "let in after the delay" no yes
	lab_wait 10 told mx2 || expect "the mail says that it waited" no yes
	expect "the next mail waits again" "$(deliver 10.1.0.26)" "$GREY"
	say "$1: a connection that breaks before the final dot costs nothing"
	lab_wait 20 ripe || expect "let in after the delay" no yes
	expect "again, at once" "$(rcpt 10.1.0.26)" "$OK"

	say "$1: who is exempt, who is refused as ever"
	expect postmaster "$(rcpt 10.1.0.25 Postmaster@jikocho.jp)" "$OK"
	expect abuse "$(rcpt 10.1.0.25 abuse@jikocho.jp)" "$OK"
	expect "an unknown user gets its 550" \
		"$(rcpt 10.1.0.25 nobody.here@jikocho.jp)" "550 5.1.1*User unknown"
	expect "a virtual user who left, too" \
		"$(rcpt 10.1.0.25 gone@jikocho.jp)" "550 5.1.1*left us"
	expect "relaying is denied" "$(rcpt 10.1.0.25 a@good.jp)" \
		"550 5.7.1*Relaying denied*"
	expect authenticated "$(printf 'EHLO example1.jp\nAUTH PLAIN %s\nMAIL FROM:<i@example1.jp>\nRCPT TO:<tei@jikocho.jp>\nQUIT\n' \
		"$(printf '\0tanaka\0secret' | base64)" |
		smtp $KEROCHAN 10.1.0.25 | sed -n '2p;4p' | tr '\n' ' ')" \
		"235 *$OK "
	expect "whom the access map refuses is refused" "$(printf 'EHLO mx2.mended.jp\nMAIL FROM:<i@mended.jp>\nRCPT TO:<tei@jikocho.jp>\nQUIT\n' |
		smtp 10.40.1.26 10.1.0.25 | tail -n 2 | head -1)" "550 5.7.1*"
	expect "a sound site" "$(mail 10.20.1.26 10.1.0.25 mx2.good.jp \
		t@good.jp tei@jikocho.jp | sed -n 3p)" "250 2.0.0*"
	asked=$(grep -c "^decision" "$LAB_DIR/kizukid.log" || true)
	expect "a client in the access map" "$(mail 10.20.0.25 10.1.0.25 \
		mx1.good.jp t@good.jp tei@jikocho.jp a@example2.jp |
		sed -n '1,2p' | tr '\n' ' ')" "$OK $OK "
	expect "nobody was asked about that one" \
		"$(grep -c "^decision" "$LAB_DIR/kizukid.log" || true)" "$asked"
	expect "a null sender's first recipient" "$(printf 'EHLO example1.jp\nMAIL FROM:<>\nRCPT TO:<tei@jikocho.jp>\nQUIT\n' |
		smtp $KEROCHAN 10.1.0.25 | sed -n 3p)" "$OK"
	expect "two messages of one session" "$(printf 'EHLO mx2.good.jp\nMAIL FROM:<t@good.jp>\nRCPT TO:<tei@jikocho.jp>\nDATA\n\nx\n.\nMAIL FROM:<t@good.jp>\nRCPT TO:<a@jikocho.jp>\nRCPT TO:<b@jikocho.jp>\nDATA\n\nx\n.\nQUIT\n' |
		smtp 10.20.1.26 10.1.0.25 | tr '\n' ' ')" \
		"*250 2.0.0*250 2.1.0*$OK $OK*250 2.0.0*"
}

# no first try of ours is so old that it is let in for its age
start_kizukid 's/^max_delay = .*/max_delay = 1h/'
sendmail_install
sendmail_passwords
sendmail_tables
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=mx1.jikocho.jp \
	-keyout "$LAB_DIR/key.pem" -out "$LAB_DIR/cert.pem" 2>/dev/null
chmod 600 "$LAB_DIR/key.pem"
start_pair
say "a site that nobody knows is let in and looked at"
expect "first mail at the primary" "$(deliver 10.1.0.25)" taken
lab_wait 60 state_is example1.jp broken || expect verdict no broken
staged_delay "checks at once"
expect_log "$MAILLOG" 20 "ruleset=check_rcpt, arg1=<tei@jikocho.jp>, relay=kerochan.example1.jp \[10.224.31.100\], reject=450 4.7.1 .*We don't talk to broken sites/servers"

say "the same with FEATURE(delay_checks)"
stop_sendmail mx1
stop_sendmail mx2
rm -rf "$SM_HOME"/mx[12]
start_pair "FEATURE(\`delay_checks')dnl" \
	"define(\`confKIZUKI_CLOCK', \`/bin/date')dnl"
SENDER=kanri@example1.jp
staged_delay delay_checks
say "a kizukid that hangs is found out by what it does not write"
kill -STOP "${pids[kizukid]}"
old() { read -r _ moment </run/kizuki/alive && [ $(($(date +%s) - moment)) -gt 5 ]; }
lab_wait 10 old
expect "mail of the broken site goes on" "$(deliver 10.1.0.25)" taken
kill -CONT "${pids[kizukid]}"
lab_wait 10 eval '! old'
expect "and waits again when it is back" "$(rcpt 10.1.0.25)" "$PAPER"
expect "no look-up failed, and no rule is odd" "$(grep SYSERR "$MAILLOG")" ""
