#!/bin/bash
# SPDX-License-Identifier: ISC
# postfix-story - the main job with real Postfixes: set up by the words of
# docs/postfix.md, smtpd in its chroot; the paper's staged delay, the header,
# who is exempt, what keeps its own refusal, a repair
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/lib/postfix.sh
. "$LAB_TREE/tests/e2e/lib/postfix.sh"

PAPER="450 4.7.1 <example1.jp>: Helo command rejected: We don't talk to broken sites/servers."
GREY="450 4.7.1 <example1.jp>: Helo command rejected: Greylisted, please try again in * seconds."
KEROCHAN=10.224.31.100
log=$LAB_DIR/kizukid.log

rcpt() { # SERVER [RECIPIENT]: the reply to a RCPT of example1.jp
	printf 'EHLO example1.jp\nMAIL FROM:<ishijima@example1.jp>\nRCPT TO:<%s>\nQUIT\n' \
		"${2:-tei@jikocho.jp}" | smtp $KEROCHAN "$1" | sed -n 3p
}
deliver() { # SERVER [RECIPIENT...]: the reply to the final dot, or the 450
	local server=$1
	shift
	mail $KEROCHAN "$server" example1.jp ishijima@example1.jp \
		"${@:-tei@jikocho.jp}" |
		sed -n 's/^\(250 2.0.0 Ok: queued\).*/\1/p;s/^450/&/p' | head -1
}
taken() { [ "$(deliver "$@")" = "250 2.0.0 Ok: queued" ]; }
delivered() { [ "$(postfix_mail "$1" "$2" | grep -c ^Return-Path)" = "$3" ]; }

# "tanaka", password "secret", where the confined smtpd finds them
sasl_prepare() {
	local home=$LAB_DIR/postfix/mx1
	install -d "$home/etc/sasl"
	printf '%s\n' "pwcheck_method: auxprop" "auxprop_plugin: sasldb" \
		"mech_list: PLAIN" >"$home/etc/sasl/smtpd.conf"
	echo secret | "$LAB_TREE/build/mta/sendmail/usr/sbin/saslpasswd2" -p -c \
		-f "$home/queue/etc/sasldb2" -u mx1.jikocho.jp tanaka
	chown postfix "$home/queue/etc/sasldb2"
	postfix_tell mx1 smtpd_sasl_auth_enable=yes \
		"cyrus_sasl_config_path=$home/etc/sasl"
}

start_postfix mx1 "10.1.0.25 [2001:db8:100::25]" primary
start_postfix mx2 10.1.0.26 secondary
sasl_prepare
# no first try of ours is so old that it is let in for its age
start_kizukid "s/^max_delay = .*/max_delay = 1h/;\$a policy_sockets = { \"$LAB_DIR/postfix/mx1/queue/private/kizuki\", \"$LAB_DIR/postfix/mx2/queue/private/kizuki\" }"

say "a site that nobody knows is let in and looked at"
expect "first mail at the primary" "$(deliver 10.1.0.25)" "250 2.0.0 Ok: queued"
expect_log "$(postfix_log mx1)" 20 "connect from kerochan.example1.jp\[$KEROCHAN\]"
expect "smtpd is confined" \
	"$(readlink /proc/*/root | grep -c "^$LAB_DIR/postfix/mx1/queue$")" "[1-9]*"
lab_wait 60 state_is example1.jp broken || expect verdict no broken

say "the primary never lets it in, over either family"
expect "RCPT at the primary" "$(rcpt 10.1.0.25)" "$PAPER"
expect "over IPv6" "$(printf 'EHLO example1.jp\nMAIL FROM:<i@example1.jp>\nRCPT TO:<tei@jikocho.jp>\nQUIT\n' |
	smtp 2001:db8:268:810::100 2001:db8:100::25 | sed -n 3p)" "$PAPER"
raw=$(printf 'EHLO example1.jp\r\nMAIL FROM:<i@example1.jp>\r\nRCPT TO:<tei@jikocho.jp>\r\n' |
	perl -MIO::Socket::IP -e '
		my $s = IO::Socket::IP->new(PeerHost => "10.1.0.25",
			PeerPort => 25, LocalHost => "10.224.31.100");
		my $got = <$s>;
		for (<STDIN>) { print $s $_; $got = "";
			while (my $l = <$s>) { $got .= $l; last if $l =~ /^\d{3} / } }
		print $got' | od -An -tx1 | tr -d ' \n')
expect "figure 14, byte for byte" "$raw" "$(printf '%s\r\n' "$PAPER" | od -An -tx1 | tr -d ' \n')"
expect_log "$(postfix_log mx1)" 20 "NOQUEUE: reject: RCPT from kerochan.example1.jp\[$KEROCHAN\]: 450 4.7.1 <example1.jp>: Helo command rejected: We don't talk to broken sites/servers.; from=<ishijima@example1.jp> to=<tei@jikocho.jp> proto=ESMTP helo=<example1.jp>"

say "the secondary greylists, lets in, and forgets"
expect "RCPT at the secondary" "$(rcpt 10.1.0.26)" "$GREY"
lab_wait 20 taken 10.1.0.26 || expect "let in after the delay" no yes
lab_wait 10 delivered mx2 tei 1 || expect "delivered" no yes
expect "it says how long it waited, and why" \
	"$(postfix_mail mx2 tei | grep ^X-Kizuki)" \
	"X-Kizuki: delayed; seconds=*; site=example1.jp*"
expect_log "$log" 20 "taken instance=[^ ]+ entries=1"
expect "the next mail waits again" "$(deliver 10.1.0.26)" "$GREY"

say "a connection that breaks before the final dot costs nothing"
ripe() { [[ $(rcpt 10.1.0.26) == 250* ]]; }
lab_wait 20 ripe || expect "let in after the delay" no yes
expect "again, at once" "$(rcpt 10.1.0.26)" "250 *"

say "two recipients, one header line"
expect "the other one waits by himself" "$(rcpt 10.1.0.26 tanaka@jikocho.jp)" "$GREY"
both_ripe() {
	[[ $(rcpt 10.1.0.26 tanaka@jikocho.jp) == 250* ]] && ripe
}
lab_wait 20 both_ripe || expect "both are ripe" no yes
expect "one mail for both" "$(deliver 10.1.0.26 tei@jikocho.jp tanaka@jikocho.jp)" "250 2.0.0 Ok: queued"
lab_wait 10 delivered mx2 tei 2 || expect "delivered to one" no yes
lab_wait 10 delivered mx2 tanaka 1 || expect "delivered to the other" no yes
expect "one line in the mail" "$(postfix_mail mx2 tanaka | grep -c ^X-Kizuki)" 1
expect_log "$log" 20 "taken instance=[^ ]+ entries=2"

say "exempt: postmaster, abuse, authenticated and own clients"
for user in Postmaster@jikocho.jp postmaster abuse@jikocho.jp; do
	expect "$user" "$(rcpt 10.1.0.25 "$user")" "250 *"
done
expect "a mail to postmaster beside another" \
	"$(mail $KEROCHAN 10.1.0.25 example1.jp i@example1.jp \
		postmaster@jikocho.jp tei@jikocho.jp | tr '\n' '|')" \
	"250 2.1.5 Ok|$PAPER|354 *|250 2.0.0 Ok: queued*"
expect "authenticated" "$(printf 'EHLO example1.jp\nAUTH PLAIN %s\nMAIL FROM:<i@example1.jp>\nRCPT TO:<tei@jikocho.jp>\nQUIT\n' \
	"$(printf '\0tanaka\0secret' | base64)" |
	smtp $KEROCHAN 10.1.0.25 | tail -n +2 | tr '\n' '|')" \
	"235 *|250 2.1.0 Ok|250 2.1.5 Ok|*"
expect "an own client" "$(mail 10.1.0.99 10.1.0.25 example1.jp i@example1.jp \
	tei@jikocho.jp | sed -n 3p)" "250 2.0.0 Ok: queued*"

say "who is refused for good keeps his own refusal"
expect "an unknown user" "$(rcpt 10.1.0.25 nosuch@jikocho.jp)" \
	"550 5.1.1 <nosuch@jikocho.jp>: Recipient address rejected: User unknown in local recipient table"
expect "relaying" "$(rcpt 10.1.0.25 tei@good.jp)" \
	"554 5.7.1 <tei@good.jp>: Relay access denied"
postfix_tell mx2 "smtpd_helo_restrictions=$(postfix_do mx2 postconf -h smtpd_helo_restrictions |
	sed s/reject_unauth/defer_unauth/)"
expect "relaying, in Debian's own words" "$(rcpt 10.1.0.26 tei@good.jp)" \
	"454 4.7.1 <tei@good.jp>: Relay access denied"
expect "no HELO, no mail" "$(printf 'MAIL FROM:<i@example1.jp>\nQUIT\n' |
	smtp $KEROCHAN 10.1.0.25 | head -1)" "503 5.5.1 Error: send HELO/EHLO first"

say "names that prove nothing"
expect "HELO and MAIL FROM from elsewhere" "$(mail 10.20.0.25 10.1.0.25 \
	example1.jp i@example1.jp tei@jikocho.jp | sed -n 1p)" "250 *"
ip addr add 10.77.0.1/32 dev lo
expect "a reverse name that does not lead back" "$(mail 10.77.0.1 10.1.0.25 \
	example1.jp i@example1.jp tei@jikocho.jp | sed -n 1p)" "250 *"
expect_log "$(postfix_log mx1)" 20 "hostname kerochan.example1.jp does not resolve to address 10.77.0.1"
expect "a sound site" "$(mail 10.20.0.25 10.1.0.25 mx1.good.jp t@good.jp \
	tei@jikocho.jp | sed -n 3p)" "250 2.0.0 Ok: queued*"
expect_log "$log" 20 "decision .* from=<t@good.jp> .* rcpt=<tei@jikocho.jp>"
expect "nobody asked about those who are refused for good" \
	"$(grep -cE "rcpt=<(nosuch@jikocho|tei@good)" "$log" || true)" 0
expect "hostile HELO names are not expanded" "$(mail $KEROCHAN 10.1.0.25 \
	'$(id)%s' i@example1.jp tei@jikocho.jp | sed -n 1p)" \
	"450 4.7.1 <\$\?id\?%s>: Helo command rejected: We don't talk to broken sites/servers. (example1.jp)"

say "the repair frees the site at the next good look"
lab_host_up 10.224.31.110
lab_host_up 2001:db8:268:810::110
lab_wait 30 is_free example1.jp || expect "free after the repair" no yes
expect "its mail passes at the primary" "$(deliver 10.1.0.25)" "250 2.0.0 Ok: queued"
expect "Postfix never missed an answer" \
	"$(grep -c "problem talking" "$(postfix_log mx1)" "$(postfix_log mx2)" | cut -d: -f2 | tr '\n' ' ')" "0 0 "
