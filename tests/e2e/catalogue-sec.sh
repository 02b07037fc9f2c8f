#!/bin/bash
# SPDX-License-Identifier: ISC
# catalogue-sec - DNSSEC: what validation, signatures and DS records tell
. "$(dirname "$0")/lib.sh"
CATALOGUE_PROBE=""
. "$LAB_TREE/tests/e2e/lib/catalogue.sh"

examine good.jp signed.jp bogus.jp expired.jp halfsigned.jp
expect "unsigned is no fault" "$(grep -c '"subject":"good.jp","id":"dnssec' \
	"$findings" || true)" 0
complete good.jp SEC yes
expect "a signed zone" "$(bads signed.jp)" ""
for id in bogus sig-expired ds-orphan ns-unsigned; do
	shows signed.jp dnssec-$id ok
done
complete signed.jp SEC yes
expect "another key's DS" "$(bads bogus.jp)" "dnssec-bogus dnssec-ds-orphan"
shows bogus.jp dnssec-ds-orphan bad bogus.jp 6
shows bogus.jp dnssec-bogus bad bogus.jp 6 "no key matches the ds"
expect "signatures of 2020" "$(bads expired.jp)" \
	"dnssec-bogus dnssec-sig-expired"
shows expired.jp dnssec-sig-expired bad expired.jp 5 1583020800
shows expired.jp dnssec-ds-orphan ok
expect "one server unsigned" "$(bads halfsigned.jp)" dnssec-ns-unsigned
shows halfsigned.jp dnssec-ns-unsigned bad halfsigned.jp 3 ns.refuses.jp

say "without a trust anchor nothing is said of signatures"
sed -i 's/trust_anchor = .*/trust_anchor = ""/' "$LAB_DIR/probe.conf"
examine bogus.jp
expect "no validation" "$(bads bogus.jp)" ""
complete bogus.jp SEC no
