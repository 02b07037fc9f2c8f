#!/bin/bash
# SPDX-License-Identifier: ISC
# lab - the mini-Internet: run a command in it
#
#   tests/lab/lab.sh COMMAND [ARG...]
#
# One namespace (network, mounts, processes, host name) with the hosts of
# tests/lab/hosts, name servers for tests/lab/zones, mail sinks, and a
# validating resolver at 127.0.0.1 that the C library uses.  Nothing of it is
# seen outside, and all of it is gone when the command ends, however it ends:
# the processes die with the namespace, the files lie in a tmpfs of it, and
# the namespace dies with the process that called for it.  Any number of labs
# may run at once.  Needs root, or asks sudo.
#
# The command runs in the caller's directory as root and finds:
#   LAB_DIR             /run/lab, a tmpfs; root.hints, trust-anchor.key, bin/
#   LAB_TREE            the source tree
#   PATH                nsd, unbound and Exim of build/ first
#   users               Debian-exim, kizuki, added in a copy of /etc
# tests/lab/net.sh has functions that break and mend this Internet.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
tree=${here%/tests/lab}
B=${KZ_BUILD:-build/gcc}

case ${1:-} in
--inside | --outside) ;;
*)
	[ $# -gt 0 ] || {
		echo "usage: lab.sh COMMAND [ARG...]" >&2
		exit 64
	}
	[ -x "$tree/$B/lab/sink" ] || {
		echo "lab: mail sinks are not built: make $B/lab/sink" >&2
		exit 69
	}
	"$here/sign.sh" "$tree/build/lab-zones" # files of the caller's own
	root=
	[ "$(id -u)" = 0 ] || root="sudo --"
	# shellcheck disable=SC2086 # no word, or two
	exec $root env KZ_BUILD="$B" setpriv --pdeathsig KILL \
		"$here/lab.sh" --outside "$@"
	;;
esac

# unshare itself is deaf to SIGTERM: this shell hears it and ends the namespace
if [ "$1" = --outside ]; then
	shift
	setpriv --pdeathsig KILL unshare --net --mount --uts --ipc --pid \
		--fork --mount-proc --kill-child \
		"$here/lab.sh" --inside "$@" <&0 &
	lab=$!
	trap 'kill -KILL $lab; exit 130' INT
	trap 'kill -KILL $lab; exit 143' TERM HUP
	status=0
	wait $lab || status=$?
	exit $status
fi
shift

export LAB_DIR=/run/lab LAB_TREE=$tree
export PATH=$tree/build/lab-root/usr/sbin:$tree/build/mta/exim/usr/sbin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL=C
# shellcheck source=tests/lab/net.sh
. "$here/net.sh"

# /run hides what the machine's own services offer there (nscd, dbus)
lab_files() {
	mount -t tmpfs -o mode=755 lab /run
	mkdir -p $LAB_DIR/bin /run/lock /run/shm
	for dir in /var/mail /var/spool/exim4 /var/log/exim4 /var/lib/exim4; do
		if [ -d $dir ]; then mount -t tmpfs -o mode=755 lab $dir; fi
	done
	cp -a /etc $LAB_DIR/etc
	mount --bind $LAB_DIR/etc /etc
	rm -f /etc/resolv.conf /etc/hosts /etc/nsswitch.conf
	echo "nameserver 127.0.0.1" >/etc/resolv.conf
	printf '127.0.0.1 localhost\n::1 localhost\n' >/etc/hosts
	printf '%s: files\n' passwd group shadow services protocols \
		>/etc/nsswitch.conf
	echo "hosts: files dns" >>/etc/nsswitch.conf
	lab_user Debian-exim 64991
	lab_user kizuki 64992
	hostname lab.jikocho.jp
}

# lab_user NAME ID: there is such a user and group
lab_user() {
	grep -q "^$1:" /etc/group || echo "$1:x:$2:" >>/etc/group
	grep -q "^$1:" /etc/passwd ||
		echo "$1:x:$2:$(sed -n "s/^$1:[^:]*:\([0-9]*\):.*/\1/p" \
			/etc/group)::/nonexistent:/usr/sbin/nologin" \
			>>/etc/passwd
}

# Addresses lie on lo: small kernels have no dummy links.  Silence is a veth
# pair with both ends here and no forwarding: what goes in never comes out.
lab_network() {
	{
		echo link set lo up
		echo link add quiet0 type veth peer name quiet1
		echo link set quiet0 up
		echo link set quiet1 up
		echo addr add 10.255.0.1/32 dev quiet0
		echo addr add 2001:db8:ffff::1/128 dev quiet0 nodad
		echo neigh add 10.255.0.2 lladdr 02:00:00:00:00:99 \
			nud permanent dev quiet0
		echo neigh add 2001:db8:ffff::2 lladdr 02:00:00:00:00:99 \
			nud permanent dev quiet0
		while read -r address state; do
			case $state in
			unreachable) echo route add unreachable "$address" ;;
			noarp) lab_on_link "$address" ;;
			*) lab_on_lo "$address" ;;
			esac
		done <"$LAB_DIR/hosts"
		echo route add default via 10.255.0.2 dev quiet0 onlink \
			src 10.9.0.1
		echo route add ::/0 via 2001:db8:ffff::2 dev quiet0 onlink \
			src 2001:db8:9::1
	} >$LAB_DIR/ip.batch
	ip -batch $LAB_DIR/ip.batch
	lab_line_prepare
}
lab_on_lo() {
	case $1 in
	*:*) echo "addr add $1/128 dev lo nodad" ;;
	*) echo "addr add $1/32 dev lo" ;;
	esac
}
lab_on_link() {
	case $1 in
	*:*) echo "route add $1/128 dev quiet0 src 2001:db8:9::1" ;;
	*) echo "route add $1/32 dev quiet0 src 10.9.0.1" ;;
	esac
}

# lab_nsd GROUP: one process for each group of zones, as for each operator,
# so that delegations are really followed
lab_nsd() {
	local dir=$LAB_DIR/ns/$1 zone name
	mkdir -p "$dir"
	{
		echo server:
		awk -v s="ns=$1" '$2 == s || index($2, s ",") == 1 {
			print "  ip-address: " $1 }' $LAB_DIR/hosts
		# Debian's nsd limits the rate of its answers unless told not to
		cat <<-CONF
		  server-count: 1
		  username: ""
		  chroot: ""
		  database: ""
		  zonesdir: "$tree/build/lab-zones/$1"
		  pidfile: "$dir/pid"
		  xfrdfile: ""
		  zonelistfile: "$dir/zones"
		  xfrdir: "$dir"
		  logfile: "$dir/log"
		  rrl-ratelimit: 0
		  rrl-whitelist-ratelimit: 0
		  tcp-count: 200
		remote-control:
		  control-enable: no
		CONF
		for zone in "$tree/build/lab-zones/$1"/*.zone; do
			name=$(basename "$zone" .zone)
			[ "$name" != root ] || name=.
			printf 'zone:\n  name: "%s"\n  zonefile: "%s"\n' \
				"$name" "$(basename "$zone")"
		done
	} >"$dir/conf"
	nsd -d -c "$dir/conf" >"$dir/out" 2>&1 &
}

lab_resolver() {
	cat >$LAB_DIR/root.hints <<-HINTS
	. 3600 NS a.root-servers.net.
	a.root-servers.net. 3600 A 10.0.0.1
	a.root-servers.net. 3600 AAAA 2001:db8::1
	HINTS
	cp "$tree/build/lab-zones/trust-anchor.key" $LAB_DIR/
	cat >$LAB_DIR/unbound.conf <<-CONF
	server:
	  interface: 127.0.0.1
	  username: ""
	  chroot: ""
	  directory: "$LAB_DIR"
	  pidfile: ""
	  use-syslog: no
	  logfile: "$LAB_DIR/unbound.log"
	  root-hints: "$LAB_DIR/root.hints"
	  trust-anchor-file: "$LAB_DIR/trust-anchor.key"
	  local-zone: 10.in-addr.arpa. nodefault
	  local-zone: 8.b.d.0.1.0.0.2.ip6.arpa. nodefault
	  infra-cache-max-rtt: 2000
	  log-servfail: yes
	remote-control:
	  control-enable: no
	CONF
	unbound -d -c $LAB_DIR/unbound.conf >$LAB_DIR/unbound.out 2>&1 &
}

# Every name server and sink listens, or say which does not.
lab_ready() {
	lab_listening() {
		local have
		have=$(ss -Hlun | awk '{ print $4 }'; ss -Hltn | awk '{ print $4 }')
		lab_lacking=$(
			{
				awk '$2 ~ /^ns=/ { print $1, 53 }
					$2 ~ /smtp/ { print $1, 25 }' $LAB_DIR/hosts
				echo 127.0.0.1 53
			} | while read -r address port; do
				case $address in
				*:*) address="[$address]" ;;
				esac
				case "
$have
" in
				*"
$address:$port
"*) ;;
				*) echo "$address:$port" ;;
				esac
			done
		)
		[ -z "$lab_lacking" ]
	}
	lab_wait 20 lab_listening || {
		echo "lab: nobody listens at" $lab_lacking >&2
		cat $LAB_DIR/ns/*/out $LAB_DIR/ns/*/log $LAB_DIR/*.out >&2
		exit 70
	}
}

lab_files
# one address a line, and its state
awk '!/^#/ && NF { for (i = 1; $i ~ /[.:].*[.:]/; i++) a[i] = $i
	for (j = 1; j < i; j++) print a[j], $i }' "$here/hosts" >$LAB_DIR/hosts
lab_network
for group in root tld hosts rental; do lab_nsd $group; done
lab_resolver
lab_sinks $(awk '$2 ~ /smtp/ { print $1 }' $LAB_DIR/hosts)
lab_ready

status=0
"$@" || status=$?
exit $status
