#!/bin/bash
# SPDX-License-Identifier: ISC
# kizuki-doctor - each line says what is fine, or what to do
. "$(dirname "$0")/lib.sh"

# examine [DOMAIN]: all lines of it; its status in $LAB_DIR/status
examine() {
	local status=0
	kizuki doctor "$@" >"$LAB_DIR/doctor" 2>&1 || status=$?
	echo "$status" >"$LAB_DIR/status"
}
# line TOPIC PATTERN: a line of that topic is so
line() {
	local found
	found=$(grep -E "^(ok|!!|\?\?)  $1 " "$LAB_DIR/doctor" || true)
	expect "$1" "$found" "*$2*"
}

say "all is well: one MTA, one primary address"
rm -rf /etc/exim4 /etc/exim /etc/postfix /etc/mail
start_kizukid "/^policy_group/d;s|^mode = enforce|&\nregistry {\nrdap = $LAB_TREE/data/rdap\nwhois = $LAB_TREE/data/whois-servers\n}|"
mkdir -p /etc/exim4
echo '.include /etc/kizuki/exim/kizuki-main' >/etc/exim4/exim4.conf.localmacros
usermod -a -G kizuki Debian-exim 2>/dev/null ||
	sed -i 's/^\(kizuki:x:[0-9]*:\).*/\1Debian-exim/' /etc/group
kizuki db backup >/dev/null
turn() {
	curl -s --unix-socket /run/kizuki/api.sock -o /dev/null -d "$1" \
		http://localhost/v1/turns
}
turn '{"server":"whois.jprs.jp","rdap":false}'
turn '{"server":"rdap.example","rdap":true,"refused":3600}'
examine jikocho.jp
cat "$LAB_DIR/doctor"
line kizukid "ok  kizukid     it answers; mode enforce, profile paper"
line prober "ok "
line store "the newest backup is verified"
line lists "ok  lists       the list of shared senders is of 20"
line mta "ok  mta         Exim asks kizukid"
line socket "ok  socket      user Debian-exim can connect"
line registry "ok  registry    whois.jprs.jp and whois.nic.ad.jp are asked"
line registry "ok  registry    whois.jprs.jp: 1 of 50 questions of the day are used"
line registry "[?][?]  registry    rdap.example (RDAP) refused or did not answer: it is left alone until 20"
line lists "ok  lists       */data/whois-servers is * days old"
line lists "rdap/dns.json (a part of IANA's list; *) is * days old"
line lists "rdap/ipv6.json (a part of IANA's list; *) is * days old"
line "own nets" "own nets    network { own } names "
line "port 53" "ok  port 53     IPv4: 1 of 1 root servers answer"
line "port 53" "ok  port 53     IPv6: 1 of 1 root servers answer"
line resolver "ok  resolver    it resolves and validates"
line "port 25" "ok  port 25     IPv4: 3 of 3 canaries answer"
line "port 25" "ok  port 25     IPv6: 3 of 3 canaries answer"
# the lab's primary has A and AAAA
line "own MXs" "!!  own MXs     the primary, mx1.jikocho.jp, has 2 addresses"
expect "something is to do" "$(cat "$LAB_DIR/status")" 1

say "port 25 is closed to us, and an MTA that does not ask"
port_25() {
	ip rule "$1" pref 50 to 10.0.0.0/8 ipproto tcp dport 25 lookup 66
	ip -6 rule "$1" pref 50 to 2001:db8::/32 ipproto tcp dport 25 lookup 66
}
port_25 add
echo '# .include /etc/kizuki/exim/kizuki-main' >/etc/exim4/exim4.conf.localmacros
mkdir -p /etc/postfix
cat >/etc/postfix/main.cf <<'EOF'
smtpd_recipient_restrictions = check_policy_service inet:127.0.0.1:10023
EOF
sed -i 's/^\(kizuki:x:[0-9]*:\).*/\1/' /etc/group
mkdir -p /etc/mail
echo 'Kkizuki socket -a. unix:/run/kizuki/sendmail.sock' >/etc/mail/sendmail.cf
examine jikocho.jp
cat "$LAB_DIR/doctor"
line mta "ok  mta         Sendmail asks kizukid"
line socket "ok  socket      user root can connect to /run/kizuki/sendmail.sock"
line "port 25" "!!  port 25     IPv4: no canary answers; is port 25 closed"
line "port 53" "ok "
line mta "!!  mta         Exim is here and does not ask kizukid"
line mta "!!  mta         Postfix is here and does not ask kizukid"
line mta "!!  mta         Postfix has postgrey beside kizuki"
line socket "!!  socket      user Debian-exim may not connect"
port_25 del

say "Sendmail as another user, below a folder that others may write"
echo 'O RunAsUser=nobody:nogroup' >>/etc/mail/sendmail.cf
chmod g+w /run/kizuki
examine jikocho.jp
line socket "!!  socket      user nobody may not connect to /run/kizuki/sendmail.sock"
line socket "!!  socket      Sendmail uses nothing below /run/kizuki, which"
chmod g-w /run/kizuki
rm /etc/mail/sendmail.cf

say "without kizukid it says so, and looks at the rest"
stop kizukid
examine
line kizukid "!!  kizukid     it does not answer"
line "own MXs" "??  own MXs"
kizuki --json doctor >"$LAB_DIR/doctor" || true
expect "as JSON" "$(head -n 1 "$LAB_DIR/doctor")" \
	'{"topic":"kizukid","state":"to-do",*'

say "what does not count at present is explained"
cat >"$LAB_DIR/status.pl" <<'EOF'
use IO::Socket::UNIX;
my ($path, $body) = @ARGV;
unlink $path;
my $server = IO::Socket::UNIX->new(Local => $path, Listen => 5) or die;
while (my $client = $server->accept) {
	while (defined(my $line = <$client>)) { last if $line =~ /^\r?$/ }
	print $client "HTTP/1.0 200 OK\r\n\r\n$body";
}
EOF
perl "$LAB_DIR/status.pl" /run/kizuki/api.sock '{"v":1,"mode":"observe",
	"prober":{"up":true},"store":{},"shared_senders":{"names":9,"proposed":["a.example","b.example"]},
	"classes":{"smtp25-v4":"closed","dns53udp-v6":"suspended"},
	"withheld":{"mx-best-dead":"ceiling","ns-dead":"observes",
	"reg-expired":"observes"}}' &
pids[status]=$!
lab_wait 10 [ -S /run/kizuki/api.sock ]
examine
line kizukid "ok  kizukid     it answers; mode observe: nobody is delayed yet"
line "port 25" "!!  port 25     IPv4: nobody has answered for a day: it is closed"
line "port 53" "[?][?]  port 53     dns53udp-v6 is in doubt"
line lists "[?][?]  lists       hosts of a.example, b.example send for five domains"
line symptoms "!!  symptoms    mx-best-dead alone would convict more sites"
line symptoms "ok  symptoms    2 are new with this version and only observe"
stop status
