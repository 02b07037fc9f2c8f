#!/usr/bin/perl
# SPDX-License-Identifier: ISC
# beside - ask for decisions while an import is worked off
#
#   beside.pl RUN_DIR FILE
#
# FILE goes to POST /v1/findings.  From its last octet until the answer comes
# one decision after the other is asked for, each when the one before came.
# Printed: the answer, how many decisions came, the longest wait for one and
# the whole time in milliseconds.
use strict;
use warnings;
use IO::Select;
use IO::Socket::UNIX;
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC);

my ($run, $file) = @ARGV;
my $api = IO::Socket::UNIX->new(Peer => "$run/api.sock") or die "api: $!";
my $policy = IO::Socket::UNIX->new(Peer => "$run/policy.sock")
    or die "policy: $!";
sub now_ms { return 1000 * clock_gettime(CLOCK_MONOTONIC) }

sub decide {
	my ($number) = @_;
	syswrite $policy, join("\n", qw(request=smtpd_access_policy
		protocol_state=RCPT client_address=198.51.100.7
		helo_name=example1.jp sender=a@example1.jp
		recipient=b@example.com), "instance=$number", '', '');
	my $text = '';
	while ($text !~ /\n\n/) {
		sysread $policy, $text, 4096, length $text or die "no decision";
	}
	die "not let in: $text" unless $text =~ /^action=DUNNO\n/;
}

open my $in, '<:raw', $file or die "$file: $!";
my $body = do { local $/; <$in> };
my $text = "POST /v1/findings HTTP/1.0\r\nHost: kizuki\r\nContent-Length: "
    . length($body) . "\r\n\r\n$body";
for (my $at = 0; $at < length $text;) {
	$at += syswrite($api, $text, 65536, $at) // die "import: $!";
}
my ($begin, $count, $longest, $answer) = (now_ms(), 0, 0, '');
my $select = IO::Select->new($api);
for (;;) {
	if ($select->can_read(0)) {
		last unless sysread $api, $answer, 65536, length $answer;
		next;
	}
	my $asked = now_ms();
	decide(++$count);
	my $waited = now_ms() - $asked;
	$longest = $waited if $waited > $longest;
}
$answer =~ s/^.*?\r\n\r\n//s;
printf "%s\ndecisions %d longest %.0f of %.0f\n", $answer, $count, $longest,
    now_ms() - $begin;
