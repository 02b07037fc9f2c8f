# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# post - domains to write to, each with a fate of its own; sourced in the lab
#
#   post_up        their zone, their mail hosts, their broken name servers
#   POST_DOMAINS   all of them, below post.jp
#
#   dead       its exchanger swallows packets      gone      no route to it
#   refuse     nothing listens at its port 25      mute      nobody greets
#   both       the paper's: the best one is dead, the second one greylists
#   grey       450 by greylisting                  full      452, no room
#   reject     550                                 nx        there is no such name
#   lost       its exchanger has no address        lame      its name server refuses
#   noserver   its name server does not answer     takenN    mail is taken
#
# Only error reports go to report (nothing listens), nobody writes to unroute
# (no route to its name server).
POST=$LAB_DIR/post
POST_DOMAINS="dead gone refuse mute both grey full reject nx lost lame noserver
	taken1 taken2 taken3 taken4"

post_zone() {
	local i
	cat <<-ZONE
	\$ORIGIN post.jp.
	\$TTL 3600
	@ SOA ns hostmaster 1 3600 600 86400 300
	@ NS ns
	ns A 10.80.0.53
	both MX 10 mx1.both
	both MX 20 mx2.both
	mx1.both A 10.80.1.5
	mx2.both A 10.80.2.5
	lost MX 10 nowhere.lost
	lame NS ns.lame
	ns.lame A 10.80.0.54
	noserver NS ns.noserver
	ns.noserver A 10.80.0.55
	unroute NS ns.unroute
	ns.unroute A 10.80.0.56
	report MX 10 mx.report
	mx.report A 10.80.3.25
	ZONE
	i=0
	for domain in dead gone refuse mute grey full reject taken1 taken2 \
		taken3 taken4; do
		i=$((i + 1))
		echo "$domain MX 10 mx.$domain"
		echo "mx.$domain A 10.80.$((i + 10)).25"
	done
}

post_listens() {
	[ -n "$(ss -Hlun "src 10.80.0.53 and sport = 53")" ] &&
		[ -n "$(ss -Hlun "src 10.80.0.54 and sport = 53")" ] &&
		lib_listening 10.80.2.5
}

post_up() {
	local i
	mkdir -p "$POST"
	post_zone >"$POST/post.jp.zone"
	cat >"$POST/nsd.conf" <<-CONF
	server:
	  ip-address: 10.80.0.53
	  server-count: 1
	  username: ""
	  chroot: ""
	  database: ""
	  zonesdir: "$POST"
	  pidfile: "$POST/pid"
	  xfrdfile: ""
	  zonelistfile: "$POST/zones"
	  xfrdir: "$POST"
	  logfile: "$POST/nsd.log"
	  rrl-ratelimit: 0
	remote-control:
	  control-enable: no
	zone:
	  name: post.jp
	  zonefile: post.jp.zone
	CONF
	# 11 and 12 are not there: silent, and no route; 13 listens nowhere
	for i in 0.53 0.54 0.55 2.5 3.25 13.25 14.25 15.25 16.25 17.25 18.25 19.25 \
		20.25 21.25; do
		ip addr add "10.80.$i/32" dev lo
	done
	ip route add unreachable 10.80.12.25
	ip route add unreachable 10.80.0.56
	nsd -d -c "$POST/nsd.conf" >"$POST/nsd.out" 2>&1 &
	"$LAB_TREE/$B/lab/evildns" 10.80.0.54=refused >"$POST/dns.out" 2>&1 &
	"$LAB_TREE/tests/e2e/lib/mailhosts.pl" 10.80.14.25=mute \
		"10.80.2.5=450 4.2.0 Greylisted" \
		"10.80.15.25=450 4.2.0 Greylisted, please try later" \
		"10.80.16.25=452 4.2.2 Mailbox full; connect to mx.victim.jp[10.6.6.6]:25: Connection timed out" \
		"10.80.17.25=550 5.1.1 No such user" \
		"10.80.18.25=250 2.1.5 ok" "10.80.19.25=250 2.1.5 ok" \
		"10.80.20.25=250 2.1.5 ok" "10.80.21.25=250 2.1.5 ok" \
		>"$POST/hosts.out" 2>&1 &
	lab_wait 20 post_listens || {
		cat "$POST"/*.out "$POST/nsd.log"
		echo "BAD post.jp is not there"
		exit 1
	}
}
