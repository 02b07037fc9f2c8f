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
#
# What it is asked goes to LOG, an attribute a line.
use strict;
use warnings;
use IO::Socket::UNIX;

my ($path, $mode, $log) = @ARGV;
my %answer = (
	dunno => "action=DUNNO\n\n",
	prepend => "action=PREPEND X-Kizuki: waited 300 s (example1.jp)\n\n",
	huge => 'a' x 262144,
);
unlink $path;
umask 0;
my $listener = IO::Socket::UNIX->new(Local => $path, Listen => 64)
	or die "stubd: $path: $!\n";
open my $out, '>>', $log or die "stubd: $log: $!\n";
$out->autoflush(1);
$SIG{PIPE} = $SIG{CHLD} = 'IGNORE';
sleep 1 while $mode eq 'deaf';

while (my $peer = $listener->accept) {
	next if $mode ne 'killed' && fork;
	my $request = '';
	while (defined(my $line = <$peer>)) {
		print {$out} $line;
		if ($line ne "\n") {
			$request .= $line;
			next;
		}
		if ($mode eq 'defer') {
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
