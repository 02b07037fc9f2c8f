#!/bin/bash
# SPDX-License-Identifier: ISC
# probe-spf - a sender's domain is verified by SPF where its MX hosts are not
# the client; by processes of their own, which may die
. "$(dirname "$0")/lib.sh"

install -m 755 "$(bin kizuki-probe)" "$LAB_DIR/bin/"
cp "$LAB_TREE/tests/e2e/kizuki.conf" "$LAB_DIR/kizuki.conf"
mkfifo "$LAB_DIR/in"
"$LAB_DIR/bin/kizuki-probe" -k -c "$LAB_DIR/kizuki.conf" <"$LAB_DIR/in" \
	>"$LAB_DIR/answers" 2>"$LAB_DIR/probe.log" &
probe=$!
exec 5>"$LAB_DIR/in"

number=0
# verify DOMAIN CLIENT OUTCOME
verify() {
	number=$((number + 1))
	echo "{\"v\":1,\"verify\":$number,\"kind\":\"mailfrom\",\"name\":\"$1\",\"client\":\"$2\"}" >&5
	lab_wait 40 grep -q "\"verified\":$number," "$LAB_DIR/answers" ||
		expect "an answer about $1" none one
	expect "$1 from $2" "$(grep "\"verified\":$number," "$LAB_DIR/answers")" \
		"*\"outcome\":\"$3\"*"
}

say "by MX, by SPF, by an included record"
verify mended.jp 10.40.1.26 yes
verify mended.jp 10.40.9.7 yes
verify mended.jp 10.41.9.7 no
verify nap.jp 10.40.9.7 yes
verify nap.jp 10.50.9.7 no
say "everybody passes: that says nothing"
verify noarp.jp 10.50.9.7 no
say "no record, and answers that are forged"
verify good.jp 10.50.9.7 no
verify bogus.jp 10.50.9.7 unknown

say "its workers are in the sandbox, and come back when they die"
keeper=$(pgrep -P "$probe")
workers() { pgrep -P "$keeper"; }
four() { [ "$(workers | wc -l)" = 4 ]; }
lab_wait 20 four || expect "workers" "$(workers | wc -l)" 4
for worker in $(workers); do
	expect "sandbox of a worker" "$(grep Seccomp: "/proc/$worker/status")" \
		"*2"
	kill -KILL "$worker"
done
lab_wait 20 four || expect "workers" "$(workers | wc -l)" 4
verify mended.jp 10.40.9.8 yes

say "all of them end with the prober"
mine=$(workers)
kill -KILL "$probe"
gone() { ! kill -0 "$keeper" 2>/dev/null; }
lab_wait 10 gone || expect "the keeper" there gone
for worker in $mine; do
	gone() { ! kill -0 "$worker" 2>/dev/null; }
	lab_wait 10 gone || expect "a worker" there gone
done
exec 5>&-
