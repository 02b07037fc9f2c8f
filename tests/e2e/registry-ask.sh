#!/bin/bash
# SPDX-License-Identifier: ISC
# registry-ask - what the prober asks of registries, and what it makes of it
. "$(dirname "$0")/lib.sh"
CATALOGUE_PROBE=""
. "$LAB_TREE/tests/e2e/lib/catalogue.sh"
. "$LAB_TREE/tests/e2e/lib/whois.sh"
start_whois
cat >>"$LAB_DIR/probe.conf" <<-CONF
	registry {
		jprs = "10.9.0.43"
		jpnic = "10.9.1.43"
		gap = 1s
	}
CONF
ask='{"v":1,"examine":"example2.jp","tcp":true,"registry":true,"clients":[["10.224.31.98","w03.example2.jp"]]}'

say "figures 7 to 9: one registered, two delegated and served"
examine "$ask"
shows example2.jp reg-ns-single bad example2.jp 4 w03.example2.jp
shows example2.jp reg-ns-mismatch bad example2.jp 4 \
	"w03.example2.jp | sigw.sinet.ad.jp, w03.example2.jp"
shows example2.jp reg-suspended ok
shows example2.jp reg-expired bad example2.jp 6 2020-11-30
shows example2.jp reg-net-stale bad 10.224.31.96/28 1 2017-06-29
shows example2.jp reg-contact-gone ok RT0040JP
shows example2.jp reg-contact-gone ok RT030JP
shows example2.jp reg-contact-mail-dead ok example1.jp
complete example2.jp REG yes
expect "questions to JPRS" "$(cut -d' ' -f2- "$LAB_DIR/whois/jprs/log" |
	paste -sd,)" "DOM example2.jp/e,CONTACT RT0040JP/e,CONTACT RT030JP/e"
expect "questions to JPNIC" "$(cut -d' ' -f2- "$LAB_DIR/whois/jpnic/log" |
	paste -sd,)" "NET 10.224.31.98/e,RT030JP/e"
apart() {
	awk '{ if (NR > 1 && $1 - last < 0.5) close_ones++; last = $1 }
		END { print close_ones + 0 }' "$LAB_DIR/whois/$1/log"
}
expect "questions closer than the gap" "$(apart jprs)" 0

say "nothing is asked unless it is wanted, nor of what is not below jp"
before=$(asked jprs)
examine good.jp '{"v":1,"examine":"good.example","registry":true}'
expect "questions more" "$(($(asked jprs) - before))" 0
expect "findings of registries" "$(grep -c '"id":"reg-' "$findings" || true)" 0
complete good.jp REG no

# a site whose servers all answer takes less time
ask='{"v":1,"examine":"good.jp","registry":true,"clients":[["10.224.31.98","w03.example2.jp"]]}'
sed 's/w03.example2.jp/ns1.good.jp/;s/EXAMPLE2/GOOD/' \
	"$LAB_DIR/whois/jprs/example2.jp_e" >"$LAB_DIR/whois/jprs/good.jp_e"
say "contacts that cannot be written to: all exchangers refuse, or are none"
cd "$LAB_DIR/whois"
sed 's/example1.jp/rst.jp/' jpnic/RT030JP >jpnic/RT030JP.new
sed 's/^.Last Up/[E-Mail] rt@lost.rst.jp\r\n&/' jprs/RT0040JP >jprs/RT0040JP.new
for of in jp*/RT0*JP; do mv "$of.new" "$of"; done
cd "$LAB_TREE"
examine "${ask/\"registry/\"tcp\":true,\"registry}"
shows good.jp reg-contact-mail-dead bad rst.jp 4 rst.jp
expect "it rests on both families" "$(grep '"object":"rst.jp"' "$findings" |
	grep -o '"why":"[^"]*"\|"smtp25-v[46]"' | sort | paste -sd' ')" \
	'"smtp25-v4" "smtp25-v6" "why":"ECONNREFUSED"'
shows good.jp reg-contact-mail-dead bad lost.rst.jp 4
complete good.jp REG yes

say "a handle that neither registry knows"
rm "$LAB_DIR"/whois/*/RT0*
examine "$ask"
shows good.jp reg-contact-gone bad RT0040JP 5
shows good.jp reg-contact-gone bad RT030JP 5
complete good.jp REG yes

say "one registry refuses: what it alone could tell stays unknown"
whois_mode jpnic refuse
before=$(asked jpnic)
examine "$ask"
shows good.jp reg-ns-single bad
shows good.jp reg-contact-gone unknown RT0040JP
complete good.jp REG no
expect "questions to the one that refused" "$(($(asked jpnic) - before))" 1

say "it is left alone for the next site too"
whois_mode jprs refuse
before=$(asked jprs)
examine "$ask" "${ask/good.jp/signed.jp}"
expect "questions" "$(($(asked jprs) - before))" 1

say "an answer without end is cut, and silence waited out"
whois_mode jpnic
for mode in endless silent close; do
	whois_mode jprs $mode
	before=$(asked jprs) began=$SECONDS
	examine "$ask"
	expect "$mode: findings on the registration of the domain" \
		"$(grep -c '"id":"reg-ns-' "$findings" || true)" 0
	complete good.jp REG no
	expect "$mode: questions" "$(($(asked jprs) - before))" 1
	expect "$mode: is over in time" "$((SECONDS - began < 60))" 1
done

say "the Japanese form, in ISO-2022-JP"
whois_mode jprs
( cd "$LAB_DIR/whois/jprs" && rm good.jp_e &&
	sed 's/w03.example2.jp/ns1.good.jp/;s/EXAMPLE2/GOOD/' example2.jp >good.jp )
examine "$ask"
shows good.jp reg-ns-single bad good.jp 4 ns1.good.jp

say "what an earlier prober asked counts, and that it was refused"
turn() {
	printf '{"v":1,"t":%d,"turn":"10.9.0.43","rdap":false,"asked":%d,' \
		"$(date +%s)" "$1"
	printf '"until":%d,"back_off":3600}' "$2"
}
before=$(asked jprs)
examine "$(turn 49 0)" "$ask"
expect "one is left, of a domain and two contacts" \
	"$(($(asked jprs) - before))" 1
expect "it is told" "$(grep -c '"turn":"10.9.0.43","rdap":false,"asked":1' \
	"$findings")" 1
expect "what it said is told" "$(grep -o '"registered":"good.jp",[^]]*]' \
	"$findings")" '*"server":"10.9.0.43","states":\["Connected"\]'
before=$(asked jprs)
examine "$(turn 50 0)" "$ask"
examine "$(turn 0 $(($(date +%s) + 600)))" "$ask"
expect "none is left" "$(($(asked jprs) - before))" 0

say "an answer that was kept is held against what is served"
kept() {
	printf '{"v":1,"t":%d,"registered":"good.jp","server":"jprs",' \
		$(($(date +%s) - 86400))
	printf '"states":[],"servers":[%s],"contacts":[]}' "$1"
}
before=$(asked jprs)
examine "$(kept '"ns1.good.jp","ns2.good.jp"')" '{"v":1,"examine":"good.jp"}'
shows good.jp reg-ns-mismatch ok
complete good.jp REG no
examine "$(kept '"ns1.good.jp","ns3.good.jp"')" '{"v":1,"examine":"good.jp"}'
expect "a kept answer is no new fault" \
	"$(grep -c '"id":"reg-' "$findings" || true)" 0
expect "questions" "$(($(asked jprs) - before))" 0
before=$(asked jprs DOM)
examine "$(kept '"ns1.good.jp","ns3.good.jp"')" \
	"${ask/\"registry\"/\"reconsider\"}"
expect "a fault that would be new is asked for" \
	"$(($(asked jprs DOM) - before))" 1
shows good.jp reg-ns-single bad

say "elsewhere by WHOIS: IANA names the server, once"
whois_at iana 10.9.0.44
whois_at other 10.20.0.25
echo 'refer:        mx1.good.jp' >"$LAB_DIR/whois/iana/example"
cat >"$LAB_DIR/whois/other/good.example" <<-TEXT
	Domain Name: GOOD.EXAMPLE
	Registry Expiry Date: 2020-01-02T03:04:05Z
	Domain Status: clientHold https://icann.org/epp#clientHold
	Name Server: NS1.GOOD.EXAMPLE
	>>> Last update of WHOIS database: 2026-01-01T00:00:00Z <<<
TEXT
sed -i "s|gap = 1s|&\niana = 10.9.0.44\ngap_other = 0\nwhois = $LAB_DIR/whois-servers|" \
	"$LAB_DIR/probe.conf"
elsewhere='{"v":1,"examine":"good.example","registry":true}'
examine "$elsewhere" "$elsewhere"
shows good.example reg-suspended bad good.example 8 "client hold"
shows good.example reg-expired bad good.example 6 2020-01-02
shows good.example reg-ns-single bad good.example 4 ns1.good.example
expect "questions to IANA" \
	"$(cut -d' ' -f2 "$LAB_DIR/whois/iana/log" | sort -u)" example
expect "questions to the registry" \
	"$(cut -d' ' -f2 "$LAB_DIR/whois/other/log" | sort -u)" good.example

say "one that names itself, or IANA, is followed no further"
echo 'refer: mx1.good.jp' >"$LAB_DIR/whois/other/good.example"
before=$(asked iana)$(asked other)
examine "$elsewhere"
complete good.example REG no
expect "questions" "$(asked iana)$(asked other)" \
	"$((${before%?} + 1))$((${before#?} + 1))"

say "an administrator's own line goes before"
echo 'example 10.20.0.25 DOMAIN # by hand' >"$LAB_DIR/whois-servers"
before=$(asked iana)
examine "$elsewhere"
expect "the question" "$(tail -n 1 "$LAB_DIR/whois/other/log" |
	cut -d' ' -f2-)" "DOMAIN good.example"
expect "questions to IANA" "$(($(asked iana) - before))" 0

say "switched off, nothing is asked"
sed -i 's/gap = 1s/ask = no/' "$LAB_DIR/probe.conf"
before=$(asked jprs)
examine "$ask"
expect "questions" "$(($(asked jprs) - before))" 0

say "an operator asks by hand"
ours() {
	"$(bin kizuki)" -c "$LAB_DIR/probe.conf" registry "$@" 2>&1 ||
		echo "status $?"
}
expect "a domain" "$(ours www.example2.jp | paste -sd' ')" \
	"server: 10.9.0.43 domain: example2.jp status: Connected *"
expect "its contacts" "$(ours www.example2.jp | grep contact: | paste -sd' ')" \
	"contact: admin tech RT0040JP"
expect "an address" "$(ours 10.224.31.98 | sed -n 1,2p | paste -sd' ')" \
	"server: 10.9.1.43 network: 10.224.31.96/28"
expect "nothing there" "$(ours nothing.jp | paste -sd' ')" \
	"server: 10.9.0.43 answer: not found status 1"
expect "a network that JPNIC does not know" \
	"$(ours 10.20.0.25 | paste -sd' ')" \
	"server: 10.9.1.43 answer: not found status 1"
expect "by an own line" "$(tail -n 1 "$LAB_DIR/whois-servers" &&
	ours www.good.example | paste -sd' ')" \
	"*10.20.0.25*kizuki: 10.20.0.25: its answer says nothing*status 75"
cat >"$LAB_DIR/whois/other/good.example" <<-TEXT
	Domain Name: GOOD.EXAMPLE
	Registry Expiry Date: 2099-01-02T03:04:05Z
	Domain Status: ok https://icann.org/epp#ok
	Name Server: NS1.GOOD.EXAMPLE
	Name Server: NS2.GOOD.EXAMPLE
	>>> Last update of WHOIS database: 2026-01-01T00:00:00Z <<<
TEXT
: >"$LAB_DIR/whois-servers"
before=$(asked iana)$(asked other)
expect "by IANA's word" "$(ours www.good.example | paste -sd' ')" \
	"server: mx1.good.jp domain: good.example status: ok*"
expect "questions" "$(asked iana)$(asked other)" \
	"$((${before%?} + 1))$((${before#?} + 1))"
expect "in JSON" "$(ours --json good.example)" \
	'*"domain":*"good.example"*"server":*"mx1.good.jp"*'
expect "no registry known" "$(ours example.nowhere | paste -sd' ')" \
	"kizuki: example.nowhere: kizuki knows no registry*status 69"
expect "a public suffix" "$(ours co.jp | paste -sd' ')" \
	"*co.jp*public suffix status 69"
expect "no name" "$(ours a..b | tail -n 1)" "status 6[45]"
whois_mode jprs refuse
expect "it refuses" "$(ours good.jp | paste -sd' ')" \
	"kizuki: 10.9.0.43: it refused the question status 75"
whois_mode jprs close
expect "it says nothing" "$(ours good.jp | paste -sd' ')" \
	"kizuki: 10.9.0.43: no answer (*) status 75"
stop jpnic
expect "it is not there" "$(ours 10.224.31.98 | paste -sd' ')" \
	"kizuki: 10.9.1.43: no answer (refused) status 75"
stop iana
expect "IANA is not there" "$(ours good.example | paste -sd' ')" \
	"kizuki: 10.9.0.44: no answer (refused) status 75"
