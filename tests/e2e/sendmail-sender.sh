#!/bin/bash
# SPDX-License-Identifier: ISC
# sendmail-sender - a Sendmail of the broken site example1.jp that retries:
# its mail comes through the secondary after the wait, and through a primary of
# two families alone after max_delay
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/lib/sendmail.sh
. "$(dirname "$0")/lib/sendmail.sh"

submit() { # SENDER SUBJECT: into the queue
	printf 'From: %s\nTo: tei@jikocho.jp\nSubject: %s\n\nhello\n' "$1" "$2" |
		sendmail example1.jp -Am -odq -f "$1" tei@jikocho.jp
}
# retry: one run of the queue; is the queue empty now?
retry() {
	sendmail example1.jp -Am -qf
	[ -z "$(ls "$SM_HOME/example1.jp/mqueue")" ]
}
# came NAME SUBJECT NUMBER: so many mails of that subject lie at NAME
came() {
	[ "$(grep -lx "Subject: $2" "$SM_HOME/$1/mail"/mail.* 2>/dev/null |
		wc -l)" = "$3" ]
}
# seen REGEX: lines of the mail log since the last mark
mark=0
set_mark() { mark=$(wc -l <"$MAILLOG"); }
seen() { tail -n +$((mark + 1)) "$MAILLOG" | grep -cE -e "$1" || true; }

start_kizukid
start_sendmail mx1 "10.1.0.25 2001:db8:100::25" \
	"HACK(\`kizuki', \`', \`primary')dnl"
start_sendmail mx2 10.1.0.26 "HACK(\`kizuki', \`', \`secondary')dnl"
sender_config example1.jp 10.224.31.100 \
	"CLIENT_OPTIONS(\`Family=inet6, Addr=2001:db8:268:810::100')dnl"
say "nobody knows the site yet"
submit ishijima@example1.jp first
lab_wait 20 retry || expect "the first mail is taken" no yes
came mx1 first 1 || lab_wait 10 came mx1 first 1 ||
	expect "by the primary" no yes
lab_wait 60 state_is example1.jp broken || expect verdict no broken

say "the staged delay, as a Sendmail goes through it"
for mail in second third; do
	set_mark
	began=$(date +%s%N)
	submit ishijima@example1.jp $mail
	expect "$mail: not at the first try" "$(retry && echo taken)" ""
	expect "$mail: the queue says why" \
		"$(sendmail example1.jp -Am -bp)" "*Deferred: 450 4.7.1 <tei@jikocho.jp>... <example1.jp>: Helo*"
	lab_wait 40 retry || expect "$mail: taken in the end" no yes
	waited_ms=$((($(date +%s%N) - began) / 1000000))
	expect "$mail: after the wait of 3 s, whole seconds" $((waited_ms >= 1900)) 1
	lab_wait 10 came mx2 $mail 1 || expect "$mail: by the secondary" no yes
	expect "$mail: refused by the primary each time" \
		$(($(seen "reject=450 4.7.1 .*talk to broken") >= 2)) 1
	expect "$mail: greylisted by the secondary" \
		$(($(seen "reject=450 4.7.1 .*Greylisted") >= 1)) 1
	expect "$mail: once, and never by the primary" \
		"$(came mx2 $mail 1 && came mx1 $mail 0 && echo so)" so
done
grep -q '^X-Kizuki: delayed; seconds=[0-9]*; site=example1.jp$' \
	"$SM_HOME"/mx2/mail/mail.* || expect "it says that it waited" no yes

say "with only a primary, of both families: in after max_delay"
stop_sendmail mx2
set_mark
began=$(date +%s%N)
submit kanri@example1.jp fourth
expect "fourth: not at the first try" "$(retry && echo taken)" ""
# unlike Postfix it goes on to the next host, not to its other address
expect "one session, over IPv6" \
	"$(seen 'relay=kerochan.*\[IPv6:.*\], reject=450') $(seen 'relay=kerochan.*\[10\..*\], reject=450')" \
	"1 0"
lab_wait 60 retry || expect "fourth: taken in the end" no yes
waited_ms=$((($(date +%s%N) - began) / 1000000))
expect "fourth: after max_delay, 20 s" $((waited_ms >= 18900)) 1
lab_wait 10 came mx1 fourth 1 || expect "fourth: by the primary" no yes
