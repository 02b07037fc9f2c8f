#!/bin/bash
# SPDX-License-Identifier: ISC
# postfix-sender - a broken site whose MTA is a stock Postfix: what its queue
# goes through at Exims and Postfixes of ours, and at a dual-stack primary
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/lib/postfix.sh
. "$LAB_TREE/tests/e2e/lib/postfix.sh"

KEROCHAN="10.224.31.100"
KEROCHAN6="2001:db8:268:810::100"
refused="said: 450[ -]4.7.1 <example1.jp>: Helo command rejected: (450 4.7.1 )?We don't talk to broken sites/servers."

# send NAME SUBJECT: from the sender NAME; its log lines count from here on.
# Each mail is of an author of its own: max_delay counts from his first try.
send() {
	told=$(wc -l <"$(postfix_log "$1")")
	began=$(date +%s)
	postfix_send "$1" "$2@example1.jp" tei@jikocho.jp "$2"
}
tries() { # NAME HOST: answers of 450 that HOST gave since send
	tail -n +$((told + 1)) "$(postfix_log "$1")" |
		grep -cE "host $2\.jikocho\.jp\[[^]]*\] said: 450" || true
}
sent() { # NAME: the host that took it
	tail -n +$((told + 1)) "$(postfix_log "$1")" |
		sed -n 's/.* relay=\([^,]*\), .* status=sent .*/\1/p'
}
is_sent() { [ -n "$(sent "$1")" ]; }
# through NAME SECONDS: it leaves the queue
through() {
	lab_wait "$2" is_sent "$1" || expect "$1: out of the queue" no yes
	waited_s=$(($(date +%s) - began))
	lab_wait 10 postfix_queue_empty "$1" ||
		expect "$1: its queue is empty" no yes
}

start_kizukid "\$a listen = { \"10.1.0.25:10040\" }"
start_exim mx1 "10.1.0.25 ; 2001:db8:100::25" "KZ_STAGE = primary"
start_exim mx2 10.1.0.26 "KZ_STAGE = secondary"
start_postfix_sender single "$KEROCHAN"
start_postfix_sender dual "$KEROCHAN $KEROCHAN6"

say "a Postfix of example1.jp; its site is not known yet"
send single first
through single 20
expect "taken by the primary" "$(sent single)" "mx1.jikocho.jp*"
lab_wait 60 state_is example1.jp broken || expect verdict no broken

say "450 at the primary: the secondary is tried in the same delivery"
send single second
through single 40
expect "the primary refused" "$(tries single mx1)" "[1-9]*"
expect "the secondary let it in" "$(sent single)" "mx2.jikocho.jp*"
expect "it waited: $waited_s s" $((waited_s >= 3)) 1
expect_log "$(postfix_log single)" 20 "host mx1.jikocho.jp\[10.1.0.25\] $refused"
expect_log "$(postfix_log single)" 20 "status=deferred \(host mx2.jikocho.jp\[10.1.0.26\] said: 450[ -]4.7.1 <example1.jp>: Helo command rejected: (450 4.7.1 )?Greylisted, please try"
say "and the next mail waits again"
send single third
through single 40
expect "the secondary let it in" "$(sent single)" "mx2.jikocho.jp*"
expect "after a wait of its own: $waited_s s" $((waited_s >= 3)) 1
stop single

say "a primary with two addresses: a stock Postfix never comes to the secondary"
send dual fourth
through dual 60
expect "the primary refused more than once" $(($(tries dual mx1) >= 2)) 1
expect_log "$(postfix_log dual)" 20 "host mx1.jikocho.jp\[10.1.0.25\] $refused"
expect_log "$(postfix_log dual)" 20 "host mx1.jikocho.jp\[2001:db8:100::25\] $refused"
expect "the secondary was not asked" "$(tries dual mx2)" 0
expect "the primary took it" "$(sent dual)" "mx1.jikocho.jp*"
expect "after max_delay, 20 s, and not much later: $waited_s s" \
	$((waited_s >= 19 && waited_s <= 40)) 1
expect_log "$LAB_DIR/kizukid.log" 20 "action=accept stage=primary .* why=mx-best-dead,max-delay"

say "the same against Postfixes of ours, which ask over TCP"
stop mx1
stop mx2
start_postfix pf1 10.1.0.25 primary kizuki_socket=inet:10.1.0.25:10040
start_postfix pf2 10.1.0.26 secondary kizuki_socket=inet:10.1.0.25:10040
postfix_tell dual inet_protocols=ipv4
send dual fifth
through dual 40
expect "the primary refused" "$(tries dual mx1)" "[1-9]*"
expect "the secondary let it in" "$(sent dual)" "mx2.jikocho.jp*"
arrived() { postfix_mail pf2 tei | grep -q "^Subject: fifth"; }
lab_wait 10 arrived || expect "the mail arrived" no yes
expect "with its header line" "$(postfix_mail pf2 tei | grep ^X-Kizuki)" \
	"X-Kizuki: delayed; seconds=*; site=example1.jp"

say "a sound site repaired: no wait at all"
lab_host_up 10.224.31.110
lab_host_up 2001:db8:268:810::110
lab_wait 30 is_free example1.jp || expect "free after the repair" no yes
send dual sixth
through dual 20
expect "taken by the primary at the first try" \
	"$(sent dual) $(tries dual mx1)" "mx1.jikocho.jp* 0"
