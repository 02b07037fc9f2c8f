#!/bin/bash
# SPDX-License-Identifier: ISC
# catalogue-web - front pages over IPv4 and IPv6, certificates, MTA-STS
. "$(dirname "$0")/lib.sh"
CATALOGUE_PROBE="web = yes"
. "$LAB_TREE/tests/e2e/lib/catalogue.sh"
. "$LAB_TREE/tests/e2e/lib/tls.sh"

# a certificate of January 2020
openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 \
	-out "$LAB_DIR/web.key"
tls_old_cert web oldcert.jp "$LAB_DIR/web.key"
openssl s_server -accept 10.20.5.81:443 -cert "$tls_dir/web.pem" -www \
	>>"$LAB_DIR/tls.out" 2>&1 </dev/null &
web() { "$LAB_TREE/tests/lab/web.pl" "$@" >>"$LAB_DIR/web.out" 2>&1 & }
web 10.20.5.80 200 "Our shop" http://intra.twowebs.jp/
web 2001:db8:25::80 404 "It works"
lab_wait 10 lib_listening 10.20.5.80 80
lab_wait 10 lib_listening "[2001:db8:25::80]" 80
lab_wait 10 lib_listening 10.20.5.81 443

examine good.jp twowebs.jp v6web.jp oldcert.jp
expect "no web, no fault" "$(bads good.jp)" ""
complete good.jp WEB yes
expect "two sites" "$(bads twowebs.jp)" "web-link-internal web-v4v6-differ"
shows twowebs.jp web-v4v6-differ bad twowebs.jp 2 \
	"200 Our shop | 404 It works"
shows twowebs.jp web-v6-dead ok twowebs.jp
shows twowebs.jp web-link-internal bad intra.twowebs.jp 2 192.168.5.80
expect "IPv6 is dead" "$(bads v6web.jp)" web-v6-dead
shows v6web.jp web-v6-dead bad www.v6web.jp 2
expect "an old certificate" "$(bads oldcert.jp)" \
	"mta-sts-broken web-tls-expired"
shows oldcert.jp web-tls-expired bad oldcert.jp 1 1580515200
shows oldcert.jp mta-sts-broken bad oldcert.jp 3 \
	"its policy host has no good certificate"

say "canaries of this class, by their address alone"
canary() { echo '{"v":1,"canary":"'"$1"'","service":"https443"}'; }
reached() {
	sed -n "s/.*\"touched\":\"$1\",\"service\":\"https443\",\"outcome\":\"\([a-z]*\)\".*/\1/p" \
		"$findings" | sort | paste -sd ' '
}
examine "$(canary 10.20.5.81)" "$(canary 10.20.5.80)" "$(canary 2001:db8:66::80)"
expect "one that answers" "$(reached 10.20.5.81)" alive
expect "one without https" "$(reached 10.20.5.80)" refused
expect "one that is dead" "$(reached 2001:db8:66::80)" timeout
examine "$(canary 10.20.5.81)
$(canary 10.20.5.81)"
expect "a stranger once a day" "$(reached 10.20.5.81)" "alive limited"

say "nobody's pages are looked at unasked"
sed -i '/web = yes/d' "$LAB_DIR/probe.conf"
examine twowebs.jp oldcert.jp
expect "nothing is fetched" "$(grep -c https443 "$findings" || true)" 0
examine "$(canary 10.20.5.81)"
expect "nor a canary" "$(reached 10.20.5.81)" limited
examine twowebs.jp oldcert.jp
expect "nothing is said" "$(bads twowebs.jp) $(bads oldcert.jp)" " "
complete twowebs.jp WEB no


say "nor those in a network of our own"
sed -i 's|banner_confirm = .*|&\n\t\tweb = yes|
	s|own = .*|own = { "10.20.5.0/24", "2001:db8:25::/64" }|' \
	"$LAB_DIR/probe.conf"
examine twowebs.jp
expect "no page of ours is fetched" \
	"$(grep -c https443 "$findings" || true)" 0
