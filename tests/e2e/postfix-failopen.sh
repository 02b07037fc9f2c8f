#!/bin/bash
# SPDX-License-Identifier: ISC
# postfix-failopen - whatever is wrong with kizukid, mail goes on
#
# One Postfix with kizuki by the words of docs/postfix.md, and on a port each
# an smtpd whose kizukid is ill in a way of its own (tests/lab/stubd.pl).  The
# same session goes to all of them at once: two recipients, one mail.  The
# table that is printed is the one of docs/postfix.md.
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/lib/postfix.sh
. "$LAB_TREE/tests/e2e/lib/postfix.sh"

private=$LAB_DIR/postfix/mx1/queue/private
# What a busy machine may add to a reply.
slack_ms=1500

# port | stub (none: -) | at | reply to RCPT | ms at most: RCPT, RCPT, dot |
# what Postfix logs | how ill
ROWS="
2501|dunno|unix|250|0|0|0|-|well
2502|defer|unix|450|0|0|-|-|well, and says 450
2503|slow|unix|450|1000|1000|-|-|slow by 1 s, and says 450
2504|-|unix|250|1000|1000|1000|No such file or directory|absent
2505|stale|unix|250|1000|1000|1000|Connection refused|absent, its socket left behind
2506|rights|unix|250|1000|1000|1000|Permission denied|there, its socket not permitted
2507|mute|unix|250|7000|4000|4000|Connection timed out|hung
2508|deaf|unix|250|7000|4000|4000|Connection timed out|hung, accepts nobody
2509|full|unix|250|1000|1000|1000|unavailable|its backlog full
2510|killed|unix|250|1000|1000|1000|Connection refused|killed within its answer
2511|garbage|unix|250|7000|4000|4000|private/2511|nonsense
2512|huge|unix|250|7000|4000|4000|private/2512|an answer without end
2514|bogus|unix|451|0|0|-|BOGUS|an action that Postfix does not know
2515|-|inet|250|1000|1000|1000|Connection refused|over TCP: absent
2516|mute|inet|250|7000|4000|4000|Connection timed out|over TCP: hung
2517|full|inet|250|7000|7000|7000|Connection timed out|over TCP: its backlog full
"
each_row() { # COMMAND: once for each, with its fields
	local port stub at reply first second dot regex how
	while IFS='|' read -r port stub at reply first second dot regex how; do
		[ -z "$port" ] || "$1" "$port" "$stub" "$at" "$reply" \
			"$first $second $dot" "$regex" "$how"
	done <<<"$ROWS"
}

where() { # PORT AT: where smtpd of that port looks for kizukid
	if [ "$2" = unix ]; then
		echo "unix:private/$1"
	else
		echo "inet:127.0.0.1:1$1"
	fi
}
make_service() {
	postfix_do mx1 postconf -M "10.1.0.25:$1/inet=10.1.0.25:$1 inet n - y - - smtpd -o kizuki_socket=$(where "$1" "$3")"
}
start_stub() { # PORT STUB AT
	local place=$private/$1 mode=$2
	[ "$mode" != - ] || return 0
	[ "$3" = unix ] || place=127.0.0.1:1$1
	case $mode in stale | rights) mode=defer ;; esac
	# its own process group: it has a child for each connection
	setsid "$LAB_TREE/tests/lab/stubd.pl" "$place" "$mode" \
		"$LAB_DIR/stubd.log" &
	pids[$1]=$!
	disown "${pids[$1]}"
	if [ "$3" = unix ]; then
		lab_wait 20 [ -S "$place" ]
	else
		lab_wait 20 lib_listening 127.0.0.1 "1$1"
	fi
	case $2 in
	stale) stop "$1" -KILL ;;
	rights) chmod 600 "$place" ;;
	esac
}

session() { # PORT: "MS REPLY" of RCPT, RCPT, DATA, the final dot, QUIT
	printf '%s\n' "EHLO example1.jp" "MAIL FROM:<i@example1.jp>" \
		"RCPT TO:<tei@jikocho.jp>" "RCPT TO:<tanaka@jikocho.jp>" \
		DATA "Subject: $1" "" hello . QUIT |
		"$LAB_TREE/tests/lab/smtp.pl" -l 10.224.31.100 -t 10.1.0.25 \
			"$1" | tail -n +4 >"$LAB_DIR/session.$1"
}
begin_session() {
	session "$1" &
	pids[session.$1]=$!
}
end_session() { wait "${pids[session.$1]}"; }

check_row() { # PORT STUB AT REPLY BOUNDS REGEX HOW
	local ms=() replies=() cost text bound i=0
	while read -r cost text; do
		ms+=("$cost")
		replies+=("$text")
	done <"$LAB_DIR/session.$1"
	expect "$7: RCPT" "${replies[0]}" "$4 *"
	expect "$7: the second RCPT" "${replies[1]}" "$4 *"
	case $4 in
	250) expect "$7: the mail is taken" "${replies[3]}" \
		"250 2.0.0 Ok: queued*" ;;
	*) ms[3]=- ;;
	esac
	for bound in $5; do
		[ "$bound" = - ] || expect "$7: ${ms[i]} ms, $bound are told" \
			$((ms[i] <= bound + slack_ms)) 1
		i=$((i == 1 ? 3 : i + 1))
	done
	[ "$6" = - ] || expect_log "$(postfix_log mx1)" 20 \
		"warning: .*($(where "$1" "$3" | sed s/^unix://)).*$6|warning: .*$6"
	printf '| %s | %s | %s | %s | %s |\n' "$7" "${replies[0]%% *}" \
		"${ms[0]}" "${ms[1]}" "${ms[3]}" >>"$LAB_DIR/table"
}

postfix_configure mx1 10.1.0.25
postfix_kizuki mx1 sole
each_row make_service
postfix_start mx1
lab_wait 20 lib_listening 10.1.0.25 2517
each_row start_stub

say "kizukid is ill in every way at once"
each_row begin_session
each_row end_session
each_row check_row

say "what was measured"
echo "| kizukid is | RCPT is answered | after ms | a further RCPT | the final dot |"
echo "|---|---|---|---|---|"
cat "$LAB_DIR/table"

say "every process of smtpd asks again once kizukid is well"
well_again() { # PORT STUB AT ...
	[ -z "${pids[$1]:-}" ] ||
		kill -KILL -- "-${pids[$1]}" 2>/dev/null || true
	start_stub "$1" defer "$3"
}
each_row well_again
each_row begin_session
each_row end_session
says_450() {
	expect "$7: now well" "$(sed -n '1s/^[0-9]* //p' "$LAB_DIR/session.$1")" \
		"450 4.7.1 <example1.jp>: Helo command rejected: We don't talk to broken sites/servers."
}
each_row says_450
