#!/bin/bash
# SPDX-License-Identifier: ISC
# run - the story that `make run` tells: real mail of the paper's example1.jp
# meets a real primary and a real secondary MX that ask one kizukid
#
# Everything happens in a laboratory of its own (tests/lab): a small Internet
# in one network namespace, gone when the command ends.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/../e2e/lib.sh"
trap - EXIT

began=$(date +%s)
tell() { printf '%4d s  %s\n' "$(($(date +%s) - began))" "$*"; }
note() { printf '\n%s\n' "$*"; }
give_up() {
	echo "The story stops here: $*" >&2
	tail -n 20 "$LAB_DIR/kizukid.log" "$LAB_DIR"/exim/*/mainlog >&2
	exit 1
}

# ---- the sender, an Exim of the site example1.jp on kerochan
sender_start() {
	local home=$LAB_DIR/exim/sender
	install -d -m 755 -o Debian-exim -g Debian-exim "$home" "$home/spool"
	{
		echo "EXIM = $LAB_DIR/bin/exim4"
		echo "HOME = $home"
		echo "NAME = example1.jp"
		echo "ADDRESS = 10.224.31.100"
		echo "RETRY = 1s"
		echo ".include $home/exim.conf"
	} >"$home/config"
	install -m 644 "$LAB_TREE/tests/e2e/exim-sender.conf" "$home/exim.conf"
	: >"$home/mainlog"
	chown Debian-exim "$home/mainlog"
}
sender() { "$LAB_DIR/bin/exim4" -C "$LAB_DIR/exim/sender/config" "$@"; }

# send SUBJECT: into the queue of example1.jp
send() {
	printf 'From: ishijima@example1.jp\nTo: tei@jikocho.jp\nSubject: %s\n\nhello\n' \
		"$1" | sender -f ishijima@example1.jp tei@jikocho.jp
}

# What the sender's log says since the last time, in few words; the lines of
# a folded reply are joined, as RFC 5321 means them.
told=0
reply_of() {
	sed -E 's/.* H=|^H=//;s/ .*RCPT TO:<[^>]*>: / answers: /;s/\\n450 4\.7\.1//;s/450-/450 /' <<<"$1"
}
tell_log() {
	local line
	while read -r line; do
		case $line in
		*RCPT\ TO*450*) tell "  $(reply_of "$line")" ;;
		*'=> '*) tell "  $(sed -E 's/.* H=([^ ]+) .* C="([^"]*)".*/\1 takes it: \2/' <<<"$line")" ;;
		esac
	done < <(tail -n +$((told + 1)) "$LAB_DIR/exim/sender/mainlog")
	told=$(wc -l <"$LAB_DIR/exim/sender/mainlog")
}
queue_empty() { [ "$(sender -bpc)" = 0 ]; }
run_queue() {
	sender -qf
	tell_log
	queue_empty
}
# deliver SECONDS: run the queue until it is empty, as its own clock would
deliver() {
	local bound=$(($(date +%s) + $1))
	until run_queue; do
		[ "$(date +%s)" -lt $bound ] || give_up "mail is still waiting"
		sleep 1
	done
}
broken() { kizuki --json show example1.jp 2>/dev/null | grep -q '"state": *"broken"'; }
sound() { kizuki --json show example1.jp 2>/dev/null | grep -q '"state": *"sound"'; }

note "The laboratory: root, TLDs, the sites of the paper, canaries; each server is real.
Our domain is jikocho.jp with mx1 (primary) and mx2 (secondary), two Exims that
ask one kizukid.  example1.jp publishes MX 10 ishtar, which has been dead for
long, and MX 100 kerochan, which works and sends its mail.

What takes weeks is made short by the configuration (tests/e2e/kizuki.conf):
a fault is persistent after 3 findings over 8 s (as shipped: 8 over 14 days, in
three quarters of the day and on a weekday), greylisting takes 3 s (5 minutes),
nobody waits longer than 20 s (3 hours)."
start_kizukid
start_exim mx1 "10.1.0.25" "KZ_STAGE = primary"
start_exim mx2 "10.1.0.26" "KZ_STAGE = secondary"
sender_start

note "1. A mail of a site that nobody knows yet: it passes, and kizuki begins to look."
send "first" && tell "example1.jp sends its first mail to tei@jikocho.jp"
deliver 15

note "2. kizuki-probe examines example1.jp again and again; only what lasts counts."
tell "waiting for a verdict"
lab_wait 60 broken || give_up "no verdict"
grep -E '(finding|verdict) site=example1.jp' "$LAB_DIR/kizukid.log" |
	sed 's/^kizukid: /        /'
tell "example1.jp is broken: its best MX never answers"

note "3. The next mail: mx1 always answers 450, mx2 greylists and then lets it in."
send "second" && tell "example1.jp sends a second mail"
deliver 30

note "4. And at that moment the sender is forgotten: the next mail waits again."
send "third" && tell "example1.jp sends a third mail"
deliver 30

note "5. A sound site's mail passes at once, at the primary."
mail 10.20.0.25 10.1.0.25 mx1.good.jp tanaka@good.jp tei@jikocho.jp |
	sed -n '1p;3p' | while read -r line; do tell "  mx1.jikocho.jp answers good.jp: $line"; done

note "6. What kizuki knows, and says to whoever asks (kizuki show example1.jp):"
kizuki show example1.jp

note "7. The administrator notices and repairs ishtar; the next good look frees the site."
lab_host_up 10.224.31.110
lab_host_up 2001:db8:268:810::110
kizuki recheck example1.jp >/dev/null 2>&1 || true
lab_wait 30 sound || give_up "still not free after the repair"
tell "example1.jp is sound"
send "fourth" && tell "example1.jp sends a fourth mail"
deliver 15

note "That took $(($(date +%s) - began)) s.  With your own Exim:
  make install                          as root
  editor /etc/kizuki/kizuki.conf        network { own = ... }, mode = observe at first
  systemctl enable --now kizuki
  KZ_STAGE = primary                    in the main section of Exim's configuration, then
  .include /etc/kizuki/exim/kizuki-main
  .include /etc/kizuki/exim/kizuki-rcpt   in acl_smtp_rcpt, before the last accept
  .include /etc/kizuki/exim/kizuki-data   at the end of acl_smtp_data
docs/exim.md tells it step by step, also for Debian's configuration.
  kizuki check example.org              looks at a site and says what it would count for"
