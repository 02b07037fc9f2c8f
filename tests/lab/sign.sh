#!/bin/bash
# SPDX-License-Identifier: ISC
# sign - the lab's zones, the chain from the root to jp and signed.jp signed
#
#   tests/lab/sign.sh OUT
#
# OUT gets a folder for each group of zones and trust-anchor.key.  It is made
# once and kept until a zone file or this script changes.
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
make_key . root
make_key jp. jp
make_key signed.jp. signed
make_key bogus.jp. bogus
make_key expired.jp. expired
make_key halfsigned.jp. halfsigned
sign signed.jp. ../hosts/signed.jp.zone "$(cat signed)"
# its DS in jp is another key's: validation must fail
sign bogus.jp. ../hosts/bogus.jp.zone "$(cat bogus)"
# forgotten since 2020; one of its two servers, in another group, never signed
sign expired.jp. ../hosts/expired.jp.zone "$(cat expired)" 20200301
sign halfsigned.jp. ../hosts/halfsigned.jp.zone "$(cat halfsigned)"
cat "$(cat signed).ds" "$(cat expired).ds" "$(cat halfsigned).ds" \
	>>../tld/jp.zone
sign jp. ../tld/jp.zone "$(cat jp)"
cat "$(cat jp).ds" >>../root/root.zone
sign . ../root/root.zone "$(cat root)"
cat "$(cat root).key" >../trust-anchor.key
cd ..
rm -rf keys
echo "$sum" >.sum
