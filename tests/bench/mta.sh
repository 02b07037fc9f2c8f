#!/bin/bash
# SPDX-License-Identifier: ISC
# exim - messages per second of a real Exim with the module against without
#
#   tests/bench/exim.sh [ROUNDS]
#
# Spool on disk, 4 connections at once, 10 messages a connection, mails of a
# sound site: kizukid answers DUNNO at RCPT and hears of each end of DATA.  The
# two Exims run in turn, five times; medians count.
set -eu
# The spool lies outside of the lab, so somebody outside removes it.
if [ -z "${LAB_DIR:-}" ]; then
	tree=$(cd "$(dirname "$0")/../.." && pwd)
	disk=$(mktemp -d "$tree/build/bench-exim.XXXXXX")
	lab=
	finish() {
		[ -z "$lab" ] || kill "$lab" 2>/dev/null || true
		[ -z "$lab" ] || wait "$lab" 2>/dev/null || true
		rm -rf "$disk" 2>/dev/null || sudo -- rm -rf "$disk"
	}
	trap finish EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	"$tree/tests/lab/lab.sh" "$tree/tests/bench/exim.sh" "${1:-15}" \
		"$disk" &
	lab=$!
	status=0
	wait $lab || status=$?
	lab=
	exit $status
fi
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/../e2e/lib.sh"
rounds=$1
disk=$2
install -d "$LAB_DIR/exim"
mount --bind "$disk" "$LAB_DIR/exim"
chmod 755 "$disk"
start_kizukid
start_exim with 10.1.0.25 "KZ_STAGE = primary" "QUEUE_ONLY = 1"
start_exim without 10.1.0.26 "WITHOUT_KIZUKI = 1" "QUEUE_ONLY = 1"
load() { # SERVER
	"$LAB_TREE/$B/bench/smtpload" 10.20.0.25 "$1" mx1.good.jp good.jp \
		4 "$rounds" 10
}
load 10.1.0.25 >/dev/null # verifications are asked once
load 10.1.0.26 >/dev/null
for _ in 1 2 3 4 5; do
	load 10.1.0.25 >>"$LAB_DIR/with"
	load 10.1.0.26 >>"$LAB_DIR/without"
done
median() { sort -n "$1" | sed -n 3p; }
asked=$(grep -c 'decision action=accept' "$LAB_DIR/kizukid.log" || true)
with=$(median "$LAB_DIR/with") without=$(median "$LAB_DIR/without")
echo "  without the module $without messages/s, with it $with ($asked decisions logged)"
awk -v a="$with" -v b="$without" 'BEGIN {
	printf "RESULT exim-messages %.2f 0.95 least of Exim without the module\n", a / b }'
# nothing to count here
trap - EXIT
