#!/bin/bash
# SPDX-License-Identifier: ISC
# store-full - a full disk, under way and at the start: decisions go on from
# memory, and nothing acknowledged is missing when there is room again
. "$(dirname "$0")/store-help.bash"

mount -t tmpfs -o size=6m tmpfs "$place"
start
want ok open "$place/db"

# until the disk is full: count what was acknowledged
acknowledged=0
for ((n = 0; n < 200000; n += 1000)); do
	ask fill $n $((n + 1000))
	acknowledged=$((acknowledged + answer))
	ask state
	case $answer in failing*) break ;; esac
done
case $answer in
failing*) ;;
*) problem "the disk of 6 MiB never filled" ;;
esac
heard "$place/db: no space left on the disk"
# what is on disk and what waits are read alike
filled=$((n + 1000))
want $filled check 0 $filled
want 0 fill $filled $((filled + 500))
filled=$((filled + 500))
want $filled check 0 $filled
[ "$(grep -c 'no space left' "$said")" -le 2 ] || problem "said again and again"
want 'input/output error' commit 3
mount -o remount,size=64m "$place"
want 'input/output error' commit 4
want ok commit 5
heard 'works again'
want "working waiting=0*" state
want $filled check 0 $filled

# full again, killed, and opened while it is still full
mount -o remount,size=7m "$place"
for (( ; n < 400000; n += 1000)); do
	ask fill $((filled)) $((filled + 100))
	[ "$answer" = 100 ] || break
	filled=$((filled + 100))
done
die
dd if=/dev/zero of="$place/ballast" bs=64k 2>/dev/null
forget
start
want 'input/output error' open "$place/db"
heard "$place/db cannot be .*: no space left on the disk"
no_broken
want ok memory "$place/db"
want 0 fill 1000000 1000500
want 500 check 1000000 1000500
want 'input/output error' commit 100
no_broken
rm "$place/ballast"
mount -o remount,size=64m "$place"
want 'input/output error' commit 104
want ok commit 105
want $filled check 0 $filled
want 500 check 1000000 1000500
want ok close
want ok open "$place/db"
want $filled check 0 $filled
want 500 check 1000000 1000500
no_broken
stop
