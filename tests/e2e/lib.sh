# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# lib - what the end-to-end scenes share; sourced first, it moves the script
# into a lab of its own
#
#   say WORDS                     what is about to be shown
#   expect WHAT VALUE PATTERN     a check; PATTERN is a bash pattern
#   expect_log FILE SECONDS REGEX a line of FILE, within SECONDS
#   start_exim NAME ADDRESSES [LINE...]   a receiving Exim; LINEs are macros
#   stop NAME                     a server that was started, by its name
#   smtp CLIENT SERVER <COMMANDS  the replies (tests/lab/smtp.pl)
#   mail CLIENT SERVER HELO SENDER RECIPIENT...   the same for one mail
#   bin PROGRAM                   the path of a program of ours
set -euo pipefail
[ -n "${LAB_DIR:-}" ] || exec "$(dirname "$0")/../lab/lab.sh" "$0" "$@"
# shellcheck source=tests/lab/net.sh
. "$LAB_TREE/tests/lab/net.sh"

B=${KZ_BUILD:-build/gcc}
declare -A pids
checks=0

say() { echo "== $*"; }

lib_ended() {
	local status=$?
	[ $status != 0 ] || {
		echo "$checks checks passed"
		return
	}
	echo "FAILED with status $status; the logs:"
	tail -n 40 "$LAB_DIR"/{exim,postfix}/*/*log "$LAB_DIR"/*.out \
		"$LAB_DIR"/*.log 2>/dev/null || true
}
trap lib_ended EXIT

expect() {
	# shellcheck disable=SC2053 # a pattern is wanted
	if [[ $2 == $3 ]]; then
		echo "ok  $1"
		checks=$((checks + 1))
		return
	fi
	echo "BAD $1"
	echo "    expected: $3"
	echo "    seen:     $2"
	exit 1
}

expect_log() {
	lab_wait "$2" grep -qE -e "$3" "$1" || {
		echo "BAD no line /$3/ in $1 after $2 s"
		exit 1
	}
	echo "ok  $(basename "$(dirname "$1")")/$(basename "$1") has: $3"
	checks=$((checks + 1))
}

bin() { echo "$LAB_TREE/$B/bin/$1"; }

# what the MTA's own user must be able to read
lib_install_exim_parts() {
	[ ! -d /etc/kizuki/exim ] || return 0
	install -d -m 755 /etc/kizuki/exim
	install -m 644 "$LAB_TREE"/exim-conf/* /etc/kizuki/exim/
	install -m 644 "$LAB_TREE/$B/exim/kizuki.so" "$LAB_DIR/bin/"
	install -m 755 "$LAB_TREE/build/mta/exim/usr/sbin/exim4" "$LAB_DIR/bin/"
}

lib_listening() { [ -n "$(ss -Hltn "src $1 and sport = ${2:-25}")" ]; }

# exim_config NAME ADDRESSES LINE...: the file that sets the macros
exim_config() {
	local name=$1 addresses=$2 home=$LAB_DIR/exim/$1
	shift 2
	install -d -m 755 -o Debian-exim -g Debian-exim "$LAB_DIR/exim" \
		"$home" "$home/spool" "$home/mail"
	{
		echo "EXIM = $LAB_DIR/bin/exim4"
		echo "HOME = $home"
		echo "NAME = $name.jikocho.jp"
		echo "ADDRESS = <; $addresses"
		echo "KZ_PLUGIN = $LAB_DIR/bin/kizuki.so"
		[ $# = 0 ] || printf '%s\n' "$@"
		echo ".include $home/exim.conf"
	} >"$home/config"
	install -m 644 "$LAB_TREE/tests/e2e/exim-receiver.conf" \
		"$home/exim.conf"
}

start_exim() {
	local name=$1 addresses=$2
	lib_install_exim_parts
	exim_config "$@"
	"$LAB_DIR/bin/exim4" -C "$LAB_DIR/exim/$name/config" -bdf \
		>>"$LAB_DIR/exim/$name/out" 2>&1 &
	pids[$name]=$!
	lab_wait 30 lib_listening "${addresses%% *}" || {
		cat "$LAB_DIR/exim/$name/out"
		echo "BAD Exim $name does not start"
		exit 1
	}
}

stop() {
	kill "${2:--TERM}" "${pids[$1]}" 2>/dev/null || true
	wait "${pids[$1]}" 2>/dev/null || true
	unset "pids[$1]"
}

smtp() { "$LAB_TREE/tests/lab/smtp.pl" -l "$1" "$2"; }

mail() {
	local client=$1 server=$2 helo=$3 sender=$4 recipient
	shift 4
	{
		echo "EHLO $helo"
		echo "MAIL FROM:<$sender>"
		for recipient; do echo "RCPT TO:<$recipient>"; done
		printf 'DATA\nFrom: <%s>\nSubject: hello\n\nhello\n.\nQUIT\n' \
			"$sender"
	} | smtp "$client" "$server" | tail -n +3
}

# All its sockets listen: the file of one that was killed is there too.
lib_kizukid_listens() {
	[ -S /run/kizuki/policy.sock ] &&
		[ -n "$(ss -Hlx src /run/kizuki/api.sock)" ]
}

# start_kizukid [SED_EXPRESSION]: with tests/e2e/kizuki.conf, changed so
start_kizukid() {
	for program in kizukid kizuki-probe kizuki; do
		install -m 755 "$(bin $program)" "$LAB_DIR/bin/"
	done
	sed -e "${1:-}" "$LAB_TREE/tests/e2e/kizuki.conf" >"$LAB_DIR/kizuki.conf"
	install -m 644 "$LAB_TREE/data/shared-senders" "$LAB_DIR/"
	install -d -m 750 -o kizuki -g kizuki "$LAB_DIR/state"
	install -d -m 755 -o kizuki -g kizuki /run/kizuki
	"$LAB_DIR/bin/kizukid" -c "$LAB_DIR/kizuki.conf" -f \
		>>"$LAB_DIR/kizukid.log" 2>&1 &
	pids[kizukid]=$!
	lab_wait 30 lib_kizukid_listens || {
		cat "$LAB_DIR/kizukid.log"
		echo "BAD kizukid does not start"
		exit 1
	}
}

kizuki() { "$LAB_DIR/bin/kizuki" -c "$LAB_DIR/kizuki.conf" "$@"; }

# state_is SITE STATE: is it sound, suspect, broken or unknown?
state_is() {
	kizuki --json show "$1" 2>/dev/null | grep -q "\"state\": *\"$2\""
}
# is_free SITE: its mail is not delayed; lesser faults may be there
is_free() { state_is "$1" sound || state_is "$1" suspect; }
