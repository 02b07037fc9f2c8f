# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# sender - the MTA of the site example1.jp, on kerochan; sourced by run.sh,
# which sets SENDER to exim or postfix and has tell
#
#   sender_start
#   send SUBJECT      into the queue of example1.jp
#   sender_run        goes through the queue once, and tells what came of it in
#                     few words; is the queue empty now?

KEROCHAN=10.224.31.100
told=0

exim_sender() { "$LAB_DIR/bin/exim4" -C "$LAB_DIR/exim/sender/config" "$@"; }

exim_sender_start() {
	local home=$LAB_DIR/exim/sender
	lib_install_exim_parts
	install -d -m 755 "$LAB_DIR/exim"
	install -d -m 755 -o Debian-exim -g Debian-exim "$home" "$home/spool"
	{
		echo "EXIM = $LAB_DIR/bin/exim4"
		echo "HOME = $home"
		echo "NAME = example1.jp"
		echo "ADDRESS = $KEROCHAN"
		echo "RETRY = 1s"
		echo ".include $home/exim.conf"
	} >"$home/config"
	install -m 644 "$LAB_TREE/tests/e2e/exim-sender.conf" "$home/exim.conf"
	: >"$home/mainlog"
	chown Debian-exim "$home/mainlog"
}

sender_start() {
	case $SENDER in
	exim) exim_sender_start ;;
	postfix) start_postfix_sender sender $KEROCHAN ;;
	esac
}

send() {
	case $SENDER in
	exim)
		printf 'From: ishijima@example1.jp\nTo: tei@jikocho.jp\nSubject: %s\n\nhello\n' \
			"$1" | exim_sender -f ishijima@example1.jp tei@jikocho.jp
		;;
	postfix) postfix_send sender ishijima@example1.jp tei@jikocho.jp "$1" ;;
	esac
}

# The lines of a folded reply are joined, as RFC 5321 means them.
exim_words() { # LINE
	case $1 in
	*RCPT\ TO*450*)
		sed -E 's/.* H=|^H=//;s/ .*RCPT TO:<[^>]*>: / answers: /;s/\\n450 4\.7\.1//;s/450-/450 /;s/^/  /' <<<"$1"
		;;
	*'=> '*) sed -E 's/.* H=([^ ]+) .* C="([^"]*)".*/  \1 takes it: \2/' <<<"$1" ;;
	esac
}
postfix_words() {
	sed -nE 's/.*host ([^[]+)\[[^]]*\] said: (450.*) \(in reply to RCPT.*/  \1 answers: \2/;T sent;s/450-/450 /;s/(answers: 450.*) 450 4\.7\.1 /\1 /;p;b
		:sent
		s/.* relay=([^[]+)\[.* status=sent \((.*)\)$/  \1 takes it: \2/p' <<<"$1"
}

tell_log() { # FILE WORDS
	local line words
	# what is written meanwhile is for the next time
	while read -r line; do
		told=$((told + 1))
		words=$($2 "$line")
		[ -z "$words" ] || tell "$words"
	done < <(tail -n +$((told + 1)) "$1")
}

sender_run() {
	case $SENDER in
	exim)
		exim_sender -qf
		tell_log "$LAB_DIR/exim/sender/mainlog" exim_words
		[ "$(exim_sender -bpc)" = 0 ]
		;;
	postfix)
		tell_log "$(postfix_log sender)" postfix_words
		postfix_queue_empty sender
		;;
	esac
}
