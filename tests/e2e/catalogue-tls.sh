#!/bin/bash
# SPDX-License-Identifier: ISC
# catalogue-tls - STARTTLS of exchangers: TLSA records and dates, by an Exim
. "$(dirname "$0")/lib.sh"
CATALOGUE_PROBE="starttls = yes"
. "$LAB_TREE/tests/e2e/lib/catalogue.sh"
. "$LAB_TREE/tests/e2e/lib/tls.sh"

keys=$LAB_TREE/build/lab-zones/tls
openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 \
	-out "$LAB_DIR/stranger.key"
tls_cert 10.20.6.1 fits.dane.jp "$keys/fits.key"
tls_cert 10.20.6.2 other.dane.jp "$LAB_DIR/stranger.key"
tls_old_cert 10.20.6.4 old.dane.jp "$LAB_DIR/stranger.key"
tls_old_cert 10.20.6.5 pinned.dane.jp "$keys/pinned.key"
tls_issued_cert 10.20.6.6 issued.dane.jp "$keys/authority.key"
tls_cert 10.20.6.7 mx.opentlsa.jp "$LAB_DIR/stranger.key"
tls_cert 10.20.6.8 right.twins.dane.jp "$keys/twin.key"
start_tls_exim 10.20.6.3 10.20.6.{1,2,4,5,6,7,8}

# connections ADDRESS: how many there were and how many ended well, by the log
# of Exim; who calls an address of this machine calls from the same
connections() {
	local log=$LAB_DIR/exim/tls/mainlog
	echo "$(grep -c "from \[$1\] (TCP" "$log" || true)" \
		"$(grep -c "\[$1\] closed by QUIT" "$log" || true)"
}
all_quit() { [ "$(grep -c 'closed by QUIT' "$LAB_DIR/exim/tls/mainlog")" = 7 ]; }

examine dane.jp opentlsa.jp good.jp
expect "a site of good and bad" "$(bads dane.jp)" \
	"mx-tls-expired tlsa-broken"
shows dane.jp tlsa-broken ok fits.dane.jp
shows dane.jp mx-tls-expired ok fits.dane.jp
shows dane.jp tlsa-broken bad other.dane.jp 3 "no record fits its certificate"
shows dane.jp mx-tls-expired ok other.dane.jp
shows dane.jp tlsa-broken bad plain.dane.jp 3 "it does not offer STARTTLS"
shows dane.jp mx-tls-expired none plain.dane.jp
shows dane.jp tlsa-broken none old.dane.jp
shows dane.jp mx-tls-expired bad old.dane.jp 1 1580515200
shows dane.jp tlsa-broken ok pinned.dane.jp
shows dane.jp mx-tls-expired ok pinned.dane.jp
shows dane.jp tlsa-broken ok issued.dane.jp
complete dane.jp POL yes
expect "what is not signed promises nothing" "$(bads opentlsa.jp)" ""
shows opentlsa.jp tlsa-broken none mx.opentlsa.jp
expect "a host without STARTTLS is no fault" "$(bads good.jp)" ""

say "one connection for each address, and each ends with QUIT"
lab_wait 20 all_quit || cat "$LAB_DIR/exim/tls/mainlog"
for i in 1 2 3 4 5 6 7; do
	expect "10.20.6.$i" "$(connections 10.20.6.$i)" "1 1"
done
expect "no complaint of TLS" \
	"$(grep -c 'TLS error' "$LAB_DIR/exim/tls/mainlog" || true)" 0

say "each name of one address in a conversation of its own"
examine twins.dane.jp
shows twins.dane.jp tlsa-broken ok right.twins.dane.jp
shows twins.dane.jp tlsa-broken bad wrong.twins.dane.jp 3
for name in right wrong; do
	shows twins.dane.jp mx-tls-expired ok $name.twins.dane.jp
done
both_quit() { [ "$(connections 10.20.6.8)" = "2 2" ]; }
lab_wait 20 both_quit
expect "conversations" "$(connections 10.20.6.8)" "2 2"

say "as many as an address may have: the other name waits for its turn"
sed -i 's/smtp_per_addr = 0/smtp_per_addr = 6h/' "$LAB_DIR/probe.conf"
examine twins.dane.jp
expect "one is known, one is not" "$(grep -o '"id":"mx-tls-expired".*' \
	"$findings" | sed 's/.*"outcome":"\([a-z]*\)".*/\1/' | sort |
	paste -sd' ')" "ok unknown"
shows twins.dane.jp mx-all-dead ok
complete twins.dane.jp MX yes
expect "conversations" "$(connections 10.20.6.8)" "3 *"
sed -i 's/smtp_per_addr = 6h/smtp_per_addr = 0/' "$LAB_DIR/probe.conf"

say "nobody is asked for TLS unasked"
sed -i '/starttls = yes/d' "$LAB_DIR/probe.conf"
examine dane.jp
expect "nothing is said" "$(bads dane.jp)" ""
shows dane.jp tlsa-broken none other.dane.jp

say "no probe goes into a network of our own"
sed -i 's|own = .*|own = { "10.20.6.0/24" }|' "$LAB_DIR/probe.conf"
before=$(grep -c ' (TCP/IP connection' "$LAB_DIR/exim/tls/mainlog")
examine dane.jp
expect "nothing is said" "$(bads dane.jp)" ""
shows dane.jp mx-all-dead unknown
expect "no connection" \
	"$(grep -c ' (TCP/IP connection' "$LAB_DIR/exim/tls/mainlog")" "$before"
complete dane.jp MX no
