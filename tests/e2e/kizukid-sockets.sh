#!/bin/bash
# SPDX-License-Identifier: ISC
# kizukid-sockets - sockets elsewhere: made by root before rights are given up,
# stale after an end that could not remove them, or handed over by systemd
[ "$(id -u)" = 0 ] || exec sudo -- env B="${B:-build/gcc}" "$0" "$@"
. tests/e2e/lib/daemon.sh

ask_at() { request | $PEER "$1" ask; }
# Debian's smtpd has no other way in than this folder of its user's.
PRIVATE=$T/spool/private
chmod 755 "$T"
mkdir -p "$PRIVATE" "$T/state"
chown daemon "$PRIVATE"
chmod 700 "$PRIVATE"
chown nobody "$T/state"
with_private() {
	configure "policy_sockets = { \"$PRIVATE/kizuki\" }" "$@"
	sed -i 's/^user = .*/user = "nobody"/' "$T/conf"
}
# of a stranger: the folder keeps them out; its owner gets in
as() { setpriv --reuid "$1" --clear-groups -- "${@:2}"; }

with_private
start_daemon
[ "$(ps -o user= -p "$PID")" = nobody ] || say_wrong "rights are not given up"
[ "$(stat -c %a "$PRIVATE/kizuki")" = 666 ] || say_wrong "mode of policy_sockets"
[ "$(ask_at "$PRIVATE/kizuki")" = action=DUNNO ] || say_wrong "no answer there"
still_answers "beside policy_sockets"
request | as daemon "$(command -v perl)" "$ROOT/tests/e2e/lib/peer.pl" \
	"$PRIVATE/kizuki" ask | grep -q '^action=DUNNO' ||
	say_wrong "the owner of the folder gets no answer"
request | as games "$(command -v perl)" "$ROOT/tests/e2e/lib/peer.pl" \
	"$PRIVATE/kizuki" ask | grep -q '^action=' && say_wrong "a stranger gets in"

# -------- a second one knows that somebody is there, and harms nothing
sed "s|^run_dir.*|run_dir = \"$T/run2\"|; s|^state_dir.*|state_dir = \"$T/state2\"|" \
	"$T/conf" >"$T/conf2"
"$KIZUKID" -c "$T/conf2" -f >"$T/second" 2>&1
[ $? -eq 75 ] || say_wrong "a second one on the same socket does not end with 75"
grep -q "private/kizuki: another kizukid answers" "$T/second" ||
	say_wrong "a second one: $(cat "$T/second")"
[ "$(ask_at "$PRIVATE/kizuki")" = action=DUNNO ] || say_wrong "harmed"

# -------- the user cannot remove it at the end; the next start can
end_daemon
[ -S "$PRIVATE/kizuki" ] || say_wrong "who had the right to remove it?"
start_daemon
await_log "private/kizuki: a stale socket was left"
[ "$(ask_at "$PRIVATE/kizuki")" = action=DUNNO ] || say_wrong "no answer again"
end_daemon

# -------- who never was root hears what to do
as nobody "$KIZUKID" -c "$T/conf" -f >"$T/second" 2>&1
[ $? -eq 71 ] || say_wrong "no rights to the folder: not 71"
grep -q "private/kizuki: cannot be .*no rights; start kizukid as root" "$T/second" ||
	say_wrong "no rights to the folder: $(cat "$T/second")"
rm "$PRIVATE/kizuki"
with_private 'socketmap_group = "no-such-group"'
"$KIZUKID" -c "$T/conf" -f >"$T/second" 2>&1
[ $? -eq 78 ] || say_wrong "an unknown socketmap_group does not end with 78"
[ ! -e "$PRIVATE/kizuki" ] || say_wrong "left behind by a start that failed"

# -------- handed over: served as named, not made again, not removed
cat >"$T/activate.pl" <<'EOP'
use strict;
use warnings;
use IO::Socket::UNIX;
use POSIX;
my $names = shift;
my @held;
for my $path (split /,/, shift) {
	push @held, IO::Socket::UNIX->new(Local => $path, Listen => 100)
	    // die "$path: $!";
	chmod 0666, $path;
}
my @high = map { POSIX::fcntl($_, F_DUPFD, 100) } @held;
for my $i (0 .. $#high) { POSIX::dup2($high[$i], 3 + $i); POSIX::close($high[$i]) }
$ENV{LISTEN_FDS} = @held;
$ENV{LISTEN_FDNAMES} = $names;
$ENV{LISTEN_PID} = $$;
exec @ARGV;
EOP
with_private
start_daemon perl "$T/activate.pl" policy:socketmap \
	"$PRIVATE/kizuki,$T/map.sock"
[ "$(ask_at "$PRIVATE/kizuki")" = action=DUNNO ] || say_wrong "handed over: no answer"
still_answers "at policy.sock, with another one handed over"
for map in "$T/map.sock" "$T/run/sendmail.sock"; do
	[ "$(echo 'kizuki 1;sole;relay' | $PEER "$map" map)" = "OK UP" ] ||
		say_wrong "$map is not served"
done
end_daemon
[ -S "$PRIVATE/kizuki" ] || say_wrong "what systemd holds was removed"
[ ! -e "$T/run/policy.sock" ] || say_wrong "what is ours was left"
rm "$PRIVATE/kizuki" "$T/map.sock"
perl "$T/activate.pl" other "$T/other.sock" "$KIZUKID" -c "$T/conf" -f \
	>"$T/second" 2>&1
[ $? -eq 78 ] || say_wrong "an unknown FileDescriptorName does not end with 78"
grep -q "must be policy, socketmap or api" "$T/second" ||
	say_wrong "an unknown name: $(cat "$T/second")"
finish
