#!/bin/bash
# SPDX-License-Identifier: ISC
# catalogue-mail - what domains publish about their mail, and what clients say
# of themselves
. "$(dirname "$0")/lib.sh"
CATALOGUE_PROBE=""
. "$LAB_TREE/tests/e2e/lib/catalogue.sh"

sends() { echo '{"v":1,"examine":"'"$1"'","tcp":true,"sender":true}'; }

say "policy records"
examine "$(sends good.jp)" "$(sends nullmx.jp)" mixednull.jp twospf.jp \
	longspf.jp lostspf.jp openspf.jp dmarc.jp lostreport.jp nomx.jp
expect "a sound sender" "$(bads good.jp)" ""
for id in spf-broken spf-allows-all dmarc-broken nullmx-mixed nullmx-sender; do
	shows good.jp $id ok
done
shows good.jp mta-sts-broken none
complete good.jp POL yes
expect "absence is no fault" "$(grep '"subject":"nomx.jp"' "$findings" |
	grep -cE 'spf|dmarc|mta-sts' || true)" 0
expect "no mail, and sends" "$(bads nullmx.jp)" nullmx-sender
shows nullmx.jp nullmx-sender bad nullmx.jp 4 "0 ."
expect "no mail, and mail" "$(bads mixednull.jp)" nullmx-mixed
shows mixednull.jp nullmx-mixed bad mixednull.jp 3 "0 ., 10 mx1.good.jp"
expect "two records" "$(bads twospf.jp)" spf-broken
shows twospf.jp spf-broken bad twospf.jp 2 "more than one record"
shows longspf.jp spf-broken bad longspf.jp 2 "more than 10 look-ups"
shows lostspf.jp spf-broken bad lostspf.jp 2 \
	"include or redirect without a record"
expect "everybody" "$(bads openspf.jp)" spf-allows-all
shows openspf.jp spf-allows-all bad openspf.jp 2 everybody
expect "an unknown policy" "$(bads dmarc.jp)" dmarc-broken
shows dmarc.jp dmarc-broken bad dmarc.jp 1 "unknown policy"
shows lostreport.jp dmarc-broken bad lostreport.jp 1 \
	"reports go to a domain that does not exist"

say "reverse names, and what clients call themselves"
# at ADDRESS HELO: an examination of good.jp with this client
at() {
	examine '{"v":1,"examine":"good.jp","clients":[["'"$1"'","'"$2"'"]]}'
}
at 10.20.0.25 mx1.good.jp
for id in rdns-missing rdns-zone-broken rdns-unconfirmed; do
	shows good.jp $id ok 10.20.0.25
done
for id in helo-not-fqdn helo-unresolvable helo-mismatch; do
	shows good.jp $id ok mx1.good.jp
done
at 10.21.0.9 nosuch.good.jp
shows good.jp rdns-missing bad 10.21.0.9 3
shows good.jp helo-unresolvable bad nosuch.good.jp 2
at 10.21.0.1 mx2.good.jp
shows good.jp rdns-unconfirmed bad 10.21.0.1 2 mx1.good.jp
shows good.jp helo-mismatch bad mx2.good.jp 1 10.21.0.1
at 10.22.0.1 localhost
shows good.jp rdns-zone-broken bad 10.22.0.1 3
shows good.jp rdns-missing unknown 10.22.0.1
shows good.jp helo-not-fqdn bad localhost 2
at 10.23.0.1 '[10.23.0.1]'
shows good.jp rdns-zone-broken bad 10.23.0.1 3
shows good.jp helo-not-fqdn ok '[10.23.0.1]'
at 10.20.0.25 mx1.jikocho.jp
shows good.jp helo-not-fqdn bad mx1.jikocho.jp 2
# another way out of the same organisation
at 10.20.0.25 mx2.good.jp
shows good.jp helo-mismatch ok mx2.good.jp
