# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# catalogue - run kizuki-probe over sites of the lab and compare what it finds
#
#   examine WORDS...     lines for the prober; a bare name, or JSON
#   shows SITE SYMPTOM OUTCOME [OBJECT [WEIGHT [VALUE]]]   patterns, "" any
#   complete SITE FAMILY yes|no
#   Sourced after lib.sh, which moved the script into a lab.
findings=$LAB_DIR/findings.jsonl

# what strangers are spared in earnest: limits, reuse, long waits
cat >"$LAB_DIR/probe.conf" <<-CONF
	resolver {
		root_hints = "$LAB_DIR/root.hints"
		trust_anchor = "$LAB_DIR/trust-anchor.key"
	}
	network {
		treat_as_global = { "paper_numbering" }
		treat_as_private = { "paper_numbering" }
		own = { "10.1.0.0/16", "2001:db8:100::/47" }
		own_mx = { "10.1.0.25", "2001:db8:100::25" }
		domains = { "jikocho.jp" }
	}
	limits {
		reuse = 0
		smtp_per_addr = 0
		smtp_confirm = 0
		smtp_per_addr_day = 100000
		smtp_per_net = 0
		smtp_per_net_hour = 1000000
		dns_per_server = 1000
		dns_per_zone_day = 100000
	}
	probe {
		connect_timeout = 2s
		banner_timeout = 500ms
		banner_confirm = 2s
		$CATALOGUE_PROBE
	}
CONF

examine() {
	printf '%s\n' "$@" | timeout 120 "$(bin kizuki-probe)" -k \
		-c "$LAB_DIR/probe.conf" -j 50 >"$findings"
}


shows() {
	local site=$1 id=$2 outcome=$3 object=${4:-} weight=${5:-} value=${6:-}
	local line seen
	line=$(grep "\"subject\":\"$site\",\"id\":\"$id\"" "$findings" |
		grep -F "${object:+\"object\":\"$object\"}" | head -n 1 || true)
	seen=$(sed -n 's/.*"outcome":"\([a-z]*\)".*/\1/p' <<<"$line")
	expect "$site $id $object" "${seen:-none}" "$outcome"
	[ -z "$weight" ] || expect "$site $id weighs" \
		"$(sed -n 's/.*"weight":\([0-9]*\).*/\1/p' <<<"$line")" "$weight"
	[ -z "$value" ] || expect "$site $id tells" \
		"$(sed -n 's/.*"value":"\([^"]*\)".*/\1/p' <<<"$line")" "$value"
}

# bads SITE: every symptom that is bad of a subject, sorted, in one line
bads() {
	sed -n "s/.*\"subject\":\"$1\",\"id\":\"\([a-z0-9-]*\)\".*\"outcome\":\"bad\".*/\1/p" \
		"$findings" | sort -u | paste -sd ' '
}

complete() {
	local line
	line=$(grep "\"done\":\"$1\"" "$findings")
	case $line in
	*"\"$2\""*) expect "$1 complete in $2" yes "$3" ;;
	*) expect "$1 complete in $2" no "$3" ;;
	esac
}
