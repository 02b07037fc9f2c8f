#!/usr/bin/perl
# SPDX-License-Identifier: ISC
# peer - one peer of kizukid, honest or not
#
#   peer.pl SOCKET ask                 stdin is sent, one answer is printed
#   peer.pl SOCKET send [SECONDS [REGEX]]
#                                      stdin is sent, then until the end, or
#                                      what REGEX says, is read, at most 20 s:
#                                      "closed" or "open"
#   peer.pl SOCKET flood N             N octets without a newline, then as send
#   peer.pl SOCKET hold N              N silent connections; "held" is said when
#                                      they stand, and when stdin ends how many
#                                      are still open
#   peer.pl SOCKET map                 each line of stdin is a socketmap's key;
#                                      all are sent in one write, and what is
#                                      answered within 10 s is printed by lines
#   peer.pl SOCKET talk                the same, but each key is sent when it
#                                      comes, and its answer awaited
#   peer.pl SOCKET http METHOD PATH [FILE]
#
# SOCKET is a path, or ADDRESS:PORT.
use strict;
use warnings;
use IO::Select;
use IO::Socket::IP;
use IO::Socket::UNIX;

$SIG{PIPE} = 'IGNORE';
my ($where, $verb, @rest) = @ARGV;

sub dial {
	return $where =~ m{^/}
	    ? IO::Socket::UNIX->new(Peer => $where)
	    : IO::Socket::IP->new(PeerAddr => $where);
}

# Read until done says so or the other side ends; undef: time is over.
sub read_until {
	my ($socket, $limit, $done) = @_;
	my $select = IO::Select->new($socket);
	my ($text, $end) = ('', time + $limit);
	while (time < $end) {
		next unless $select->can_read(0.2);
		my $len = sysread($socket, my $piece, 65536);
		return ($text, 1) unless $len;
		$text .= $piece;
		return ($text, 0) if $done->($text);
	}
	return ($text, undef);
}

sub stdin_all { local $/; binmode STDIN; my $text = <STDIN>; return $text // '' }

sub report {
	my ($socket, $limit, $regex) = @_;
	my ($text, $ended) = read_until($socket, $limit // 20,
		sub { defined $regex && $_[0] =~ /$regex/ });
	print $text, $ended ? "closed\n" : "open\n";
}

if ($verb eq 'hold') {
	my @held = grep { defined } map { dial() } 1 .. $rest[0];
	$| = 1;
	print "held ", scalar @held, "\n";
	<STDIN>;
	my $open = 0;
	for my $socket (@held) {
		$open++ unless IO::Select->new($socket)->can_read(0);
	}
	print "open $open\n";
	exit 0;
}

# The contents of whole netstrings at the beginning of the text.
sub netstrings {
	my ($text) = @_;
	my @found;
	while ($text =~ s/^(\d+)://) {
		last if length $text <= $1;
		push @found, substr $text, 0, $1;
		$text = substr $text, $1 + 1;
	}
	return @found;
}

my $socket = dial() or do { print "no connection: $!\n"; exit 1 };
if ($verb eq 'ask') {
	syswrite $socket, stdin_all();
	my ($text, $ended) = read_until($socket, 20, sub { $_[0] =~ /\n\n/ });
	$text =~ s/\n\n.*//s;
	print "$text\n";
} elsif ($verb eq 'send') {
	my $text = stdin_all();
	my $at = 0;
	while ($at < length $text) {
		my $len = syswrite $socket, $text, 65536, $at;
		last unless $len;
		$at += $len;
	}
	report($socket, @rest);
} elsif ($verb eq 'flood') {
	my $left = $rest[0];
	while ($left > 0) {
		my $len = syswrite $socket, 'a' x ($left < 4096 ? $left : 4096);
		last unless $len;
		$left -= $len;
	}
	report($socket);
} elsif ($verb eq 'map' or $verb eq 'talk') {
	my @keys = $verb eq 'map' ? split(/\n/, stdin_all()) : ();
	my $read = sub {
		my ($count) = @_;
		my ($text, $ended) = read_until($socket, 10,
			sub { netstrings($_[0]) >= $count });
		print map { "$_\n" } netstrings($text);
		print "closed\n" if $ended;
	};
	$| = 1;
	if ($verb eq 'map') {
		syswrite $socket, join '', map { length($_) . ":$_," } @keys;
		$read->(scalar @keys);
	} else {
		while (my $key = <STDIN>) {
			chomp $key;
			syswrite $socket, length($key) . ":$key,";
			$read->(1);
		}
	}
} elsif ($verb eq 'http') {
	my ($method, $path, $file) = @rest;
	my $body = '';
	if (defined $file) {
		open my $in, '<:raw', $file or die "$file: $!";
		local $/;
		$body = <$in> // '';
	}
	my $text = "$method $path HTTP/1.0\r\nHost: kizuki\r\n";
	$text .= 'Content-Length: ' . length($body) . "\r\n"
	    if $method eq 'POST';
	$text .= "\r\n$body";
	my $at = 0;
	while ($at < length $text) {
		my $len = syswrite $socket, $text, 65536, $at;
		last unless $len;
		$at += $len;
	}
	my ($answer) = read_until($socket, 60, sub { 0 });
	my ($status) = $answer =~ m{^HTTP/1\.\d (\d+)};
	$answer =~ s/^.*?\r\n\r\n//s;
	print +($status // 'none'), "\n", $answer, "\n";
}
