#!/bin/sh
# SPDX-License-Identifier: ISC
# kizukid-start - configuration, a second one, stale sockets, a clean end
. tests/e2e/lib/daemon.sh

# -------- bad configurations end with 78 and name file, line and key
configure 'no_such_option = 1'
"$KIZUKID" -c "$T/conf" -f >"$T/log" 2>&1
[ $? -eq 78 ] || say_wrong "an unknown key does not end with 78"
grep -q "conf:5: .*no_such_option" "$T/log" ||
	say_wrong "an unknown key: $(cat "$T/log")"
configure 'max_delay = "three hours"' 'mode = "enforced"'
"$KIZUKID" -c "$T/conf" -t >"$T/log" 2>&1
[ $? -eq 78 ] || say_wrong "-t with bad values does not end with 78"
grep -q "conf:5: .*max_delay" "$T/log" && grep -q "conf:6: .*mode" "$T/log" ||
	say_wrong "not every error is said: $(cat "$T/log")"
"$KIZUKID" -c "$T/none" -f >"$T/log" 2>&1
[ $? -eq 78 ] || say_wrong "a missing configuration does not end with 78"
configure 'policy_group = "no-such-group"'
"$KIZUKID" -c "$T/conf" -t >"$T/log" 2>&1
[ $? -eq 78 ] || say_wrong "-t does not look up groups"
"$KIZUKID" -c "$T/conf" -f >"$T/log" 2>&1
[ $? -eq 78 ] || say_wrong "an unknown group does not end with 78"
rm -rf "$T/run" "$T/state"
"$KIZUKID" --no-such-option >"$T/log" 2>&1
[ $? -eq 64 ] || say_wrong "bad usage does not end with 64"
"$KIZUKID" --help-config | grep -q max_delay || say_wrong "--help-config"

# -------- lists of shared senders: each bad line is said
printf 'relay.example\njp\n!google.com\n' >"$T/shared-senders"
configure
"$KIZUKID" -c "$T/conf" -t >"$T/log" 2>&1
[ $? -eq 78 ] || say_wrong "-t passes over a bad line of shared_senders_own"
grep -q "$T/shared-senders:2: expected a domain" "$T/log" ||
	say_wrong "a bad line of shared_senders_own: $(cat "$T/log")"
printf 'relay.example\n!google.com\n' >"$T/shared-senders"

# -------- a good one
configure 'resolver { root_hints = "/dev/null"' 'trust_anchor = "" }'
"$KIZUKID" -c "$T/conf" -t >"$T/log" 2>&1 || say_wrong "-t: $(cat "$T/log")"
[ ! -e "$T/run" ] || say_wrong "-t makes folders"
configure 'max_delay = 0' 'network { treat_as_global = {"paper_numbering"} }'
start_daemon
logged "mode observe: every mail is let in" || say_wrong "observe not said"
logged "shared senders: [1-9][0-9]* names, of 20" ||
	say_wrong "the date of shared_senders not said"
logged "max_delay = 0" || say_wrong "max_delay = 0 not said"
logged "treat_as_global.*10.0.0.0/8" || say_wrong "treat_as_global not said"
for socket in policy.sock sendmail.sock api.sock; do
	[ "$(stat -c %a "$T/run/$socket")" = 660 ] || say_wrong "$socket mode"
done
still_answers "after the start"
touch -d '1 minute ago' "$T/run/alive"
fresh() { [ $(($(date +%s) - $(stat -c %Y "$T/run/alive"))) -lt 5 ]; }
until_true 20 fresh || say_wrong "alive is not touched"
read -r word moment <"$T/run/alive"
[ "$word" = alive ] && [ $(($(date +%s) - moment)) -lt 5 ] ||
	say_wrong "alive does not tell the moment"

# -------- a second one says why it does not run, and harms nothing
"$KIZUKID" -c "$T/conf" -f >"$T/second" 2>&1
[ $? -eq 75 ] || say_wrong "a second kizukid does not end with 75"
grep -q "policy.sock: another kizukid answers" "$T/second" ||
	say_wrong "a second kizukid: $(cat "$T/second")"
sed "s|^run_dir.*|run_dir = \"$T/run2\"|" "$T/conf" >"$T/conf2"
"$KIZUKID" -c "$T/conf2" -f >"$T/second" 2>&1
[ $? -eq 75 ] || say_wrong "the same state_dir does not end with 75"
grep -q "$PID" "$T/second" || say_wrong "no pid said: $(cat "$T/second")"
[ ! -e "$T/run2/policy.sock" ] || say_wrong "the second left its socket"
still_answers "after a second kizukid"

# -------- SIGHUP says what to do; SIGTERM is a clean end
kill -HUP "$PID"
await_log "SIGHUP: the configuration is read at start only"
kill -TERM "$PID"
wait "$PID"
[ $? -eq 0 ] || say_wrong "SIGTERM does not end with 0"
PID=
logged "stopped" || say_wrong "the end is not said"
for left in policy.sock sendmail.sock api.sock alive kizukid.pid; do
	[ ! -e "$T/run/$left" ] || say_wrong "$left is left"
done

# -------- a stale socket is removed and said; what is no socket is not
start_daemon
kill -KILL "$PID"
wait "$PID" 2>/dev/null
[ -S "$T/run/policy.sock" ] || say_wrong "SIGKILL left no socket to test with"
start_daemon
await_log "policy.sock: a stale socket was left"
still_answers "after a stale socket"
end_daemon
mkdir -p "$T/run" && echo precious >"$T/run/policy.sock"
"$KIZUKID" -c "$T/conf" -f >"$T/log" 2>&1 && say_wrong "starts over a file"
logged "policy.sock: is there and is no socket" || say_wrong "file not said"
[ "$(cat "$T/run/policy.sock")" = precious ] || say_wrong "the file is gone"
rm "$T/run/policy.sock"

# -------- in the background: the start's status is the command's
"$KIZUKID" -c "$T/conf" 2>"$T/log" || say_wrong "background start failed"
PID=$(cat "$T/run/kizukid.pid")
still_answers "in the background"
"$KIZUKID" -c "$T/conf" 2>"$T/second"
[ $? -eq 75 ] || say_wrong "a second background start does not end with 75"
kill "$PID"
gone() { ! kill -0 "$PID"; }
until_true 10 gone || say_wrong "the background kizukid does not end"
PID=
finish
