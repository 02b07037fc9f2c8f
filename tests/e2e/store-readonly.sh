#!/bin/bash
# SPDX-License-Identifier: ISC
# store-readonly - a file system that is mounted read-only at the start, and
# writable later
. "$(dirname "$0")/store-help.bash"

mount -t tmpfs -o size=64m tmpfs "$place"
start
want ok open "$place/db"
want 3000 fill 0 3000
# killed: recovery is due, and would need to write
die
mount -o remount,ro "$place"
forget
start
want 'input/output error' open "$place/db"
heard "$place/db cannot be written to: the file system is read-only"
want ok memory "$place/db"
want 0 fill 3000 4000
want 1000 check 3000 4000
want 'input/output error' commit 100
want "failing waiting=1000*read-only*" state
mount -o remount,rw "$place"
want ok commit 105
heard 'works again'
want 4000 check 0 4000
want ok close
want ok open "$place/db"
want 4000 check 0 4000
no_broken
stop
