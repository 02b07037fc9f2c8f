#!/bin/bash
# SPDX-License-Identifier: ISC
# oracle-zonemaster - the lab's sites judged by zonemaster-cli too
#
# Where both know a fault, they should see it at the same sites.  The table
# tests/e2e/oracle/differences names every site and aspect where they do not,
# with the reason; a difference that is not there, and a line that is no
# difference any more, fail.  docs/symptoms.md explains each.
command -v zonemaster-cli >/dev/null || {
	echo "skipped: zonemaster-cli is not installed (package zonemaster-cli)"
	exit 0
}
. "$(dirname "$0")/lib.sh"

# aspect, symptoms of kizuki, tags of Zonemaster
cat >"$LAB_DIR/aspects" <<'EOF'
ns-dead ns-dead|ns-family-dead|dns-all-dead CN01_NO_RESPONSE_UDP|CN01_NO_RESPONSE_NS_QUERY_UDP|NAMESERVER_NO_UDP_53|CN01_NO_RESPONSE_SOA_QUERY_UDP|B02_NS_NO_RESPONSE|B02_NO_WORKING_NS
ns-lame ns-lame CN01_MISSING_NS_RECORD_UDP|CN01_MISSING_SOA_RECORD_UDP|CN01_NS_RECORD_NOT_AA_UDP|CN01_SOA_RECORD_NOT_AA_UDP|CN01_UNEXPECTED_RCODE_NS_QUERY_UDP|CN01_UNEXPECTED_RCODE_SOA_QUERY_UDP|B02_UNEXPECTED_RCODE|B02_NS_BROKEN|B02_NS_NOT_AA|IS_NOT_AUTHORITATIVE
ns-tcp-dead ns-tcp-dead CN02_NO_RESPONSE_TCP|CN02_NO_RESPONSE_NS_QUERY_TCP|CN02_NO_RESPONSE_SOA_QUERY_TCP
ns-name-missing ns-name-missing CAN_NOT_BE_RESOLVED
ns-single ns-single-listed NOT_ENOUGH_NS_DEL
ns-same-host ns-same-host SAME_IP_ADDRESS|DEL_NS_SAME_IP|CHILD_NS_SAME_IP
mname-dead soa-mname-dead|soa-mname-lame Z01_MNAME_NO_RESPONSE|Z01_MNAME_NOT_AUTHORITATIVE|Z01_MNAME_NOT_AUTH|Z01_MNAME_UNEXPECTED_RCODE|Z01_MNAME_MISSING_SOA_RECORD
mname-missing soa-mname-missing Z01_MNAME_HAS_NO_ADDRESS|Z01_MNAME_NOT_RESOLVE
delegation deleg-ns-mismatch EXTRA_NAME_PARENT|EXTRA_NAME_CHILD|TOTAL_NAME_MISMATCH
glue glue-mismatch IN_BAILIWICK_ADDR_MISMATCH|OUT_OF_BAILIWICK_ADDR_MISMATCH|EXTRA_ADDRESS_CHILD
split dns-soa-split|dns-serial-skew MULTIPLE_SOA_SERIALS|MULTIPLE_SOA_RNAMES|MULTIPLE_SOA_TIME_PARAMETER_SET|MULTIPLE_SOA_MNAMES|MULTIPLE_SOA_SERIALS_OK
mx-alias mx-target-cname MX_RECORD_IS_CNAME
dnssec dnssec-bogus|dnssec-sig-expired|dnssec-ds-orphan|dnssec-ns-unsigned DS02_NO_MATCHING_DNSKEY_RRSIG|DS02_ALGO_NOT_SUPPORTED_BY_ZM|DS02_NO_DNSKEY_FOR_DS|DS02_NO_MATCH_DS_DNSKEY|DS08_DNSKEY_RRSIG_EXPIRED|DS09_SOA_RRSIG_EXPIRED|DS09_RRSIG_NOT_VALID_BY_DNSKEY|DS08_RRSIG_NOT_VALID_BY_DNSKEY|DS08_MISSING_RRSIG_IN_RESPONSE|DS09_MISSING_RRSIG_IN_RESPONSE|DS11_INCONSISTENT_SIGNED_ZONE|DS_BUT_NOT_DNSKEY|DS07_NOT_SIGNED_ON_SERVER|DS07_NOT_SIGNED|DS02_DNSKEY_NOT_SIGNED_BY_ANY_DS|DS02_RRSIG_NOT_VALID_BY_DNSKEY|DS09_NO_MATCHING_DNSKEY|DS08_NO_MATCHING_DNSKEY|DS01_DS_ALGO_NOT_DS
EOF

sites=$(for file in "$LAB_TREE"/tests/lab/zones/hosts/*.zone \
	"$LAB_TREE"/tests/lab/zones/rental/*.zone; do
	basename "$file" .zone
done | sort -u)

say "kizuki-probe looks at $(echo "$sites" | wc -w) zones"
install -m 755 "$(bin kizuki-probe)" "$LAB_DIR/bin/"
cp "$LAB_TREE/tests/e2e/kizuki.conf" "$LAB_DIR/kizuki.conf"
# names alone: DNS and SMTP; what is asked for here is DNS
for site in $sites; do
	echo "{\"v\":1,\"examine\":\"$site\",\"tcp\":false}"
done | timeout 300 "$LAB_DIR/bin/kizuki-probe" -c "$LAB_DIR/kizuki.conf" \
	>"$LAB_DIR/findings" 2>"$LAB_DIR/probe.log"

say "zonemaster-cli looks at them"
oracle() {
	timeout 280 zonemaster-cli --hints "$LAB_DIR/root.hints" --raw --no-time \
		--nocount --level INFO --show-testcase "$1" \
		>"$LAB_DIR/oracle.$1" 2>&1 || true
}
export -f oracle
# it waits most of its time
echo "$sites" | xargs -P 12 -I{} bash -c 'oracle {}'

bad_at_kizuki() {
	grep "\"subject\":\"$1\"" "$LAB_DIR/findings" |
		grep '"outcome":"bad"' | grep -qE "\"id\":\"($2)\""
}
bad_at_zonemaster() { grep -qE "(^| )($2)( |\$)" "$LAB_DIR/oracle.$1"; }

agree=0
printf '%-16s %-16s %-7s %s\n' SITE ASPECT KIZUKI ZONEMASTER
while read -r aspect symptoms tags; do
	for site in $sites; do
		ours=- theirs=-
		bad_at_kizuki "$site" "$symptoms" && ours=bad
		bad_at_zonemaster "$site" "$tags" && theirs=bad
		[ $ours$theirs != -- ] || { agree=$((agree + 1)); continue; }
		printf '%-16s %-16s %-7s %s\n' "$site" "$aspect" $ours $theirs
		if [ $ours = $theirs ]; then
			agree=$((agree + 1))
		else
			echo "$site $aspect $ours $theirs" >>"$LAB_DIR/differ"
		fi
	done
done <"$LAB_DIR/aspects"
touch "$LAB_DIR/differ"
sort "$LAB_DIR/differ" >"$LAB_DIR/seen"
sed -e '/^#/d' -e 's/ *#.*//' "$LAB_TREE/tests/e2e/oracle/differences" |
	sort >"$LAB_DIR/known"
say "they agree on $agree of $((agree + $(wc -l <"$LAB_DIR/seen"))) pairs of site and aspect"
expect "every difference is known, and is one" \
	"$(diff "$LAB_DIR/known" "$LAB_DIR/seen" || true)" ""
