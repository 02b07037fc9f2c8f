#!/bin/sh
# SPDX-License-Identifier: ISC
# kizukid-socketmap - what Sendmail's rulesets ask, and what misbehaves on
# either protocol: an error of the protocol or a closed connection, one line in
# the log, and nobody else notices
. tests/e2e/lib/daemon.sh

MAP=$T/run/sendmail.sock
RELAY='kizuki 1;primary;relay;mx1.jikocho.jp;;10.224.31.98;FAIL;[10.224.31.98]'
map() { $PEER "$MAP" map; }
# rcpt STAGE QUEUEID [RECIPIENT]: a key of a session of example1.jp
rcpt() {
	echo "kizuki 1;$1;rcpt;mx1.jikocho.jp;$2;10.224.31.98;FAIL;[10.224.31.98];example1.jp;<a@example1.jp>;<${3:-b@jikocho.jp}>"
}
eom() {
	echo "kizuki 1;$1;eom;mx1.jikocho.jp;$2;10.224.31.98;FAIL;[10.224.31.98];example1.jp;<a@example1.jp>;18"
}
# answers WHAT EXPECTED <KEY
answers() {
	answer=$(map)
	# shellcheck disable=SC2254 # a pattern is wanted
	case $answer in $2) ;; *) say_wrong "$1: $answer" ;; esac
}
WE="OK ERROR:4.7.1:\"450 <example1.jp>: Helo command rejected: We don't talk to broken sites/servers.\""
LATER='OK ERROR:4.7.1:"450 <example1.jp>: Helo command rejected: Greylisted, please try again in [1-9] seconds."'

# -------- the staged delay
configure 'mode = enforce' 'greylist { delay = 2s }' \
	'socketmap_listen = "127.0.0.1:0"'
"$KIZUKID" -c "$T/conf" -t >"$T/log" 2>&1 &&
	say_wrong "port 0 of socketmap_listen is taken"
configure 'mode = enforce' 'greylist { delay = 2s }'
sed -i "s|^probe_path.*|probe_path = \"$B/lab/fakeprobe\"|" "$T/conf"
start_daemon
"$B/bin/kizuki" -c "$T/conf" deny example1.jp --until 1d --why test \
	>/dev/null || say_wrong "no site can be denied"
echo "$RELAY" | answers "a sign of life" "OK UP"
rcpt primary Q1 | answers "figure 14" "$WE"
rcpt secondary Q2 | answers "greylisted" "$LATER"
WAITED='OK WAITED:[1-9]*:example1.jp'
let_in() { rcpt secondary Q3 | map | grep -q "^$WAITED\$"; }
until_true 10 let_in || say_wrong "not let in after its wait"
rcpt primary Q4 | answers "the primary, after the wait" "$WE"
# the end of another message changes nothing, that of its own does
eom secondary Q4 | answers "end of data" "OK DONE"
rcpt secondary Q5 | answers "before its end of data" "$WAITED"
eom secondary Q3 | answers "end of data" "OK DONE"
rcpt secondary Q6 | answers "after its end of data" "$LATER"
rcpt primary Q1 postmaster@jikocho.jp | answers "postmaster" "OK ACCEPT"
rcpt primary Q7 | sed 's/example1/example2/g' |
	answers "a sound site" "OK ACCEPT"
await_log 'decision action=defer stage=primary client=10.224.31.98 helo=example1.jp.*instance=mx1.jikocho.jp/Q1 '

# -------- both protocols know of each other: they share one greylist
request client_address=10.224.31.98 helo_name=example1.jp \
	policy_context=primary | $PEER "$T/run/policy.sock" ask >"$T/out"
grep -q "^action=450 4.7.1 We don't talk to broken" "$T/out" ||
	say_wrong "policy beside the socketmap: $(cat "$T/out")"

# -------- many keys in one write are answered in their order
i=0
while [ $i -lt 50 ]; do
	rcpt primary "P$i"
	echo "$RELAY"
	eom primary "P$i"
	i=$((i + 1))
done >"$T/keys"
map <"$T/keys" >"$T/out"
[ "$(wc -l <"$T/out")" -eq 150 ] || say_wrong "$(wc -l <"$T/out") of 150 answers"
awk -v we="$WE" '{ want = NR % 3 == 1 ? we : NR % 3 == 2 ? "OK UP" : "OK DONE" }
	$0 != want { exit 1 }' "$T/out" || say_wrong "out of order: $(head -6 "$T/out")"
end_daemon

# -------- a key that waits keeps its place, and others do not wait for it
configure 'mode = enforce' 'helo_wait = 2s'
start_daemon
"$B/bin/kizuki" -c "$T/conf" deny example1.jp --until 1d --why test >/dev/null
{ rcpt primary W1; echo "$RELAY"; eom primary W1; } | map >"$T/waiting" &
WAITS=$!
echo "$RELAY" | answers "beside one that waits" "OK UP"
[ -s "$T/waiting" ] && say_wrong "did not wait: $(cat "$T/waiting")"
wait $WAITS
printf 'OK ACCEPT\nOK UP\nOK DONE\n' | cmp -s - "$T/waiting" ||
	say_wrong "after a wait: $(cat "$T/waiting")"
end_daemon

# -------- bad input: one of us misbehaves, the other is served throughout
misbehaves() { # SOCKET <BYTES: what came back
	$PEER "$1" send 20 'PERM.*,|\n\n' >"$T/out"
}
# expect_bad WHAT ANSWER REASON: what came back, and one line in the log
expect_bad() {
	grep -q -- "$2" "$T/out" || say_wrong "$1: $(cat "$T/out")"
	await_log "peer unix .*$3"
	[ "$(grep -c -- "peer unix .*$3" "$T/log")" -eq 1 ] ||
		say_wrong "$1: not one line"
	echo "$RELAY" >&3
	still=$((still + 1))
	told() { [ "$(grep -c '^OK UP$' "$T/honest")" -eq $still ]; }
	until_true 10 told || say_wrong "$1: an honest peer noticed"
}
net() { printf '%d:%s,' ${#1} "$1"; }
configure 'limits { silence = 1s }'
start_daemon
mkfifo "$T/honest-in"
: >"$T/honest"
$PEER "$MAP" talk <"$T/honest-in" >"$T/honest" &
HONEST=$!
exec 3>"$T/honest-in"
still=0
printf '8193:kizuki 1;primary;' | misbehaves "$MAP"
expect_bad "a length over the bound" '^closed' 'dropped: .*longer than allowed'
printf '5hello,' | misbehaves "$MAP"
expect_bad "no colon" '^closed' 'dropped: .*no colon'
printf '5:hello;' | misbehaves "$MAP"
expect_bad "no comma" '^closed' 'dropped: .*no comma'
printf '007:kizuki ,' | misbehaves "$MAP"
expect_bad "leading zeros" '^closed' 'dropped: .*leading zero'
printf '20:kizuki' | $PEER "$MAP" send 20 >"$T/out"
expect_bad "silent within" '^closed' 'dropped: silent within a request'
net 'virtuser a@b' | misbehaves "$MAP"
expect_bad "an unknown map" '^16:PERM unknown map,open' 'answered PERM: unknown map'
printf '11:kizuki 1\001;;,' | misbehaves "$MAP"
expect_bad "control octets" ':PERM .*open' 'answered PERM: a control octet'
net 'kizuki 1;primary;rcpt;mx1;Q;unknown;FAIL;x;h;<a@b>;<c@d>' | misbehaves "$MAP"
expect_bad "an address that is none" ':PERM .*open' "answered PERM: .*address"
net "kizuki 1;primary;data;mx1" | misbehaves "$MAP"
expect_bad "an event that is none" ':PERM .*open' "answered PERM: relay, rcpt"
# the rest of a connection goes on behind what was refused
{ echo 'other x'; echo "$RELAY"; } | map >"$T/out"
[ "$(tail -1 "$T/out")" = "OK UP" ] || say_wrong "PERM ended the connection"
LC_ALL=C grep -q '[^ -~]' "$T/log" && say_wrong "hostile octets in the log"
exec 3>&-
wait $HONEST
end_daemon

configure 'limits { silence = 1s }'
start_daemon
: >"$T/honest"
$PEER "$MAP" talk <"$T/honest-in" >"$T/honest" &
HONEST=$!
exec 3>"$T/honest-in"
still=0
POLICY=$T/run/policy.sock
printf 'protocol_state=RCPT\nclient_address=10.0.0.1\n\n' | misbehaves "$POLICY"
expect_bad "no request=" '^closed' 'dropped: request=smtpd_access_policy'
{ request | sed '$d'; printf 'no equals sign\n\n'; } | misbehaves "$POLICY"
expect_bad "a line without =" '^closed' 'dropped: name=value'
{ request | sed '$d'; seq -f 'attr%.0f=1' 10000; echo; } | misbehaves "$POLICY"
expect_bad "10,000 attributes" '^closed' 'dropped: .*longer than allowed'
printf 'request=smtpd_access_policy\nhelo_name=a\000b\n\n' | misbehaves "$POLICY"
expect_bad "a NUL" '^closed' 'dropped: a NUL octet'
request client_address=unknown | misbehaves "$POLICY"
expect_bad "no address" '^action=DUNNO' 'answered DUNNO: client_address'
{ request | sed '$d'; seq -f 'a%.0f=' 6000; echo; } | misbehaves "$POLICY"
expect_bad "6,000 short attributes" '^closed' 'dropped: more attributes'
exec 3>&-
wait $HONEST
finish
