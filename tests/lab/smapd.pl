#!/usr/bin/perl
# SPDX-License-Identifier: ISC
# smapd - a socketmap daemon in whatever state a test wants
#
#   smapd.pl SOCKET MODE LOG
#
#   defer     figure 14's answer to rcpt      accept    lets everything in
#   mute      never answers                   deaf      never accepts
#   slow      answers after a second          killed    dies in its answer
#   garbage   60 random octets                perm      "PERM", says why
#   html      a web server's answer           empty     "OK" and no word
#   waited    lets in what had waited         gone      dies before it
#   leaves    answers and dies
#
# MODE may be "A,B" or "A,B,C": A answers relay, B rcpt, C (or B) eom.  What it
# is asked goes to LOG, a key a line.
use strict;
use warnings;
use IO::Socket::UNIX;

my ($path, $modes, $log) = @ARGV;
my ($first, $then, $last) = split /,/, $modes;
$then //= $first;
$last //= $then;
my $daemon = $$;
unlink $path;
umask 0;
my $listener = IO::Socket::UNIX->new(Local => $path,
	Listen => $first eq 'deaf' ? 1 : 64) or die "smapd: $path: $!\n";
open my $out, '>>', $log or die "smapd: $log: $!\n";
$out->autoflush(1);
$SIG{PIPE} = $SIG{CHLD} = 'IGNORE';
sleep 1 while $first eq 'deaf';

sub netstring { my $text = shift; return length($text) . ":$text,"; }

sub answer {
	my ($mode, $event, $helo) = @_;
	sleep 1 if $mode eq 'slow';
	sleep 600 if $mode eq 'mute';
	return join('', map { chr int rand 256 } 1 .. 60) if $mode eq 'garbage';
	return "HTTP/1.0 400 Bad Request\r\n\r\n" if $mode eq 'html';
	return netstring('PERM a key of version 1 was expected')
		if $mode eq 'perm';
	return netstring('OK UP') if $event eq 'relay';
	return netstring('OK ') if $mode eq 'empty';
	return netstring('OK DONE') if $event eq 'eom';
	return netstring('OK WAITED:312:example1.jp') if $mode eq 'waited';
	return netstring('OK ACCEPT') if $mode ne 'defer' && $mode ne 'killed';
	return netstring("OK ERROR:4.7.1:\"450 <$helo>: Helo command rejected: "
		. "We don't talk to broken sites/servers.\"");
}

while (my $peer = $listener->accept) {
	next if fork;
	close $listener;
	my $bytes = '';
	while (sysread $peer, $bytes, 65536, length $bytes) {
		while ($bytes =~ /\A(\d+):/ && length $bytes > $1 + length($1) + 1) {
			my $key = substr $bytes, length($1) + 1, $1;
			$bytes = substr $bytes, $1 + length($1) + 2;
			print {$out} "$key\n";
			my @field = split /;/, $key;
			my $mode = { relay => $first, eom => $last }
				->{$field[2]} // $then;
			my $text = answer($mode, $field[2], $field[8]);
			syswrite $peer, substr $text, 0, 5 if $mode eq 'killed';
			kill 'KILL', $daemon, $$ if $mode =~ /^(killed|gone)$/;
			syswrite $peer, $text;
			kill 'KILL', $daemon, $$ if $mode eq 'leaves';
		}
	}
	exit 0;
}
