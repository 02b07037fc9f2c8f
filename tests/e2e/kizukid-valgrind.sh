#!/bin/bash
# SPDX-License-Identifier: ISC
# kizukid-valgrind - no error, and nothing left at the end, in kizukid, in
# kizuki-probe and in kizuki; tests/valgrind.supp lists what is a library's
command -v valgrind >/dev/null || {
	echo "skipped: valgrind is not installed"
	exit 0
}
. "$(dirname "$0")/lib.sh"

# under NAME COMMAND...: under valgrind, which gives 99 for what it found
runs=0
under() {
	local name=$1.$((++runs))
	shift
	# no %p: a child of a kizukid that dropped its rights cannot begin a log
	valgrind --quiet --vgdb=no --error-exitcode=99 --num-callers=20 \
		--leak-check=full --show-leak-kinds=all \
		--errors-for-leak-kinds=all \
		--suppressions="$LAB_TREE/tests/valgrind.supp" \
		--log-file="$LAB_DIR/valgrind.$name.log" "$@"
}
peer() { perl "$LAB_TREE/tests/e2e/lib/peer.pl" "$@"; }
# command_ STATUS ARGUMENT...: kizuki under valgrind ends with that status
command_() {
	local wanted=$1 status=0
	shift
	under kizuki "$LAB_DIR/bin/kizuki" -c "$LAB_DIR/kizuki.conf" "$@" \
		>"$LAB_DIR/command.out" 2>&1 || status=$?
	expect "kizuki $*" "$status" "$wanted"
}
request() { # SENDER INSTANCE STATE
	printf '%s\n' request=smtpd_access_policy "protocol_state=$3" \
		client_address=10.224.31.100 helo_name=example1.jp \
		"sender=$1" recipient=b@jikocho.jp "instance=$2" \
		policy_context=secondary ''
}
key() { # EVENT SENDER
	echo "kizuki 1;sole;$1;mx;Q1;10.224.31.100;FAIL;x;nowhere.jp;${2:-};<b@jikocho.jp>"
}
findings() { # N NAME
	perl -e 'my ($count, $name, $t) = @ARGV;
		printf qq({"v":1,"t":%d,"subject":"%s%d.jp","id":"mx-best-dead",)
		    . qq("outcome":"bad","object":"x","weight":6,"value":"mx",)
		    . qq("rests":[["smtp25-v4","10.66.0.1"]],"judged":true}\n),
		    $t - 99 * $_, $name, $_ for 1 .. $count' "$1" "$2" "$(date +%s)"
}

start_kizukid # its files; and it makes the store that the next one finds
stop kizukid
under kizukid "$LAB_DIR/bin/kizukid" -c "$LAB_DIR/kizuki.conf" -f \
	>>"$LAB_DIR/kizukid.log" 2>&1 &
grinder=$!
answers() { kizuki status >/dev/null 2>&1; }
lab_wait 60 answers || expect "kizukid starts" no yes

say "decisions over policy and socketmap, good and bad input"
decide() {
	request i@example1.jp 1 RCPT | peer /run/kizuki/policy.sock ask
}
expect "nobody knows the site" "$(decide)" "action=DUNNO"
{
	for i in $(seq 50); do request "s$i@example1.jp" "$i" RCPT; done
	request s1@example1.jp 1 END-OF-MESSAGE
	request i@good.jp 2 CONNECT
	echo nonsense
} | peer /run/kizuki/policy.sock send 20 '(.*\n\n){52}' >"$LAB_DIR/policy.out"
expect "all but the nonsense" "$(grep -c '^action=' "$LAB_DIR/policy.out")" 52
expect socketmap "$({ key relay; key rcpt '<i@nowhere.jp>'; key eom; echo x; } |
	peer /run/kizuki/sendmail.sock map | cut -c1-4 | tr '\n' ' ')" \
	"OK U OK A OK D PERM "
lab_wait 60 state_is example1.jp broken || expect verdict no broken
expect "it has to wait" "$(decide)" "action=450 4.7.1 *"

say "the API: all that a command asks, findings in and out"
command_ 0 status
command_ 0 show example1.jp
command_ 0 list
command_ 0 allow client:10.66.0.0/16 --why test
command_ 0 list allowed
command_ 0 deny nap.jp --until 1d --why test
command_ 0 recheck mended.jp
command_ 1 show nowhere.example
command_ 2 check example1.jp
findings 300 in >"$LAB_DIR/in"
command_ 0 import "$LAB_DIR/in"
command_ 0 findings --json
expect "all come out again" "$(grep -c '"in[0-9]*\.jp"' "$LAB_DIR/command.out")" 300
peer /run/kizuki/api.sock http GET /metrics >/dev/null
peer /run/kizuki/api.sock http POST /v1/sites/x/look >/dev/null
printf 'POST /v1/findings HTTP/1.1\r\nContent-Length: 900\r\n\r\n{' |
	peer /run/kizuki/api.sock send 1 >/dev/null

say "SIGTERM while an import is worked off"
findings 20000 half >"$LAB_DIR/half"
peer /run/kizuki/api.sock http POST /v1/findings "$LAB_DIR/half" \
	>"$LAB_DIR/half.out" &
half=$!
some() { kizuki --json show half20000.jp 2>/dev/null | grep -q '"known": *true'; }
lab_wait 60 some || expect "some are in" no yes
status=0
kill -TERM "$(cat /run/kizuki/kizukid.pid)"
wait $grinder || status=$?
wait $half
expect kizukid "$status" 0

say "kizuki-probe alone, and kizuki without kizukid"
status=0
printf '%s\n' good.jp example1.jp mended.jp nap.jp 'no name' nowhere.example |
	under probe "$LAB_DIR/bin/kizuki-probe" -c "$LAB_DIR/kizuki.conf" \
		>"$LAB_DIR/probe.out" 2>"$LAB_DIR/probe.err" || status=$?
expect kizuki-probe "$status" 0
expect "all are done" "$(grep -c '"done"' "$LAB_DIR/probe.out")" 5
command_ 0 check good.jp
command_ 0 symptoms
expect "not a word" "$(cat "$LAB_DIR"/valgrind.*.log)" ""
