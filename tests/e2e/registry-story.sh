#!/bin/bash
# SPDX-License-Identifier: ISC
# registry-story - example2.jp of the paper, figures 5 to 8: kizukid asks the
# registries because other things are bad, and what they say adds up
. "$(dirname "$0")/lib.sh"
. "$LAB_TREE/tests/e2e/lib/whois.sh"
start_whois
# the figure's registration, not yet expired; the scene's clock is today's
sed -i 's|2020/11/30|2099/11/30|' "$LAB_DIR"/whois/jprs/example2.jp*
sed -i 's|2017/01/17|2025/01/17|' "$LAB_DIR/whois/jpnic/RT030JP"

registry='registry { \
	jprs = "10.9.0.43" \
	jpnic = "10.9.1.43" \
	gap = 1s \
	recheck_bad = 6s \
	recheck_persistent = 8s \
	keep = 1h \
	gap_other = 0 \
	per_day_other = 50 \
	whois_own = '"$LAB_DIR"'/whois-servers \
} \
persistence registry { \
	count = 2 \
	span = 5s \
	slot = 1s \
}'
# servers that only questions by hand lead to
printf 'example 10.20.0.25\ntest 10.9.0.44\n' >"$LAB_DIR/whois-servers"
start_kizukid "s|^mode = enforce|&\n$registry|;s|^profile.*||"

# the sessions by which kizukid knows the sites; good.jp has no fault
talk() {
	perl -MIO::Socket::UNIX -e '
		my ($client, $helo, $sender) = @ARGV;
		my $s = IO::Socket::UNIX->new("/run/kizuki/policy.sock") or exit;
		print $s "request=smtpd_access_policy\nprotocol_state=RCPT\n",
			"client_address=$client\nhelo_name=$helo\n",
			"sender=a\@$sender\nrecipient=b\@jikocho.jp\n",
			"instance=$$\npolicy_context=primary\n\n";
		$s->flush; alarm 5; <$s>' "$@" >/dev/null || true
}
say "a sound site: no registry hears of it"
talk 10.20.0.25 mx1.good.jp good.jp
lab_wait 60 state_is good.jp sound
expect "questions so far" "$(asked jprs)$(asked jpnic)" 00

say "example2.jp: what is dead is found first, then registries are asked"
bad() {
	talk 10.203.181.152 w03.example2.jp example2.jp
	kizuki --json findings example2.jp 2>/dev/null |
		grep "\"id\":\"$1\"" | grep -q '"outcome":"bad"'
}
lab_wait 120 bad soa-mname-dead
lab_wait 120 bad reg-ns-mismatch
lab_wait 20 bad reg-ns-single
say "acceptance row 3, when all of it lasts"
reasons() {
	talk 10.203.181.152 w03.example2.jp example2.jp
	kizuki show example2.jp >"$LAB_DIR/shown" 2>/dev/null &&
		grep -q "DEL: 8 of" "$LAB_DIR/shown" &&
		grep -q "REG: 4 of" "$LAB_DIR/shown"
}
lab_wait 180 reasons || { cat "$LAB_DIR/shown"; exit 1; }
expect "points" "$(head -n 1 "$LAB_DIR/shown")" "*broken*12 points*"
asked_each() { [ "$(asked jprs DOM)" -ge 2 ] && [ "$(asked jpnic NET)" -ge 2 ]; }
lab_wait 60 asked_each
expect "only example2.jp was asked for" \
	"$(grep DOM "$LAB_DIR/whois/jprs/log" | grep -vc example2.jp || true)" 0
expect "questions of domains closer than recheck_bad" "$(awk '/DOM/ {
	if (seen++ && $1 - last < 5) near++; last = $1 } END { print near + 0 }' \
	"$LAB_DIR/whois/jprs/log")" 0

say "the second one is registered: forgotten with the next answer"
sed -i 's/^p\. .*/&\np. [Name Server]                sigw.sinet.ad.jp\r/' \
	"$LAB_DIR"/whois/jprs/example2.jp_e
mended() {
	talk 10.203.181.152 w03.example2.jp example2.jp
	kizuki show example2.jp >"$LAB_DIR/shown" 2>/dev/null &&
		! grep -q "REG: 4 of" "$LAB_DIR/shown"
}
lab_wait 120 mended || { cat "$LAB_DIR/shown"; exit 1; }
# a question that was late on its way is nearer to the next one
expect "one question a turn" "$(awk '{ if (NR > 1 && $1 - last < 0.5) n++
	last = $1 } END { print n + 0 }' "$LAB_DIR/whois/jprs/log")" 0

say "what was said is kept, shown, and given to who asks by hand"
talk 10.203.181.152 w03.example2.jp example2.jp
kizuki show example2.jp >"$LAB_DIR/shown"
expect "shown" "$(grep -A2 "kept answer" "$LAB_DIR/shown" | paste -sd' ')" \
	"*kept answer of 20* from 10.9.0.43 * status: Connected*"
by_hand() { kizuki registry "$@" 2>/dev/null; }
expect "kept" "$(by_hand www.example2.jp | head -n 1)" "kept answer of 20*"
expect "no contact's address is kept" \
	"$(kizuki --json registry example2.jp | grep -c mail_domain || true)" 0
expect "asked anew" "$(by_hand --fresh example2.jp | head -n 1)" \
	"server: 10.9.0.43"
# the day's share, of a server that nobody else asks
expect "a share of the day" "$(for _ in $(seq 51); do
	curl -s --unix-socket /run/kizuki/api.sock -d '{"server":"whois.nowhere"}' \
		-o /dev/null -w '%{http_code}\n' http://localhost/v1/turns
done | uniq -c | paste -sd' ' | tr -s ' ')" " 50 200 1 429"

say "what is asked by hand counts once, and a refusal is told"
whois_at other 10.20.0.25
whois_at full 10.9.0.44
whois_mode full refuse
printf 'Domain Name: GOOD.EXAMPLE\nName Server: NS1.GOOD.EXAMPLE\n' \
	>"$LAB_DIR/whois/other/good.example"
turns() {
	for _ in $(seq "$2"); do
		curl -s --unix-socket /run/kizuki/api.sock \
			-d "{\"server\":\"$1\"}" -o /dev/null \
			-w '%{http_code}\n' http://localhost/v1/turns
	done | uniq -c | paste -sd' ' | tr -s ' '
}
expect "one that nobody has asked yet" "$(by_hand good.example | paste -sd' ')" \
	"server: 10.20.0.25 domain: good.example name server: ns1.good.example"
expect "the rest of its day" "$(turns 10.20.0.25 50)" " 49 200 1 429"
refused() { kizuki registry "$@" 2>&1 || echo "status $?"; }
expect "no question more" "$(refused good.example | paste -sd' ')" \
	"kizuki: 10.20.0.25: no answer (left alone*); it is not asked before 20* UTC status 75"
expect "questions" "$(asked other)" 1
expect "one that refuses" "$(refused any.test | paste -sd' ')" \
	"kizuki: 10.9.0.44: it refused the question; it is not asked before 20* UTC status 75"
expect "is left alone by all" "$(turns 10.9.0.44 1)" " 1 429"

say "killed and started anew, kizukid remembers what was asked"
count() {
	curl -s --unix-socket /run/kizuki/api.sock -d '{"server":"whois.nowhere"}' \
		-o /dev/null -w '%{http_code}' http://localhost/v1/turns
}
kill -9 "${pids[kizukid]}"
wait "${pids[kizukid]}" 2>/dev/null || true
start_kizukid "s|^mode = enforce|&\n$registry|;s|^profile.*||"
expect "the share is still used up" "$(count)" 429
expect "the answer is still there" "$(by_hand example2.jp | head -n 1)" \
	"kept answer of 20*"
stop kizukid
