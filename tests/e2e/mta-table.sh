#!/bin/bash
# SPDX-License-Identifier: ISC
# mta-table - the same sessions through real Exims, Sendmails and Postfixes
# that ask one kizukid: the same replies, log lines and greylist
#
# The sessions stand in tests/e2e/table/cases, the words of each MTA and where
# it differs in tests/e2e/table/replies.  Sites are what the prober of the
# table says; what is known of them is imported as findings.
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/lib/sendmail.sh
. "$(dirname "$0")/lib/sendmail.sh"
# shellcheck source=tests/e2e/lib/postfix.sh
. "$(dirname "$0")/lib/postfix.sh"

export TABLE_DELAY=5
table() { "$LAB_TREE/tests/e2e/table/table.pl" "$@"; }
install -d "$LAB_DIR/table"

# every client has an address of its own
table_network() {
	local mta stage
	for mta in 1 2 3; do
		ip route add local "10.5$mta.0.0/16" dev lo
		ip route add local "10.6$mta.0.0/16" dev lo
		ip route add local "10.1.5$mta.0/24" dev lo
		for stage in 1 2 3; do
			ip addr add "10.1.0.$((mta + 6))$stage/32" dev lo
			ip addr add "2001:db8:100::$((mta + 6))$stage/128" \
				dev lo nodad
		done
	done
	table v6 | sed 's|.*|addr add &/128 dev lo nodad|' | ip -batch -
	echo big.example >"$LAB_DIR/shared"
}

# user tanaka, password secret
table_password() { # FILE HOST
	echo secret | "$SM_ROOT/usr/sbin/saslpasswd2" -p -c -f "$1" -u "$2" tanaka
}

table_exim() { # STAGE NUMBER
	start_exim "exim$2" "10.1.0.7$2 ; 2001:db8:100::7$2" "KZ_STAGE = $1" \
		"KZ_OPTIONS = time=10s" \
		"KZ_DNSWL = \${if match_ip{\$sender_host_address}{10.61.0.0/16}{hit}}"
}

table_sendmail() {
	sendmail_config "sendmail$2" "10.1.0.8$2 2001:db8:100::8$2" \
		"define(\`confAUTH_MECHANISMS', \`PLAIN')dnl" \
		"TRUST_AUTH_MECH(\`PLAIN')dnl" \
		"FEATURE(\`delay_checks')dnl" \
		"HACK(\`kizuki', \`', \`$1', \`10s')dnl"
	echo 10.1.0.99 >"$SM_HOME/sendmail$2/etc/relay-domains"
	run_sendmail "sendmail$2" "10.1.0.8$2"
}

table_postfix() {
	local home=$LAB_DIR/postfix/postfix$2
	start_postfix "postfix$2" "10.1.0.9$2 [2001:db8:100::9$2]" "$1"
	install -d "$home/etc/sasl"
	cp /etc/sasl2/Sendmail.conf "$home/etc/sasl/smtpd.conf"
	sed -i /sasldb_path/d "$home/etc/sasl/smtpd.conf"
	table_password "$home/queue/etc/sasldb2" "postfix$2.jikocho.jp"
	chown postfix "$home/queue/etc/sasldb2"
	postfix_tell "postfix$2" myorigin=jikocho.jp smtpd_sasl_auth_enable=yes \
		"cyrus_sasl_config_path=$home/etc/sasl" \
		"smtpd_helo_restrictions=$(postfix_do "postfix$2" \
			postconf -h smtpd_helo_restrictions |
			sed 's/[^ ,]*kizuki_policy/permit_dnswl_client wl.jikocho.jp, &/')"
}

table_servers() {
	local stage number=0
	sendmail_install
	install -d -m 755 /etc/sasl2
	printf '%s\n' "pwcheck_method: auxprop" "auxprop_plugin: sasldb" \
		"sasldb_path: /etc/sasldb2" "mech_list: PLAIN" \
		>/etc/sasl2/Sendmail.conf
	postfix_install
	echo "m1: tei" >>/etc/aliases
	for stage in primary secondary sole; do
		number=$((number + 1))
		table_password /etc/sasldb2 "sendmail$number.jikocho.jp"
		chmod 600 /etc/sasldb2
		table_exim $stage $number
		table_sendmail $stage $number
		table_postfix $stage $number
	done
}

# table_kizukid KEY=VALUE...: kizukid with these settings
table_kizukid() {
	local pair changes
	changes="s/^mode = .*//;s/^shared_senders = .*//;s/^max_delay = .*//"
	changes="$changes;s/^\tdelay = 3s/\tdelay = ${TABLE_DELAY}s/"
	changes="$changes;s/^\tper_second = .*/\tper_second = 10000\n\tjobs = 10000/"
	changes="$changes;s/verified_no = 1s/verified_no = 1h/"
	changes="$changes;\$a helo_wait = 10s"
	changes="$changes\nprobe_path = \"$LAB_DIR/bin/table-prober\""
	changes="$changes\nshared_senders = \"$LAB_DIR/shared\""
	changes="$changes\nceiling { percent = 100 }"
	changes="$changes\npolicy_sockets = { $(printf "\"$LAB_DIR/postfix/postfix%s/queue/private/kizuki\", " 1 2 3) }"
	for pair; do
		case $pair in
		scope=* | forget=*)
			changes="s/^greylist {/&\n\t${pair/=/ = }/;$changes" ;;
		*) changes="$changes\n${pair/=/ = }" ;;
		esac
	done
	[ -z "${pids[kizukid]:-}" ] || stop kizukid
	start_kizukid "$changes"
	lab_wait 20 table_alive || {
		tail "$LAB_DIR/kizukid.log"
		expect kizukid dead alive
	}
}
table_alive() { kizuki status >/dev/null 2>&1 && [ -e /run/kizuki/alive ]; }

all_sound() {
	kizuki list sound --limit 1000 >"$LAB_DIR/table/sound"
	local site
	for site in $(table sound "$1"); do
		grep -q "$site" "$LAB_DIR/table/sound" || return 1
	done
}

# the prober is warm, sites that shall be sound are
table_begin() { # NUMBER
	local subject
	table allowed "$1" | while read -r subject; do
		kizuki allow "$subject" --why table >/dev/null
	done
	table warm "$1"
	lab_wait 30 all_sound "$1" || expect "sites are examined" no yes
	table warm "$1"
}

table_network
table_servers
install -m 755 "$LAB_TREE/tests/e2e/table/prober.pl" "$LAB_DIR/bin/table-prober"
say "nine servers are there; sessions"
wrong=0
mapfile -t configurations < <(table configurations)
for number in "${!configurations[@]}"; do
	settings=${configurations[number]}
	say "configuration $number: $settings"
	table_kizukid $settings
	[ "$number" != 0 ] || {
		table findings | kizuki import >"$LAB_DIR/table/imported"
		cat "$LAB_DIR/table/imported"
		# a name below it is waited for
		kizuki deny wait.example --until never --why table >/dev/null
	}
	table_begin "$number"
	table run "$number"
	if [[ $settings == *mode=observe* ]]; then
		table_kizukid ${settings/observe/enforce}
		table_begin "$number"
	fi
	table after "$number"
	table check "$number" || wrong=1
done
table used || wrong=1
table mails || wrong=1
checks=$(awk '{ n += $1 } END { print n }' "$LAB_DIR/table/checks")
exit $wrong
