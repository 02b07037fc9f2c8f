# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# evil - the name servers, mail hosts and domains of an attacker; sourced in
# the lab by tests/e2e/hostile-sender.sh
#
# evil.jp and evil.example are served at 10.70.0.53, all zones below them at
# 10.70.1.53; what is registered of these two never comes to an end.  Each zone
# NAME.evil.jp has "h", the HELO name, with a client's address, so that the
# attacker's own names are verified.  Victims lie in 10.77.0.0/16.
#
#   evil_zones      makes them all in $LAB_DIR/evil
#   evil_up         the servers; victims that answer
#   evil_sessions   a line for each domain, as tests/lab/sessions reads it
#   evil_registered   the same for the two that are registered
#   evil_registries WHOIS without end, RDAP in a circle: $EVIL/registry.conf
EVIL=$LAB_DIR/evil
VICTIM_MX=10.77.0.25   # a mail host that others' domains name
VICTIM_NS=10.77.1.53   # never answers
VICTIM_DNS=10.77.2.53  # a name server that knows nothing of all this
EVIL_HOSTS="10.70.0.53 10.70.1.53 10.70.2.25 10.70.3.25 10.70.4.25"

# evil_zone NAME CLIENT: begins it; records come from stdin
evil_zone() {
	local name=$1.evil.jp
	{
		printf '$ORIGIN %s.\n$TTL 3600\n' "$name"
		echo "@ SOA ns hostmaster 1 3600 600 86400 300"
		echo "ns A 10.70.1.53"
		echo "h A $2"
		cat
	} >"$EVIL/kids/$name.zone"
	echo "$2 h.$name evil@$name" >>"$EVIL/sessions"
}

# evil_delegate NAME: its ordinary delegation
evil_delegate() {
	echo "$1 NS ns.$1"
	echo "ns.$1 A 10.70.1.53"
}

# (a) one victim named as their MX by 24 domains
evil_mx() {
	local i
	for i in $(seq 24); do
		evil_zone "m$i" "10.71.$i.9" <<-ZONE
		@ NS ns
		@ MX 10 mail
		mail A $VICTIM_MX
		ZONE
		evil_delegate "m$i" >>"$EVIL/parent"
	done
}

# (b) sets of name servers that lead to victims, and to nowhere
evil_ns() {
	local i j
	for i in $(seq 40); do
		{
			echo "@ NS ns"
			for j in $(seq 12); do
				echo "@ NS v$j"
				echo "v$j A $VICTIM_NS"
			done
			[ "$i" -gt 20 ] || echo "v1 A $VICTIM_DNS"
			echo "@ MX 10 h"
		} | evil_zone "n$i" "10.71.$((i + 100)).9"
		{
			evil_delegate "n$i"
			for j in $(seq 12); do
				echo "n$i NS v$j.n$i"
				echo "v$j.n$i A $VICTIM_NS"
			done
		} >>"$EVIL/parent"
	done
	{
		echo "@ NS ns"
		echo "@ MX 10 s1"
		j=0
		for i in 127.0.0.1 192.168.1.1 169.254.169.254 224.0.0.1 \
			255.255.255.255 0.0.0.0 100.64.0.1 192.0.2.1 \
			198.18.0.1 203.0.113.1; do
			j=$((j + 1))
			echo "@ NS s$j"
			echo "s$j A $i"
		done
		for i in ::1 fe80::1 ff02::1 fc00::1 ::ffff:127.0.0.1 \
			64:ff9b::7f00:1 2002:7f00:1::1; do
			j=$((j + 1))
			echo "@ NS s$j"
			echo "s$j AAAA $i"
		done
	} | evil_zone special 10.71.150.9
	evil_delegate special >>"$EVIL/parent"
}

# (c) a delegation to 1,000 names below somebody else's zone
evil_referral() {
	seq 1000 | sed 's/.*/big NS v&.nap.jp./' >>"$EVIL/parent"
	evil_zone thousand 10.71.151.9 <<-ZONE
	@ NS ns
	@ MX 10 mail.big.evil.jp.
	ZONE
	evil_delegate thousand >>"$EVIL/parent"
	{
		echo "@ NS ns"
		seq 1000 | sed 's/.*/@ NS w&/'
		echo "@ MX 10 h"
	} | evil_zone names 10.71.152.9
	evil_delegate names >>"$EVIL/parent"
}

# (d) aliases and delegations in a circle
evil_loops() {
	{
		echo "@ NS ns"
		echo "@ MX 10 a"
		echo "@ MX 20 c1"
		echo "@ MX 30 mail.x.evil.jp."
		echo "a CNAME b"
		echo "b CNAME a"
		seq 60 | awk '{ print "c" $1, "CNAME c" $1 + 1 }'
		echo "c61 A $VICTIM_MX"
	} | evil_zone loops 10.71.153.9
	evil_delegate loops >>"$EVIL/parent"
	cat >>"$EVIL/parent" <<-ZONE
	x NS ns.y
	y NS ns.x
	ZONE
}

# (e) answers as long as TCP has them
evil_long() {
	{
		echo "@ NS ns"
		seq 200 | sed 's/.*/@ MX & mail&/'
		seq 240 | awk '{ printf "@ TXT \"%0250d\"\n", $1 }'
		seq 3500 | awk '{ print "mail1 A 10.78." int($1 / 250) "." $1 % 250 + 1 }'
		seq 2000 | awk '{ printf "mail2 AAAA 2001:db8:78::%x\n", $1 }'
		seq 3 200 | sed 's/.*/mail& A 10.79.&.25/'
	} | evil_zone long 10.71.154.9
	evil_delegate long >>"$EVIL/parent"
}

# (f) mail hosts whose banner does not end
evil_banners() {
	evil_zone banner 10.71.155.9 <<-ZONE
	@ NS ns
	@ MX 10 lines
	@ MX 20 line
	@ MX 30 noise
	lines A 10.70.2.25
	line A 10.70.3.25
	noise A 10.70.4.25
	ZONE
	evil_delegate banner >>"$EVIL/parent"
}

# sites without end, for any name below w0 to w40, whose MX is the client; and
# records that make others' servers be asked
evil_wild() {
	local i
	{
		echo "@ NS ns"
		for i in $(seq 0 40); do
			echo "*.w$i MX 10 client$i"
			evil_clients "$i" | sed "s/.*/client$i A &/"
		done
	} | evil_zone wild 10.71.156.9
	evil_delegate wild >>"$EVIL/parent"
	{
		echo "@ NS ns"
		printf '*.s TXT "v=spf1'
		seq 8 | sed 's/.*/ exists:%{i}.&.%{d}.nap.jp/' | tr -d '\n'
		echo ' -all"'
	} | evil_zone spf 10.71.157.9
	evil_delegate spf >>"$EVIL/parent"
}

# evil_clients N: 25 clients, each in a network of its own; of 0 in one
evil_clients() {
	if [ "$1" = 0 ]; then
		seq 25 | sed 's/.*/10.73.0.&/'
	else
		seq 25 | sed "s/.*/10.72.$1.&/" | awk -F. '{
			print "10." 100 + $4 "." $3 ".9" }'
	fi
}

# evil_flood N: sessions of N sites, a new one each
evil_flood() {
	local i
	for i in $(seq 0 40); do evil_clients "$i" | sed "s/$/ $i/"; done |
		awk -v n="$1" '{ client[NR] = $1; w[NR] = $2 } END {
		for (i = 0; i < n; i++) {
			k = i % NR + 1
			print client[k], "h.wild.evil.jp", "e@r" i ".w" w[k] \
				".wild.evil.jp"
		} }'
}

# evil_forged N: sessions with the names of others, each from another client
evil_forged() {
	awk -v n="$1" 'BEGIN {
		split("good.jp example1.jp nap.jp signed.jp mended.jp " \
			"provider.ne.jp canary.example jikocho.jp", site, " ")
		for (i = 0; i < n; i++) {
			s = site[i % 8 + 1]
			helo = i % 3 == 0 ? s : i % 3 == 1 ? "mx1." s : \
				"r" i "." s
			from = i % 2 ? "r" i "." s : s
			print "10." 130 + i % 50 "." int(i / 50) % 250 "." \
				i % 250 + 1, helo, "x" i "@" from
		} }'
}

# evil_spf N: sessions whose sender domains make others be asked for SPF
evil_spf() {
	seq "$1" | awk '{ print "10.180." int($1 / 250) "." $1 % 250 + 1,
		"h.spf.evil.jp", "e@r" $1 ".s.spf.evil.jp" }'
}

evil_zones() {
	mkdir -p "$EVIL/kids" "$EVIL/evil"
	: >"$EVIL/parent"
	: >"$EVIL/sessions"
	: >"$EVIL/registered"
	evil_mx
	evil_ns
	evil_referral
	evil_loops
	evil_long
	evil_banners
	evil_wild
	evil_top evil.jp 10.71.160.9 <"$EVIL/parent"
	evil_top evil.example 10.71.161.9 </dev/null
	cat >"$EVIL/suffixes" <<-LIST
	// ===BEGIN ICANN DOMAINS===
	jp
	ne.jp
	evil.jp
	in-addr.arpa
	ip6.arpa
	// ===END ICANN DOMAINS===
	LIST
}

# evil_top NAME CLIENT: as evil_zone; nobody takes mail for it
evil_top() {
	{
		printf '$ORIGIN %s.\n$TTL 3600\n' "$1"
		echo "@ SOA ns hostmaster 1 3600 600 86400 300"
		echo "@ NS ns"
		echo "@ MX 10 h"
		echo "ns A 10.70.0.53"
		echo "h A $2"
		cat
	} >"$EVIL/evil/$1.zone"
	echo "$2 h.$1 evil@$1" >>"$EVIL/registered"
}

evil_sessions() { cat "$EVIL/sessions"; }
evil_registered() { cat "$EVIL/registered"; }

evil_registries() {
	local name web=$EVIL/rdap
	mkdir -p "$web/domain" "$web/ip" "$EVIL/bootstrap"
	openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=rdap \
		-addext subjectAltName=IP:10.9.0.43 -keyout "$EVIL/rdap.key" \
		-out "$EVIL/rdap.pem" 2>/dev/null
	for name in dns:example ipv4:10.0.0.0/8; do
		printf '{"services":[[["%s"],["https://10.9.0.43/"]]]}' \
			"${name#*:}" >"$EVIL/bootstrap/${name%%:*}.json"
	done
	echo '{"services":[]}' >"$EVIL/bootstrap/ipv6.json"
	for name in domain/evil.example ip/10.71.161.9 ip/10.71.160.9; do
		printf 'HTTP/1.0 302 x\r\nLocation: https://10.9.0.43/%s\r\n\r\n' \
			$name >"$web/$name"
	done
	(cd "$web" && exec openssl s_server -accept 10.9.0.43:443 -HTTP \
		-cert "$EVIL/rdap.pem" -key "$EVIL/rdap.key" \
		>"$EVIL/rdap.out" 2>&1) &
	lab_wait 10 lib_listening 10.9.0.43 443
	whois_mode jprs endless
	whois_mode jpnic endless
	cat >"$EVIL/registry.conf" <<-CONF
	registry {
		jprs = "10.9.0.43"
		jpnic = "10.9.1.43"
		gap = 1s
		gap_rdap = 0
		rdap = "$EVIL/bootstrap"
		authorities = "$EVIL/rdap.pem"
	}
	CONF
	chmod -R a+rX "$EVIL/bootstrap" "$EVIL/rdap.pem"
}

# evil_nsd GROUP ADDRESS
evil_nsd() {
	local zone
	{
		cat <<-CONF
		server:
		  ip-address: $2
		  server-count: 1
		  username: ""
		  chroot: ""
		  database: ""
		  zonesdir: "$EVIL/$1"
		  pidfile: "$EVIL/$1.pid"
		  xfrdfile: ""
		  zonelistfile: "$EVIL/$1.list"
		  xfrdir: "$EVIL"
		  logfile: "$EVIL/$1.log"
		  rrl-ratelimit: 0
		  rrl-whitelist-ratelimit: 0
		  tcp-count: 200
		remote-control:
		  control-enable: no
		CONF
		for zone in "$EVIL/$1"/*.zone; do
			zone=$(basename "$zone" .zone)
			printf 'zone:\n  name: "%s"\n  zonefile: "%s.zone"\n' \
				"$zone" "$zone"
		done
	} >"$EVIL/$1.conf"
	nsd -d -c "$EVIL/$1.conf" >"$EVIL/$1.out" 2>&1 &
}

evil_listens() {
	[ -n "$(ss -Hlun "src 10.70.0.53 and sport = 53")" ] &&
		[ -n "$(ss -Hltn "src 10.70.1.53 and sport = 53")" ]
}

evil_up() {
	local address
	for address in $EVIL_HOSTS $VICTIM_MX $VICTIM_DNS; do
		ip addr add "$address/32" dev lo
	done
	evil_nsd evil 10.70.0.53
	evil_nsd kids 10.70.1.53
	"$LAB_TREE/$B/lab/sink" "$VICTIM_MX:25=smtp" 10.70.2.25:25=endless \
		10.70.3.25:25=longline 10.70.4.25:25=noise \
		>>"$LAB_DIR/sink.out" 2>&1 &
	"$LAB_TREE/$B/lab/evildns" "$VICTIM_DNS=refused" \
		>>"$LAB_DIR/evildns.out" 2>&1 &
	lab_wait 20 evil_listens || {
		cat "$EVIL"/*.out "$EVIL"/*.log
		echo "BAD no name server for evil.jp"
		exit 1
	}
}
