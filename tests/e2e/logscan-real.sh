#!/bin/bash
# SPDX-License-Identifier: ISC
# logscan-real - what real MTAs and name servers log of sixteen fates of mail,
# as findings: the right symptom, object and time, and nothing of a peer that
# greylists, of a full mailbox and of a refusal
#
# KEEP=FOLDER keeps the logs; tests/unit/logs was made so.
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/lib/postfix.sh
. "$LAB_TREE/tests/e2e/lib/postfix.sh"
# shellcheck source=tests/e2e/lib/sendmail.sh
. "$LAB_TREE/tests/e2e/lib/sendmail.sh"
# shellcheck source=tests/e2e/lib/post.sh
. "$LAB_TREE/tests/e2e/lib/post.sh"
export TZ=UTC
logs=$LAB_DIR/logs
mkdir -p "$logs"
post_up
for host in 27 28 29 57; do ip addr add "10.1.0.$host/32" dev lo; done

# each COMMAND: of a mail to every domain, and an error report to one
each() {
	local domain
	for domain in $POST_DOMAINS; do
		"$1" tei@jikocho.jp "user@$domain.post.jp"
	done
	"$1" "<>" user@report.post.jp
}

say "a Postfix, an Exim and a Sendmail write to everybody"
start_postfix_sender out 10.1.0.27 smtp_connect_timeout=2s \
	smtp_helo_timeout=2s maximal_queue_lifetime=8s \
	bounce_queue_lifetime=8s
by_postfix() { postfix_send out "$1" "$2" x; }
each by_postfix

lib_install_exim_parts
home=$LAB_DIR/exim/out
install -d -o Debian-exim -g Debian-exim "$home" "$home/spool"
sed 's/^  helo_data.*/&\n  connect_timeout = 2s\n  command_timeout = 2s/
	s/F,1h,RETRY/F,8s,RETRY/' \
	"$LAB_TREE/tests/e2e/exim-sender.conf" >"$home/exim.conf"
{
	echo "EXIM = $LAB_DIR/bin/exim4"
	echo "HOME = $home"
	echo "NAME = mx1.jikocho.jp"
	echo "ADDRESS = 10.1.0.28"
	echo "RETRY = 2s"
	echo ".include $home/exim.conf"
} >"$home/config"
: >"$home/mainlog"
chown Debian-exim "$home/mainlog"
exim() { "$LAB_DIR/bin/exim4" -C "$home/config" "$@"; }
by_exim() { printf 'Subject: x\n\nhello\n' | exim -f "$1" "$2"; }
each by_exim

sender_config out 10.1.0.29 "define(\`confTO_CONNECT', \`2s')dnl" \
	"define(\`confTO_ICONNECT', \`2s')dnl" \
	"define(\`confTO_INITIAL', \`2s')dnl" \
	"define(\`confTO_QUEUERETURN', \`8s')dnl"
by_sendmail() {
	printf 'Subject: x\n\nhello\n' |
		sendmail out -Am -odq -f "$1" "$2" >/dev/null 2>&1
}
each by_sendmail

# Rounds of the queues until the dead ones have gone back.
expired() { [ "$(grep -cE -e "$2" "$1")" -ge "$3" ]; }
exim_round() {
	exim -qf
	expired "$home/mainlog" \
		"(dead|gone|refuse|report|mute).post.jp: retry timeout exceeded" 5
}
sendmail_round() {
	sendmail out -Am -qf >/dev/null 2>&1
	expired "$MAILLOG" "(DSN|notify): Cannot send message for" 10
}
postfix_round() { postfix_queue_empty out; }
rounds=()
for mta in exim sendmail postfix; do
	lab_wait 100 ${mta}_round &
	rounds+=($!)
done
for round in "${rounds[@]}"; do
	wait "$round" || expect "mail that nobody took went back" no yes
done

say "a BIND and an Unbound look for their name servers"
bind=$LAB_TREE/build/mta/bind
cat >"$logs/named.conf" <<CONF
options {
	directory "$logs";
	listen-on { 10.1.0.57; };
	listen-on-v6 { none; };
	pid-file none;
	session-keyfile none;
	recursion yes;
	dnssec-validation no;
};
controls { };
zone "." { type hint; file "$LAB_DIR/root.hints"; };
logging {
	channel lab {
		file "$logs/named.log";
		print-time yes; print-category yes; print-severity yes;
	};
	category default { lab; };
	category lame-servers { lab; };
};
CONF
LD_LIBRARY_PATH=$(echo "$bind"/usr/lib/*-linux-gnu) \
	"$bind/usr/sbin/named" -f -c "$logs/named.conf" >"$logs/named.out" 2>&1 &
pids[named]=$!
named_up() { grep -q " running$" "$logs/named.log" 2>/dev/null; }
lab_wait 30 named_up || {
	cat "$logs/named.out" "$logs/named.log"
	expect "BIND starts" no yes
}
for domain in lame noserver unroute; do
	for resolver in 127.0.0.1 10.1.0.57; do
		drill "@$resolver" "$domain.post.jp" MX >/dev/null || true
	done
done
stop named

# As a syslogd writes what comes from /dev/log.
sed -n 's/^<[0-9]*>\(.\{15\}\) /\1 mx /p' "$MAILLOG" >"$logs/sendmail.log"
cp "$(postfix_log out)" "$logs/postfix.log"
cp "$home/mainlog" "$logs/exim.log"
cp "$LAB_DIR/unbound.log" "$logs/"
[ -z "${KEEP:-}" ] || cp "$logs"/*.log "$KEEP"

# scan LOG: subject, symptom, object and outcome of what is told, once each
sed "\$a log_rules = \"$LAB_TREE/data/logrules\"\nlog_rules_own = \"\"" \
	"$LAB_TREE/tests/e2e/kizuki.conf" >"$logs/kizuki.conf"
scan() {
	"$(bin kizuki)" -c "$logs/kizuki.conf" --dry-run --json logscan "$1" \
		2>"$logs/said" | grep '"subject"' >"$logs/found"
	sed 's/.*"subject":"\([^"]*\)","id":"\([^"]*\)","object":"\([^"]*\)","outcome":"\([^"]*\)".*/\1 \2 \3 \4/' \
		"$logs/found" | sort -u
}
# times LOG FORMAT: each finding has the time of a line about it; of a message
# that expired its line has only the identifier
times() {
	local when subject text
	while read -r when subject; do
		text=$(date -d "@$when" "+$2")
		[ -n "$(grep -F -e "$text" "$1" | grep -F -e "$subject" \
			-e status=expired -e "Cannot send message")" ] || {
			echo "no line of $text about $subject"
			return
		}
	done < <(sed 's/.*"t":\([0-9]*\),"subject":"\([^"]*\)".*/\1 \2/' \
		"$logs/found")
	echo "all $(wc -l <"$logs/found" | sed 's/^[1-9].*/of them/')"
}
# dead DOMAINS..., their exchangers refuse contact until the mail goes back
dead() {
	local domain
	for domain; do
		echo "$domain.post.jp log-mx-unreachable mx.$domain.post.jp bad"
		echo "$domain.post.jp log-queue-expired $domain.post.jp bad"
	done
}
common() {
	dead dead gone refuse report
	cat <<-EOF
	report.post.jp log-dsn-undeliverable report.post.jp bad
	lame.post.jp log-host-lookup-fail lame.post.jp bad
	noserver.post.jp log-host-lookup-fail noserver.post.jp bad
	lost.post.jp mx-target-missing lost.post.jp unknown
	taken1.post.jp log-mx-unreachable mx.taken1.post.jp ok
	taken2.post.jp log-mx-unreachable mx.taken2.post.jp ok
	taken3.post.jp log-mx-unreachable mx.taken3.post.jp ok
	taken4.post.jp log-mx-unreachable mx.taken4.post.jp ok
	EOF
}
best="both.post.jp log-mx-unreachable mx1.both.post.jp bad"
missing="nx.post.jp mx-target-missing nx.post.jp unknown"
silent="mute.post.jp mx-no-banner mute.post.jp bad"

say "Postfix"
expect "its log" "$(scan "$logs/postfix.log")" \
	"$({ common; echo "$best"; echo "$missing"; echo "$silent"; } | sort)"
expect "the lines' own times" "$(times "$logs/postfix.log" '%b %e %T')" \
	"all of them"
gzip -k "$logs/postfix.log"
expect "packed, the same" "$(scan "$logs/postfix.log.gz")" \
	"$(scan "$logs/postfix.log")"

say "Exim: it tells a host that is mute like one that is not there"
expect "its log" "$(scan "$logs/exim.log")" \
	"$({ common; echo "$best"; dead mute; } | sort)"
expect "the lines' own times" "$(times "$logs/exim.log" '%F %T')" \
	"all of them"

say "Sendmail: of two exchangers it tells only the last one"
expect "its log" "$(scan "$logs/sendmail.log")" \
	"$({ common; echo "$missing"; echo "$silent"; } | sort)"
expect "the lines' own times" "$(times "$logs/sendmail.log" '%b %e %T')" \
	"all of them"

say "BIND"
expect "its log" "$(scan "$logs/named.log" | grep -v ^ns)" \
	"lame.post.jp log-ns-lame 10.80.0.54 unknown
noserver.post.jp log-ns-unreachable 10.80.0.55 unknown
unroute.post.jp log-ns-unreachable 10.80.0.56 unknown"
expect "the lines' own times" "$(times "$logs/named.log" '%d-%b-%Y %T')" \
	"all of them"

say "Unbound"
expect "its log" "$(scan "$logs/unbound.log" | grep post.jp)" \
	"lame.post.jp log-ns-lame 10.80.0.54 unknown
noserver.post.jp log-ns-unreachable noserver.post.jp unknown
unroute.post.jp log-ns-unreachable unroute.post.jp unknown"
expect "the lines' own times" "$(times "$logs/unbound.log" '[%s]')" \
	"all of them"
