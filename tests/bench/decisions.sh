#!/bin/sh
# SPDX-License-Identifier: ISC
# decisions - decisions of kizukid over its unix socket, durable against
# SIGKILL, beside a bare epoll echo server under the same load generator
#
#   tests/bench/decisions.sh [REQUESTS [ROWS]]
#
# 32 connections, fresh and repeated triplets half and half, all sessions of
# broken, already verified sites.  The two run in turn, three times; medians
# count.  With ROWS the greylist holds that many entries before.
set -eu
cd "$(dirname "$0")/../.."
B=${B:-build/gcc}
requests=${1:-200000}
rows=${2:-0}
T=$(mktemp -d "${TMPDIR:-/tmp}/kz-bench.XXXXXX")
daemon=
echo=
finish() {
	for pid in $daemon $echo; do
		kill "$pid" 2>/dev/null || :
		wait "$pid" 2>/dev/null || :
	done
	rm -rf "$T"
}
trap finish EXIT
trap 'exit 130' INT TERM

if [ "$rows" -gt 0 ]; then
	"$B/bench/storeload" "$rows" "$T/state" >"$T/load.out"
	sed 's/^/  /' "$T/load.out"
fi
cat >"$T/kizuki.conf" <<EOF
user = ""
mode = enforce
state_dir = "$T/state"
run_dir = "$T/run"
probe_path = "$PWD/$B/lab/fakeprobe"
EOF
start=$(date +%s%N)
"$B/bin/kizukid" -f -c "$T/kizuki.conf" >"$T/log" 2>&1 &
daemon=$!
i=0
until "$B/bin/kizuki" -c "$T/kizuki.conf" list >/dev/null 2>&1; do
	i=$((i + 1))
	[ $i -lt 600 ] || { tail "$T/log" >&2; exit 1; }
	sleep 0.05
done
echo "  kizukid answers after $((($(date +%s%N) - start) / 1000000)) ms"
i=0
while [ $i -lt 100 ]; do
	"$B/bin/kizuki" -c "$T/kizuki.conf" deny "b$i.example" \
		--until 30d --why bench >/dev/null
	i=$((i + 1))
done
"$B/bench/echo" "$T/echo.sock" &
echo=$!
i=0
until [ -S "$T/echo.sock" ]; do
	i=$((i + 1))
	[ $i -lt 200 ] || exit 1
	sleep 0.01
done
# Verifications are asked once and kept; the first run pays for them.
"$B/bench/polload" "$T/run/policy.sock" 2000 32 1000000 >/dev/null
for round in 1 2 3; do
	"$B/bench/polload" "$T/echo.sock" "$requests" 32 $round >>"$T/echo.out"
	"$B/bench/polload" "$T/run/policy.sock" "$requests" 32 $round \
		>>"$T/kizukid.out"
done
field() { # FILE KEY: the median of three
	sed "s/.*$2=\([0-9]*\).*/\1/" "$T/$1" | sort -n | sed -n 2p
}
echo "  echo     $(field echo.out rate)/s p99 $(field echo.out p99) us"
echo "  kizukid  $(field kizukid.out rate)/s p99 $(field kizukid.out p99) us, $(
	field kizukid.out defer) of $requests deferred"
awk -v a="$(field kizukid.out rate)" -v b="$(field echo.out rate)" \
	-v c="$(field kizukid.out p99)" -v d="$(field echo.out p99)" 'BEGIN {
	printf "  ratio    %.2f of the echo server (goal 0.4), p99 %.1f times (goal 4)\n", a / b, c / d }'
awk '/^VmRSS/ { printf "  kizukid  resident %d MiB\n", $2 / 1024 }' \
	"/proc/$daemon/status"
