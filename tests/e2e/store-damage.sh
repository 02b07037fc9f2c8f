#!/bin/bash
# SPDX-License-Identifier: ISC
# store-damage - two openers, a foreign version, a deleted table, a damaged page
# after SIGKILL: said, and only what was hit is lost
. "$(dirname "$0")/store-help.bash"

mount -t tmpfs -o size=128m tmpfs "$place"
start
want ok open "$place/db"
want 6000 fill 0 6000

# a second process on the same folder; the first goes on
second=$(echo "open $place/db" | "$B/lab/storedrive" 2>&1)
case $second in
*"$place/db is in use by another process (pid $driver_pid)"*) ;;
*) problem "the second opener was told: $second" ;;
esac
want 100 fill 6000 6100
want 6100 check 0 6100
# killed: the lock goes with it
die
start
want ok open "$place/db"
want 6100 check 0 6100
want ok close

# written by a newer kizuki: nothing is touched
echo 'kizuki-store 7' >"$place/db/format"
before=$(cat "$place"/db/*.db "$place"/db/log.* | cksum)
forget
want 'record of an unknown version' open "$place/db"
heard "$place/db is of format 7, written by a newer kizuki"
[ "$before" = "$(cat "$place"/db/*.db "$place"/db/log.* | cksum)" ] ||
	problem "a newer kizuki's files were changed"
echo 'kizuki-store 1' >"$place/db/format"

# a deleted table (odd numbers are in site.db)
rm "$place/db/site.db"
want ok open "$place/db"
heard "$place/db/site.db was missing: it begins empty"
want 3050 check 0 6100
want 100 fill 7000 7100
want ok close

# octets flipped in a page, the log of a killed process beside it
want ok open "$place/db"
want 1000 fill 20000 21000
die
printf 'zzzzzzzzzzzzzzzz' |
	dd of="$place/db/grey.db" bs=1 seek=$((4096 * 7 + 900)) conv=notrunc \
		2>/dev/null
forget
start
want ok open "$place/db"
ask check 0 6100
want ok commit 100
heard 'checksum error'
heard 'set aside in .*/broken-'
ls "$place"/db/broken-*/grey.db >/dev/null 2>&1 || problem "nothing set aside"
want 50 fill 30000 30050
# what was in the other table is all there
want 500 check 20000 21000
stop
