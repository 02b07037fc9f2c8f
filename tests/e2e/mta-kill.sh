#!/bin/bash
# SPDX-License-Identifier: ISC
# mta-kill - SIGKILLs of kizukid while an Exim, a Sendmail and a Postfix take
# mail: each mail is taken once or tried again by its sender, none is lost and
# none comes twice
#
# ROUNDS (5): so often kizukid is killed at a random moment and started again.
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/lib/sendmail.sh
. "$(dirname "$0")/lib/sendmail.sh"
# shellcheck source=tests/e2e/lib/postfix.sh
. "$(dirname "$0")/lib/postfix.sh"

ROUNDS=${ROUNDS:-5}
MTAS="exim sendmail postfix"
declare -A server=([exim]=10.1.0.25 [sendmail]=10.1.0.26 [postfix]=10.1.0.27)
declare -A client=([exim]=10.20.0.25 [sendmail]=10.20.1.26 [postfix]=10.32.0.25)

subjects() { # MTA: of all mails that lie there
	case $1 in
	exim) find "$LAB_DIR/exim/exim/mail/new" -type f ;;
	sendmail) find "$SM_HOME/sendmail/mail" -name 'mail.*' ;;
	postfix) find "$LAB_DIR/postfix/postfix/mail/tei/new" -type f ;;
	esac 2>/dev/null | xargs -r cat | sed -n "s/^Subject: \($1\.[0-9]*\)\$/\1/p" |
		sort -t. -k2n
}
# what was made, and so must lie there once each
made() { seq -f "$1.%.0f" "$2"; }
delivered() { [ "$(subjects "$1" | wc -l)" -ge "$2" ]; }
asked_since() {
	[ "$(grep -c '^kizukid: decision' "$LAB_DIR/kizukid.log")" -gt "$1" ]
}
alive() { kizuki status >/dev/null 2>&1; }

ip addr add 10.1.0.27/32 dev lo
start_exim exim 10.1.0.25
start_sendmail sendmail 10.1.0.26 "HACK(\`kizuki')dnl"
start_postfix postfix 10.1.0.27 sole
SETTINGS="s/^\tdelay = 3s/\tdelay = 1s/;s/^max_delay = .*/max_delay = 3s/
\$a probe_path = \"$LAB_DIR/bin/fakeprobe\"
\$a policy_sockets = \"$LAB_DIR/postfix/postfix/queue/private/kizuki\""
install -m 755 "$LAB_TREE/$B/lab/fakeprobe" "$LAB_DIR/bin/"
start_kizukid "$SETTINGS"
lab_wait 20 alive || expect kizukid dead alive
kizuki deny broken.example --until never --why test >/dev/null

say "senders at three MTAs"
declare -A sender
for mta in $MTAS; do
	"$LAB_TREE/tests/e2e/lib/retry.pl" "${client[$mta]}" "${server[$mta]}" \
		"$mta" >"$LAB_DIR/sent.$mta" 2>"$LAB_DIR/sent.$mta.err" &
	sender[$mta]=$!
done
for mta in $MTAS; do
	lab_wait 60 delivered "$mta" 1 || expect "$mta takes mail" no yes
done

say "$ROUNDS SIGKILLs"
acted=0
for _ in $(seq "$ROUNDS"); do
	# a moment of load that differs each time
	perl -e 'select undef, undef, undef, 0.1 + rand 1.2'
	decisions=$(grep -c '^kizukid: decision' "$LAB_DIR/kizukid.log" || true)
	stop kizukid KILL
	start_kizukid "$SETTINGS"
	lab_wait 30 alive || expect "kizukid comes again" no yes
	lab_wait 30 asked_since "$decisions" || expect "MTAs ask again" no yes
	acted=$((acted + 1))
done
expect "all rounds ran" $acted "$ROUNDS"

say "the senders empty their queues"
for mta in $MTAS; do
	kill -TERM "${sender[$mta]}"
done
for mta in $MTAS; do
	wait "${sender[$mta]}" || {
		cat "$LAB_DIR/sent.$mta.err"
		expect "$mta: its sender comes to an end" no yes
	}
	read -r mails tries doubts <"$LAB_DIR/sent.$mta"
	lab_wait 60 delivered "$mta" "$mails" || true
	expect "$mta: $mails mails in $tries tries, no reply missing" \
		"$doubts" 0
	expect "$mta: each lies there once" "$(diff <(made "$mta" "$mails") \
		<(subjects "$mta") | head -n 5)" ""
	expect "$mta: some had to wait" $((tries > mails)) 1
done
