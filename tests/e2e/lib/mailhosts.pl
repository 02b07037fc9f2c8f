#!/usr/bin/perl
# SPDX-License-Identifier: ISC
# mailhosts - mail servers that take mail, or have their reasons not to
#
#   mailhosts.pl ADDRESS=REPLY...
#
# At each address, port 25, REPLY is what RCPT is answered with: "250" takes the
# mail, "450 4.2.0 Greylisted" does not.  "mute" says nothing at all.
use strict;
use warnings;
use IO::Select;
use IO::Socket::IP;

$SIG{CHLD} = 'IGNORE';
my (%reply, @listeners);
for (@ARGV) {
	my ($address, $text) = split /=/, $_, 2;
	my $socket = IO::Socket::IP->new(LocalHost => $address,
		LocalPort => 25, Listen => 64, ReuseAddr => 1)
	    or die "mailhosts: $address: $@\n";
	$reply{$socket} = $text;
	push @listeners, $socket;
}

sub talk {
	my ($peer, $answer) = @_;
	my $data;
	alarm 60;
	$peer->autoflush(1);
	if ($answer eq 'mute') {
		sleep 60;
		return;
	}
	print {$peer} "220 lab ESMTP\r\n";
	while (defined(my $line = <$peer>)) {
		$line =~ s/[\r\n]+\z//;
		if ($data) {
			next if $line ne '.';
			$data = 0;
			print {$peer} "250 2.0.0 taken\r\n";
		} elsif ($line =~ /^EHLO/i) {
			print {$peer} "250 lab\r\n";
		} elsif ($line =~ /^RCPT/i) {
			print {$peer} "$answer\r\n";
		} elsif ($line =~ /^DATA/i) {
			$data = $answer =~ /^2/;
			print {$peer} $data ? "354 go on\r\n"
			    : "503 5.5.1 nobody to send it to\r\n";
		} elsif ($line =~ /^QUIT/i) {
			print {$peer} "221 2.0.0 bye\r\n";
			return;
		} else {
			print {$peer} "250 2.0.0 ok\r\n";
		}
	}
}

my $select = IO::Select->new(@listeners);
while (1) {
	for my $listener ($select->can_read) {
		my $peer = $listener->accept or next;
		my $child = fork;
		next if $child || !defined $child;
		$SIG{ALRM} = sub { exit };
		talk($peer, $reply{$listener});
		exit;
	}
}
