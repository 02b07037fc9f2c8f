#!/bin/sh
# SPDX-License-Identifier: ISC
# kizukid-tcp - listen serves own networks and nobody else
[ -n "${KZ_INSIDE:-}" ] || exec env KZ_INSIDE=1 unshare -rn "$0" "$@"
. tests/e2e/lib/daemon.sh

ip link set lo up
for addr in 192.0.2.1 192.0.2.9 198.51.100.1; do ip addr add $addr/32 dev lo; done
ip -6 addr add 2001:db8::1/128 dev lo nodad
configure 'listen = {"192.0.2.1:2525", "[::1]:2525", "[2001:db8::1]:2525",
	"127.0.0.1:2525"}' 'network { own = {"192.0.2.0/29"} }'
start_daemon

reached() { [ "$(request | $PEER "$1" ask)" = "action=DUNNO" ]; }
# The source of a connection to an address of ours is that address.
reached 127.0.0.1:2525 || say_wrong "loopback is refused"
reached '[::1]:2525' || say_wrong "IPv6 loopback is refused"
reached 192.0.2.1:2525 || say_wrong "an own network is refused"
reached '[2001:db8::1]:2525' && say_wrong "a foreign network is served"
await_log "peer 2001:db8::1 refused: it is not of network { own }"

# The same endpoint, asked from an own, and from a foreign address.
ip route change local 192.0.2.1 dev lo table local src 192.0.2.9
reached 192.0.2.1:2525 && say_wrong "192.0.2.9 is outside the /29 and served"
await_log "peer 192.0.2.9 refused"
ip route change local 192.0.2.1 dev lo table local src 192.0.2.1
reached 192.0.2.1:2525 || say_wrong "an own network is refused afterwards"

# -------- an endpoint that cannot be had ends the start with a message
sed 's/192.0.2.1:2525/203.0.113.5:25/; s|/state|/state2|; s|/run"|/run2"|' \
	"$T/conf" >"$T/conf2"
"$KIZUKID" -c "$T/conf2" -f >"$T/second" 2>&1 && say_wrong "starts anyway"
grep -q "listen 203.0.113.5 port 25: cannot be bound" "$T/second" ||
	say_wrong "not said: $(cat "$T/second")"
[ ! -e "$T/run2/policy.sock" ] || say_wrong "a socket is left behind"
finish
