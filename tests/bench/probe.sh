#!/bin/bash
# SPDX-License-Identifier: ISC
# probe - sites per second of kizuki-probe beside a bare libunbound loop that
# does the same look-ups and nothing else
#
#   tests/bench/probe.sh [SITES]
#
# In a lab of its own: a root and a TLD with SITES delegations, 50 hosters with
# two name servers each, two MX hosts for each site that answer on port 25.  The
# two programs run in turn, three times, 200 sites in flight; medians count.
set -eu
[ -n "${LAB_DIR:-}" ] || exec "$(dirname "$0")/../lab/lab.sh" "$0" "$@"
cd "$LAB_TREE"
B=${KZ_BUILD:-build/gcc}
sites=${1:-10000}
# a tmpfs of the lab: gone with it, however it ends
T=$LAB_DIR/bench
mkdir "$T"
ulimit -n "$(ulimit -Hn)"

for net in 10.50.0.0/16 10.51.0.0/16 10.60.0.0/15; do
	ip route add local $net dev lo
done
echo 1024 65535 >/proc/sys/net/ipv4/ip_local_port_range
# a closed port says so each time, not a thousand times a second
echo 0 >/proc/sys/net/ipv4/icmp_ratemask

soa='3600 SOA ns.bench. root.bench. 2026112401 10800 3600 1209600 3600'
mkdir "$T/z"
cat >"$T/z/root" <<EOF
. $soa
. 3600 NS a.root.
a.root. 3600 A 10.51.0.1
bench. 3600 NS ns.bench.
ns.bench. 3600 A 10.51.0.2
EOF
awk -v n="$sites" -v soa="$soa" -v dir="$T" 'BEGIN {
	tld = dir "/z/bench"; conf = dir "/zones.conf"; list = dir "/sites"; sinks = dir "/sinks"
	print "bench. " soa >tld
	print "bench. 3600 NS ns.bench.\nns.bench. 3600 A 10.51.0.2" >tld
	for (h = 0; h < 50; h++)
		for (k = 1; k <= 2; k++)
			printf "ns%d.h%d.bench. 3600 A 10.50.%d.%d\n", k, h, h, k >tld
	for (i = 0; i < n; i++) {
		h = i % 50; site = "s" i ".bench"
		printf "%s. 3600 NS ns1.h%d.bench.\n%s. 3600 NS ns2.h%d.bench.\n", site, h, site, h >tld
		file = dir "/z/" site
		printf "%s. %s\n%s. 3600 NS ns1.h%d.bench.\n%s. 3600 NS ns2.h%d.bench.\n", site, soa, site, h, site, h >file
		a = "10." 60 + int(i / 32768) "." int(i / 128) % 256 "." (i % 128) * 2
		b = "10." 60 + int(i / 32768) "." int(i / 128) % 256 "." (i % 128) * 2 + 1
		printf "%s. 3600 MX 10 mx1.%s.\n%s. 3600 MX 20 mx2.%s.\nmx1.%s. 3600 A %s\nmx2.%s. 3600 A %s\n%s. 3600 A %s\n", site, site, site, site, site, a, site, b, site, a >file
		close(file)
		printf "zone:\n  name: \"%s\"\n  zonefile: \"%s\"\n", site, file >conf
		print site >list
		print a ":25=smtp\n" b ":25=smtp" >sinks
	}
}'
serve() { # NAME ADDRESSES... ; zones in $T/NAME.zones
	local name=$1 address
	shift
	mkdir "$T/$name"
	{
		echo "server:"
		for address; do echo "  ip-address: $address"; done
		cat <<-EOF
			  server-count: 1
			  username: ""
			  chroot: ""
			  zonesdir: "$T/z"
			  database: ""
			  pidfile: "$T/$name/pid"
			  xfrdfile: ""
			  zonelistfile: "$T/$name/list"
			  xfrdir: "$T/$name"
			  logfile: "$T/$name/log"
			  rrl-ratelimit: 0
			  rrl-whitelist-ratelimit: 0
			  tcp-count: 200
			remote-control:
			  control-enable: no
		EOF
		cat "$T/$name.zones"
	} >"$T/$name/conf"
	nsd -d -c "$T/$name/conf" >"$T/$name/out" 2>&1 &
}
printf 'zone:\n  name: "."\n  zonefile: "%s"\n' "$T/z/root" >"$T/root.zones"
printf 'zone:\n  name: "bench"\n  zonefile: "%s"\n' "$T/z/bench" >"$T/tld.zones"
mv "$T/zones.conf" "$T/hosts.zones"
serve root 10.51.0.1
serve tld 10.51.0.2
# shellcheck disable=SC2046 # addresses are words
serve hosts $(for h in $(seq 0 49); do echo "10.50.$h.1 10.50.$h.2"; done)
# a process and its command line hold some thousand addresses
split -l 4000 "$T/sinks" "$T/sinks."
for part in "$T"/sinks.??; do
	# shellcheck disable=SC2046 # addresses are words
	KZ_READY=$part.ready "$B/lab/sink" $(cat "$part") >"$part.out" 2>&1 &
done
up() {
	local address part
	for address in 10.51.0.1 10.51.0.2 10.50.49.2; do
		[ -n "$(ss -Hlun "src $address and sport = 53")" ] || return 1
	done
	for part in "$T"/sinks.??; do [ -e "$part.ready" ] || return 1; done
}
tries=1200
until up; do
	tries=$((tries - 1))
	[ $tries -gt 0 ] || { cat "$T"/*/out "$T"/*.out >&2; exit 1; }
	sleep 0.05
done
printf '. 3600 NS a.root.\na.root. 3600 A 10.51.0.1\n' >"$T/hints"
cat >"$T/conf" <<EOF
resolver {
	root_hints = "$T/hints"
	trust_anchor = ""
}
network { treat_as_global = { "10.0.0.0/8" } }
limits {
	smtp_per_net = 0
	smtp_per_net_hour = 1000000
	dns_per_server = 100000
	dns_per_zone_day = 1000000
	reuse = 1s
	smtp_per_addr = 0
	smtp_per_addr_day = 100000
}
EOF
warm=$(head -50 "$T/sites" | "$B/bin/kizuki-probe" -c "$T/conf" | grep -c '"done"')
[ "$warm" = 50 ] || { echo "the prober does not finish" >&2; exit 1; }
for _ in 1 2 3; do
	"$B/bench/lookups" "$T/hints" 200 <"$T/sites" >>"$T/bare" 2>>"$T/bare.err"
	began=$(date +%s%N)
	"$B/bin/kizuki-probe" -c "$T/conf" -j 200 <"$T/sites" >"$T/found" &
	pid=$!
	memory=0
	while kill -0 $pid 2>/dev/null; do
		now=$(awk '/^VmHWM/ { print $2 }' /proc/$pid/status 2>/dev/null || true)
		[ "${now:-0}" -le "$memory" ] || memory=$now
		sleep 0.1
	done
	wait $pid
	awk -v n="$sites" -v t="$(($(date +%s%N) - began))" \
		'BEGIN { printf "%.1f\n", n / (t / 1e9) }' >>"$T/probe"
	echo $((memory / 1024)) >>"$T/memory"
	[ "$(grep -c '"done"' "$T/found")" = "$sites" ] ||
		{ echo "sites are missing" >&2; exit 1; }
	grep -c '"outcome":"bad"' "$T/found" >>"$T/bad" || true
done
median() { sort -n "$1" | sed -n 2p; }
echo "  bare libunbound $(median "$T/bare") sites/s, kizuki-probe $(median "$T/probe") sites/s;" \
	"findings that are bad: $(tr '\n' ' ' <"$T/bad")"
awk -v a="$(median "$T/probe")" -v b="$(median "$T/bare")" 'BEGIN {
	printf "RESULT probe-sites %.2f 0.5 least of a bare libunbound loop\n", a / b }'
echo "RESULT probe-memory $(sort -n "$T/memory" | tail -1) 200 most MiB resident"
