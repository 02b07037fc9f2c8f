#!/bin/bash
# SPDX-License-Identifier: ISC
# exim-localscan - the end of DATA told by local_scan, in one process with the
# dlfuncs: the staged delay, messages of one connection, beside the DATA ACL,
# without kizukid, and what Exim does without the library
. "$(dirname "$0")/lib.sh"

PAPER="450 4.7.1 <example1.jp>: Helo command rejected: We don't talk to broken sites/servers."
GREY="450 4.7.1 <example1.jp>: Helo command rejected: Greylisted, please try again in * seconds."
KEROCHAN=10.224.31.100
MX1=10.1.0.25
MX2=10.1.0.26

rcpt() { # SERVER: the reply to a RCPT of example1.jp
	printf 'EHLO example1.jp\nMAIL FROM:<ishijima@example1.jp>\nRCPT TO:<tei@jikocho.jp>\nQUIT\n' |
		smtp $KEROCHAN "$1" | sed -n 3p
}
deliver() { # SERVER [RECIPIENT]: the reply to the final dot, or to RCPT
	mail $KEROCHAN "$1" example1.jp ishijima@example1.jp \
		"${2:-tei@jikocho.jp}" |
		sed -n 's/^\(250 OK id\).*/\1/p;s/^4[25]/&/p' | head -1
}
taken() { [ "$(deliver "$1")" = "250 OK id" ]; }
ripe() { [[ $(rcpt "$1") == 250* ]]; }
# RECIPIENT...: a message to each in one connection; prints the replies
messages() {
	{
		echo "EHLO example1.jp"
		for recipient; do
			printf 'MAIL FROM:<ishijima@example1.jp>\nRCPT TO:<%s>\nDATA\n\nhello\n.\nRSET\n' "$recipient"
		done
		echo QUIT
	} | smtp $KEROCHAN $MX2
}
# ends of DATA that kizukid was told of
reports() { kizuki --json status | grep -o '"taken": *[0-9]*' | grep -o '[0-9]*$'; }
told() { # WHAT NUMBER COMMAND...: so many ends are told while COMMAND runs
	local what=$1 number=$2 before
	shift 2
	before=$(reports)
	"$@" >"$LAB_DIR/replies"
	expect "$what" "$(($(reports) - before))" "$number"
}

start_kizukid
start_exim mx1 $MX1 "KZ_STAGE = primary" \
	"WITH_LOCAL_SCAN = 1" "WITHOUT_DATA_ACL = 1"
start_exim mx2 $MX2 "KZ_STAGE = secondary" \
	"WITH_LOCAL_SCAN = 1" "WITHOUT_DATA_ACL = 1"

say "the paper's staged delay"
expect "the first mail at the primary" "$(deliver $MX1)" "250 OK id"
lab_wait 60 state_is example1.jp broken || expect verdict no broken
expect "RCPT at the primary" "$(rcpt $MX1)" "$PAPER"
expect "RCPT at the secondary" "$(rcpt $MX2)" "$GREY"
lab_wait 20 taken $MX2 || expect "let in after the delay" no yes
expect "the next mail waits again" "$(deliver $MX2)" "$GREY"
headers() { grep -h '^X-Kizuki:' "$LAB_DIR"/exim/mx2/mail/new/*; }
lab_wait 10 headers >/dev/null || expect "a header X-Kizuki" no yes
expect "what it says" "$(headers)" "X-Kizuki: delayed; seconds=*; site=example1.jp"

say "only the end of a message that kizukid let in is told"
lab_wait 20 ripe $MX2 || expect "let in after the delay" no yes
told "a connection that breaks before the final dot" 0 rcpt $MX2
told "a mail to postmaster alone" 0 deliver $MX2 postmaster@jikocho.jp
expect "so it is let in still" "$(rcpt $MX2)" "250 *"

say "messages of one connection, in one process"
before=$(reports)
messages postmaster@jikocho.jp tei@jikocho.jp tei@jikocho.jp \
	abuse@jikocho.jp >"$LAB_DIR/replies"
expect "three of four are taken" "$(grep -c '^250 OK id' "$LAB_DIR/replies")" 3
expect "one end is told" "$(($(reports) - before))" 1
expect "the second mail waits" "$(grep '^450' "$LAB_DIR/replies")" "$GREY"

say "beside the DATA ACL one report goes out"
stop mx2
start_exim mx2 $MX2 "KZ_STAGE = secondary" "WITH_LOCAL_SCAN = 1"
good() { mail 10.20.0.25 $MX2 mx1.good.jp t@good.jp tei@jikocho.jp; }
told "both ways configured" 1 good
expect "the mail is taken" "$(sed -n 3p "$LAB_DIR/replies")" "250 OK*"

say "mail that Exim is given by hand is none of ours"
printf 'Subject: hello\n\nhello\n' |
	"$LAB_DIR/bin/exim4" -C "$LAB_DIR/exim/mx2/config" tei@jikocho.jp
expect "taken" $? 0

say "without kizukid mail flows"
stop kizukid
rm -f /run/kizuki/policy.sock
expect "at the primary" "$(deliver $MX1)" "250 OK id"
expect_log "$LAB_DIR/exim/mx1/mainlog" 20 "kizuki: not asked, mail goes on: "

say "what docs/exim.md warns of: without the library Exim takes nothing"
stop mx1
start_exim mx1 $MX1 "WITH_LOCAL_SCAN = 1" "WITHOUT_DATA_ACL = 1" \
	"KZ_PLUGIN == $LAB_DIR/bin/nothing.so"
expect "the final dot" "$(deliver $MX1)" "451*local_scan*"
