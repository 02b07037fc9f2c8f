# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# postfix - Postfixes for a scene, as Debian's package would set them up
#
#   start_postfix NAME ADDRESSES STAGE [LINE...]   a receiving one, with kizuki
#                                 by the words of docs/postfix.md, or - for
#                                 none; then LINEs of main.cf
#   start_postfix_sender NAME ADDRESSES [LINE...]  one that only sends, from
#                                 these addresses, and tries again each 2-4 s
#   postfix_tell NAME LINE...     lines of main.cf, then reload
#   postfix_send NAME SENDER RECIPIENT SUBJECT    into its queue
#   postfix_queue_empty NAME      a condition for lab_wait
#   postfix_mail NAME USER        the mails that were delivered
#   postfix_log NAME              the path of its log
#
# Sourced after lib.sh; "stop NAME" ends one.  Any number runs side by side:
# each has its configuration, queue and data below $LAB_DIR/postfix/NAME.  smtpd
# is confined to the queue directory as in Debian's master.cf, and Debian's own
# script brings into it what it needs to resolve names.

postfix_home() { echo "$LAB_DIR/postfix/$1"; }
postfix_log() { echo "$LAB_DIR/postfix/$1/maillog"; }

# The lab's /etc is a copy: users made here are seen by nobody else.
postfix_user() { # NAME ID [HOME]
	grep -q "^$1:" /etc/group || echo "$1:x:$2:" >>/etc/group
	grep -q "^$1:" /etc/passwd ||
		echo "$1:x:$2:$2::${3:-/nonexistent}:/usr/sbin/nologin" \
			>>/etc/passwd
}

# The programs where every user can read them.
postfix_install() {
	[ ! -d "$LAB_DIR/postfix/usr" ] || return 0
	mkdir -p "$LAB_DIR/postfix/usr"
	mount --bind "$LAB_TREE/build/mta/postfix/usr" "$LAB_DIR/postfix/usr"
	postfix_user postfix 64993
	grep -q ^postdrop: /etc/group || echo postdrop:x:64994: >>/etc/group
	postfix_user tei 64995
	postfix_user tanaka 64996
	install -d /etc/postfix /etc/kizuki/postfix
	install -m 644 "$LAB_TREE"/postfix-conf/* /etc/kizuki/postfix/
	printf 'postmaster: tei\nabuse: tei\n' >/etc/aliases
}

# postfix_do NAME COMMAND...: a command of Postfix, of this instance
postfix_do() {
	local name=$1
	shift
	MAIL_CONFIG=$(postfix_home "$name")/etc \
		LD_LIBRARY_PATH=$LAB_DIR/postfix/usr/lib/postfix \
		PATH=$LAB_DIR/postfix/usr/sbin:$PATH "$@"
}

# Debian's master.cf, and main.cf as its package fills it in for an "Internet
# site"; then what is particular to a lab.
postfix_configure() {
	local name=$1 home
	home=$(postfix_home "$name")
	postfix_install
	install -d -m 755 "$home" "$home/etc" "$home/queue"
	install -d -m 755 -o postfix "$home/data"
	install -d -m 1777 "$home/mail"
	install -m 644 "$LAB_DIR/postfix/usr/share/postfix/master.cf.dist" \
		"$home/etc/master.cf"
	cat "$LAB_DIR/postfix/usr/share/postfix/main.cf.debian" - \
		>"$home/etc/main.cf" <<-CONF
		smtpd_relay_restrictions = permit_mynetworks permit_sasl_authenticated defer_unauth_destination
		myhostname = $name.jikocho.jp
		alias_maps = hash:/etc/aliases
		mydestination = jikocho.jp
		mynetworks = 127.0.0.0/8 [::1]/128 10.1.0.99/32
		recipient_delimiter = +
		inet_protocols = all
		inet_interfaces = $2
		command_directory = $LAB_DIR/postfix/usr/sbin
		daemon_directory = $LAB_DIR/postfix/usr/lib/postfix/sbin
		shlib_directory = $LAB_DIR/postfix/usr/lib/postfix
		meta_directory = $home/etc
		queue_directory = $home/queue
		data_directory = $home/data
		import_environment = MAIL_CONFIG MAIL_DEBUG MAIL_LOGTAG TZ LANG=C LD_LIBRARY_PATH
		export_environment = TZ MAIL_CONFIG LANG LD_LIBRARY_PATH
		maillog_file = $home/maillog
		maillog_file_prefixes = $home
		mail_spool_directory = $home/mail/
	CONF
	: >"$home/maillog"
	postfix_do "$name" postalias hash:/etc/aliases
}

# What "postfix check" would make, faster.
postfix_queue_make() {
	local queue=$1 dir
	for dir in active bounce corrupt defer deferred flush hold incoming \
		private saved trace; do
		install -d -m 700 -o postfix "$queue/$dir"
	done
	install -d -m 755 "$queue/pid"
	install -d -m 710 -o postfix -g postdrop "$queue/public"
	install -d -m 730 -o postfix -g postdrop "$queue/maildrop"
}

postfix_start() {
	local name=$1 home
	home=$(postfix_home "$name")
	postfix_queue_make "$home/queue"
	postfix_do "$name" \
		"$LAB_DIR/postfix/usr/lib/postfix/configure-instance.sh"
	# of a process group of its own, which it ends with itself
	LD_LIBRARY_PATH=$LAB_DIR/postfix/usr/lib/postfix setsid \
		"$LAB_DIR/postfix/usr/lib/postfix/sbin/master" \
		-c "$home/etc" -d >>"$home/out" 2>&1 </dev/null &
	pids[$name]=$!
	lab_wait 30 grep -q "daemon started" "$home/maillog" || {
		cat "$home/out" "$home/maillog"
		echo "BAD Postfix $name does not start"
		exit 1
	}
}

start_postfix() {
	local name=$1 first=${2%% *} stage=$3
	postfix_configure "$name" "$2"
	shift 3
	[ "$stage" = - ] || postfix_kizuki "$name" "$stage"
	[ $# = 0 ] || postfix_do "$name" postconf -e "$@"
	postfix_start "$name"
	lab_wait 10 lib_listening "$first" || {
		cat "$(postfix_log "$name")"
		echo "BAD Postfix $name does not listen"
		exit 1
	}
}

start_postfix_sender() {
	local name=$1 v4= v6= address
	for address in $2; do
		case $address in
		*:*) v6=$address ;;
		*) v4=$address ;;
		esac
	done
	shift 2
	postfix_configure "$name" loopback-only
	# below 2 s qmgr takes up a mail that smtp still holds, and loses sight
	# of it until the next one comes
	postfix_do "$name" postconf -e \
		"myhostname = example1.jp" "mydestination =" \
		"inet_protocols = $([ -z "$v6" ] && echo ipv4 || echo all)" \
		"smtp_bind_address = $v4" "smtp_bind_address6 = $v6" \
		"queue_run_delay = 2s" "minimal_backoff_time = 2s" \
		"maximal_backoff_time = 4s" "$@"
	postfix_do "$name" postconf -M# smtp/inet
	postfix_start "$name"
}

# The command that docs/postfix.md gives, run as it stands there.
postfix_kizuki() {
	local command
	command=$(sed -n "s|^    \(grep .*/$2\.cf .*postconf -e\)\$|\1|p" \
		"$LAB_TREE/docs/postfix.md")
	[ -n "$command" ] || {
		echo "BAD docs/postfix.md has no command for $2"
		exit 1
	}
	postfix_do "$1" bash -c "$command"
}

# An smtpd that began before still knows the old lines.
postfix_tell() {
	local name=$1 old
	shift
	postfix_do "$name" postconf -e "$@"
	old=$(pgrep -d, -P "${pids[$name]}" smtpd || true)
	kill -HUP "${pids[$name]}"
	[ -z "$old" ] || lab_wait 30 postfix_gone "$old" || {
		echo "BAD Postfix $name does not reload"
		exit 1
	}
}
postfix_gone() { ! ps -p "$1" >/dev/null; }

postfix_send() {
	printf 'From: <%s>\nTo: <%s>\nSubject: %s\n\nhello\n' "$2" "$3" "$4" |
		postfix_do "$1" "$LAB_DIR/postfix/usr/sbin/sendmail" -f "$2" "$3"
}
postfix_queue_empty() {
	[ -z "$(find "$(postfix_home "$1")"/queue/{maildrop,incoming,active,deferred} \
		-type f)" ]
}
postfix_mail() { cat "$(postfix_home "$1")/mail/$2/new/"* 2>/dev/null; }
