#!/bin/sh
# SPDX-License-Identifier: ISC
# deps - bring what the build and the tests need (make deps)
#
# Installed by apt, as root or through sudo: compilers, libraries, tools; what
# is there already costs nothing and nothing is ever removed.  Mail and name
# servers are not installed: a package that starts a daemon or takes the place
# of the MTA of this machine has no business in a test.  They are fetched and
# unpacked under build/mta (one folder for each MTA: their packages conflict;
# BIND and the writer of journals, too) and build/lab-root (nsd, unbound).
set -eu
cd "$(dirname "$0")/.."

# "a|b": a, unless b is there
build="gcc make libc6-dev binutils pkg-config
	libunbound-dev libldns-dev libevent-dev libdb5.3-dev libbsd-dev
	libsodium-dev libpsl-dev libidn2-dev libjansson-dev libconfuse-dev
	libmicrohttpd-dev libseccomp-dev libsystemd-dev dns-root-data
	libspf2-dev libssl-dev
	liblognorm-dev libfastjson-dev zlib1g-dev
	libcurl4-openssl-dev|libcurl4-gnutls-dev|libcurl4-nss-dev"
check="clang clang-format clang-tidy llvm libclang-rt-14-dev libcmocka-dev
	valgrind"
lab="iproute2 util-linux procps perl-base ldnsutils ca-certificates
	curl m4 openssl"
# what the unpacked servers link against
servers="libcrypt1 libgnutls-dane0 libgnutls30 libidn12 libldap-2.5-0
	libmariadb3 libnsl2 libpam0g libpcre2-8-0 libperl5.36 libpq5
	libsasl2-2 libsasl2-modules libspf2-2 libsqlite3-0
	libevent-2.1-7 libfstrm0 libprotobuf-c1 libssl3 libsystemd0
	libnghttp2-14 libpython3.11 libdb5.3 libicu72"

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	else
		sudo -- "$@"
	fi
}

installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' |
	sed -n 's/^installed //p')
here() { printf '%s\n' "$installed" | grep -qxF -e "$1"; }

wanted=
for entry in $build $check $lab $servers; do
	found=
	for name in $(echo "$entry" | tr '|' ' '); do
		if here "$name"; then found=1; fi
	done
	[ -n "$found" ] || wanted="$wanted ${entry%%|*}"
done

fresh=
update() {
	[ -z "$fresh" ] || return 0
	as_root apt-get update -qq
	fresh=1
}

if [ -n "$wanted" ]; then
	echo "deps: installing$wanted"
	update
	# shellcheck disable=SC2086 # a list of words
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y \
		--no-install-recommends --no-remove $wanted >/dev/null
fi

# unpack FOLDER PACKAGE...: the packages' files below build/FOLDER
unpack() {
	root=build/$1
	shift
	[ "$(cat "$root/.packages" 2>/dev/null)" != "$*" ] || return 0
	echo "deps: fetching $* into $root"
	update
	rm -rf "$root" "$root.debs"
	mkdir -p "$root" "$root.debs"
	# apt's own user may be unable to write here; it says so and goes on
	(cd "$root.debs" && apt-get download -qq "$@" 2>/dev/null) || {
		echo "deps: apt-get download $* failed" >&2
		exit 1
	}
	for deb in "$root.debs"/*.deb; do dpkg-deb -x "$deb" "$root"; done
	rm -rf "$root.debs"
	echo "$*" >"$root/.packages"
}
unpack mta/exim exim4-daemon-heavy exim4-base exim4-config exim4-dev
unpack mta/sendmail sendmail-bin sendmail-base sendmail-cf sensible-mda \
	libwrap0 liblockfile1 sasl2-bin
# the loader gives a set-gid program no libraries from here
chmod 755 build/mta/sendmail/usr/libexec/sendmail/sendmail
unpack mta/postfix postfix
unpack lab-root nsd unbound
# a second resolver, whose log is read, and a writer of journals
unpack mta/bind bind9 bind9-libs libuv1 libjson-c5 liblmdb0 libmaxminddb0 \
	libjemalloc2
unpack mta/journal systemd-journal-remote libsystemd-shared

missing=$({
	ldd build/mta/exim/usr/sbin/exim4 build/lab-root/usr/sbin/nsd \
		build/lab-root/usr/sbin/unbound
	LD_LIBRARY_PATH=$(echo build/mta/sendmail/usr/lib/*-linux-gnu) \
		ldd build/mta/sendmail/usr/libexec/sendmail/sendmail
	LD_LIBRARY_PATH=build/mta/postfix/usr/lib/postfix \
		ldd build/mta/postfix/usr/lib/postfix/sbin/smtpd
	LD_LIBRARY_PATH=$(echo build/mta/bind/usr/lib/*-linux-gnu) \
		ldd build/mta/bind/usr/sbin/named
	LD_LIBRARY_PATH=$(echo build/mta/journal/usr/lib/*-linux-gnu/systemd) \
		ldd build/mta/journal/lib/systemd/systemd-journal-remote
} | grep 'not found' || true)
[ -z "$missing" ] || {
	echo "deps: the unpacked servers lack libraries:" >&2
	echo "$missing" >&2
	exit 1
}
