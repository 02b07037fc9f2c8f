# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# tls - an Exim that offers STARTTLS with another certificate on each address
#
#   tls_cert ADDRESS HOST KEY            a good one, signed by itself
#   tls_old_cert ADDRESS HOST KEY        one of January 2020
#   tls_issued_cert ADDRESS HOST KEY     one that KEY has signed, and KEY's own
#   start_tls_exim PLAIN_ADDRESS ADDRESS...    PLAIN_ADDRESS has no STARTTLS
#   Sourced after lib.sh; KEY is a file of PEM.
tls_dir=$LAB_DIR/tls
mkdir -p "$tls_dir"
cat >"$tls_dir/conf" <<-CONF
	[ca]
	default_ca = lab
	[lab]
	database = $tls_dir/index
	new_certs_dir = $tls_dir
	rand_serial = yes
	default_md = sha256
	policy = any
	[any]
	commonName = supplied
	[req]
	distinguished_name = dn
	[dn]
	[named]
	subjectAltName = DNS:\$ENV::TLS_HOST
CONF
: >"$tls_dir/index"
export TLS_HOST=

tls_cert() {
	TLS_HOST=$2 openssl req -config "$tls_dir/conf" -x509 -new -key "$3" \
		-days 3650 -subj "/CN=$2" -extensions named -out "$tls_dir/pem"
	cat "$tls_dir/pem" "$3" >"$tls_dir/$1.pem"
}

tls_old_cert() {
	openssl req -config "$tls_dir/conf" -new -key "$3" -subj "/CN=$2" \
		-out "$tls_dir/csr"
	openssl ca -config "$tls_dir/conf" -batch -selfsign -keyfile "$3" \
		-in "$tls_dir/csr" -out "$tls_dir/pem" -notext \
		-startdate 20200101000000Z -enddate 20200201000000Z 2>/dev/null
	cat "$tls_dir/pem" "$3" >"$tls_dir/$1.pem"
}

tls_issued_cert() {
	openssl req -config "$tls_dir/conf" -x509 -new -key "$3" -days 3650 \
		-subj "/CN=authority" -out "$tls_dir/authority"
	openssl genpkey -quiet -algorithm EC \
		-pkeyopt ec_paramgen_curve:P-256 -out "$tls_dir/own"
	openssl req -config "$tls_dir/conf" -new -key "$tls_dir/own" \
		-subj "/CN=$2" -out "$tls_dir/csr"
	TLS_HOST=$2 openssl x509 -req -in "$tls_dir/csr" -days 3650 \
		-CA "$tls_dir/authority" -CAkey "$3" -CAcreateserial \
		-extfile "$tls_dir/conf" -extensions named \
		-out "$tls_dir/pem" 2>/dev/null
	cat "$tls_dir/pem" "$tls_dir/authority" "$tls_dir/own" \
		>"$tls_dir/$1.pem"
}

start_tls_exim() {
	local home=$LAB_DIR/exim/tls
	install -d -m 755 -o Debian-exim -g Debian-exim "$LAB_DIR/exim" "$home"
	chmod 644 "$tls_dir"/*.pem
	install -m 755 "$LAB_TREE/build/mta/exim/usr/sbin/exim4" "$LAB_DIR/bin/"
	# dots of IPv4 alone: no colon to be doubled
	cat >"$home/config" <<-CONF
		primary_hostname = tls.jp
		exim_path = $LAB_DIR/bin/exim4
		spool_directory = $home/spool
		log_file_path = $home/%slog
		pid_file_path = $home/pid
		local_interfaces = ADDRESSES
		daemon_smtp_ports = 25
		notifier_socket =
		keep_environment =
		timezone = UTC
		log_selector = +smtp_connection
		rfc1413_query_timeout = 0s
		tls_advertise_hosts = \${if eq{\$received_ip_address}{$1}{}{*}}
		tls_certificate = $tls_dir/\$received_ip_address.pem
	CONF
	sed -i "s/ADDRESSES/$(
		echo "$*" | sed 's/ / : /g')/" "$home/config"
	"$LAB_DIR/bin/exim4" -C "$home/config" -bdf >>"$home/out" 2>&1 &
	pids[tls]=$!
	for address in "$@"; do
		lab_wait 30 lib_listening "$address" || {
			cat "$home/out"
			echo "BAD Exim with TLS does not start"
			exit 1
		}
	done
}
