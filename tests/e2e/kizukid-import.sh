#!/bin/sh
# SPDX-License-Identifier: ISC
# kizukid-import - a long import: decisions go on, what was answered is durable,
# what is broken off can be given again
. tests/e2e/lib/daemon.sh

# findings N NAME STEP: bads of N sites, judged elsewhere.  The moments go back
# from now by STEP seconds modulo a day: 7919 shuffles, 86399 goes forward.
findings() {
	perl -e 'my ($count, $name, $step, $t) = @ARGV;
		printf qq({"v":1,"t":%d,"subject":"%s%d.jp","id":"mx-best-dead",)
		    . qq("object":"%s%d.jp","outcome":"bad","weight":6,)
		    . qq("value":"mx","rests":[["smtp25-v4","198.51.100.9"]],)
		    . qq("why":"ETIMEDOUT","judged":true}\n),
		    $t - $_ * $step % 86400, $name, $_, $name, $_
		    for 1 .. $count' "$1" "$2" "$3" "$(date +%s)"
}
beside() { perl "$ROOT/tests/e2e/lib/beside.pl" "$T/run" "$1" 2>&1; }

configure
start_daemon

# -------- 50,000 of them: the wait of a decision is a slice's, not the whole's
findings 50000 many 7919 >"$T/many"
beside "$T/many" >"$T/out"
cat "$T/out"
grep -q '"taken":50000,"ignored":0,"unknown":0' "$T/out" ||
	say_wrong "import: $(cat "$T/out")"
awk '/^decisions/ { seen = 1
	bound = $6 / 5 > 300 ? $6 / 5 : 300
	exit !($2 >= 20 && $4 <= bound) }
	END { if (!seen) exit 1 }' "$T/out" ||
	say_wrong "decisions waited for the import: $(tail -n 1 "$T/out")"

# -------- what was answered survives SIGKILL
kill -KILL "$PID"
wait "$PID" 2>/dev/null
start_daemon
for number in 1 25000 50000; do
	http GET "/v1/sites/many$number.jp" | grep -q '"known":true' ||
		say_wrong "many$number.jp was acknowledged, and is lost"
done

# -------- two imports at once, and one that is broken off by SIGTERM
findings 3000 first 7919 >"$T/first"
findings 3000 second 7919 >"$T/second"
http POST /v1/findings "$T/first" >"$T/out.first" &
one=$!
http POST /v1/findings "$T/second" >"$T/out.second" &
wait $one $!
for which in first second; do
	grep -q '"taken":3000' "$T/out.$which" ||
		say_wrong "$which of two: $(cat "$T/out.$which")"
done
findings 50000 half 86399 >"$T/half"
http POST /v1/findings "$T/half" >"$T/out" &
half=$!
known() { http GET /v1/sites/half1.jp | grep -q '"known":true'; }
until_true 30 known || say_wrong "nothing of a long import is seen"
kill -TERM "$PID"
until_true 20 sh -c "! kill -0 $PID" || say_wrong "it does not stop"
wait "$PID" || say_wrong "it stopped with status $?"
wait $half
start_daemon
http POST /v1/findings "$T/half" | sed -n 's/.*"taken":\([0-9]*\),"ignored":\([0-9]*\),.*/\1 \2/p' >"$T/out"
read -r taken ignored <"$T/out"
[ "$((taken + ignored))" -eq 50000 ] && [ "$ignored" -gt 0 ] ||
	say_wrong "given again: $(cat "$T/out")"
[ "$taken" -gt 0 ] || echo "the import was over before SIGTERM came"
finish
