#!/usr/bin/perl
# SPDX-License-Identifier: ISC
# whois - a WHOIS server of the lab, with the figures of the paper
#
#   whois.pl ADDRESS FOLDER
#
# "[TYPE ]NAME[/e]" is answered with FOLDER/NAME_e or FOLDER/NAME; "NET
# ADDRESS" with the file of that address without its last number, then .0 or
# .96.  Each question is a line in FOLDER/log: seconds, question.  The file
# FOLDER/mode, where it is there, makes it refuse, stay silent, close at once
# or never end ("refuse", "silent", "close", "endless").
use strict;
use warnings;
use IO::Socket::IP;
use Time::HiRes ();

my ($address, $folder) = @ARGV;
my $server = IO::Socket::IP->new(LocalHost => $address, LocalPort => 43,
	Listen => 50, ReuseAddr => 1) or die "whois: $address: $@\n";
$SIG{CHLD} = 'IGNORE';
$SIG{PIPE} = sub { exit 0 };

sub content {
	my ($file) = @_;
	open my $in, '<:raw', "$folder/$file" or return;
	local $/;
	return scalar <$in>;
}
sub note {
	open my $log, '>>', "$folder/log" or die;
	syswrite $log, sprintf "%.1f %s\n", Time::HiRes::time(), $_[0];
}
sub answer {
	my ($question) = @_;
	my ($name, $english) =
		$question =~ m{^(?:[A-Z]+ )?([A-Za-z0-9.:-]+)(/e)?\z} or return;
	my @files = ($english ? "${name}_e" : (), $name);
	push @files, "$1.96", "$1.0" if $name =~ /^(\d+\.\d+\.\d+)\.\d+\z/;
	for (@files) {
		my $text = content($_);
		return $text if defined $text;
	}
	return;
}

while (my $client = $server->accept) {
	next if fork;
	my $question = <$client> // '';
	$question =~ s/\r?\n\z//;
	note($question);
	my $mode = content('mode') // '';
	$mode =~ s/\s+\z//;
	exit 0 if $mode eq 'close';
	sleep 600 if $mode eq 'silent';
	while ($mode eq 'endless') {
		print $client "% and so on, for ever and ever\r\n" x 100;
		$client->flush;
		Time::HiRes::sleep(0.01);
	}
	print $client $mode eq 'refuse' ? "WHOIS LIMIT EXCEEDED\r\n" :
		answer($question) // "No match!!\r\n";
	exit 0;
}
