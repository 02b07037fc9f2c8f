#!/bin/sh
# SPDX-License-Identifier: ISC
# kizukid-db - kizuki db: a backup on demand, verified; what damage left
. tests/e2e/lib/daemon.sh

configure
start_daemon
kizuki() { "$B/bin/kizuki" -c "$T/conf" "$@"; }
cat >"$T/findings" <<EOF
{"v":1,"t":$(date +%s),"subject":"example1.jp","id":"mx-target-missing","object":"mx.example1.jp","outcome":"bad","weight":6,"value":"mx.example1.jp","rests":[],"why":"NXDOMAIN","judged":true}
EOF
kizuki import "$T/findings" >/dev/null || say_wrong "nothing imported"
kizuki allow example3.jp --why "they called" >/dev/null
kizuki allow client:10.24.3.0/24 --why "their relay" >/dev/null

kizuki db backup >"$T/out" || say_wrong "no backup: $(cat "$T/out")"
grep -q '^backup of 20.*, verified$' "$T/out" || say_wrong "$(cat "$T/out")"
kizuki --json status | grep -q '"backup": *[1-9]' || say_wrong "no moment"
kizuki db verify >"$T/out" || say_wrong "not verified: $(cat "$T/out")"
grep -q '^evidence.db  *sound  *1 records$' "$T/out" || say_wrong "$(cat "$T/out")"

# what salvage prints can be imported
backup=$(find "$T/state/backup" -mindepth 1 -maxdepth 1)
kizuki db salvage "$backup" >"$T/saved" 2>"$T/err" || say_wrong "no salvage"
grep -q '"subject": *"example1.jp"' "$T/saved" || say_wrong "lost: $(cat "$T/saved")"
for said in 'allow example3.jp until this is withdrawn: they called' \
	'allow client:10.24.3.0/24 until this is withdrawn: their relay'; do
	grep -qx "$said" "$T/err" || say_wrong "lost: $said: $(cat "$T/err")"
done
kizuki forget example1.jp >/dev/null
kizuki import "$T/saved" >/dev/null
kizuki show example1.jp | grep -q mx-target-missing || say_wrong "not back"

# damage is found, and what is whole of it is still read
chmod -R u+w "$backup"
printf 'zzzzzzzz' | dd of="$backup/site.db" bs=1 seek=5000 conv=notrunc 2>/dev/null
kizuki db verify "$backup" >"$T/out" && say_wrong "damage was not found"
grep -q '^site.db  *DAMAGED' "$T/out" || say_wrong "$(cat "$T/out")"
kizuki db verify "$T" >"$T/out" && say_wrong "nothing is sound?"
grep -q '^grey.db  *missing' "$T/out" || say_wrong "$(cat "$T/out")"
kizuki db salvage "$T" >/dev/null 2>"$T/err"
[ $? -eq 66 ] || say_wrong "salvage of nothing: $(cat "$T/err")"

# who reads the first line alone hears no complaint; a full disk is one
kizuki config manual 2>"$T/err" | head -n 1 >/dev/null
[ ! -s "$T/err" ] || say_wrong "with head: $(cat "$T/err")"
kizuki symptoms >/dev/full 2>"$T/err"
[ $? -eq 74 ] || say_wrong "a full disk is no failure"
grep -q 'standard output: No space left' "$T/err" || say_wrong "$(cat "$T/err")"
finish
