#!/bin/bash
# SPDX-License-Identifier: ISC
# exim-logscan - what a real Exim writes of dead exchangers, as findings
. "$(dirname "$0")/lib.sh"

lib_install_exim_parts
home=$LAB_DIR/exim/out
install -d -o Debian-exim -g Debian-exim "$home" "$home/spool"
install -m 644 "$LAB_TREE/tests/e2e/exim-sender.conf" "$home/exim.conf"
{
	echo "EXIM = $LAB_DIR/bin/exim4"
	echo "HOME = $home"
	echo "NAME = mx1.jikocho.jp"
	echo "ADDRESS = 10.1.0.25"
	echo "RETRY = 1s"
	echo ".include $home/exim.conf"
} >"$home/config"
: >"$home/mainlog"
chown Debian-exim "$home/mainlog"
sender() { "$LAB_DIR/bin/exim4" -C "$home/config" "$@"; }

say "mail to a site whose best exchanger is dead, and to one that works"
for to in user@example1.jp user@good.jp; do
	printf 'Subject: x\n\nhello\n' | sender -f tei@jikocho.jp "$to"
done
sender -qf
told() { grep -q " H=ishtar.example1.jp " "$home/mainlog"; }
lab_wait 60 told || expect "Exim met the dead host" no yes
cat "$home/mainlog"

say "each line is read for what it says"
"$(bin kizuki)" -c "$LAB_TREE/tests/e2e/kizuki.conf" --dry-run --json logscan \
	"$home/mainlog" >"$home/found" 2>"$home/said"
cat "$home/said"
has() { grep -c "$1" "$home/found"; }
expect "ishtar is dead for example1.jp" \
	"$(has '"subject":"example1.jp","id":"log-mx-unreachable","object":"ishtar.example1.jp","outcome":"bad"')" 1
expect "nothing bad of good.jp" "$(has '"subject":"good.jp".*"outcome":"bad"')" 0
