#!/bin/bash
# SPDX-License-Identifier: ISC
# run - the story that `make run` tells: real mail of the paper's example1.jp
# meets a real primary and a real secondary MX that ask one kizukid
#
#   tests/story/run.sh [exim|sendmail|postfix|mixed]
#
# The MTA is that of both MXs, and an Exim sends; mixed is an Exim as primary, a
# Sendmail as secondary, and a Postfix that sends.  Everything happens in a
# laboratory of its own (tests/lab): a small Internet in one network namespace,
# gone when the command ends.
case ${1:-exim} in
exim | sendmail | postfix | mixed) ;;
*)
	echo "run: no such MTA: $1; exim, sendmail, postfix or mixed" >&2
	exit 64
	;;
esac
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/../e2e/lib.sh"
# shellcheck source=tests/e2e/lib/sendmail.sh
. "$LAB_TREE/tests/e2e/lib/sendmail.sh"
# shellcheck source=tests/e2e/lib/postfix.sh
. "$LAB_TREE/tests/e2e/lib/postfix.sh"
# shellcheck source=tests/story/sender.sh
. "$LAB_TREE/tests/story/sender.sh"
trap - EXIT

case ${1:-exim} in
mixed) PRIMARY=exim SECONDARY=sendmail SENDER=postfix ;;
*) PRIMARY=${1:-exim} SECONDARY=${1:-exim} SENDER=exim ;;
esac
began=$(date +%s)
tell() { printf '%4d s  %s\n' "$(($(date +%s) - began))" "$*"; }
note() { printf '\n%s\n' "$*"; }
give_up() {
	echo "The story stops here: $*" >&2
	tail -n 20 "$LAB_DIR"/*.log "$LAB_DIR"/exim/*/mainlog \
		"$LAB_DIR"/postfix/*/maillog >&2 2>/dev/null
	exit 1
}

# receiver MTA NAME ADDRESS STAGE
receiver() {
	case $1 in
	exim) start_exim "$2" "$3" "KZ_STAGE = $4" ;;
	sendmail) start_sendmail "$2" "$3" "HACK(\`kizuki', \`', \`$4')dnl" ;;
	postfix)
		start_postfix "$2" "$3" "$4"
		policy_sockets+=("\"$LAB_DIR/postfix/$2/queue/private/kizuki\"")
		;;
	esac
}
# ours: kizukid, where it makes a socket in each Postfix's folder
ours() {
	local list
	list=$(printf '%s, ' "${policy_sockets[@]}")
	start_kizukid "${policy_sockets:+\$a policy_sockets = { ${list%, } \}}"
}
# name MTA: as it writes itself
name() { echo "${1^}"; }

# deliver SECONDS: run the queue until it is empty, as its own clock would
deliver() {
	local bound=$(($(date +%s) + $1))
	until sender_run; do
		[ "$(date +%s)" -lt $bound ] || give_up "mail is still waiting"
		sleep 1
	done
}
broken() { kizuki --json show example1.jp 2>/dev/null | grep -q '"state": *"broken"'; }
state() { kizuki --json show example1.jp 2>/dev/null | sed -n 's/.*"state": *"\([a-z]*\)".*/\1/p' | head -1; }
free() { [ "$(state)" = sound ] || [ "$(state)" = suspect ]; }

note "The laboratory: root, TLDs, the sites of the paper, canaries; each server is real.
Our domain is jikocho.jp with mx1 (primary, $(name "$PRIMARY")) and mx2 (secondary, $(name "$SECONDARY")),
which ask one kizukid.  example1.jp publishes MX 10 ishtar, which has been dead
for long, and MX 100 kerochan, which works and sends its mail ($(name "$SENDER")).

What takes weeks is made short by the configuration (tests/e2e/kizuki.conf):
a fault is persistent after 3 findings over 8 s (as shipped: 8 over 14 days, in
three quarters of the day and on a weekday), greylisting takes 3 s (5 minutes),
nobody waits longer than 20 s (3 hours)."
policy_sockets=()
receiver "$PRIMARY" mx1 10.1.0.25 primary
receiver "$SECONDARY" mx2 10.1.0.26 secondary
ours
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
lab_wait 30 free || give_up "still not free after the repair"
tell "example1.jp is $(state): nobody waits"
send "fourth" && tell "example1.jp sends a fourth mail"
deliver 15

install_words() { # MTA
	case $1 in
	exim) echo "  KZ_STAGE = primary                    in the main section of Exim's configuration, then
  .include /etc/kizuki/exim/kizuki-main
  .include /etc/kizuki/exim/kizuki-rcpt   in acl_smtp_rcpt, before the last accept
  .include /etc/kizuki/exim/kizuki-data   at the end of acl_smtp_data" ;;
	sendmail) echo "  HACK(\`kizuki', \`', \`primary')dnl      in sendmail.mc, before the mailers" ;;
	postfix) echo "  the lines of /etc/kizuki/postfix/primary.cf in main.cf" ;;
	esac
	echo "docs/$1.md tells it step by step, also for Debian's configuration."
}
note "That took $(($(date +%s) - began)) s.  With your own $(name "$PRIMARY"):
  make install                          as root
  editor /etc/kizuki/kizuki.conf        network { own = ... }, mode = observe at first
  systemctl enable --now kizuki
$(install_words "$PRIMARY")
  kizuki check example.org              looks at a site and says what it would count for
Other MTAs: make run MTA=exim, sendmail, postfix or mixed."
