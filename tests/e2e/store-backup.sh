#!/bin/bash
# SPDX-License-Identifier: ISC
# store-backup - what is set aside, or gone, comes back from the newest backup,
# and its age is said; a copy that is not whole is none; the oldest ones go
. "$(dirname "$0")/store-help.bash"

mount -t tmpfs -o size=256m tmpfs "$place"
start
want ok open "$place/db"
want 6000 fill 0 6000
want ok backup
want 1000 fill 6000 7000
count() { find "$place/db/backup" -mindepth 1 -maxdepth 1 | wc -l; }
[ "$(count)" = 1 ] || problem "$(count) backups instead of one"
compgen -G "$place/db/backup/*/log.*" >/dev/null && problem "logs in a backup"
for file in "$place"/db/backup/*/*.db; do
	[ -s "$file" ] || problem "$file is empty"
done

# two are kept
want ok backup
sleep 1.1 # their names are whole seconds
want ok backup
sleep 1.1
want ok backup
[ "$(count)" = 2 ] || problem "$(count) backups instead of two"
want 1000 fill 7000 8000
die

# a damaged table: what the backup has comes back, the other loses nothing
printf 'zzzzzzzzzzzzzzzz' |
	dd of="$place/db/grey.db" bs=1 seek=$((4096 * 7 + 900)) conv=notrunc \
		2>/dev/null
forget
start
want ok open "$place/db"
ask check 0 8000
want ok commit 100
heard 'set aside in .*/broken-'
heard 'grey.db: 3500 records came back from the backup .*, made 0 minutes ago'
want 7000 check 0 7000
want 500 check 7000 8000
want ok close

# a table that was deleted; all of them; the secret is the old one
rm "$place/db/site.db"
forget
want ok open "$place/db"
heard 'site.db: 3500 records came back'
want 7000 check 0 7000
want ok close
rm "$place"/db/*.db "$place"/db/log.*
forget
want ok open "$place/db"
heard 'holds no tables now'
heard 'grey.db: 3500 records came back'
heard 'site.db: 3500 records came back'
want 7000 check 0 7000
want 100 fill 9000 9100
want ok close
forget
want ok open "$place/db"
[ ! -s "$said" ] || problem "said at a plain start: $(cat "$said")"
want ok close

# no room: said, and the ones that are there stay
mount -o remount,size=$(($(du -sk "$place" | cut -f1) + 2048))k "$place"
want ok open "$place/db"
forget
echo backup >&3
tries=200
until grep -q 'no backup could be made' "$said"; do
	tries=$((tries - 1))
	[ $tries -gt 0 ] || { problem "no room is not said"; break; }
	sleep 0.1
done
[ "$(count)" = 2 ] || problem "backups went where there is no room"
die
exit
