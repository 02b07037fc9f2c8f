#!/bin/bash
# SPDX-License-Identifier: ISC
# registry-rdap - RDAP by https, asked from within the sandbox
. "$(dirname "$0")/lib.sh"
CATALOGUE_PROBE=""
. "$LAB_TREE/tests/e2e/lib/catalogue.sh"
web=$LAB_DIR/rdap
mkdir -p "$web/domain" "$web/ip" "$web/entity" "$LAB_DIR/bootstrap"
openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=rdap \
	-addext subjectAltName=IP:10.9.0.43,DNS:mx1.jikocho.jp \
	-keyout "$LAB_DIR/rdap.key" -out "$LAB_DIR/rdap.pem" 2>/dev/null
printf '{"services":[[["example"],["https://10.9.0.43/"]]]}' \
	>"$LAB_DIR/bootstrap/dns.json"
printf '{"services":[[["10.0.0.0/8"],["https://192.0.2.1/"]],[["10.20.0.0/16"],["https://10.9.0.43/"]]]}' \
	>"$LAB_DIR/bootstrap/ipv4.json"
printf '{"services":[]}' >"$LAB_DIR/bootstrap/ipv6.json"
# page PATH STATUS [HEADER]: what is served there, from standard input
page() { { printf 'HTTP/1.0 %s\r\n%s\r\n' "$2" "${3:+$3$'\r\n'}"; cat; } >"$web/$1"; }
page domain/good.example "200 OK" <<-JSON
	{"objectClassName":"domain","ldhName":"good.example",
	 "status":["client hold"],
	 "nameservers":[{"ldhName":"ns1.good.example"}],
	 "entities":[{"handle":"EX-1","roles":["technical"],
	  "links":[{"rel":"self","href":"https://10.9.0.43/entity/EX-1"}]}]}
JSON
page ip/10.20.0.25 "200 OK" <<-JSON
	{"objectClassName":"ip network","startAddress":"10.20.0.0",
	 "endAddress":"10.20.0.255","events":[{"eventAction":"last changed",
	 "eventDate":"2010-02-03T00:00:00Z"}]}
JSON
(cd "$web" && exec openssl s_server -quiet -accept 10.9.0.43:443 -HTTP \
	-cert "$LAB_DIR/rdap.pem" -key "$LAB_DIR/rdap.key" \
	>"$LAB_DIR/rdap.out" 2>&1) &
lab_wait 10 lib_listening 10.9.0.43 443
cat >>"$LAB_DIR/probe.conf" <<-CONF
	registry {
		rdap = "$LAB_DIR/bootstrap"
		authorities = "$LAB_DIR/rdap.pem"
		gap_rdap = 0
	}
CONF
ask='{"v":1,"examine":"good.example","registry":true,"clients":[["10.20.0.25","mx1.good.example"]]}'

say "a domain on hold, an old network, a contact that is gone"
examine "$ask"
shows good.example reg-suspended bad good.example 8 "client hold"
shows good.example reg-ns-single bad good.example 4 ns1.good.example
shows good.example reg-net-stale bad 10.20.0.0/24 1 2010-02-03
complete good.example REG yes
shows good.example reg-contact-gone unknown EX-1
page entity/EX-1 "404 Not Found" </dev/null
examine "$ask"
shows good.example reg-contact-gone bad EX-1 5
page entity/EX-1 "200 OK" <<<'{"objectClassName":"entity","handle":"EX-1"}'
examine "$ask"
shows good.example reg-contact-gone ok EX-1

say "mail of a domain below jp that comes from a network abroad"
. "$LAB_TREE/tests/e2e/lib/whois.sh"
whois_at jpnic 10.9.1.43
whois_at jprs 10.9.0.44
sed -i 's|gap_rdap = 0|&\njprs = "10.9.0.44"\njpnic = "10.9.1.43"\ngap = 0|' \
	"$LAB_DIR/probe.conf"
examine '{"v":1,"examine":"good.jp","registry":true,"clients":[["10.20.0.25","mx1.good.jp"]]}'
expect "JPNIC is asked first" "$(cut -d' ' -f2- "$LAB_DIR/whois/jpnic/log")" \
	"NET 10.20.0.25/e"
shows good.jp reg-net-stale bad 10.20.0.0/24 1 2010-02-03

say "an operator asks by hand"
ours() {
	"$(bin kizuki)" -c "$LAB_DIR/probe.conf" registry "$@" 2>&1 ||
		echo "status $?"
}
expect "a domain" "$(ours www.good.example | paste -sd' ')" \
	"server: 10.9.0.43 domain: good.example status: client hold name server: ns1.good.example contact: tech EX-1"
before=$(asked jpnic)
expect "a network abroad" "$(ours 10.20.0.25 | paste -sd' ')" \
	"kizuki: 10.9.1.43: not found there; another one is asked server: 10.9.0.43 network: 10.20.0.0/24 updated: 2010-02-03*"
expect "questions to JPNIC" "$(($(asked jpnic) - before))" 1
expect "one that RDAP does not know" "$(ours missing.example | paste -sd' ')" \
	"kizuki: 10.9.0.43: *status 75"
page domain/missing.example "404 Not Found" </dev/null
expect "one that is not registered" "$(ours missing.example | paste -sd' ')" \
	"server: 10.9.0.43 answer: not found status 1"
page domain/much.example "429 Too Many Requests" "Retry-After: 100" </dev/null
expect "too many" "$(ours much.example | paste -sd' ')" \
	"kizuki: 10.9.0.43: it refused the question status 75"
expect "nobody there" "$(ours 10.1.2.3 | paste -sd' ')" \
	"kizuki: 10.9.1.43: not found there*kizuki: 192.0.2.1: no answer (special) status 75"

say "redirects are followed three times, and never to special addresses"
sends() { page "$1" "302 Found" "Location: $2" </dev/null; }
cp "$web/domain/good.example" "$web/domain/end"
sends domain/good.example https://10.9.0.43/domain/1
sends domain/1 https://10.9.0.43/domain/2
sends domain/2 https://10.9.0.43/domain/end
examine "$ask"
shows good.example reg-suspended bad
for to in https://10.9.0.43/domain/good.example https://127.0.0.1/domain/end \
	http://10.9.0.43/domain/end file:///etc/passwd https://192.168.1.1/; do
	sends domain/2 "$to"
	examine "$ask"
	expect "to $to: findings" \
		"$(grep -c '"id":"reg-suspended' "$findings" || true)" 0
	complete good.example REG no
done

say "too long, too deep, not to be trusted"
head -c 300000 /dev/zero | tr '\0' ' ' | page domain/good.example "200 OK"
examine "$ask"
complete good.example REG no
{
	printf '{"objectClassName":"domain","ldhName":"good.example","x":'
	head -c 5000 /dev/zero | tr '\0' '['
} | page domain/good.example "200 OK"
examine "$ask"
complete good.example REG no
cp "$web/domain/end" "$web/domain/good.example"
sed -i 's|authorities = .*|authorities = "/etc/ssl/openssl.cnf"|' \
	"$LAB_DIR/probe.conf"
examine "$ask"
complete good.example REG no
expect "the prober is done all the same" \
	"$(grep -c '"done":"good.example"' "$findings")" 1
