# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# store-help - what the scenes of the store share; sourced, not run
#
# A scene runs in a mount namespace of its own with a tmpfs of a few MiB at
# $place, drives tests/lab/storedrive through ask, and prints problems only.
set -u
B=${B:-build/gcc}
[ "$(id -u)" = 0 ] || exec sudo -- env B="$B" bash "$0" "$@"
if [ -z "${STORE_INSIDE:-}" ]; then
	STORE_INSIDE=1 exec unshare -m --propagation private bash "$0" "$@"
fi
place=$(mktemp -d "${TMPDIR:-/tmp}/kz-store-XXXXXX")
said=$place.said
problems=0
driver_pid=
chmod 755 "$place"

# also when the scene ends early
finish() {
	[ -z "$driver_pid" ] || kill -9 "$driver_pid" 2>/dev/null
	umount -q "$place" 2>/dev/null
	rm -rf "$place" "$said"
	exit $problems
}
trap finish EXIT

problem() {
	problems=1
	echo "problem: $*"
	tail -n 5 "$said" 2>/dev/null | sed 's/^/  said: /'
}

# start [COMMAND...]: a driver, its commands through fd 3, its answers on fd 4
start() {
	coproc driver { exec "$@" "$B/lab/storedrive" 2>>"$said"; }
	driver_pid=$!
	exec 3>&"${driver[1]}" 4<&"${driver[0]}"
	# one writer only, so that its end is the driver's end
	exec {driver[1]}>&- {driver[0]}<&-
}

# ask COMMAND...: the answer in $answer; a store that hangs is a problem
ask() {
	echo "$*" >&3
	read -r -t 60 answer <&4 || { problem "no answer to: $*"; exit; }
}

# want ANSWER COMMAND...
want() {
	local wanted=$1
	shift
	ask "$@"
	# shellcheck disable=SC2254 # a pattern is meant
	case $answer in
	$wanted) ;;
	*) problem "$*: $answer, not $wanted" ;;
	esac
}

# what the store has said since the last forget
heard() { grep -q -- "$1" "$said" || problem "not said: $1"; }
forget() { : >"$said"; }

stop() {
	exec 3>&- 4<&-
	wait "$driver_pid" 2>/dev/null
	driver_pid=
}
die() {
	kill -9 "$driver_pid"
	stop
}

no_broken() {
	for folder in "$place"/db/broken-*; do
		[ ! -e "$folder" ] || problem "set aside without damage: $folder"
	done
}
