#!/bin/bash
# SPDX-License-Identifier: ISC
# store-rights - missing rights on the folder, a table, the log, at the start
# and under way: each its own message, and all is there when they are back
. "$(dirname "$0")/store-help.bash"

as_nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups)
mount -t tmpfs -o size=128m,mode=755 tmpfs "$place"

# the parent may not be written to: the folder cannot be created
start "${as_nobody[@]}"
want 'input/output error' open "$place/db"
heard "$place/db cannot be created: rights are missing"
mkdir "$place/db"
chmod 700 "$place/db"
want 'input/output error' open "$place/db"
heard "$place/db: user 65534 may not read and write there (owner 0, mode 700)"
chown 65534 "$place/db"
want ok open "$place/db"
want 3000 fill 0 3000
die

# a file of somebody else's
for name in grey.db log.0000000001 meta.db; do
	chown 0 "$place/db/$name"
	chmod 600 "$place/db/$name"
	forget
	start "${as_nobody[@]}"
	want 'input/output error' open "$place/db"
	heard "$place/db/$name: user 65534 may not read and write it (owner 0"
	want ok memory "$place/db"
	want 0 fill 5000 5100
	want 'input/output error' commit 100
	chown 65534 "$place/db/$name"
	want ok commit 105
	want 3000 check 0 3000
	want 100 check 5000 5100
	no_broken
	die
done

# under way: a new log file cannot be made
start "${as_nobody[@]}"
want ok open "$place/db"
chmod 500 "$place/db"
forget
acknowledged=0
for ((n = 100000; n < 300000; n += 1000)); do
	ask fill $n $((n + 1000))
	acknowledged=$((acknowledged + answer))
	ask state
	case $answer in failing*) break ;; esac
done
case $answer in
failing*rights*) ;;
*) problem "no failure without rights: $answer" ;;
esac
heard 'rights are missing'
want 'input/output error' commit 200
heard "user 65534 may not read and write there (owner 65534, mode 500)"
chmod 700 "$place/db"
want ok commit 205
heard 'works again'
want $((n + 1000 - 100000)) check 100000 $((n + 1000))
want 3000 check 0 3000
want ok close
want ok open "$place/db"
want $((n + 1000 - 100000)) check 100000 $((n + 1000))
no_broken
stop
