#!/bin/bash
# SPDX-License-Identifier: ISC
# exim-debian - exim-conf/ in Debian's own configuration, split and unsplit
#
# exim4-config's files as the package brings them, in the namespace's copy of
# /etc; update-exim4.conf makes the configuration, as on any Debian machine.
. "$(dirname "$0")/lib.sh"

package=$LAB_TREE/build/mta/exim
home=$LAB_DIR/exim/debian
made=$home/config
socket=$LAB_DIR/policy.sock

lib_install_exim_parts
install -d -m 755 -o Debian-exim -g Debian-exim "$LAB_DIR/exim" "$home" \
	"$home/spool"
rm -rf /etc/exim4
cp -r "$package/etc/exim4" /etc/exim4
cp /etc/kizuki/exim/kizuki-debian-localmacros "$LAB_DIR/localmacros"
# what belongs to this lab alone
sed -i 's/^KZ_STAGE = sole/KZ_STAGE = secondary/' "$LAB_DIR/localmacros"
cat >>"$LAB_DIR/localmacros" <<CONF
SPOOLDIR = $home/spool
log_file_path = $home/%slog
MAIN_TLS_ADVERTISE_HOSTS =
pid_file_path = $home/pid
notifier_socket =
queue_only = true
CONF
sed -i "1i KZ_PLUGIN = $LAB_DIR/bin/kizuki.so\nKZ_SOCKET = $socket" \
	"$LAB_DIR/localmacros"
echo mx2.jikocho.jp >/etc/mailname
echo "tanaka:x:64993:64993::$home/mail:/bin/sh" >>/etc/passwd
echo "root: tanaka" >/etc/aliases
touch /etc/email-addresses
echo 10.20.1.26 >/etc/exim4/host_local_deny_exceptions

# make_config SPLIT: as dpkg-reconfigure would have it
make_config() {
	cat >/etc/exim4/update-exim4.conf.conf <<-CONF
	dc_eximconfig_configtype='internet'
	dc_other_hostnames='mx2.jikocho.jp:jikocho.jp'
	dc_local_interfaces='10.1.0.26'
	dc_readhost=''
	dc_relay_domains=''
	dc_minimaldns='false'
	dc_relay_nets='10.1.0.99'
	dc_smarthost=''
	CFILEMODE='644'
	dc_use_split_config='$1'
	dc_hide_mailname=''
	dc_mailname_in_oh='true'
	dc_localdelivery='mail_spool'
	CONF
	rm -f /etc/exim4/exim4.conf.localmacros /etc/exim4/conf.d/main/000_kizuki
	if [ "$1" = true ]; then
		cp "$LAB_DIR/localmacros" /etc/exim4/conf.d/main/000_kizuki
	else
		cp "$LAB_DIR/localmacros" /etc/exim4/exim4.conf.localmacros
	fi
	"$package/usr/sbin/update-exim4.conf" -o "$made"
	# no Exim is installed in this lab
	sed -i "s|^exim_path = .*|exim_path = $LAB_DIR/bin/exim4|" "$made"
	"$LAB_DIR/bin/exim4" -C "$made" -bV >"$home/bV" 2>&1 ||
		{ cat "$home/bV"; exit 1; }
}

try() {
	make_config "$1"
	"$LAB_DIR/bin/exim4" -C "$made" -bdf >"$home/out" 2>&1 &
	pids[debian]=$!
	lab_wait 10 lib_listening 10.1.0.26 || { cat "$home/out"; exit 1; }
	: >"$LAB_DIR/stubd.log"
	replies=$(mail 10.224.31.100 10.1.0.26 example1.jp i@example1.jp \
		postmaster@jikocho.jp tanaka@jikocho.jp no.such.user@jikocho.jp \
		a@good.jp)
	expect "split=$1: postmaster in, tanaka deferred, no user, no relay" \
		"$replies" "250 Accepted
450 4.7.1 <example1.jp>: Helo command rejected: We don't talk to broken sites/servers.
550*
550 relay not permitted
354*
250 OK*"
	expect "split=$1: one question" \
		"$(grep -c ^request= "$LAB_DIR/stubd.log")" 1
	expect "split=$1: stage and reverse name" "$(cat "$LAB_DIR/stubd.log")" \
		"*policy_context=secondary*client_name=kerochan.example1.jp*"
	replies=$(mail 10.20.1.26 10.1.0.26 mx2.good.jp i@good.jp tanaka@jikocho.jp)
	expect "split=$1: host_local_deny_exceptions" "$replies" \
		"250 Accepted*354*250 OK*"
	replies=$(mail 10.1.0.99 10.1.0.26 client i@example1.jp tanaka@jikocho.jp)
	expect "split=$1: a relay host" "$replies" "250 Accepted*354*250 OK*"
	mv "$LAB_DIR/bin/kizuki.so" "$LAB_DIR/bin/kizuki.away"
	replies=$(mail 10.224.31.100 10.1.0.26 example1.jp i@example1.jp \
		tanaka@jikocho.jp)
	expect "split=$1: plug-in missing, mail in" "$replies" \
		"250 Accepted*354*250 OK*"
	mv "$LAB_DIR/bin/kizuki.away" "$LAB_DIR/bin/kizuki.so"
	stop debian
}

"$LAB_TREE/tests/lab/stubd.pl" "$socket" defer "$LAB_DIR/stubd.log" &
pids[stub]=$!
lab_wait 20 [ -S "$socket" ]
try true
try false
