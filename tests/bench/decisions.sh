#!/bin/bash
# SPDX-License-Identifier: ISC
# decisions - decisions of kizukid over its unix sockets, of the policy service
# and of the socketmap, durable against SIGKILL, each beside a bare epoll echo
# server under the same load generator; and with a big greylist beside a small
# one
#
#   tests/bench/decisions.sh [REQUESTS [ROWS]]
#
# 32 connections, fresh and repeated triplets half and half, all sessions of
# broken, already verified sites.  Servers run in turn, three times; medians
# count.
set -eu
cd "$(dirname "$0")/../.."
B=${B:-build/gcc}
requests=${1:-200000}
rows=${2:-10000000}
T=$(mktemp -d "${TMPDIR:-/tmp}/kz-bench.XXXXXX")
declare -A pids
finish() {
	for pid in "${pids[@]}"; do
		kill "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
	rm -rf "$T"
}
trap finish EXIT
trap 'exit 130' INT TERM

kizuki() { "$B/bin/kizuki" -c "$T/$1.conf" "${@:2}"; }
answers() { kizuki "$1" list >/dev/null 2>&1; }
wait_for() { # SECONDS COMMAND...
	local bound=$(($(date +%s%N) + $1 * 1000000000))
	shift
	until "$@"; do
		[ "$(date +%s%N)" -lt "$bound" ] || return 1
		sleep 0.02
	done
}
start() { # NAME: a kizukid with a state and a socket of its own
	cat >"$T/$1.conf" <<-EOF
		user = ""
		mode = enforce
		state_dir = "$T/$1"
		run_dir = "$T/$1.run"
		probe_path = "$PWD/$B/lab/fakeprobe"
	EOF
	"$B/bin/kizukid" -f -c "$T/$1.conf" >>"$T/$1.log" 2>&1 &
	pids[$1]=$!
	wait_for 60 answers "$1" || { tail "$T/$1.log" >&2; exit 1; }
}
prepare() { # NAME: 100 broken sites, verified
	local i
	for i in $(seq 0 99); do
		kizuki "$1" deny "b$i.example" --until 30d --why bench >/dev/null
	done
	"$B/bench/polload" "$T/$1.run/policy.sock" 2000 32 1000000 >/dev/null
}
field() { # FILE KEY: the median of three
	sed "s/.*$2=\([0-9]*\).*/\1/" "$T/$1" | sort -n | sed -n 2p
}
result() { # NAME VALUE GOAL least|most WORDS
	echo "RESULT $*"
}
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }

# beside_echo NAME SOCKET [socketmap]: three rounds of both in turn
beside_echo() {
	local name=$1 socket=$2 round
	shift 2
	"$B/bench/echo" "$T/$name.sock" "$@" &
	pids[echo]=$!
	wait_for 5 [ -S "$T/$name.sock" ]
	for round in 1 2 3; do
		"$B/bench/polload" "$T/$name.sock" "$requests" 32 $round "$@" \
			>>"$T/$name.echo"
		"$B/bench/polload" "$socket" "$requests" 32 $round "$@" \
			>>"$T/$name.out"
	done
	kill "${pids[echo]}"
	wait "${pids[echo]}" 2>/dev/null || true
	unset 'pids[echo]'
	echo "  $name: echo $(field "$name.echo" rate)/s p99" \
		"$(field "$name.echo" p99) us; kizukid" \
		"$(field "$name.out" rate)/s p99 $(field "$name.out" p99) us"
	[ "$(field "$name.out" defer)" = "$requests" ] ||
		{ echo "$name: not all deferred"; exit 1; }
	result "$name" \
		"$(ratio "$(field "$name.out" rate)" "$(field "$name.echo" rate)")" \
		0.4 least of a bare epoll echo server
	result "$name-p99" \
		"$(ratio "$(field "$name.out" p99)" "$(field "$name.echo" p99)")" \
		4 most times the echo server\'s
}

start small
prepare small
beside_echo decisions "$T/small.run/policy.sock"
beside_echo socketmap "$T/small.run/sendmail.sock" socketmap
kill "${pids[small]}"
wait "${pids[small]}" 2>/dev/null || true
unset 'pids[small]'

[ "$rows" -gt 0 ] || exit 0
"$B/bench/storeload" "$rows" "$T/big" >"$T/load.out"
sed 's/^/  /' "$T/load.out"
result octets-per-entry \
	"$(sed -n 's/^disk: \([0-9.]*\) octets an entry.*/\1/p' "$T/load.out")" \
	110 most "with $rows entries"
start big
prepare big
start thousand
prepare thousand
for round in 11 12 13; do
	for which in thousand big; do
		"$B/bench/polload" "$T/$which.run/policy.sock" "$requests" 32 \
			$round >>"$T/$which.out"
	done
done
echo "  1,000 entries $(field thousand.out rate)/s; $rows entries $(field big.out rate)/s"
result decisions-big \
	"$(ratio "$(field big.out rate)" "$(field thousand.out rate)")" 0.4 least \
	"with $rows entries, of the rate with 1,000"
awk '/^VmHWM/ { print "  kizukid: " $2 / 1024 " MiB resident at most; cache 64 MiB" }' \
	"/proc/${pids[big]}/status"
# SIGKILL under load, then the first answer
"$B/bench/polload" "$T/big.run/policy.sock" 10000000 32 14 >/dev/null 2>&1 &
load=$!
sleep 2
kill -KILL "${pids[big]}"
wait "${pids[big]}" 2>/dev/null || true
wait $load 2>/dev/null || true
began=$(date +%s%N)
start big
"$B/bench/polload" "$T/big.run/policy.sock" 1000 1 15 >/dev/null
result answer-after-sigkill \
	"$(awk -v a="$(($(date +%s%N) - began))" 'BEGIN { printf "%.2f", a / 1e9 }')" \
	5 most "seconds to the first answers with $rows entries"
