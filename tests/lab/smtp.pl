#!/usr/bin/perl
# SPDX-License-Identifier: ISC
# smtp - a mail client that says what it is told, for the tests
#
#   smtp.pl [-f] [-t] [-l OWN_ADDRESS] ADDRESS[ PORT] <commands
#
# One command a line; each reply is printed as one line, the lines of a folded
# one joined (a repeated enhanced code is left out).  "+COMMAND" is sent with
# the next command in one packet.  After DATA come the lines of the mail, and
# "."; they are left out when DATA was not welcome.  "%close" hangs up, there
# too.  The greeting is waited for and not printed, unless it is not 220.  With
# -t each reply stands behind the milliseconds that it took, and so does the
# greeting; with -f folded lines are joined by "|".
use strict;
use warnings;
use IO::Socket::IP;
use Time::HiRes ();

my ($timed, @own);
my $fold = ' ';
while (@ARGV && $ARGV[0] =~ /^-([flt])\z/) {
	shift;
	if ($1 eq 't') { $timed = 1 }
	elsif ($1 eq 'f') { $fold = '|' }
	else { @own = (LocalHost => shift) }
}
my ($host, $port) = @ARGV;
my $server = IO::Socket::IP->new(PeerHost => $host, PeerPort => $port || 25,
	Timeout => 10, @own) or die "smtp: $host: $@\n";
$SIG{ALRM} = sub { die "smtp: $host does not answer\n" };
$SIG{PIPE} = 'IGNORE';
$| = 1;

my $asked = Time::HiRes::time();
sub took {
	my $ms = int 1000 * (Time::HiRes::time() - $asked);
	$asked = Time::HiRes::time();
	return $timed ? "$ms " : '';
}
sub reply {
	my ($code, @text);
	alarm 60;
	while (defined(my $line = <$server>)) {
		$line =~ s/\r?\n\z//;
		$line =~ /^(\d{3})([ -])(?:([245]\.\d+\.\d+) )?(.*)\z/
			or die "smtp: not a reply: $line\n";
		my ($more, $status, $words) = ($2 eq '-', $3, $4);
		push @text, @text ? $words
		    : $1 . (defined $status ? " $status" : '') . " $words";
		$code = $1;
		last unless $more;
	}
	alarm 0;
	my $took = took();
	return (0, "${took}connection closed") unless defined $code;
	return ($code, $took . join $fold, @text);
}
sub say_reply {
	my ($code, $text) = reply();
	print "$text\n";
	exit 0 unless $code;
	return $code;
}

my ($code, $text) = reply();
print "$text\n" if $timed || $code != 220;
exit 0 if $code != 220;
my ($waiting, $bytes) = (0, '');
while (my $line = <STDIN>) {
	chomp $line;
	last if $line eq '%close';
	my $more = $line =~ s/^\+//;
	$bytes .= "$line\r\n";
	$waiting++;
	next if $more;
	print {$server} $bytes;
	$server->flush;
	$bytes = '';
	$code = say_reply() for 1 .. $waiting;
	$waiting = 0;
	next unless $line =~ /^DATA$/i;
	while (my $mail = <STDIN>) {
		chomp $mail;
		$server->flush, exit 0 if $mail eq '%close';
		print {$server} "$mail\r\n" if $code == 354;
		last if $mail eq '.';
	}
	next unless $code == 354;
	$server->flush;
	say_reply();
}
