#!/bin/bash
# SPDX-License-Identifier: ISC
# sign - the lab's zones, the chain from the root to jp and signed.jp signed
#
#   tests/lab/sign.sh OUT
#
# OUT gets a folder for each group of zones, trust-anchor.key, and tls with the
# keys that TLSA records of dane.jp are of.  It is made once and kept until a
# zone file or this script changes.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
out=$(cd "$1" && pwd)
sum=$(cd "$here" && cat sign.sh zones/*/*.zone | sha256sum)
[ "$(cat "$out/.sum" 2>/dev/null)" != "$sum" ] || exit 0
exec 9>"$out.lock"
flock 9
[ "$(cat "$out/.sum" 2>/dev/null)" != "$sum" ] || exit 0

rm -rf "$out"
mkdir -p "$out/keys"
cp -R "$here"/zones/* "$out"
cd "$out/keys"

# make ZONE: a key of its own, and its DS
make_key() { ldns-keygen -a ECDSAP256SHA256 -k -r /dev/urandom "$1" >"$2"; }
# sign ZONE FILE KEY [END]; dates that hold as long as anybody runs this
sign() {
	ldns-signzone -i 20200101 -e "${4:-20380101}" -o "$1" -f "$2.signed" \
		"$2" "$3"
	mv "$2.signed" "$2"
}
# tls_key NAME, and the SHA-256 of its public half
tls_key() {
	openssl genpkey -quiet -algorithm EC \
		-pkeyopt ec_paramgen_curve:P-256 -out "../tls/$1.key"
	openssl pkey -in "../tls/$1.key" -pubout -outform DER |
		sha256sum | cut -d ' ' -f 1
}
mkdir ../tls
{
	echo "_25._tcp.fits TLSA 3 1 1 $(tls_key fits)"
	echo "_25._tcp.other TLSA 3 1 1 $(tls_key never)"
	echo "_25._tcp.plain TLSA 3 1 1 $(tls_key unused)"
	echo "_25._tcp.pinned TLSA 3 1 1 $(tls_key pinned)"
	echo "_25._tcp.issued TLSA 2 1 1 $(tls_key authority)"
	twin=$(tls_key twin)
	echo "_25._tcp.right.twins TLSA 3 1 1 $twin"
	echo "_25._tcp.wrong.twins TLSA 3 1 1 ${twin%??}00"
} >>../hosts/dane.jp.zone
make_key . root
make_key jp. jp
make_key signed.jp. signed
make_key bogus.jp. bogus
make_key expired.jp. expired
make_key halfsigned.jp. halfsigned
make_key dane.jp. dane
sign dane.jp. ../hosts/dane.jp.zone "$(cat dane)"
sign signed.jp. ../hosts/signed.jp.zone "$(cat signed)"
# its DS in jp is another key's: validation must fail
sign bogus.jp. ../hosts/bogus.jp.zone "$(cat bogus)"
# forgotten since 2020; one of its two servers, in another group, never signed
sign expired.jp. ../hosts/expired.jp.zone "$(cat expired)" 20200301
sign halfsigned.jp. ../hosts/halfsigned.jp.zone "$(cat halfsigned)"
cat "$(cat signed).ds" "$(cat expired).ds" "$(cat halfsigned).ds" \
	"$(cat dane).ds" \
	>>../tld/jp.zone
sign jp. ../tld/jp.zone "$(cat jp)"
cat "$(cat jp).ds" >>../root/root.zone
sign . ../root/root.zone "$(cat root)"
cat "$(cat root).key" >../trust-anchor.key
cd ..
rm -rf keys
echo "$sum" >.sum
