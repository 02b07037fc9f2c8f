#!/bin/bash
# SPDX-License-Identifier: ISC
# sendmail-debian - the hack in Debian's own sendmail.mc, with an
# administrator's definitions, and beside rules of his own
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/lib/sendmail.sh
. "$(dirname "$0")/lib/sendmail.sh"

FIG14="... <example1.jp>: Helo command rejected: We don't talk to broken sites/servers."
OK="250 2.1.5 * Recipient ok"
home=$SM_HOME/debian
heard=$LAB_DIR/smapd.heard

alive() { printf 'alive %010d\n' "$(date +%s)" >/run/kizuki/alive; }
# replies SERVER RECIPIENT...: to RCPT, of a broken site
replies() {
	local server=$1 recipient
	shift
	alive
	{
		echo "EHLO example1.jp"
		echo "MAIL FROM:<ishijima@example1.jp>"
		for recipient; do echo "RCPT TO:<$recipient>"; done
		echo QUIT
	} | smtp "${CLIENT:-10.224.31.100}" "$server" | sed '1,2d;$d'
}

# debian_config LINE...: the package's sendmail.mc with what this lab needs and
# LINEs, where docs/sendmail.md says
debian_config() {
	sendmail_home debian
	{
		sed -e '/^DAEMON_OPTIONS/s/Addr=127.0.0.1/Addr=10.1.0.26/' \
			-e '/^MAILER_DEFINITIONS/,$d' "$SM_CF/debian/sendmail.mc"
		cat <<-MC
		define(\`confDOMAIN_NAME', \`mx2.jikocho.jp')dnl
		define(\`confDONT_PROBE_INTERFACES', \`True')dnl
		define(\`confDELIVERY_MODE', \`queueonly')dnl
		define(\`confLOG_LEVEL', \`14')dnl
		define(\`QUEUE_DIR', \`$home/mqueue')dnl
		define(\`STATUS_FILE', \`$home/statistics')dnl
		undefine(\`confHOST_STATUS_DIRECTORY')dnl
		MC
		[ $# = 0 ] || printf '%s\n' "$@"
		sed -n '/^MAILER_DEFINITIONS/,$p' "$SM_CF/debian/sendmail.mc"
	} >/etc/mail/sendmail.mc
	m4 /etc/mail/sendmail.mc >"$home/sendmail.cf" 2>"$home/m4.out" || true
	expect "m4 has nothing to say" "$(cat "$home/m4.out")" ""
	sendmail debian -bi >/dev/null
}

debian_tables() {
	install -d -m 755 /run/sendmail/mta /run/kizuki
	: >/etc/mail/m4/dialup.m4
	: >/etc/mail/m4/provider.m4
	echo jikocho.jp >/etc/mail/local-host-names
	printf '%s: tanaka\n' tei postmaster >/etc/mail/aliases
	printf '%s\n' 'Spam:friend@jikocho.jp FRIEND' 'Connect:10.1.0 RELAY' \
		'GreetPause:10 0' |
		sendmail_makemap hash /etc/mail/access
	for user in friend closed own; do
		echo "$user: tanaka" >>/etc/mail/aliases
	done
}

sendmail_install
debian_tables
"$LAB_TREE/tests/lab/smapd.pl" /run/kizuki/sendmail.sock defer "$heard" &
pids[stub]=$!
disown "${pids[stub]}"
lab_wait 20 [ -S /run/kizuki/sendmail.sock ]

say "Debian's sendmail.mc and one line"
debian_config "HACK(\`kizuki', \`', \`secondary')dnl"
run_sendmail debian 10.1.0.26
expect "deferred, exempt, spam friend, unknown, relaying" \
	"$(replies 10.1.0.26 tei@jikocho.jp postmaster friend@jikocho.jp \
		nosuch@jikocho.jp a@good.jp tanaka@jikocho.jp)" \
	"450 4.7.1 <tei@jikocho.jp>$FIG14
$OK
$OK
550 5.1.1*User unknown
550 5.7.1*Relaying denied*
450 4.7.1 <tanaka@jikocho.jp>$FIG14"
expect "asked about two only" "$(grep -c ';rcpt;' "$heard")" 2
expect "a client that may relay" "$(CLIENT=10.1.0.99 replies 10.1.0.26 \
	tei@jikocho.jp a@good.jp | tr '\n' ' ')" "$OK $OK "
expect "asked about nothing more" "$(grep -c ';rcpt;' "$heard")" 2

say "by hand, as docs/sendmail.md says"
alive
expect "is kizukid there?" "$(printf '%s\n' '.D{client_addr}10.224.31.100' \
	'Kizuki_relay x' '/quit' | sendmail_bt debian && tail -1 "$heard")" \
	"*Kizuki_relay *returns:*kizukiup 1;secondary;relay;mx2.jikocho.jp;;10.224.31.100;*"
expect "what about this recipient?" "$(printf '%s\n' '.D{kz_up}yes' \
	'.D{client_addr}10.224.31.100' '.D{client_resolve}OK' \
	'.D{client_name}kerochan.example1.jp' '.Dsexample1.jp' \
	'.D{mail_from}<i@example1.jp>' 'Kizuki_rcpt <tei@jikocho.jp>' '/quit' |
	sendmail_bt debian | tr -d '\n')" \
	'*Kizuki_rcpt*returns: $# error $@ 4 . 7 . 1 $: "450 <example1.jp>: Helo*'
expect "is this user known?" "$(printf '%s\n' '.D{rcpt_mailer}local' \
	'.D{rcpt_addr}nosuch' 'Kizuki_user x' '/quit' | sendmail_bt debian)" \
	"*Kizuki_user *returns: unknown*"
stop_sendmail debian

say "with definitions, and rules of his own before and behind the line"
own_rules=("LOCAL_RULESETS" "SLocal_check_rcpt"
	"R<own@\$+>		\$#error \$@ 5.7.1 \$: \"550 own rule\""
	"R<closed@\$+>		\$#OK" "divert(-1)")
debian_config "${own_rules[@]}" \
	"define(\`confKIZUKI_EXEMPT_RCPTS', \`tei help@jikocho.jp')dnl" \
	"define(\`confKIZUKI_EXEMPT_CLIENTS', \`10.40.1 10.41.1.26 IPv6:2001:db8:41')dnl" \
	"define(\`confKIZUKI_USERS', \`none')dnl" \
	"HACK(\`kizuki', \`', \`sole')dnl"
run_sendmail debian 10.1.0.26
expect "recipients" "$(replies 10.1.0.26 tei@jikocho.jp postmaster@jikocho.jp \
	closed@jikocho.jp own@jikocho.jp nosuch@jikocho.jp)" "$OK
450 4.7.1 <postmaster@jikocho.jp>$FIG14
$OK
550 5.7.1*own rule
450 4.7.1 <nosuch@jikocho.jp>$FIG14"
for client in 10.40.1.26 10.41.1.26; do
	expect "client $client" "$(CLIENT=$client replies 10.1.0.26 \
		tanaka@jikocho.jp)" "$OK"
done
by_hand() {
	printf '%s\n' '.D{kz_up}yes' ".D{client_addr}$1" '.D{client_resolve}OK' \
		'.D{client_name}x' '.Dsx' '.D{mail_from}<i@x>' \
		'Kizuki_rcpt <tanaka@jikocho.jp>' '/quit' |
		sendmail_bt debian | tr '\n' ' '
}
expect "client of an IPv6 network" "$(by_hand IPv6:2001:db8:41:0:0:0:0:25)" \
	"*Kizuki_rcpt *returns: > "
expect "client of another" "$(by_hand IPv6:2001:db8:411:0:0:0:0:25)" \
	"*Kizuki_rcpt *returns: \$# error*"
expect "client 10.41.0.25" "$(CLIENT=10.41.0.25 replies 10.1.0.26 \
	tanaka@jikocho.jp)" "450*"
stop_sendmail debian

say "without delay_checks: his ruleset by another name"
own=("LOCAL_RULESETS" "SMy_check_rcpt"
	"R<a@\$+>		\$#error \$@ 5.7.1 \$: \"550 own rule\""
	"R<b@\$+>		\$#OK" "SMy_check_relay"
	"R\$* \$| 10.41.\$*	\$#error \$@ 5.7.1 \$: \"550 own relay rule\""
	"divert(-1)")
start_sendmail mx1 10.1.0.25 \
	"define(\`confKIZUKI_LOCAL_CHECK_RCPT', \`My_check_rcpt')dnl" \
	"define(\`confKIZUKI_LOCAL_CHECK_RELAY', \`My_check_relay')dnl" \
	"HACK(\`kizuki')dnl" "${own[@]}"
expect "his no, his yes, and kizuki's" "$(replies 10.1.0.25 a@jikocho.jp \
	b@jikocho.jp tei@jikocho.jp)" "550 5.7.1*own rule
$OK
450 4.7.1 <tei@jikocho.jp>$FIG14"
expect "stage sole is the default" "$(tail -1 "$heard")" "kizuki 1;sole;rcpt;*"
expect "his rule for clients" "$(printf 'EHLO x\nMAIL FROM:<i@nap.jp>\nQUIT\n' |
	smtp 10.41.1.26 10.1.0.25)" "250 *550 5.7.1 own relay rule*"
stop_sendmail mx1
say "and rules under Sendmail's names, behind the line: no is no"
start_sendmail mx1 10.1.0.25 "HACK(\`kizuki')dnl" "LOCAL_RULESETS" \
	"SLocal_check_rcpt" \
	"R<a@\$+>		\$#error \$@ 5.7.1 \$: \"550 own rule\"" \
	"Scheck_eom" "R\$*	\$#error \$@ 5.7.1 \$: \"550 own end\"" "divert(-1)"
expect "his no, and kizuki's" "$(replies 10.1.0.25 a@jikocho.jp \
	tei@jikocho.jp postmaster@jikocho.jp | sed 's/^\(...\).*/\1/' |
	tr '\n' ' ')" "450 450 250 "
stop stub -KILL
rm /run/kizuki/sendmail.sock
expect "his no without kizukid" "$(replies 10.1.0.25 a@jikocho.jp)" "550*own rule"
expect "his end of the mail" "$(mail 10.224.31.100 10.1.0.25 x i@example1.jp \
	tei@jikocho.jp | tail -n 2 | head -1)" "550 5.7.1 own end"

say "what cannot work is said"
sendmail_home wrong
said() { # LINE...: what m4 says
	printf '%s\n' "OSTYPE(\`linux')dnl" "$@" "MAILER(\`local')dnl" \
		>"$SM_HOME/wrong/sendmail.mc"
	m4 -D_CF_DIR_="$SM_CF/" "$SM_CF/m4/cf.m4" "$SM_HOME/wrong/sendmail.mc" \
		2>&1 >"$SM_HOME/wrong/sendmail.cf"
}
expect "another stage" "$(said "HACK(\`kizuki', \`', \`backup')dnl")" \
	"*stage is primary, secondary or sole, not backup"
expect "the line before FEATURE(delay_checks)" \
	"$(said "HACK(\`kizuki')dnl" "FEATURE(\`delay_checks')dnl")" \
	"*belongs behind FEATURE(delay_checks)"
expect "nothing else" "$(said "FEATURE(\`delay_checks')dnl" \
	"HACK(\`kizuki')dnl")$(said "HACK(\`kizuki')dnl")" ""
