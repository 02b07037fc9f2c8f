#!/bin/bash
# SPDX-License-Identifier: ISC
# catalogue-dns - the second wave of MX, DEL and CON, each at a site of the lab
. "$(dirname "$0")/lib.sh"
CATALOGUE_PROBE=""
. "$LAB_TREE/tests/e2e/lib/catalogue.sh"

"$LAB_TREE/$B/lab/evildns" 10.20.3.53=udponly 10.20.4.53=udponly \
	>>"$LAB_DIR/evildns.out" 2>&1 &
"$LAB_TREE/$B/lab/sink" 10.65.8.1:25=mute >>"$LAB_DIR/sink.out" 2>&1 &
lab_wait 10 lib_listening 10.65.8.1
dns_up() { [ -n "$(ss -Hlun "src 10.20.4.53 and sport = 53")" ]; }
lab_wait 10 dns_up

say "sites with one fault each, in one run"
examine good.jp example1.jp timers.jp nullkeeper.jp samehost.jp aliasns.jp \
	glue.jp v6ns.jp skew.jp tcpdead.jp lameprimary.jp oursmx.jp docmx.jp \
	'{"v":1,"examine":"implicit.jp","tcp":true,"sender":true}' \
	'{"v":1,"examine":"nomx.jp","tcp":true}' \
	'{"v":1,"examine":"alldead.jp","tcp":true,"zone":"alldead.jp"}'

expect "a sound site has no fault" "$(bads good.jp)" ""
complete good.jp DEL yes
complete good.jp CON yes
complete good.jp MX yes
expect "timers" "$(bads timers.jp)" "soa-rname-undeliverable soa-timers-bad"
shows timers.jp soa-timers-bad bad timers.jp 1 "3600/7200/86400"
shows timers.jp soa-rname-undeliverable bad timers.jp 2 \
	hostmaster@nosuch.jp
expect "a keeper without mail" "$(bads nullkeeper.jp)" soa-rname-undeliverable
shows good.jp soa-rname-undeliverable ok
expect "one machine" "$(bads samehost.jp)" ns-same-host
shows samehost.jp ns-same-host bad samehost.jp 3 10.20.0.53
shows good.jp ns-same-host ok
shows aliasns.jp ns-target-cname bad nsalias.good.jp 2
shows aliasns.jp ns-target-cname ok ns2.good.jp
expect "an alias" "$(bads aliasns.jp)" ns-target-cname
expect "glue" "$(bads glue.jp)" glue-mismatch
shows glue.jp glue-mismatch bad ns1.glue.jp 3 "10.20.0.53 | 10.1.0.53"
shows good.jp glue-mismatch ok ns1.good.jp
expect "IPv6 of a name server" "$(bads v6ns.jp)" ns-family-dead
shows v6ns.jp ns-family-dead bad ns1.v6ns.jp 2 ipv6
shows good.jp ns-family-dead ok ns1.good.jp
expect "an old copy" "$(bads skew.jp)" \
	"dns-addr-inconsistent dns-serial-skew"
shows skew.jp dns-serial-skew bad ns.refuses.jp 2 "2020022801 | 2020022803"
shows skew.jp dns-serial-skew ok ns1.good.jp
shows skew.jp dns-addr-inconsistent bad mx.skew.jp 2 aaaa
shows good.jp dns-addr-inconsistent ok mx1.good.jp
shows tcpdead.jp ns-tcp-dead bad tcpdead.jp 1
shows good.jp ns-tcp-dead ok
expect "a primary that refuses" "$(bads lameprimary.jp)" soa-mname-lame
shows lameprimary.jp soa-mname-lame bad ns.refuses.jp 1 refused
expect "an exchanger of ours" "$(bads oursmx.jp)" mx-is-us
shows oursmx.jp mx-is-us bad mx1.jikocho.jp 3
shows good.jp mx-is-us ok mx1.good.jp
expect "documentation" "$(bads docmx.jp)" \
	"addr-doc-or-reserved addr-private-mx"
shows docmx.jp addr-doc-or-reserved bad mx.docmx.jp 3 192.0.2.25
expect "no MX, and deaf" "$(bads implicit.jp)" mx-implicit-dead
shows nomx.jp mx-implicit-dead unknown
expect "a zone that is gone" "$(bads alldead.jp)" dns-all-dead
shows alldead.jp dns-all-dead bad alldead.jp 8
shows good.jp dns-all-dead ok
shows example1.jp mx-best-dead bad example1.jp 6

say "silence counts only when it was waited for to the end"
examine mutemx.jp
shows mutemx.jp mx-no-banner unknown
complete mutemx.jp MX yes
earlier=$(($(date +%s) - 5))
examine '{"v":1,"t":'"$earlier"',"touched":"10.65.8.1","service":"smtp25","outcome":"silent"}' mutemx.jp
shows mutemx.jp mx-no-banner bad mutemx.jp 3
