#!/bin/bash
# SPDX-License-Identifier: ISC
# mta - messages per second of a real Exim, Sendmail and Postfix with kizuki
# against without
#
#   tests/bench/mta.sh [ROUNDS [MTA...]]
#
# Spool on disk, 4 connections at once, 10 messages a connection, mails of a
# sound site that are queued and not delivered: kizukid answers at RCPT and hears
# of each end of DATA.  The two servers of an MTA run in turn, five times, each
# first as often as the other; medians count.
set -eu
# The spool lies outside of the lab, so somebody outside removes it.
if [ -z "${LAB_DIR:-}" ]; then
	tree=$(cd "$(dirname "$0")/../.." && pwd)
	disk=$(mktemp -d "$tree/build/bench-mta.XXXXXX")
	lab=
	finish() {
		[ -z "$lab" ] || kill "$lab" 2>/dev/null || true
		[ -z "$lab" ] || wait "$lab" 2>/dev/null || true
		rm -rf "$disk" 2>/dev/null || sudo -- rm -rf "$disk"
	}
	trap finish EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	rounds=${1:-15}
	[ $# = 0 ] || shift
	[ $# != 0 ] || set -- exim sendmail postfix
	BENCH_DISK=$disk "$tree/tests/lab/lab.sh" "$tree/tests/bench/mta.sh" \
		"$rounds" "$@" &
	lab=$!
	status=0
	wait $lab || status=$?
	lab=
	exit $status
fi
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/../e2e/lib.sh"
# shellcheck source=tests/e2e/lib/sendmail.sh
. "$(dirname "$0")/../e2e/lib/sendmail.sh"
# shellcheck source=tests/e2e/lib/postfix.sh
. "$(dirname "$0")/../e2e/lib/postfix.sh"
rounds=$1
shift
WITH=10.1.0.25 WITHOUT=10.1.0.26

# on_disk FOLDER: what is below it lies on the disk
on_disk() {
	install -d "$1" "$BENCH_DISK/${1//\//-}"
	mount --bind "$BENCH_DISK/${1//\//-}" "$1"
	chmod 755 "$1"
}

start_exim_pair() {
	on_disk "$LAB_DIR/exim"
	start_exim with "$WITH" "KZ_STAGE = primary" "QUEUE_ONLY = 1"
	start_exim without "$WITHOUT" "WITHOUT_KIZUKI = 1" "QUEUE_ONLY = 1"
}

start_sendmail_pair() {
	local queue="define(\`confDELIVERY_MODE', \`queue')dnl"
	sendmail_config with "$WITH" "$queue" \
		"HACK(\`kizuki', \`', \`primary')dnl"
	sendmail_config without "$WITHOUT" "$queue"
	on_disk "$SM_HOME/with/mqueue"
	on_disk "$SM_HOME/without/mqueue"
	run_sendmail with "$WITH"
	run_sendmail without "$WITHOUT"
}

start_postfix_pair() {
	on_disk "$LAB_DIR/postfix"
	start_postfix with "$WITH" primary "defer_transports = local"
	start_postfix without "$WITHOUT" - "defer_transports = local"
}

load() { # SERVER [ROUNDS]
	"$LAB_TREE/$B/bench/smtpload" 10.20.0.25 "$1" mx1.good.jp good.jp \
		4 "${2:-$rounds}" 10
}
asked() { grep -c '^kizukid: decision action=accept' "$LAB_DIR/kizukid.log" || true; }
median() { sort -n "$1" | sed -n 3p; }

bench_mta() { # MTA
	local turn with without before settings=
	"start_$1_pair"
	[ "$1" != postfix ] ||
		settings="\$a policy_sockets = \"$LAB_DIR/postfix/with/queue/private/kizuki\""
	start_kizukid "$settings"
	lab_wait 20 [ -e /run/kizuki/alive ]
	load "$WITH" 1 >/dev/null # verifications are asked once
	load "$WITHOUT" 1 >/dev/null
	before=$(asked)
	rm -f "$LAB_DIR/with" "$LAB_DIR/without"
	for turn in 1 2 3 4 5; do
		[ $((turn % 2)) = 1 ] || load "$WITHOUT" >>"$LAB_DIR/without"
		load "$WITH" >>"$LAB_DIR/with"
		[ $((turn % 2)) = 0 ] || load "$WITHOUT" >>"$LAB_DIR/without"
	done
	with=$(median "$LAB_DIR/with") without=$(median "$LAB_DIR/without")
	echo "  $1: without kizuki $without messages/s, with it $with ($(($(asked) - before)) decisions logged)"
	awk -v a="$with" -v b="$without" -v mta="$1" 'BEGIN {
		printf "RESULT %s-messages %.2f 0.95 least of the same %s without kizuki\n",
			mta, a / b, mta }'
	stop with
	stop without
	stop kizukid
}

for mta; do
	bench_mta "$mta"
done
# nothing to count here
trap - EXIT
