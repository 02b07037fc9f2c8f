#!/bin/sh
# SPDX-License-Identifier: ISC
# kizukid-facts - what an operator states counts at once, until he takes it back
. tests/e2e/lib/daemon.sh

configure "facts = \"$T/facts.conf\""
start_daemon
kizuki() { "$B/bin/kizuki" -c "$T/conf" "$@"; }
state_is() { kizuki --json show "$1" | grep -q "\"state\": *\"$2\""; }
await_state() {
	until_true 10 state_is "$1" "$2" || say_wrong "$1 is not $2"
}

kizuki fact add example2.jp reg-contact-retired handle=RT0040JP by=tei \
	--until 365d --why "left in March, said on the phone" ||
	say_wrong "a fact is not taken"
await_state example2.jp broken
await_state www.example2.jp broken
kizuki show example2.jp >"$T/out"
grep -q 'RT0040JP' "$T/out" || say_wrong "the handle is not shown"
! grep -q 'said on the phone' "$T/out" || say_wrong "the reason is shown"
kizuki fact list | grep -q 'handle=RT0040JP by=tei on=.* why="left in March' ||
	say_wrong "not listed: $(kizuki fact list)"

# a pardon of one symptom lifts it, and no other
kizuki fact add '!example2.jp' reg-contact-retired --until 10d --why "a role" ||
	say_wrong "a pardon is not taken"
await_state example2.jp suspect
kizuki show example2.jp | grep -q pardoned || say_wrong "pardoned is not said"
kizuki fact remove '!example2.jp'
await_state example2.jp broken

# a restart reads it; a bad line is said and the others hold
echo "example2.jp reg-contact-retired" >>"$T/facts.conf"
await_log 'facts.conf:2: by=, until= and why= must all be there'
end_daemon
start_daemon
await_state example2.jp broken
kizuki fact remove example2.jp
[ "$(cat "$T/facts.conf")" = "example2.jp reg-contact-retired" ] ||
	say_wrong "the file is: $(cat "$T/facts.conf")"
until_true 10 sh -c "! '$B/bin/kizuki' -c '$T/conf' --json show example2.jp |
	grep -q broken" || say_wrong "a fact that was removed holds"
rm "$T/facts.conf"
await_log 'facts.conf: 0 facts'

# mistakes end with a word, and change nothing
kizuki fact add example2.jp mx-best-dead host=x --until 9d --why x 2>"$T/err" &&
	say_wrong "a symptom that is tested was stated"
grep -q "is tested" "$T/err" || say_wrong "said: $(cat "$T/err")"
[ ! -e "$T/facts.conf" ] || say_wrong "a mistake made a file"
finish
