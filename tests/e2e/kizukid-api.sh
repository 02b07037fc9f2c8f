#!/bin/sh
# SPDX-License-Identifier: ISC
# kizukid-api - the HTTP API: words, findings in and out, bounds, durability
. tests/e2e/lib/daemon.sh

configure
start_daemon
status() { http "$@" | head -n 1; }
want() { # STATUS METHOD PATH [FILE]
	code=$1
	shift
	got=$(status "$@")
	[ "$got" = "$code" ] || say_wrong "$*: $got instead of $code"
}

# -------- what is not there, and what is not meant
want 200 GET /v1/status
want 200 GET /metrics
want 404 GET /
want 404 GET /v1
want 404 GET /v1/sites/
want 404 GET /v1/sites/example1.jp/none
http GET /v1/status |
	grep -q '"shared_senders":{"names":[1-9][0-9]*,"date":"20..-..-..","age_days":' ||
	say_wrong "the date of shared_senders is not told"
want 405 POST /v1/sites
want 405 DELETE /v1/sites/example1.jp
want 400 GET /v1/sites/10.0.0.1..x
want 400 GET '/v1/sites?state=fine'
want 400 GET '/v1/sites?limit=0'
want 404 GET "/v1/sites/$(head -c 900 /dev/zero | tr '\0' a)"
want 404 GET /v1/looks/17
want 404 GET /v1/looks/%00

# -------- words of an operator
until=$(($(date +%s) + 86400))
printf '{"until":%s,"why":"they called"}' "$until" >"$T/body"
want 200 POST /v1/sites/example1.jp/deny "$T/body"
http GET /v1/sites/example1.jp >"$T/out"
grep -q '"state":"broken"' "$T/out" || say_wrong "deny: $(cat "$T/out")"
grep -q "\"deny\":{\"until\":$until,\"why\":\"they called\"}" "$T/out" ||
	say_wrong "deny is not shown: $(cat "$T/out")"
http GET '/v1/sites?state=broken' | grep -q '"site":"example1.jp"' ||
	say_wrong "not listed"
printf '{"until":1}' >"$T/past"
want 400 POST /v1/sites/example1.jp/allow "$T/past"
printf '{"until":"x"}' >"$T/past"
want 400 POST /v1/sites/example1.jp/allow "$T/past"
printf '[[[[' >"$T/past"
want 400 POST /v1/sites/example1.jp/allow "$T/past"
head -c 70000 /dev/zero | tr '\0' ' ' >"$T/long"
want 413 POST /v1/sites/example1.jp/allow "$T/long"
want 404 DELETE /v1/sites/example1.jp/pardon

printf '{"subject":"client:10.24.3.0/24","why":"their relay"}' >"$T/allow"
want 200 POST /v1/allowed "$T/allow"
"$B/bin/kizuki" -c "$T/conf" allow sender:@example3.jp >/dev/null ||
	say_wrong "kizuki allow sender:@example3.jp"

# -------- what was acknowledged survives SIGKILL
kill -KILL "$PID"
wait "$PID" 2>/dev/null
start_daemon
http GET /v1/sites/example1.jp | grep -q '"why":"they called"' ||
	say_wrong "an acknowledged deny is lost by SIGKILL"
"$B/bin/kizuki" -c "$T/conf" list allowed >"$T/out"
grep -q '^client:10.24.3.0/24 .* withdrawn  *their relay$' "$T/out" &&
	grep -q '^sender:@example3.jp ' "$T/out" ||
	say_wrong "who was allowed is lost by SIGKILL: $(cat "$T/out")"
want 200 POST /v1/allowed/withdraw "$T/allow"
want 404 POST /v1/allowed/withdraw "$T/allow"
want 200 DELETE /v1/sites/example1.jp/deny
want 404 DELETE /v1/sites/example1.jp/deny

# -------- findings in, verdict, findings out, in again
now=$(date +%s)
finding() { # SECONDS-AGO
	printf '{"v":1,"t":%s,"subject":"example2.jp","id":"%s","object":"%s","outcome":"bad","weight":6,"value":"mx.example2.jp","rests":[["smtp25-v4","198.51.100.9"]],"why":"ETIMEDOUT","judged":true}\n' \
		$((now - $1)) mx-best-dead example2.jp
}
for day in 20 18 16 14 12 10 8 6 4 2 1; do
	finding $((day * 86400 + day * 7000))
done >"$T/findings"
finding 7200 >>"$T/findings"
echo 'nonsense' >>"$T/findings"
http POST /v1/findings "$T/findings" >"$T/out"
grep -q '"taken":12,"ignored":0,"unknown":0' "$T/out" ||
	say_wrong "import: $(cat "$T/out")"
grep -q '"bad_lines":\[{"line":13,' "$T/out" ||
	say_wrong "the bad line is not told: $(cat "$T/out")"
http GET /v1/sites/example2.jp >"$T/out"
grep -q '"state":"broken"' "$T/out" || say_wrong "verdict: $(cat "$T/out")"
grep -q '"id":"mx-best-dead"' "$T/out" || say_wrong "reasons: $(cat "$T/out")"
grep -q 'mx.example2.jp' "$T/out" || say_wrong "sentence: $(cat "$T/out")"
http GET /v1/findings | sed '1d;/^$/d' >"$T/exported"
[ "$(wc -l <"$T/exported")" -eq 12 ] ||
	say_wrong "exported $(wc -l <"$T/exported") of 12"
http GET '/v1/findings?site=example2.jp' | sed '1d;/^$/d' >"$T/one"
cmp -s "$T/exported" "$T/one" || say_wrong "the site's export differs"
http POST /v1/findings "$T/exported" | grep -q '"taken":0,"ignored":12' ||
	say_wrong "an export imported twice changes something"
want 200 POST /v1/sites/example2.jp/forget
http GET /v1/sites/example2.jp | grep -q '"known":false' ||
	say_wrong "forget forgets not"
http POST /v1/findings "$T/exported" | grep -q '"taken":12' ||
	say_wrong "the export is not taken after forget"
http GET /v1/sites/example2.jp | grep -q '"state":"broken"' ||
	say_wrong "export and import do not restore the verdict"

# -------- a long export comes in pieces, whole
i=0
while [ $i -lt 300 ]; do
	finding 7200 | sed "s/example2/site$i/g"
	i=$((i + 1))
done >"$T/many"
http POST /v1/findings "$T/many" | grep -q '"taken":300' ||
	say_wrong "300 sites are not taken"
http GET /v1/findings | grep -c '"subject":"site' | grep -qx 300 ||
	say_wrong "the long export is not whole"

# -------- an import that breaks off leaves nothing
{
	printf 'POST /v1/findings HTTP/1.1\r\nHost: x\r\n'
	printf 'Content-Length: 9000\r\n\r\n'
	finding 3600 | sed 's/example2/cut/g'
} | timeout 2 perl -MIO::Socket::UNIX -e '
	my $s = IO::Socket::UNIX->new(Peer => shift); local $/;
	syswrite $s, <STDIN>; close $s' "$T/run/api.sock"
http GET /v1/sites/cut.jp | grep -q '"known":false' ||
	say_wrong "half an import was taken"

# -------- a look needs a prober; this one never answers
http POST /v1/sites/example1.jp/look >"$T/out"
look=$(sed -n 's/.*"look":"\([0-9]*\)".*/\1/p' "$T/out")
[ -n "$look" ] || say_wrong "look: $(cat "$T/out")"
http GET "/v1/looks/$look" | grep -q '"state":"running"' ||
	say_wrong "the look does not run"

# -------- hostile HTTP
printf 'GET /v1/%%ff%%fe HTTP/1.1\r\n\r\n' |
	$PEER "$T/run/api.sock" send >"$T/out"
$PEER "$T/run/api.sock" flood 200000 >"$T/out"
want 200 GET /v1/status
still_answers "after hostile HTTP"
finish
