#!/bin/sh
# SPDX-License-Identifier: ISC
# kizukid-logscan - three weeks of an MTA's log convict a site as probes do
#
# Rotated, compressed and read twice; one success clears; one message that is
# tried for weeks, a log without other deliveries and a greylisting peer prove
# nothing; a log that is followed over its rotation.
. tests/e2e/lib/daemon.sh

TZ=UTC
export TZ
configure "log_rules = \"$ROOT/data/logrules\"" 'log_rules_own = ""' \
	'network {' 'treat_as_global = { "10.0.0.0/8" }' '}'
start_daemon
kizuki() { timeout 60 "$B/bin/kizuki" -c "$T/conf" "$@"; }
state_of() { kizuki --json show "$1" | sed 's/.*"state":"\([a-z]*\)".*/\1/;q'; }
is() { [ "$(state_of "$1")" = "$2" ]; }
expect() { is "$1" "$2" || say_wrong "$3: $1 is $(state_of "$1"), not $2"; }

# stamp SECONDS-AGO
now=$(date +%s)
stamp() { date -d "@$((now - $1))" '+%b %e %H:%M:%S'; }
delivered() { # AGO DOMAIN ADDRESS
	echo "$(stamp "$1") mx postfix/smtp[99]: 4FFFF$1: to=<u@$2>, relay=mx.$2[$3]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok)"
}
failed() { # AGO DOMAIN QUEUE PROCESS ADDRESS
	echo "$(stamp "$1") mx postfix/smtp[$4]: connect to mx1.$2[$5]:25: Connection timed out"
	echo "$(stamp "$1") mx postfix/smtp[$4]: $3: to=<u@$2>, relay=mx2.$2[10.9.9.9]:25, delay=9, delays=0/0/8/1, dsn=4.2.0, status=deferred (host mx2.$2[10.9.9.9] said: 450 4.2.0 Greylisted (in reply to RCPT TO command))"
}
day() { # DAYS-AGO
	# Each day some hours later: all quarters of the day are seen.
	ago=$(($1 * 86400 + $1 % 4 * 21600 + 600))
	# In the middle of an hour, so that all of it lies in one.
	ago=$((now - ((now - ago) / 3600 * 3600 + 1800)))
	delivered $ago one.example 10.1.0.25
	delivered $ago two.example 10.2.0.25
	delivered $ago three.example 10.3.0.25
	failed $ago dead.example "4AA$1" 11 10.11.0.25
	failed $ago onemail.example 4BBB 12 10.12.0.25
}
alone() { # at noon of another hour, when nothing else went out
	ago=$(($1 * 86400 + $1 % 4 * 21600 + 600))
	ago=$((now - ((now - ago) / 3600 * 3600 + 1800) + 7200))
	failed $ago alone.example "4CC$1" 13 10.13.0.25
}
days() { for d in "$@"; do alone "$d"; day "$d"; done; }
days 20 19 18 17 16 15 | gzip >"$T/mail.log.3.gz"
days 14 13 12 11 10 9 8 | gzip >"$T/mail.log.2.gz"
days 7 6 5 4 >"$T/mail.log.1"
days 3 2 1 >"$T/mail.log"
logs="$T/mail.log.3.gz $T/mail.log.2.gz $T/mail.log.1 $T/mail.log"

# -------- nothing is stored by a dry run
# shellcheck disable=SC2086 # a list of files
kizuki --dry-run --json logscan $logs >"$T/out" 2>"$T/said"
grep -q '"subject":"dead.example","id":"log-mx-unreachable","object":"mx1.dead.example","outcome":"bad".*"source":"log","judged":true}' \
	"$T/out" || say_wrong "no finding: $(head -3 "$T/out")"
grep -q '"subject":"alone.example".*"judged":true' "$T/out" &&
	say_wrong "judged without another delivery"
grep -q '^180 lines, 180 understood: 60 good, 60 bad,' "$T/said" ||
	say_wrong "summary: $(cat "$T/said")"
expect dead.example unknown "after a dry run"

# -------- the log convicts; not by one message, not by itself
# shellcheck disable=SC2086
kizuki logscan $logs >"$T/said" || say_wrong "logscan: $(cat "$T/said")"
grep -q 'taken [1-9]' "$T/said" || say_wrong "nothing taken: $(cat "$T/said")"
expect dead.example broken "three weeks of log"
expect onemail.example suspect "one message tried for three weeks"
expect alone.example unknown "without other deliveries"
expect one.example unknown "delivered to"
kizuki show dead.example | grep -q 'mx1.dead.example' ||
	say_wrong "the reason does not name the host"

# -------- twice counts once
kizuki findings dead.example >"$T/before"
# shellcheck disable=SC2086
kizuki logscan $logs >"$T/said"
grep -q 'taken 0, ' "$T/said" || say_wrong "taken twice: $(cat "$T/said")"
kizuki findings dead.example >"$T/after"
cmp -s "$T/before" "$T/after" || say_wrong "twice is not once"

# -------- over a restart too, and what was exported convicts again
kizuki --json findings dead.example >"$T/exported"
kill -KILL "$PID"
wait "$PID" 2>/dev/null
# The socket that it left would look like a new one.
rm -f "$T/run/api.sock" "$T/run/alive"
start_daemon
expect dead.example broken "after SIGKILL"
kizuki forget dead.example >/dev/null
kizuki import "$T/exported" >/dev/null
expect dead.example broken "after export and import"

# -------- a log that is followed: one success clears, over its rotation
"$B/bin/kizuki" -c "$T/conf" --follow logscan "$T/mail.log" >"$T/followed" 2>&1 &
FOLLOWER=$!
trap 'kill $FOLLOWER 2>/dev/null; end_daemon; rm -rf "$T"' EXIT
mv "$T/mail.log" "$T/mail.log.0"
: >"$T/mail.log"
now=$(date +%s)
echo "$(stamp 0) mx postfix/smtp[99]: 4DDDD: to=<u@dead.example>, relay=mx1.dead.example[10.11.0.25]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok)" \
	>>"$T/mail.log"
released() { ! is dead.example broken && ! is dead.example suspect; }
until_true 30 released || say_wrong "a delivery did not clear: $(cat "$T/followed")"
kill "$FOLLOWER" && wait "$FOLLOWER" || say_wrong "the end of following: $?"
grep -q '^[0-9]* lines, .* good' "$T/followed" ||
	say_wrong "the end of following says nothing: $(cat "$T/followed")"
mkdir "$T/nothing"
kizuki --dry-run logscan "$T/nothing" 2>"$T/said" &&
	say_wrong "a folder without journals is as good as any"
grep -q 'no journal is there' "$T/said" || say_wrong "said: $(cat "$T/said")"

# -------- last year's, by the file's own time; and ISO 8601
year=$(($(date +%Y) - 1))
echo 'Mar  5 10:00:00 mx postfix/smtp[9]: 4E: to=<u@x.example>, relay=none, delay=1, delays=0/0/0/1, dsn=4.4.1, status=deferred (connect to mx.x.example[10.7.0.25]:25: No route to host)' |
	gzip >"$T/old.gz"
touch -d "$year-03-06 00:00:00" "$T/old.gz"
kizuki --dry-run --json logscan "$T/old.gz" 2>/dev/null >"$T/out"
grep -q "\"t\":$(date -d "$year-03-05 10:00:00" +%s),\"subject\"" "$T/out" ||
	say_wrong "last year's line: $(cat "$T/out")"
echo '2025-03-05T10:00:01+09:00 mx postfix/smtp[9]: 4E: to=<u@x.example>, relay=none, delay=1, delays=0/0/0/1, dsn=4.4.1, status=deferred (connect to a.x.example[10.7.0.25]:25: Connection refused)' \
	>"$T/iso"
kizuki --dry-run --json logscan --format postfix - <"$T/iso" 2>/dev/null >"$T/out"
grep -q '"t":1741136401,"subject":"x.example"' "$T/out" ||
	say_wrong "ISO 8601: $(cat "$T/out")"

# -------- rules of one's own
mkdir "$T/rules"
cat >"$T/rules/postfix-gate.rb" <<'EOR'
version=2
# marker: GATE
rule=postfix:GATE %queue:word% to=%to:word% relay=%relay:word% status=%status:word% %text:rest%
EOR
sed "s|log_rules_own = \"\"|log_rules_own = \"$T/rules\"|" "$T/conf" >"$T/conf2"
echo 'Mar  5 10:00:00 mx postfix/gate[9]: GATE 77 to=<u@y.example> relay=mx.y.example[10.7.0.25]:25 status=sent ok' |
	timeout 60 "$B/bin/kizuki" -c "$T/conf2" --dry-run --json logscan 2>/dev/null |
	grep -q '"object":"mx.y.example","outcome":"ok"' ||
	say_wrong "a rule of one's own is not used"
printf 'version=2\nrule=postfix:broken %%x:nosuchtype%%\n' >"$T/rules/postfix.rb"
timeout 60 "$B/bin/kizuki" -c "$T/conf2" --dry-run logscan </dev/null >"$T/out" 2>&1
[ $? -eq 78 ] || say_wrong "a broken rule base is not told: $(cat "$T/out")"

kizuki --format nonsense logscan </dev/null 2>/dev/null
[ $? -eq 64 ] || say_wrong "--format nonsense"
kizuki logscan "$T/absent" >/dev/null 2>&1
[ $? -eq 66 ] || say_wrong "a file that is not there"
finish
