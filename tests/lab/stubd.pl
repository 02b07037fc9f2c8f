#!/usr/bin/perl
# SPDX-License-Identifier: ISC
# stubd - a policy daemon in whatever state a test wants
#
#   stubd.pl SOCKET MODE LOG
#
#   defer     figure 14's answer to RCPT      dunno    lets everything in
#   prepend   asks for a header line
#   mute      never answers                   deaf     never accepts
#   drip      an octet each half second       killed   dies in its answer
#   garbage   60 random octets                huge     256 KiB without an end
#   slow      as defer, a second late         full     its backlog is full
#   bogus     an action that no MTA knows
#
# SOCKET is a path, or ADDRESS:PORT.
# What it is asked goes to LOG, an attribute a line.
use strict;
use warnings;
use IO::Socket::IP;
use IO::Socket::UNIX;
use Socket ();

my ($path, $mode, $log) = @ARGV;
my %answer = (
	dunno => "action=DUNNO\n\n",
	prepend => "action=PREPEND X-Kizuki: waited 300 s (example1.jp)\n\n",
	huge => 'a' x 262144,
	bogus => "action=BOGUS\n\n",
);
unlink $path;
umask 0;
my $room = $mode eq 'full' ? 1 : 64;
my $listener = ($path =~ m{^/}
	? IO::Socket::UNIX->new(Local => $path, Listen => $room)
	: IO::Socket::IP->new(LocalAddr => $path, Listen => $room,
		ReuseAddr => 1)) or die "stubd: $path: $!\n";
open my $out, '>>', $log or die "stubd: $log: $!\n";
$out->autoflush(1);
$SIG{PIPE} = $SIG{CHLD} = 'IGNORE';
my @held;
if ($mode eq 'full') {
	for (1 .. 8) {
		my $own = IO::Socket->new;
		socket($own, $listener->sockdomain, Socket::SOCK_STREAM(), 0);
		$own->blocking(0);
		connect $own, getsockname $listener;
		push @held, $own;
	}
}
sleep 1 while $mode eq 'deaf' || $mode eq 'full';

while (my $peer = $listener->accept) {
	next if $mode ne 'killed' && fork;
	close $listener if $mode ne 'killed';
	my $request = '';
	while (defined(my $line = <$peer>)) {
		print {$out} $line;
		if ($line ne "\n") {
			$request .= $line;
			next;
		}
		sleep 1 if $mode eq 'slow';
		if ($mode eq 'defer' || $mode eq 'slow') {
			syswrite $peer, $request =~ /^protocol_state=RCPT$/m
				? "action=450 4.7.1 We don't talk to broken "
				. "sites/servers.\n\n" : "action=DUNNO\n\n";
		} elsif ($mode eq 'mute') {
			sleep 60;
		} elsif ($mode eq 'drip') {
			syswrite($peer, 'a') && select(undef, undef, undef, 0.5)
				for 1 .. 40;
		} elsif ($mode eq 'killed') {
			syswrite $peer, 'action=450 4.7.1 We do';
			kill 'KILL', $$;
		} elsif ($mode eq 'garbage') {
			syswrite $peer,
				join('', map { chr int rand 256 } 1 .. 60) . "\n\n";
		} else {
			syswrite $peer, $answer{$mode};
		}
		$request = '';
	}
	exit 0 if $mode ne 'killed';
}
