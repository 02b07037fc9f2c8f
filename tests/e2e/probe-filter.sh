#!/bin/bash
# SPDX-License-Identifier: ISC
# probe-filter - kizuki-probe as a filter: bad lines, ends, limits, sandbox
#
# Nothing here leads to a packet: the lines are no names, and the addresses
# are special-purpose ones, which are never contacted.
set -euo pipefail
cd "$(dirname "$0")/../.."
B=${KZ_BUILD:-build/gcc}
probe=$B/bin/kizuki-probe
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
checks=0

# is WHAT SEEN EXPECTED
is() {
	[ "$2" = "$3" ] || {
		printf 'BAD %s\n    seen:     %s\n    expected: %s\n' "$@"
		exit 1
	}
	checks=$((checks + 1))
}

# status COMMAND...: how it ends
status() {
	local ended=0
	"$@" >"$T/out" 2>"$T/err" || ended=$?
	echo "$ended"
}

echo 'resolver { trust_anchor = "" }' >"$T/conf"
run() { timeout 60 "$probe" -c "$T/conf" "$@"; }

# -------- each bad line is answered, by name, whatever its ending
printf 'a b\n\n  \t\r\n10.0.0.1\n::1\n{"v":2}\n{x\nno newline' |
	run >"$T/out"
is "a line for a line" "$(grep -c '"error"' "$T/out")" 6
is "the line is named" "$(grep -c '"line":"no newline"' "$T/out")" 1
printf '%040000d\na b\n' 0 | run >"$T/out"
is "a line too long is one error" "$(grep -c '"error"' "$T/out")" 2
is "and the next line is read" "$(grep -c '"line":"a b"' "$T/out")" 1
printf '\377\376\n\033[31m\n' | run >"$T/out"
is "no octet of it reaches a terminal" "$(tr -d '[:print:]\n' <"$T/out" |
	wc -c)" 0

# -------- streams of every kind
printf 'a b\nc d\n' >"$T/in"
is "a file" "$(run <"$T/in" | wc -l)" 2
run <"$T/in" >"$T/out"
is "from file to file" "$(wc -l <"$T/out")" 2
is "nothing" "$(run </dev/null | wc -l)" 0
is "no complaint" "$(run <"$T/in" 2>&1 >/dev/null | wc -c)" 0
closed_input() { run <&-; }
is "closed input" "$(status closed_input)" 0
full_disk() { run <"$T/in" >/dev/full; }
is "a full disk is a failure" "$(status full_disk)" 74
leaving_reader() {
	yes 'a b' | head -n 300000 | run | head -n 1 >/dev/null
}
set +o pipefail
is "a reader that leaves is none" "$(status leaving_reader)" 0
set -o pipefail
slow_reader() { yes 'a b' | head -n 30000 | run | (
	IFS= read -r _
	wc -l
); }
is "a reader that is slow loses nothing" "$(slow_reader)" 29999

# -------- memory does not grow with the input
is "a million lines" "$(yes 'a b' | head -n 1000000 | (
	ulimit -v 400000
	run
) | wc -l)" 1000000

# -------- the command line and the configuration
is "no jobs" "$(status run -j 0)" 64
is "an argument" "$(status run x)" 64
is "no such file" "$(status "$probe" -c "$T/none")" 78
echo 'probe { jobs = many }' >"$T/bad"
is "a bad value" "$(status "$probe" -c "$T/bad")" 78
echo "resolver { root_hints = \"$T/none\" }" >"$T/bad"
is "no root hints" "$(status "$probe" -c "$T/bad")" 71
echo "resolver { public_suffixes = \"$T/none\"
trust_anchor = \"\" }" >"$T/bad"
is "no public suffixes" "$(status "$probe" -c "$T/bad")" 66

# -------- special-purpose addresses: told, never contacted
echo '{"v":1,"canary":"192.168.0.1","service":"smtp25"}' | run >"$T/out"
is "a private canary" "$(grep -c '"outcome":"special"' "$T/out")" 1

# -------- in the sandbox it works as outside
is "sandboxed" "$(run -k <"$T/in" | wc -l)" 2
mkfifo "$T/fifo"
"$probe" -k -c "$T/conf" <"$T/fifo" >"$T/child" &
child=$!
exec 9>"$T/fifo"
echo 'a b' >&9
for ((i = 0; i < 100; i++)); do
	[ ! -s "$T/child" ] || break
	sleep 0.1
done
is "no new privileges, a filter" "$(grep -cE \
	'^(NoNewPrivs:.1|Seccomp:.2)$' "/proc/$child/status")" 2
exec 9>&-
ended=0
wait "$child" || ended=$?
is "it ends with its input" "$ended" 0

echo "$checks checks passed"
