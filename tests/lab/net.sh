# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# net - functions that break and mend the mini-Internet; sourced inside it
#
#   lab_wait SECONDS COMMAND...   until COMMAND succeeds; 1 when time is over
#   lab_host_down ADDRESS [silent|unreachable]
#   lab_host_up ADDRESS           with a mail sink on port 25
#   lab_line_down v4|v6|all       our own way out: nobody answers us any more
#   lab_line_up v4|v6|all
#   lab_sinks ADDRESS...          mail sinks on port 25

lab_wait() {
	local bound=$(($(date +%s%N) + $1 * 1000000000))
	shift
	until "$@"; do
		[ "$(date +%s%N)" -lt "$bound" ] || return 1
		sleep 0.05
	done
}

lab_host_down() {
	case $1 in
	*:*) ip addr del "$1/128" dev lo ;;
	*) ip addr del "$1/32" dev lo ;;
	esac
	[ "${2:-silent}" = silent ] || ip route add unreachable "$1"
}

lab_host_up() {
	local listens=$1
	ip route del unreachable "$1" 2>/dev/null || true
	case $1 in
	*:*)
		ip addr add "$1/128" dev lo nodad
		listens="[$1]"
		;;
	*) ip addr add "$1/32" dev lo ;;
	esac
	[ -n "$(ss -Hltn "src $listens and sport = 25")" ] || lab_sinks "$1"
}

lab_sinks() {
	local address specs=()
	for address; do
		case $address in
		*:*) specs+=("[$address]:25=smtp") ;;
		*) specs+=("$address:25=smtp") ;;
		esac
	done
	"$LAB_TREE/${KZ_BUILD:-build/gcc}/lab/sink" "${specs[@]}" \
		>>"$LAB_DIR/sink.out" 2>&1 &
}

# What is local is looked up after rules 10 to 60, so that rule 50 can cut off
# everything but our own networks.
lab_line_prepare() {
	local family
	ip route add default via 10.255.0.2 dev quiet0 onlink \
		src 10.9.0.1 table 66
	ip -6 route add default via 2001:db8:ffff::2 dev quiet0 onlink \
		src 2001:db8:9::1 table 66
	for family in -4 -6; do
		ip $family rule add pref 60 lookup local
		ip $family rule del pref 0
	done
	ip rule add pref 10 to 10.1.0.0/16 lookup local
	ip rule add pref 10 to 10.9.0.1 lookup local
	ip -6 rule add pref 10 to 2001:db8:100::/48 lookup local
	ip -6 rule add pref 10 to 2001:db8:9::1 lookup local
}
lab_line_down() {
	[ "$1" = v6 ] || ip rule add pref 50 to 10.0.0.0/8 lookup 66
	[ "$1" = v4 ] || ip -6 rule add pref 50 to 2001:db8::/32 lookup 66
}
lab_line_up() {
	[ "$1" = v6 ] || ip rule del pref 50
	[ "$1" = v4 ] || ip -6 rule del pref 50
}
