# SPDX-License-Identifier: ISC
# daemon - start and end one kizukid in a folder of its own, ask it
#
# Sourced by tests/e2e/kizukid-*.sh.  B names the build folder.  Everything
# lives in $T, which is removed at the end with the daemon; a failure is said
# with say_wrong, and finish makes it the exit status.
set -u
B=${B:-build/gcc}
ROOT=$(pwd)
case $B in /*) ;; *) B=$ROOT/$B ;; esac
KIZUKID=$B/bin/kizukid
PEER="perl $ROOT/tests/e2e/lib/peer.pl"
T=$(mktemp -d /tmp/kizukid-test.XXXXXX)
PID=
WRONG=0

end_daemon() {
	[ -z "$PID" ] || kill "$PID" 2>/dev/null
	[ -z "$PID" ] || wait "$PID" 2>/dev/null
	PID=
}
trap 'end_daemon; rm -rf "$T"' EXIT
trap 'exit 1' INT TERM HUP PIPE

say_wrong() {
	echo "WRONG: $*"
	WRONG=1
}

finish() {
	[ $WRONG -eq 0 ] || { echo "--- log"; tail -n 40 "$T/log"; }
	exit $WRONG
}

# A prober that only swallows what it is told.
cat >"$T/probe" <<'EOP'
#!/bin/sh
while read -r line; do :; done
EOP
chmod 755 "$T/probe"

# configure LINE...: further lines of the configuration
configure() {
	{
		echo "state_dir = \"$T/state\""
		echo "run_dir = \"$T/run\""
		echo "user = \"\""
		echo "probe_path = \"$T/probe\"" \
			"shared_senders = \"$ROOT/data/shared-senders\"" \
			"shared_senders_own = \"$T/shared-senders\""
		for line; do echo "$line"; done
	} >"$T/conf"
}

# until_true SECONDS COMMAND...: wait for a condition, with a bound
until_true() {
	tries=$(($1 * 20))
	shift
	while ! "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.05
	done
}

logged() { grep -q -- "$1" "$T/log"; }

# await_log PATTERN: it is logged within 20 s
await_log() {
	until_true 20 logged "$1" || say_wrong "not logged: $1"
}

# start_daemon [PREFIX...]: start it and wait until it answers
start_daemon() {
	: >"$T/log"
	"$@" "$KIZUKID" -c "$T/conf" -f >>"$T/log" 2>&1 &
	PID=$!
	until_true 60 test -S "$T/run/api.sock" -a -e "$T/run/alive" ||
		{ say_wrong "kizukid does not start"; finish; }
}

# request [LINE...]: one policy request on stdout.  Of an attribute that comes
# twice the first counts, so the lines given stand before the usual ones.
request() {
	echo request=smtpd_access_policy
	[ $# -eq 0 ] || printf '%s\n' "$@"
	printf '%s\n' protocol_state=RCPT client_address=198.51.100.7 \
		helo_name=example1.jp sender=a@example1.jp \
		recipient=b@example.com instance=1.2.3.4
	echo
}

# ask [LINE...]: the answer to one request within 20 s
ask() { request "$@" | $PEER "$T/run/policy.sock" ask; }

# still_answers WHEN
still_answers() {
	[ "$(ask)" = "action=DUNNO" ] || say_wrong "no answer $1"
}

# http METHOD PATH [BODY-FILE]: status line's number, then the body
http() { $PEER "$T/run/api.sock" http "$@"; }
