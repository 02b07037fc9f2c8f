#!/bin/bash
# SPDX-License-Identifier: ISC
# exim-outage - what passes convicts nobody, what lasts does, a repair frees
#
# nap.jp loses its best MX for less than the span of persistence; mended.jp
# has lost it for good, until somebody repairs it.  Both send mail meanwhile.
. "$(dirname "$0")/lib.sh"

log=$LAB_DIR/kizukid.log

# deliver CLIENT HELO SITE: the reply to RCPT at the primary
deliver() {
	mail "$1" 10.1.0.25 "$2" "kanri@$3" tei@jikocho.jp | head -1
}
nap() { deliver 10.41.1.26 mx2.nap.jp nap.jp; }
mended() { deliver 10.40.1.26 mx2.mended.jp mended.jp; }

start_kizukid
start_exim mx1 10.1.0.25 "KZ_STAGE = primary"

say "both are well or unknown at first"
expect "nap.jp" "$(nap)" "250 Accepted"
expect "mended.jp" "$(mended)" "250 Accepted"
lab_wait 30 state_is nap.jp sound || expect "nap.jp sound" no yes

say "nap.jp is down for a while"
lab_host_down 10.41.0.25 unreachable
lab_wait 30 state_is nap.jp suspect || expect "nap.jp suspect" no yes
expect "its mail passes all the same" "$(nap)" "250 Accepted"
lab_host_up 10.41.0.25
lab_wait 30 state_is nap.jp sound || expect "nap.jp sound again" no yes
say "and once more: what was before the good look counts no longer"
lab_host_down 10.41.0.25 unreachable
lab_wait 30 state_is nap.jp suspect || expect "nap.jp suspect" no yes
lab_host_up 10.41.0.25
lab_wait 30 state_is nap.jp sound || expect "nap.jp sound again" no yes

say "mended.jp stays down"
lab_wait 60 state_is mended.jp broken || expect "mended.jp broken" no yes
expect "its mail is delayed" "$(mended)" \
	"450 4.7.1 <mx2.mended.jp>: Helo command rejected: We don't talk to broken sites/servers."
say "and is repaired"
lab_host_up 10.40.0.25
lab_wait 30 state_is mended.jp sound || expect "mended.jp sound" no yes
expect "its mail passes at once" "$(mended)" "250 Accepted"

expect "nap.jp was never convicted" \
	"$(grep -c 'verdict site=nap.jp state=broken' "$log" || true)" 0
expect "mended.jp was, once" \
	"$(grep -c 'verdict site=mended.jp state=broken' "$log")" 1
expect "and was let go, once" \
	"$(grep 'verdict site=mended.jp' "$log" | tail -1)" "*state=sound*"
