# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# whois - the registries of the lab
#
#   whois_at NAME ADDRESS   one of them, with nothing in it
#   start_whois          JPRS at 10.9.0.43, JPNIC at 10.9.1.43
#   whois_mode NAME [MODE]   refuse, silent, close, endless; none: well
#   asked NAME [REGEX]   how many questions it was asked
#   Sourced after lib.sh.
whois_at() {
	mkdir -p "$LAB_DIR/whois/$1"
	: >"$LAB_DIR/whois/$1/log"
	"$LAB_TREE/tests/lab/whois.pl" "$2" "$LAB_DIR/whois/$1" &
	pids[$1]=$!
	lab_wait 10 lib_listening "$2" 43
}

start_whois() {
	whois_at jprs 10.9.0.43
	whois_at jpnic 10.9.1.43
	cd "$LAB_TREE/tests/lab/whois"
	cp example2.jp example2.jp_e RT0040JP "$LAB_DIR/whois/jprs/"
	cp 10.224.31.96 10.203.181.0 RT030JP JP00000000 "$LAB_DIR/whois/jpnic/"
	cd "$LAB_TREE"
}

whois_mode() { echo "${2:-}" >"$LAB_DIR/whois/$1/mode"; }

asked() { grep -c -e "${2:-.}" "$LAB_DIR/whois/$1/log" || true; }
