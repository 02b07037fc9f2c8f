# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# sendmail - real Sendmails in the lab; sourced after lib.sh
#
#   start_sendmail NAME ADDRESSES [LINE...]   a receiving Sendmail, with LINEs
#                     before its mailers; ADDRESSES: blanks between them
#   stop_sendmail NAME                        it, and all that it began
#   sendmail_config NAME ADDRESSES LINE...    its files only
#   sendmail NAME ARGUMENT...                 the program with its files
#   sendmail_bt NAME <LINES                   its test mode: rules by hand
#   sendmail_makemap TYPE FILE <LINES         a table
#   sender_config NAME ADDRESS [LINE...]      a Sendmail that only sends
#   log_sendmail                              what they say goes to $MAILLOG
#
# Everything lies in $LAB_DIR/sendmail/NAME: sendmail.mc and .cf, queue, mail.
# Known users: tei, ishijima, a, b, m1 and so on; nobody else has a mailbox.
SM_ROOT=$LAB_TREE/build/mta/sendmail
SM_HOME=$LAB_DIR/sendmail
SM_CF=$SM_HOME/share/sendmail/cf
MAILLOG=$LAB_DIR/mail.log

# The package as if it were installed, but elsewhere: its macro files name
# each other by their path.  Its program loses its group, for the loader gives
# a set-gid one no libraries from here.
sendmail_install() {
	[ ! -d "$SM_HOME" ] || return 0
	install -d -m 755 "$SM_HOME/share"
	cp -r "$SM_ROOT/usr/share/sendmail" "$SM_HOME/share/"
	grep -rl /usr/share/sendmail "$SM_CF" |
		xargs sed -i "s|/usr/share/sendmail|$SM_HOME/share/sendmail|g"
	install -m 644 "$LAB_TREE"/sendmail-cf/hack/*.m4 "$SM_CF/hack/"
	install -m 755 "$SM_ROOT/usr/libexec/sendmail/sendmail" "$LAB_DIR/bin/"
	rm -rf /etc/mail
	cp -r "$SM_ROOT/etc/mail" /etc/mail
	for user in smmta:64997 smmsp:64998 tanaka:64996; do
		! grep -q "^${user%:*}:" /etc/passwd || continue
		echo "${user%:*}:x:${user#*:}:" >>/etc/group
		echo "${user%:*}:x:${user#*:}:${user#*:}::/:/bin/sh" >>/etc/passwd
	done
	log_sendmail
}

# The C library writes to /dev/log; the lab has a /dev of its own for that.
log_sendmail() {
	local device
	: >"$MAILLOG"
	mkdir -p "$LAB_DIR/dev"
	mount -t tmpfs -o mode=755 lab "$LAB_DIR/dev"
	for device in null zero full random urandom tty; do
		: >"$LAB_DIR/dev/$device"
		mount --bind "/dev/$device" "$LAB_DIR/dev/$device"
	done
	mkdir -m 1777 "$LAB_DIR/dev/shm"
	ln -s /proc/self/fd "$LAB_DIR/dev/fd"
	mount --rbind "$LAB_DIR/dev" /dev
	perl -MIO::Socket::UNIX -e '
		my $in = IO::Socket::UNIX->new(Local => "/dev/log",
			Type => SOCK_DGRAM) or die "/dev/log: $!";
		chmod 0666, "/dev/log";
		open my $out, ">>", $ARGV[0] or die;
		$out->autoflush(1);
		while (defined $in->recv(my $line, 65536)) {
			$line =~ s/[\n\0]+\z//;
			print {$out} "$line\n";
		}' "$MAILLOG" &
	pids[maillog]=$!
	disown "${pids[maillog]}"
	lab_wait 10 [ -S /dev/log ]
}

# What a lab Sendmail has in common, sending or receiving
sendmail_common() {
	local home=$1
	cat <<MC
divert(0)dnl
define(\`_USE_ETC_MAIL_')dnl
define(\`MAIL_SETTINGS_DIR', \`$home/etc/')dnl
VERSIONID(\`lab')dnl
OSTYPE(\`linux')dnl
define(\`QUEUE_DIR', \`$home/mqueue')dnl
define(\`STATUS_FILE', \`$home/statistics')dnl
define(\`HELP_FILE', \`/etc/mail/helpfile')dnl
define(\`confPID_FILE', \`$home/pid')dnl
define(\`confDEF_USER_ID', \`tanaka:tanaka')dnl
dnl or every address of lo is one of its own names
define(\`confDONT_PROBE_INTERFACES', \`True')dnl
define(\`confTO_IDENT', \`0s')dnl
define(\`confLOG_LEVEL', \`14')dnl
define(\`confREFUSE_LA', \`1000')dnl
define(\`confQUEUE_LA', \`1000')dnl
define(\`confDELAY_LA', \`1000')dnl
define(\`LOCAL_MAILER_PATH', \`$home/deliver')dnl
define(\`LOCAL_MAILER_ARGS', \`deliver \$u')dnl
define(\`LOCAL_MAILER_FLAGS', \`SPFhn9')dnl
FEATURE(\`no_default_msa')dnl
MC
}

sendmail_home() {
	local home=$SM_HOME/$1
	sendmail_install
	install -d -m 755 "$home" "$home/etc" "$home/mail"
	install -d -m 700 "$home/mqueue"
	{
		printf '%s: tanaka\n' tei ishijima postmaster abuse a b
		for i in $(seq 20); do echo "m$i: tanaka"; done
	} >"$home/etc/aliases"
	: >"$home/etc/relay-domains"
	# a file for each mail
	cat >"$home/deliver" <<-SH
	#!/bin/sh
	name=\$\$.\$(date +%s)
	cat >$home/mail/new.\$name && mv $home/mail/new.\$name $home/mail/mail.\$name
	SH
	chmod 755 "$home/deliver"
}

sendmail_make() { # NAME: sendmail.cf of sendmail.mc
	local home=$SM_HOME/$1
	m4 -D_CF_DIR_="$SM_CF/" "$SM_CF/m4/cf.m4" "$home/sendmail.mc" \
		>"$home/sendmail.cf" 2>"$home/m4.out" && [ ! -s "$home/m4.out" ] || {
		cat "$home/m4.out"
		echo "BAD sendmail.mc of $1"
		exit 1
	}
}

SM_LIBRARIES=$(echo "$SM_ROOT"/usr/lib/*-linux-gnu)
sendmail() {
	local name=$1
	shift
	LD_LIBRARY_PATH=$SM_LIBRARIES \
		"$LAB_DIR/bin/sendmail" -C "$SM_HOME/$name/sendmail.cf" "$@"
}

sendmail_makemap() { # TYPE FILE <LINES
	LD_LIBRARY_PATH=$SM_LIBRARIES "$SM_ROOT/usr/sbin/makemap" -C /dev/null \
		"$1" "$2"
}

sendmail_bt() { sendmail "$1" -bt 2>&1; }

sendmail_config() {
	local name=$1 address family addresses=$2
	shift 2
	sendmail_home "$name"
	{
		sendmail_common "$SM_HOME/$name"
		echo "define(\`confDOMAIN_NAME', \`$name.jikocho.jp')dnl"
		for address in $addresses; do
			family=inet
			[ "${address#*:}" = "$address" ] || family=inet6
			echo "DAEMON_OPTIONS(\`Family=$family, Port=25, Addr=$address')dnl"
		done
		# a lab has names that do not exist
		echo "FEATURE(\`accept_unresolvable_domains')dnl"
		echo "FEATURE(\`nocanonify')dnl"
		echo "LOCAL_DOMAIN(\`jikocho.jp')dnl"
		[ $# = 0 ] || printf '%s\n' "$@"
		echo "MAILER(\`local')dnl"
		echo "MAILER(\`smtp')dnl"
	} >"$SM_HOME/$name/sendmail.mc"
	sendmail_make "$name"
	sendmail "$name" -bi >/dev/null
}

# run_sendmail NAME ADDRESS: the daemon of what was configured
run_sendmail() {
	LD_LIBRARY_PATH=$SM_LIBRARIES "$LAB_DIR/bin/sendmail" \
		-C "$SM_HOME/$1/sendmail.cf" -bD -q5m >>"$SM_HOME/$1/out" 2>&1 &
	pids[$1]=$!
	lab_wait 20 lib_listening "$2" || {
		cat "$SM_HOME/$1/out"
		tail -n 20 "$MAILLOG"
		echo "BAD Sendmail $1 does not start"
		exit 1
	}
}

start_sendmail() {
	sendmail_config "$@"
	run_sendmail "$1" "${2%% *}"
}

# Each of its processes works in its queue: sessions, deliveries in the
# background, runs of the queue.  They outlive the daemon, and one that finds
# its queue taken away, or another's lock in it, says SYSERR.
sendmail_at_work() {
	local process
	for process in /proc/[0-9]*; do
		[[ $(readlink "$process/cwd") != "$SM_HOME/$1/mqueue"* ]] ||
			return 0
	done
	return 1
}
sendmail_is_gone() { ! sendmail_at_work "$1"; }

stop_sendmail() {
	stop "$1"
	lab_wait 60 sendmail_is_gone "$1" || {
		ps axww
		tail -n 20 "$MAILLOG"
		echo "BAD Sendmail $1 does not end"
		exit 1
	}
}

sender_config() {
	local name=$1 address=$2
	shift 2
	sendmail_home "$name"
	{
		sendmail_common "$SM_HOME/$name"
		echo "define(\`confDOMAIN_NAME', \`$name')dnl"
		echo "define(\`confMIN_QUEUE_AGE', \`0')dnl"
		echo "CLIENT_OPTIONS(\`Family=inet, Addr=$address')dnl"
		[ $# = 0 ] || printf '%s\n' "$@"
		echo "MAILER(\`local')dnl"
		echo "MAILER(\`smtp')dnl"
	} >"$SM_HOME/$name/sendmail.mc"
	sendmail_make "$name"
	sendmail "$name" -bi >/dev/null
}
