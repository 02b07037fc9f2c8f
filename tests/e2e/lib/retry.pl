#!/usr/bin/perl
# SPDX-License-Identifier: ISC
# retry - a sender with a queue: mail after mail, each until it was taken
#
#   retry.pl OWN_ADDRESS SERVER NAME
#
# Every other mail is of broken.example, the rest of sound.example, each of an
# author of its own, with the subject "NAME.NUMBER".  No reply but 250 to the
# final dot ends a mail; everything else is tried again a second later.  After
# SIGTERM no new mail is made.  When the queue is empty it says how many mails
# there were, how many tries they took, and how often a connection ended between
# the final dot and its reply: nobody knows then whether the mail was taken.
use strict;
use warnings;
use IO::Socket::IP;
use Time::HiRes qw(sleep time);

my ($own, $server, $name) = @ARGV;
my ($made, $tries, $doubts, $stopped) = (0, 0, 0, 0);
my @queue;
$SIG{TERM} = sub { $stopped = 1 };
$SIG{PIPE} = 'IGNORE';

# The code of a whole reply; undef: the connection ended, or 60 s went by.
sub reply {
	my ($socket) = @_;
	my $line;
	local $SIG{ALRM} = sub { close $socket };
	alarm 60;
	do { $line = <$socket> } while defined $line && $line =~ /^\d{3}-/;
	alarm 0;
	return defined $line ? substr($line, 0, 3) : undef;
}

sub try {
	my ($mail) = @_;
	my $domain = $mail % 2 ? 'broken.example' : 'sound.example';
	my $socket = IO::Socket::IP->new(PeerHost => $server, PeerPort => 25,
		LocalHost => $own) or return 0;
	return 0 if (reply($socket) // 0) != 220;
	for (["EHLO mail.$domain", 250], ["MAIL FROM:<m$mail\@$domain>", 250],
		['RCPT TO:<tei@jikocho.jp>', 250], ['DATA', 354]) {
		print {$socket} "$_->[0]\r\n" or return 0;
		return 0 if (reply($socket) // 0) != $_->[1];
	}
	print {$socket} "Subject: $name.$mail\r\n\r\nhello\r\n.\r\n"
	    or return 0;
	my $code = reply($socket);
	$doubts++ unless defined $code;
	print {$socket} "QUIT\r\n" if defined $code;
	return ($code // 0) == 250;
}

my $last = time + 300;
while (!$stopped || @queue) {
	die "retry: $name: ", scalar @queue, " mails still wait\n"
	    if time > $last;
	$last = time + 120 unless $stopped;
	push @queue, { mail => ++$made, due => 0 }
	    while !$stopped && @queue < 20;
	my @due = grep { $_->{due} <= time } @queue;
	sleep 0.05 unless @due;
	for my $entry (@due) {
		$tries++;
		$entry->{done} = try($entry->{mail});
		$entry->{due} = time + 1;
	}
	@queue = grep { !$_->{done} } @queue;
}
print "$made $tries $doubts\n";
